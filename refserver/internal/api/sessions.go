package api

import (
	"context"

	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

const doors = "Sessions and people"

type byToken struct {
	Token string `path:"token"`
}

type takeByToken[B any] struct {
	Token string `path:"token"`
	Body  B
}

// sessions serves how people come in, by a password or a one-time link, and in which account they act.
func (a *api) sessions() {
	handle(a, route("signIn", "POST session", doors, "Open a session by a password; the answer sets its cookie"), func(ctx context.Context, in *take[shapes.SignIn]) (shapes.Session, error) {
		p, err := a.Staff.SignIn(ctx, in.Body.Email, in.Body.Password, web.IP(ctx))
		if err != nil {
			return shapes.Session{}, err
		}
		return a.begin(ctx, p, in.Body.Account)
	})
	handle(a, route("getSession", "GET session", doors, "Who asks, and in which account"), func(ctx context.Context, _ *nothing) (shapes.Session, error) {
		who, _ := staff.Of(ctx)
		return a.session(ctx, who)
	})
	handle(a, route("chooseAccount", "POST session/account", doors, "Go on in another account"), func(ctx context.Context, in *take[shapes.ChooseAccount]) (shapes.Session, error) {
		who, _ := staff.Of(ctx)
		if err := a.Staff.Switch(ctx, in.Body.Account); err != nil {
			return shapes.Session{}, err
		}
		who.Account = in.Body.Account
		return a.session(ctx, who)
	})
	handle(a, route("confirmSession", "POST session/confirm", doors, "Give the password once more, before what is dangerous"), func(ctx context.Context, in *take[shapes.GivePassword]) (shapes.Session, error) {
		who, _ := staff.Of(ctx)
		if err := a.Staff.Confirm(ctx, in.Body.Password); err != nil {
			return shapes.Session{}, err
		}
		who.Fresh = true
		return a.session(ctx, who)
	})
	handle(a, route("signOut", "DELETE session", doors, "End the session"), func(ctx context.Context, _ *nothing) (nothing, error) {
		return nothing{}, a.Staff.End(ctx)
	})
	handle(a, route("getLink", "GET links/{token}", doors, "What a one-time link is for; it stays good"), func(ctx context.Context, in *byToken) (shapes.PersonLink, error) {
		l, err := a.Staff.Link(ctx, in.Token)
		return toPersonLink(l), err
	})
	handle(a, route("takeLink", "POST links/{token}", doors, "Use a one-time link with a password of one's own; the answer opens a session"), func(ctx context.Context, in *takeByToken[shapes.TakeLink]) (shapes.Session, error) {
		link, err := a.Staff.Link(ctx, in.Token)
		if err != nil {
			return shapes.Session{}, err
		}
		p, err := a.Staff.TakeLink(ctx, in.Token, in.Body.Name, in.Body.Email, in.Body.Password)
		if err != nil {
			return shapes.Session{}, err
		}
		if link.Kind == staff.Reset {
			link.Account = ""
		}
		return a.begin(ctx, p, link.Account)
	})
	handle(a, route("acceptLink", "POST links/{token}/accept", doors, "Accept an invitation as who is signed in"), func(ctx context.Context, in *byToken) (shapes.Session, error) {
		who, _ := staff.Of(ctx)
		if err := a.Staff.AcceptLink(ctx, in.Token, who); err != nil {
			return shapes.Session{}, err
		}
		return a.session(ctx, who)
	})
}

// begin opens a session of somebody whose password was given. The account is "" for the one that they belong to, or else their first.
func (a *api) begin(ctx context.Context, p staff.Person, account string) (shapes.Session, error) {
	if account == "" {
		list, err := a.Staff.Memberships(ctx, p.ID)
		if err != nil {
			return shapes.Session{}, err
		}
		for i, m := range list {
			if i == 0 || m.Account == p.Home {
				account = m.Account
			}
		}
	}
	if err := a.Staff.Begin(ctx, p, account); err != nil {
		return shapes.Session{}, err
	}
	return a.session(ctx, staff.Who{Person: p.ID, Name: p.Name, Email: p.Email, Home: p.Home, Account: account, Fresh: true})
}

// session says who asks. The roles of a person are looked up anew.
func (a *api) session(ctx context.Context, who staff.Who) (shapes.Session, error) {
	out := shapes.Session{Token: who.Token, Name: who.Name, Account: who.Account, Roles: who.Roles, Fresh: who.Fresh}
	if who.Person == "" {
		return out, nil
	}
	p, err := a.Staff.PersonByID(ctx, who.Account, who.Person)
	if err != nil {
		return out, err
	}
	list, err := a.Staff.Memberships(ctx, who.Person)
	person := toMember(p)
	out.Person, out.Roles = &person, p.Roles
	out.Accounts = each(list, func(m staff.Membership) shapes.Membership {
		return shapes.Membership{Account: m.Account, Name: m.Name, Roles: m.Roles}
	})
	return out, err
}

func toPersonLink(l staff.Link) shapes.PersonLink {
	return shapes.PersonLink{ID: l.ID, Kind: string(l.Kind), Account: l.Account, Email: l.Email, Name: l.Name, Roles: l.Roles, Known: l.Known, ExpiresAt: l.Expires}
}
