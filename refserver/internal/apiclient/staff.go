package apiclient

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// As returns a client that asks with a token, over the same connections.
func (c *Client) As(token string) *Client { return &Client{base: c.base, http: c.http, token: token} }

// Admit uses the one-time link of a system, such as http://127.0.0.1:8080/links/..., and returns a client with a session of the
// person who took it.
func Admit(ctx context.Context, link string, in shapes.TakeLink) (*Client, error) {
	base, token, ok := strings.Cut(link, "/links/")
	if !ok {
		return nil, fmt.Errorf("apiclient: %q is not a link to come in by", base)
	}
	c := New(base)
	_, err := c.TakeLink(ctx, token, in)
	return c, err
}

// SignIn opens a session, which the client keeps.
func (c *Client) SignIn(ctx context.Context, in shapes.SignIn) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodPost, "session", in)
}

// Session says who asks.
func (c *Client) Session(ctx context.Context) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodGet, "session", nil)
}

// ChooseAccount goes on in another account.
func (c *Client) ChooseAccount(ctx context.Context, account string) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodPost, "session/account", shapes.ChooseAccount{Account: account})
}

// ConfirmPassword gives the password once more.
func (c *Client) ConfirmPassword(ctx context.Context, password string) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodPost, "session/confirm", shapes.GivePassword{Password: password})
}

// SignOut ends the session.
func (c *Client) SignOut(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "/api/session", nil, nil)
}

// Link says what a one-time link is for, by its token.
func (c *Client) Link(ctx context.Context, token string) (shapes.PersonLink, error) {
	return call[shapes.PersonLink](ctx, c, http.MethodGet, at("links", token), nil)
}

// TakeLink uses a one-time link, and keeps the session that it opens.
func (c *Client) TakeLink(ctx context.Context, token string, in shapes.TakeLink) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodPost, at("links", token), in)
}

// AcceptLink accepts an invitation as who is signed in.
func (c *Client) AcceptLink(ctx context.Context, token string) (shapes.Session, error) {
	return call[shapes.Session](ctx, c, http.MethodPost, at("links", token, "accept"), nil)
}

// People lists who holds roles on the account.
func (c *Client) People(ctx context.Context, after string, limit int) (shapes.List[shapes.Person], error) {
	return call[shapes.List[shapes.Person]](ctx, c, http.MethodGet, with("people", "after", after, "limit", number(limit)), nil)
}

// Person returns one of them.
func (c *Client) Person(ctx context.Context, id string) (shapes.Person, error) {
	return call[shapes.Person](ctx, c, http.MethodGet, at("people", id), nil)
}

// SetRoles replaces a person's roles on the account.
func (c *Client) SetRoles(ctx context.Context, id string, in shapes.ChangeRoles) (shapes.Person, error) {
	return call[shapes.Person](ctx, c, http.MethodPatch, at("people", id), in)
}

// DisablePerson shuts a person out, or lets them in again.
func (c *Client) DisablePerson(ctx context.Context, id string, in shapes.Disable) (shapes.Person, error) {
	return call[shapes.Person](ctx, c, http.MethodPost, at("people", id, "disable"), in)
}

// ResetPerson makes a link to a new password.
func (c *Client) ResetPerson(ctx context.Context, id string) (shapes.PersonLink, error) {
	return call[shapes.PersonLink](ctx, c, http.MethodPost, at("people", id, "reset"), nil)
}

// Invitations lists those to the account that are open.
func (c *Client) Invitations(ctx context.Context) (shapes.List[shapes.PersonLink], error) {
	return call[shapes.List[shapes.PersonLink]](ctx, c, http.MethodGet, "people/invitations", nil)
}

// InvitePerson makes a link that gives roles on the account.
func (c *Client) InvitePerson(ctx context.Context, in shapes.InvitePerson) (shapes.PersonLink, error) {
	return call[shapes.PersonLink](ctx, c, http.MethodPost, "people/invitations", in)
}

// WithdrawInvitation takes one back.
func (c *Client) WithdrawInvitation(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/"+at("people", "invitations", id), nil, nil)
}

// StaffEvents lists what happened to the account's people, links and tokens, newest first.
func (c *Client) StaffEvents(ctx context.Context, before string, limit int) (shapes.List[shapes.StaffEvent], error) {
	return call[shapes.List[shapes.StaffEvent]](ctx, c, http.MethodGet, with("staff-events", "before", before, "limit", number(limit)), nil)
}

// Accounts lists those on the system.
func (c *Client) Accounts(ctx context.Context) (shapes.List[shapes.HostedAccount], error) {
	return call[shapes.List[shapes.HostedAccount]](ctx, c, http.MethodGet, "accounts", nil)
}

// OpenAccount opens one.
func (c *Client) OpenAccount(ctx context.Context, in shapes.OpenAccount) (shapes.HostedAccount, error) {
	return call[shapes.HostedAccount](ctx, c, http.MethodPost, "accounts", in)
}

// Tokens lists those of the account.
func (c *Client) Tokens(ctx context.Context) (shapes.List[shapes.Token], error) {
	return call[shapes.List[shapes.Token]](ctx, c, http.MethodGet, "tokens", nil)
}

// IssueToken makes one; As takes its secret.
func (c *Client) IssueToken(ctx context.Context, in shapes.IssueToken) (shapes.IssuedToken, error) {
	return call[shapes.IssuedToken](ctx, c, http.MethodPost, "tokens", in)
}

// RevokeToken ends one.
func (c *Client) RevokeToken(ctx context.Context, id string) error {
	return c.do(ctx, http.MethodDelete, "/api/"+at("tokens", id), nil, nil)
}
