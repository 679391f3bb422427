package staff

import (
	"context"
	"slices"
)

// Roles in the system's own account, beside those of organization records.
const (
	// Works is the role of who works with projects, shops and locations.
	Works = "staff"
	// Operates is the role of who keeps the system: partners, keys, messages, accounts.
	Operates = "operator"
)

// Administers is the role, in any account, of who keeps its people and tokens. Organization records know it by the same name.
const Administers = "account_administrator"

// Who is somebody who is signed in, or a program with a token.
type Who struct {
	Person, Token string // the id of one of them
	Name          string
	Email         string // of a person
	Home          string // the account that they belong to
	Account       string // the account that is acted in
	Roles         []string
	Fresh         bool // a person who gave the password lately
}

// Holds reports whether they have one of these roles on the account.
func (w Who) Holds(roles ...string) bool {
	return slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(w.Roles, r) })
}

// ID is that of the person or the token.
func (w Who) ID() string {
	if w.Person != "" {
		return w.Person
	}
	return w.Token
}

type whoKey struct{}

// With returns a context in which Of finds who asks.
func With(ctx context.Context, w Who) context.Context { return context.WithValue(ctx, whoKey{}, w) }

// Of returns who asks, and whether anybody is known to.
func Of(ctx context.Context) (Who, bool) {
	w, ok := ctx.Value(whoKey{}).(Who)
	return w, ok
}
