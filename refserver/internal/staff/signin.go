package staff

import (
	"context"

	"github.com/uptrace/bun"
)

// SignIn checks a password and returns whose it is, without roles. Everything wrong is ErrSignIn, after the same time: an address that
// nobody has, a wrong password, somebody disabled. Too many wrong ones from one place are a *TooMany.
func (d *Directory) SignIn(ctx context.Context, email, password, ip string) (Person, error) {
	row, kept, err := d.prove(ctx, fold(email), password, ip)
	if err != nil {
		return Person{}, in("sign in", err)
	}
	p := row.person(nil)
	p.proof = digest(kept)
	return p, nil
}

// prove returns the person whose address and password these are, and what is kept of the password.
func (d *Directory) prove(ctx context.Context, emailKey, password, ip string) (personRow, string, error) {
	if err := d.take(ctx, emailKey, ip); err != nil {
		return personRow{}, "", err
	}
	row, known, err := one[personRow](ctx, d.read, "SELECT "+personColumns+" FROM mspkit_staff_person p WHERE p.email_key = ?", emailKey)
	if err != nil {
		return personRow{}, "", err
	}
	kept, there, err := one[string](ctx, d.read, "SELECT password FROM mspkit_staff_person WHERE email_key = ?", emailKey)
	if err != nil {
		return personRow{}, "", err
	}
	if !there {
		kept = d.dummy
	}
	same, current, err := d.matches(ctx, kept, password)
	if err != nil {
		return personRow{}, "", err
	}
	renewed := kept
	if same = same && known && there && !row.Disabled; same && !current {
		if renewed, err = d.hash(ctx, password); err != nil {
			return personRow{}, "", err
		}
	}
	err = d.update(ctx, "record a try", func(ctx context.Context, tx bun.Tx) error {
		if !same {
			e := Event{Account: row.Home, Kind: EventSignInFailed, On: row.ID, OnName: row.Name, IP: cut(ip, maxAgent)}
			if !known {
				e.Account = d.cfg.Account
			}
			return d.note(ctx, tx, e)
		}
		if renewed != kept {
			if _, err := exec(ctx, tx, "UPDATE mspkit_staff_person SET password = ? WHERE id = ? AND password = ?", renewed, row.ID, kept); err != nil {
				return err
			}
		}
		return giveBack(ctx, tx, emailKey, ip)
	})
	if err != nil {
		return personRow{}, "", err
	}
	if !same {
		return personRow{}, "", ErrSignIn
	}
	return row, renewed, nil
}

// ChangePassword replaces somebody's own password, who gives the old one, and ends their sessions and any link for a new password; that of the request
// goes on under a new id, as after Begin, so that a copy of its cookie opens nothing. Tokens that they issued stay. A wrong old one is ErrSignIn, one that was
// changed meanwhile ErrConflict.
func (d *Directory) ChangePassword(ctx context.Context, who Who, old, replacement string) error {
	const what = "change a password"
	row, there, err := personOf(ctx, d.read, who.Person)
	if err != nil {
		return in(what, err)
	}
	if !there || row.Disabled {
		return in(what, ErrNotFound)
	}
	wrong := new(Invalid)
	wrong.password(replacement, row.Email, row.Name)
	if err := wrong.err(); err != nil {
		return in(what, err)
	}
	v, _ := visitOf(ctx)
	_, kept, err := d.prove(ctx, row.EmailKey, old, v.ip)
	if err != nil {
		return in(what, err)
	}
	hash, err := d.hash(ctx, replacement)
	if err != nil {
		return in(what, err)
	}
	err = d.update(ctx, what, func(ctx context.Context, tx bun.Tx) error {
		n, err := exec(ctx, tx, "UPDATE mspkit_staff_person SET password = ?, version = version + 1 WHERE id = ? AND password = ? AND NOT disabled", hash, row.ID, kept)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrConflict
		}
		if err := endSessions(ctx, tx, row.ID); err != nil {
			return err
		}
		if err := dropResets(ctx, tx, row); err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: row.Home, Kind: EventPasswordChanged, By: row.ID, ByName: row.Name, On: row.ID, OnName: row.Name})
	})
	if err != nil || v.session.Hash == "" {
		return err
	}
	return d.Begin(ctx, Person{ID: row.ID, Home: row.Home, proof: digest(hash)}, v.session.Account)
}
