package demo

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/app"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
)

// Password is that of everybody in the demonstration, until they change it.
const Password = "two systems one survey"

// Roles, as the cast below holds them.
const (
	operator, worker, administrator = staff.Operates, staff.Works, staff.Administers

	serviceLevel = string(orgoverlay.RoleServiceLevel)
	specialist   = string(orgoverlay.RoleSpecialist)
	endUser      = string(orgoverlay.RoleEndUser)
)

// hosted are the accounts that alder hosts.
var hosted = []staff.Account{{ID: wdc, Name: "Widget Data Center"}, {ID: gigatera, Name: "GigaTera"}, {ID: globalnet, Name: "GlobalNet"}, {ID: outsider, Name: "Outsider Consulting"}}

// part is somebody of the demonstration.
type part struct {
	system, account   string // in which they hold the roles
	home              string // the account that they belong to; empty: account
	name, email, does string
	roles             []string
}

// cast is everybody, at each system its first administrator first.
var cast = []part{
	{alder, alder, "", "Ada Alder", "ada@alder.example", "operates alder, and everything else there", []string{operator, worker, administrator, specialist}},
	{alder, alder, "", "Sam Alder", "sam@alder.example", "works with projects, shops and locations", []string{worker, specialist}},
	{alder, wdc, "", "Howard Tanner", "howard@wdc.example", "edits what Widget Data Center keeps of others", []string{serviceLevel, specialist}},
	{alder, wdc, "", "Ellen Brown", "ellen@wdc.example", "administers Widget Data Center", []string{administrator}},
	{alder, wdc, "", "Uma Hill", "uma@wdc.example", "reads organizations as an end user", []string{endUser}},
	{alder, wdc, outsider, "Otto Sayer", "otto@outsider.example", "a consultant of another account who administers Widget Data Center", []string{administrator}},
	{alder, gigatera, "", "Gita Rao", "gita@gigatera.example", "edits what GigaTera keeps of others", []string{serviceLevel, specialist}},
	{alder, gigatera, "", "Gus Lind", "gus@gigatera.example", "administers GigaTera", []string{administrator}},
	{birch, birch, "", "Bea Birch", "bea@birch.example", "operates birch, and everything else there", []string{operator, worker, administrator, specialist}},
	{birch, birch, "", "Ben Birch", "ben@birch.example", "works with projects, shops and locations", []string{worker, specialist}},
}

// playing returns those of a system, in their order.
func playing(system string) []part {
	return slices.DeleteFunc(slices.Clone(cast), func(p part) bool { return p.system != system })
}

// populate makes the people of a system, and the accounts that alder hosts. Somebody or something that is there already stays as it is.
func populate(ctx context.Context, a *app.App) error {
	parts := playing(a.ID())
	if err := first(ctx, a.Staff, parts[0]); err != nil {
		return err
	}
	chief, err := find(ctx, a.Staff, parts[0])
	if err != nil {
		return err
	}
	by := acting(chief, a.ID())
	if a.ID() == alder {
		opener := api.Config{Staff: a.Staff, Orgs: a.Orgs}
		open, err := a.Staff.Accounts(ctx)
		if err != nil {
			return err
		}
		for _, acc := range hosted {
			if slices.ContainsFunc(open, func(o staff.Account) bool { return o.ID == acc.ID }) {
				continue
			}
			if err := opener.OpenAccount(ctx, by, acc.ID, acc.Name, ""); err != nil {
				return err
			}
		}
	}
	for _, p := range parts[1:] {
		_, err := find(ctx, a.Staff, p)
		if err == nil {
			continue
		}
		if !errors.Is(err, staff.ErrNotFound) {
			return err
		}
		token, _, err := a.Staff.Invite(ctx, by, staff.Invitation{Email: p.email, Name: p.name, Home: p.home, Account: p.account, Roles: p.roles})
		if err != nil {
			return err
		}
		if _, err := a.Staff.TakeLink(ctx, token, "", "", Password); err != nil {
			return err
		}
	}
	return nil
}

// first makes the first administrator, where there is none.
func first(ctx context.Context, d *staff.Directory, p part) error {
	token, err := d.FirstLink(ctx)
	if err != nil {
		return there(err)
	}
	_, err = d.TakeLink(ctx, token, p.name, p.email, Password)
	return err
}

// there is an error, but for that of something that was made before.
func there(err error) error {
	if errors.Is(err, staff.ErrConflict) || errors.Is(err, orgoverlay.ErrConflict) {
		return nil
	}
	return err
}

// find looks somebody up in the account in which they hold roles.
func find(ctx context.Context, d *staff.Directory, p part) (staff.Person, error) {
	found, err := d.People(ctx, p.account, staff.PeopleQuery{Query: staff.Query{Search: p.email}})
	if err != nil {
		return staff.Person{}, err
	}
	for _, q := range found {
		if strings.EqualFold(q.Email, p.email) {
			return q, nil
		}
	}
	return staff.Person{}, staff.ErrNotFound
}

// acting is a person who acts in an account, as the directory takes it: it looks up again what they hold.
func acting(p staff.Person, account string) staff.Who {
	return staff.Who{Person: p.ID, Name: p.Name, Email: p.Email, Home: p.Home, Account: account, Roles: p.Roles, Fresh: true}
}

// logins are those of a system who can still sign in, for the buttons of the page on which one does.
func logins(ctx context.Context, a *app.App) ([]pages.Login, error) {
	var out []pages.Login
	for _, p := range playing(a.ID()) {
		q, err := find(ctx, a.Staff, p)
		switch {
		case errors.Is(err, staff.ErrNotFound) || q.Disabled:
			continue
		case err != nil:
			return nil, err
		}
		out = append(out, pages.Login{Person: q, Account: p.account, Does: p.does})
	}
	return out, nil
}

// tokenName is what the token of a demonstration is called.
const tokenName = "demonstration"

// issue makes a token with which the commands of Welcome work while the demonstration runs, in place of that of the last time. It is of
// the first administrator that is left; with none there is no token.
func issue(ctx context.Context, a *app.App) (string, error) {
	p, err := find(ctx, a.Staff, playing(a.ID())[0])
	if errors.Is(err, staff.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	by := acting(p, a.ID())
	if p.Disabled || !by.Holds(administrator) {
		return "", nil
	}
	old, err := a.Staff.Tokens(ctx, a.ID(), staff.Query{})
	if err != nil {
		return "", err
	}
	for _, t := range old {
		if t.Name == tokenName && t.Issuer == p.ID {
			if err := a.Staff.Revoke(ctx, by, t.ID); err != nil {
				return "", err
			}
		}
	}
	secret, _, err := a.Staff.Issue(ctx, by, staff.TokenInput{Name: tokenName, Roles: p.Roles})
	return secret, err
}
