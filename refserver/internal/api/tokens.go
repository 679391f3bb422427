package api

import (
	"context"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// tokens serves the entries of programs to the account that is acted in.
func (a *api) tokens() {
	handle(a, route("listTokens", "GET tokens", doors, "Tokens of the account, oldest first"), func(ctx context.Context, in *listDoors) (shapes.List[shapes.Token], error) {
		who, _ := staff.Of(ctx)
		ts, err := a.Staff.Tokens(ctx, who.Account, staff.Query{Search: in.Search, After: in.After, Limit: in.Limit + 1})
		return page(ts, in.Limit, func(t staff.Token) string { return t.ID }, toToken), err
	})
	handle(a, route("issueToken", "POST tokens", doors, "Make a token for a program"), func(ctx context.Context, in *take[shapes.IssueToken]) (shapes.IssuedToken, error) {
		who, _ := staff.Of(ctx)
		secret, t, err := a.Staff.Issue(ctx, who, staff.TokenInput{Name: in.Body.Name, Roles: in.Body.Roles, Expires: in.Body.ExpiresAt})
		return shapes.IssuedToken{Secret: secret, Token: toToken(t)}, err
	})
	handle(a, route("revokeToken", "DELETE tokens/{id}", doors, "End a token at once"), func(ctx context.Context, in *byID) (nothing, error) {
		who, _ := staff.Of(ctx)
		return nothing{}, a.Staff.Revoke(ctx, who, in.ID)
	})
}

func toToken(t staff.Token) shapes.Token {
	return shapes.Token{ID: t.ID, Account: t.Account, Name: t.Name, Roles: t.Roles, IssuedBy: t.IssuedBy, CreatedAt: t.Created, ExpiresAt: t.Expires, UsedAt: t.Used}
}
