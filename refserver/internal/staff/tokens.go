package staff

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// TokenInput is what a token is to be.
type TokenInput struct {
	Name    string
	Roles   []string  // at least one, all of them the issuer's
	Expires time.Time // zero: never
}

// Token is the entry of a program to one account. It may do what both its roles and those that its issuer still holds there allow, and
// nothing while the issuer is disabled.
type Token struct {
	ID       string
	Account  string
	Name     string
	Roles    []string
	Issuer   string // a person's id
	IssuedBy string // and name
	Created  time.Time
	Expires  time.Time // zero: never
	Used     time.Time // the last use, to an hour; zero: never
}

// tokenPrefix begins every token, so that one that is found somewhere is known for what it is.
const tokenPrefix = "mspkit_"

// usedEvery is how seldom the use of a token is written.
const usedEvery = time.Hour

// tokenRow is a Token as it is kept: by its hash.
type tokenRow struct {
	Hash, ID, Account, Name, Roles, Issuer, IssuedBy string
	Created, Expires, Used                           int64
}

const selectTokens = `SELECT t.hash, t.id, t.account, t.name, t.roles, t.issuer, p.name AS issued_by, t.created, t.expires, t.used
	FROM mspkit_staff_token t JOIN mspkit_staff_person p ON p.id = t.issuer`

func (r tokenRow) token() Token {
	return Token{ID: r.ID, Account: r.Account, Name: r.Name, Roles: split(r.Roles), Issuer: r.Issuer, IssuedBy: r.IssuedBy, Created: at(r.Created), Expires: at(r.Expires), Used: at(r.Used)}
}

// Issue makes a token on the account in which a person acts who keeps it, with roles that the person holds there, and returns its secret, which is
// nowhere else. Programs make none, which is ErrForbidden.
func (d *Directory) Issue(ctx context.Context, by Who, wanted TokenInput) (secret string, token Token, err error) {
	err = d.update(ctx, "issue a token", func(ctx context.Context, tx bun.Tx) error {
		p, err := d.keeper(ctx, tx, by, by.Account)
		if err != nil {
			return err
		}
		if p.who.Person == "" {
			return ErrForbidden
		}
		wrong := new(Invalid)
		now := d.now()
		row := tokenRow{ID: d.cfg.NewID(), Account: by.Account, Name: wrong.name(wanted.Name), Issuer: p.who.Person, IssuedBy: p.who.Name, Created: now}
		roles := d.roles(wrong, by.Account, wanted.Roles)
		if len(roles) == 0 {
			wrong.add("roles", RuleRequired, "give at least one role")
		}
		if !wanted.Expires.IsZero() {
			if row.Expires = wanted.Expires.UnixMicro(); row.Expires <= now {
				wrong.add("expires", RuleFuture, "a token runs out after now")
			}
		}
		if err := wrong.err(); err != nil {
			return err
		}
		if slices.ContainsFunc(roles, func(r string) bool { return !slices.Contains(p.roles, r) }) {
			return ErrForbidden
		}
		secret = tokenPrefix + mint()
		row.Hash, row.Roles = digest(secret), join(roles)
		if _, err := exec(ctx, tx, "INSERT INTO mspkit_staff_token (hash, id, account, name, name_key, roles, issuer, created, expires, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			row.Hash, row.ID, row.Account, row.Name, nameKey(row.Name), row.Roles, row.Issuer, row.Created, row.Expires, row.Used); err != nil {
			return err
		}
		token = row.token()
		return d.note(ctx, tx, Event{Account: row.Account, Kind: EventTokenIssued, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Name, Detail: row.Roles})
	})
	if err != nil {
		return "", Token{}, err
	}
	return secret, token, nil
}

// Tokens returns a page of those of an account whose name, or whose issuer's, holds what is searched: the oldest first, by id, which After
// is; also such as have run out.
func (d *Directory) Tokens(ctx context.Context, account string, q Query) ([]Token, error) {
	rows, err := all[tokenRow](ctx, d.read, selectTokens+" WHERE t.account = ? AND t.id > ? AND (t.name_key"+like+"OR p.name_key"+like+") ORDER BY t.id LIMIT ?",
		account, q.After, q.inName(), q.inName(), bounded(q.Limit))
	if err != nil {
		return nil, in("list tokens", err)
	}
	out := make([]Token, len(rows))
	for i, r := range rows {
		out[i] = r.token()
	}
	return out, nil
}

// Revoke ends a token of an account that one keeps, and the links that it made. Any other is ErrNotFound.
func (d *Directory) Revoke(ctx context.Context, by Who, id string) error {
	return d.update(ctx, "revoke a token", func(ctx context.Context, tx bun.Tx) error {
		p, err := d.keeper(ctx, tx, by, by.Account)
		if err != nil {
			return err
		}
		row, there, err := one[tokenRow](ctx, tx, selectTokens+" WHERE t.id = ?", id)
		if err != nil {
			return err
		}
		if !there || !p.keeps(row.Account) {
			return ErrNotFound
		}
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_token WHERE hash = ?", row.Hash); err != nil {
			return err
		}
		if _, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE maker = ?", row.ID); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: row.Account, Kind: EventTokenRevoked, By: p.who.ID(), ByName: p.who.Name, On: row.ID, OnName: row.Name})
	})
}

// byToken returns the program whose token a request carries.
func (d *Directory) byToken(ctx context.Context, v *visit, secret string) (Who, bool, error) {
	if !strings.HasPrefix(secret, tokenPrefix) || len(secret) != len(tokenPrefix)+len(mint()) {
		return Who{}, false, nil
	}
	v.token = digest(secret)
	row, who, in, err := d.program(ctx, d.read, "hash", v.token)
	if now := d.now(); err == nil && in && now-row.Used >= usedEvery.Microseconds() {
		_, _ = exec(ctx, d.write, "UPDATE mspkit_staff_token SET used = ? WHERE hash = ?", now, v.token) // should it fail, the next use tries again
	}
	return who, in, err
}

// program returns a token that opens something at this moment, by its hash or id, and who it is.
func (d *Directory) program(ctx context.Context, db bun.IDB, column, value string) (tokenRow, Who, bool, error) {
	row, there, err := one[tokenRow](ctx, db, selectTokens+" WHERE t.? = ?", bun.Ident(column), value)
	if err != nil || !there || row.Expires != 0 && row.Expires <= d.now() {
		return row, Who{}, false, err
	}
	_, roles, in, err := enters(ctx, db, row.Account, row.Issuer)
	both := slices.DeleteFunc(split(row.Roles), func(r string) bool { return !slices.Contains(roles, r) })
	return row, Who{Token: row.ID, Name: row.Name, Home: row.Account, Account: row.Account, Roles: both}, in && len(both) > 0, err
}
