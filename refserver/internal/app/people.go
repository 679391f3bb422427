package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

// directory opens the directory of who may sign in.
func (a *App) directory() (*staff.Directory, error) {
	return staff.New(a.db.write, a.db.read, staff.Config{
		Account: a.cfg.ID, Name: a.cfg.Name, Cookie: "mspkit-" + url.QueryEscape(a.cfg.ID), Secure: a.cfg.https(), Hash: a.cfg.Hash, KeepEvents: a.cfg.KeepEvents, Now: a.cfg.Now, NewID: a.cfg.NewID,
		IP: func(r *http.Request) string { return web.IP(r.Context()) },
		Failed: func(w http.ResponseWriter, r *http.Request, err error) {
			p := api.ProblemOf(err)
			if p.Code == api.Internal {
				p.Request = web.RequestID(r.Context())
				a.cfg.Log.Log(r.Context(), web.Severity(r.Context()), "who asks", "request_id", p.Request, "err", err)
			}
			web.Problem(w, p)
		},
		Refused: func(w http.ResponseWriter, r *http.Request) {
			if wait := a.cfg.Limits.Take(r.Context(), "", web.Entering); wait > 0 {
				web.Problem(w, web.TooMany(wait))
				return
			}
			web.Problem(w, api.ProblemOf(fmt.Errorf("the token is none of ours, has run out or was revoked: %w", api.ErrSignIn)))
		},
	})
}

// knowing looks up who asks, except for partners: they sign each request and have neither sessions nor tokens.
func (a *App) knowing(next http.Handler) http.Handler {
	people := a.Staff.Middleware(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, collabhttp.Prefix) {
			next.ServeHTTP(w, r)
			return
		}
		people.ServeHTTP(w, r)
	})
}

// introduce gives every hosted account that has none its record, so that organizations can be registered in it.
func (a *App) introduce(ctx context.Context) error {
	accounts, err := a.Staff.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		actor := a.caretaker(acc.ID)
		_, err := a.Orgs(acc.ID).Tenant(ctx, actor)
		if errors.Is(err, orgoverlay.ErrNotFound) {
			_, err = a.Orgs(acc.ID).SaveTenant(ctx, actor, orgoverlay.Tenant{ID: actor.On, Name: acc.Name})
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", acc.ID, err)
		}
	}
	return nil
}

// FirstLink makes the one-time link by which somebody becomes the first administrator, in place of any before; "" where there is one.
func (a *App) FirstLink(ctx context.Context) (string, error) {
	token, err := a.Staff.FirstLink(ctx)
	if errors.Is(err, staff.ErrConflict) {
		return "", nil
	}
	return a.Door() + "/links/" + token, err
}

// administered reports whether somebody administers the system that a database is of, which it leaves as it is.
func administered(ctx context.Context, name, id string) (_ bool, err error) {
	db, err := inspectDatabase(name)
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := staff.CheckOwner(ctx, db.read, id); err != nil {
		return false, db.told(err)
	}
	d, err := staff.New(db.read, db.read, staff.Config{Account: id, Hash: staff.Hash{Memory: 64, Passes: 1, Threads: 1}})
	if err != nil {
		return false, err
	}
	return d.HasAdministrator(ctx)
}

// Admit makes a link for who has shut themselves out of the system of a database, and returns its path: without an address for the
// first administrator, else a new password for the person of that address. The system may run meanwhile.
func Admit(ctx context.Context, name, id, email string) (_ string, err error) {
	if err := cmp.Or(checkDatabase(name), checkID(id)); err != nil {
		return "", err
	}
	if !isPostgres(name) {
		if _, err := os.Stat(name); err != nil { // to make one would be a system with nobody in it, and not the one that was meant
			return "", fmt.Errorf("-db: %w: \"refserver serve\" or \"refserver migrate\" makes a database", err)
		}
	}
	db, err := openDatabase(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.close()) }()
	if err := db.take(ctx, id); err != nil {
		return "", err
	}
	d, err := staff.New(db.write, db.read, staff.Config{Account: id})
	if err != nil {
		return "", err
	}
	var token string
	if email == "" {
		token, err = d.FirstLink(ctx)
		if errors.Is(err, staff.ErrConflict) {
			err = errors.New("there is an administrator: give their address as -email for a link to a new password")
		}
	} else if token, err = d.Recover(ctx, email); errors.Is(err, staff.ErrNotFound) {
		err = fmt.Errorf("nobody who may sign in has the address %s", email)
	}
	if err != nil {
		return "", err
	}
	return "/links/" + token, nil
}
