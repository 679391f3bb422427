package staff

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// firstRoles are those of the first administrator, on the system's own account.
var firstRoles = []string{Administers, Operates, Specialist, Works}

// TakeLink uses a link with the password that somebody chooses. For First they give an address and a name; an invitation holds the address, and the
// name given, if any, comes before the one in it; for Reset neither counts. An invitation of an address that somebody has is ErrConflict: they sign in
// and AcceptLink. A link that is no longer good is ErrLink. What is Invalid leaves the link as it is. Roles are those on the link's account.
func (d *Directory) TakeLink(ctx context.Context, token, name, email, password string) (Person, error) {
	p, err := d.takeLink(ctx, token, name, email, password)
	return p, in("take a link", err)
}

func (d *Directory) takeLink(ctx context.Context, token, name, email, password string) (Person, error) {
	link, err := d.open(ctx, d.read, token)
	if err != nil {
		return Person{}, err
	}
	wrong := new(Invalid)
	switch link.Kind {
	case First:
		link.Email, link.Name, link.Roles = wrong.email(email), wrong.name(name), join(firstRoles)
		link.EmailKey = fold(link.Email)
	case Invite:
		if name != "" || link.Name == "" {
			link.Name = wrong.name(name)
		}
	}
	wrong.password(password, link.Email, link.Name)
	if link.Kind != Reset {
		there, err := taken(ctx, d.read, link.EmailKey)
		if err != nil {
			return Person{}, err
		}
		if there && link.Kind == Invite {
			return Person{}, ErrConflict
		}
		if there {
			wrong.add("email", RuleTaken, "somebody has this address")
		}
	}
	if err := wrong.err(); err != nil {
		return Person{}, err
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return Person{}, err
	}
	var out Person
	err = d.update(ctx, "use it", func(ctx context.Context, tx bun.Tx) (err error) {
		if err := d.use(ctx, tx, token); err != nil {
			return err
		}
		if link.Kind == Reset {
			out, err = d.renew(ctx, tx, link, hash)
		} else {
			out, err = d.enter(ctx, tx, link, hash)
		}
		return err
	})
	return out, err
}

// use takes a link away, which can be done once.
func (d *Directory) use(ctx context.Context, tx bun.Tx, token string) error {
	n, err := exec(ctx, tx, "DELETE FROM mspkit_staff_link WHERE hash = ? AND expires > ?", digest(token), d.now())
	if err == nil && n == 0 {
		err = ErrLink
	}
	return err
}

// enter makes a person of who took a link.
func (d *Directory) enter(ctx context.Context, tx bun.Tx, link linkRow, hash string) (Person, error) {
	if link.Kind == First {
		there, err := someone(ctx, tx, d.cfg.Account, Administers)
		if err != nil {
			return Person{}, err
		}
		if there {
			return Person{}, ErrLink
		}
	}
	row := personRow{ID: d.cfg.NewID(), Email: link.Email, EmailKey: link.EmailKey, Name: link.Name, Home: link.Home, Version: 1, Created: d.now()}
	n, err := exec(ctx, tx, `INSERT INTO mspkit_staff_person (id, email, email_key, name, name_key, home, password, disabled, version, created)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email_key) DO NOTHING`, row.ID, row.Email, row.EmailKey, row.Name, nameKey(row.Name), row.Home, hash, false, row.Version, row.Created)
	if err != nil {
		return Person{}, err
	}
	if n == 0 { // somebody got the address meanwhile
		return Person{}, ErrConflict
	}
	roles := split(link.Roles)
	if err := putRoles(ctx, tx, link.Account, &row, roles); err != nil {
		return Person{}, err
	}
	out := row.person(roles)
	out.proof = digest(hash)
	return out, d.note(ctx, tx, Event{Account: link.Account, Kind: EventJoined, By: row.ID, ByName: row.Name, On: row.ID, OnName: row.Name, Detail: link.Roles})
}

// renew gives a person a new password and ends their sessions. Tokens that they issued stay.
func (d *Directory) renew(ctx context.Context, tx bun.Tx, link linkRow, hash string) (Person, error) {
	row, there, err := one[personRow](ctx, tx, "SELECT "+personColumns+" FROM mspkit_staff_person p WHERE p.email_key = ?", link.EmailKey)
	if err != nil {
		return Person{}, err
	}
	if !there || row.Disabled {
		return Person{}, ErrLink
	}
	row.Version++
	if _, err := exec(ctx, tx, "UPDATE mspkit_staff_person SET password = ?, version = ? WHERE id = ?", hash, row.Version, row.ID); err != nil {
		return Person{}, err
	}
	if err := endSessions(ctx, tx, row.ID); err != nil {
		return Person{}, err
	}
	roles, err := rolesOn(ctx, tx, link.Account, row.ID)
	if err != nil {
		return Person{}, err
	}
	out := row.person(roles)
	out.proof = digest(hash)
	return out, d.note(ctx, tx, Event{Account: row.Home, Kind: EventResetTaken, By: row.ID, ByName: row.Name, On: row.ID, OnName: row.Name})
}

// AcceptLink uses an invitation of the address of somebody who is signed in: they get its roles beside those that they have on its account. An
// invitation of another address is ErrForbidden, and stays.
func (d *Directory) AcceptLink(ctx context.Context, token string, who Who) error {
	return d.update(ctx, "accept an invitation", func(ctx context.Context, tx bun.Tx) error {
		link, err := d.open(ctx, tx, token)
		if err != nil {
			return err
		}
		row, there, err := personOf(ctx, tx, who.Person)
		if err != nil {
			return err
		}
		if !there || row.Disabled || link.Kind != Invite || row.EmailKey != link.EmailKey {
			return ErrForbidden
		}
		if err := d.use(ctx, tx, token); err != nil {
			return err
		}
		roles, err := rolesOn(ctx, tx, link.Account, row.ID)
		if err != nil {
			return err
		}
		roles = append(roles, split(link.Roles)...)
		slices.Sort(roles)
		if err := putRoles(ctx, tx, link.Account, &row, slices.Compact(roles)); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: link.Account, Kind: EventJoined, By: row.ID, ByName: row.Name, On: row.ID, OnName: row.Name, Detail: link.Roles})
	})
}
