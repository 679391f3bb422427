package staff

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/alexedwards/scs/v2"
	"github.com/uptrace/bun"
)

// visit is one request: where it comes from, by what it is let in, and where a cookie can be set until the answer begins.
type visit struct {
	w       http.ResponseWriter
	ip      string
	agent   string
	session sessionRow // its zero: none
	token   string     // the hash of a token, or empty
}

type visitKey struct{}

// visitOf returns the request, else an empty one.
func visitOf(ctx context.Context) (*visit, bool) {
	if v, ok := ctx.Value(visitKey{}).(*visit); ok {
		return v, true
	}
	return new(visit), false
}

// errVisit says that something which is a browser's was asked for elsewhere.
var errVisit = errors.New("not in a request that went through Middleware")

// newCookies makes what turns sessions into cookies and back. It neither extends sessions, which would write at every request, nor wraps the
// answer, so that streams flush as they are.
func newCookies(d *Directory) *scs.SessionManager {
	cookie := scs.SessionCookie{Name: d.cfg.Cookie, Secure: d.cfg.Secure, HttpOnly: true, Path: "/", SameSite: http.SameSiteLaxMode}
	if d.cfg.Secure {
		cookie.Name = "__Host-" + d.cfg.Cookie
	}
	// scs.New would begin with a store in memory of its own, whose cleaning never ends.
	return &scs.SessionManager{Store: sessions{d}, Codec: codec{}, HashTokenInStore: true, Lifetime: d.cfg.Absolute, Cookie: cookie}
}

// Middleware puts who asks into the context of each request: the person of its session, or the program of its token, which counts where there
// are both. Somebody who is disabled or holds nothing on the account is nobody. A request with a token that is none of ours gets Config.Refused.
func (d *Directory) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Authorization, Cookie")
		v := &visit{w: w, ip: cut(d.cfg.IP(r), maxAgent), agent: cut(r.UserAgent(), maxAgent)}
		ctx := context.WithValue(r.Context(), visitKey{}, v)
		secret, bearer := bearer(r)
		var who Who
		var ok bool
		var err error
		if bearer {
			who, ok, err = d.byToken(ctx, v, secret)
		} else {
			who, ok, err = d.byCookie(ctx, v, r)
		}
		switch {
		case err != nil:
			d.cfg.Failed(w, r, err)
			return
		case bearer && !ok:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			d.cfg.Refused(w, r)
			return
		case ok:
			ctx = With(ctx, who)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// bearer returns the token that a request carries, and whether it carries one.
func bearer(r *http.Request) (secret string, is bool) {
	for _, h := range r.Header.Values("Authorization") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(h), " ")
		if !strings.EqualFold(scheme, "Bearer") {
			continue
		}
		if is {
			return "", true // two of them are none
		}
		secret, is = strings.TrimSpace(rest), true
	}
	return secret, is
}

// byCookie returns the person whose session a request belongs to.
func (d *Directory) byCookie(ctx context.Context, v *visit, r *http.Request) (Who, bool, error) {
	c, err := r.Cookie(d.cookies.Cookie.Name)
	if err != nil || len(c.Value) != len(mint()) {
		return Who{}, false, nil
	}
	loaded, err := d.cookies.Load(ctx, c.Value)
	if err != nil {
		return Who{}, false, err
	}
	o, there := d.cookies.Get(loaded, valueKey).(opening)
	if !there {
		return Who{}, false, nil
	}
	v.session = o.Row
	who, in, err := d.bySession(ctx, o.Row)
	if err == nil && in {
		_ = d.seen(ctx, o.Row) // should it fail, the next request tries again
	}
	return who, in, err
}

// bySession returns the person of a session.
func (d *Directory) bySession(ctx context.Context, s sessionRow) (Who, bool, error) {
	row, roles, in, err := enters(ctx, d.read, s.Account, s.Person)
	fresh := d.now() < s.Confirmed+d.cfg.FreshFor.Microseconds()
	return Who{Person: row.ID, Name: row.Name, Email: row.Email, Home: row.Home, Account: s.Account, Roles: roles, Fresh: fresh}, in, err
}

// Stands looks up anew whom the session or token by which a request was let in stands for, and whether it still does: for streams that outlive
// the look when they began.
func (d *Directory) Stands(ctx context.Context) (who Who, in bool, err error) {
	v, _ := visitOf(ctx)
	switch {
	case v.token != "":
		_, who, in, err = d.program(ctx, d.read, "hash", v.token)
	case v.session.Hash != "":
		var row sessionRow
		if row, in, err = d.session(ctx, v.session.Hash); err == nil && in {
			who, in, err = d.bySession(ctx, row)
		}
	}
	return who, in, err
}

// Begin signs somebody in whose password was given, in an account; empty: the one that they belong to if they hold a role there, else the
// first. It sets the cookie of a new session, in place of any before. Where they hold nothing it is ErrNotFound; where the password by which SignIn
// or TakeLink returned them was replaced meanwhile it is ErrSignIn. Of answers as before until the next request.
func (d *Directory) Begin(ctx context.Context, person Person, account string) error {
	if account == "" {
		list, err := d.Memberships(ctx, person.ID)
		if err != nil {
			return err
		}
		for i, m := range list {
			if i == 0 || m.Account == person.Home {
				account = m.Account
			}
		}
	}
	now := d.now()
	row := sessionRow{Person: person.ID, Account: account, Started: now, Confirmed: now, Deadline: now + d.cfg.Absolute.Microseconds()}
	return d.begin(ctx, opening{Row: row, Kind: EventSignedIn, Proof: person.proof})
}

// begin opens a session in place of the request's.
func (d *Directory) begin(ctx context.Context, o opening) error {
	v, ok := visitOf(ctx)
	if !ok {
		return in("begin a session", errVisit)
	}
	row := &o.Row
	row.ID, row.Seen, row.IP, row.Agent = d.cfg.NewID(), d.now(), v.ip, v.agent
	o.Replaces = v.session.Hash
	fresh, err := d.cookies.Load(ctx, "")
	if err != nil {
		return in("begin a session", err)
	}
	d.cookies.Put(fresh, valueKey, o)
	id, _, err := d.cookies.Commit(fresh)
	if err != nil {
		return err
	}
	row.Hash = digest(id)
	v.session = *row
	d.setCookie(fresh, v, id)
	return nil
}

// setCookie hands the browser a session's id; empty: takes it away. The last word in an answer counts.
func (d *Directory) setCookie(ctx context.Context, v *visit, id string) {
	mine := func(c string) bool { return strings.HasPrefix(c, d.cookies.Cookie.Name+"=") }
	h := v.w.Header()
	if h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], mine); len(h["Set-Cookie"]) == 0 {
		h.Del("Set-Cookie")
	}
	h.Set("Cache-Control", "no-store")
	expires := at(v.session.Deadline)
	if id == "" {
		expires = at(0)
	}
	d.cookies.WriteSessionCookie(ctx, v.w, id, expires)
	h.Set("Cache-Control", "no-store") // and not what scs adds
}

// End signs out: it ends the session of the request and takes the cookie away. Without a session it does nothing.
func (d *Directory) End(ctx context.Context) error {
	v, _ := visitOf(ctx)
	if v.session.Hash == "" {
		return nil
	}
	err := d.update(ctx, "sign out", func(ctx context.Context, tx bun.Tx) error {
		n, err := exec(ctx, tx, "DELETE FROM mspkit_staff_session WHERE hash = ?", v.session.Hash)
		if err != nil || n == 0 {
			return err
		}
		row, _, err := personOf(ctx, tx, v.session.Person)
		if err != nil {
			return err
		}
		return d.note(ctx, tx, Event{Account: v.session.Account, Kind: EventSignedOut, By: row.ID, ByName: row.Name})
	})
	if err != nil {
		return err
	}
	v.session = sessionRow{}
	d.setCookie(ctx, v, "")
	return nil
}

// Switch goes on in another account, with a new id and as long as before. One where the person holds nothing is ErrNotFound.
func (d *Directory) Switch(ctx context.Context, account string) error {
	v, _ := visitOf(ctx)
	if v.session.Hash == "" {
		return in("switch", ErrNotFound)
	}
	row := v.session
	row.Account = account
	return d.begin(ctx, opening{Row: row, Kind: EventSwitched})
}

// Confirm makes who is signed in Fresh by their password, with a new id and as long as before. A wrong one is ErrSignIn, too many are *TooMany.
func (d *Directory) Confirm(ctx context.Context, password string) error {
	v, _ := visitOf(ctx)
	if v.session.Hash == "" {
		return in("confirm", ErrNotFound)
	}
	person, there, err := personOf(ctx, d.read, v.session.Person)
	if err != nil {
		return in("confirm", err)
	}
	if !there {
		return in("confirm", ErrNotFound)
	}
	if _, _, err := d.prove(ctx, person.EmailKey, password, v.ip); err != nil {
		return in("confirm", err)
	}
	row := v.session
	row.Confirmed = d.now()
	return d.begin(ctx, opening{Row: row, Kind: EventConfirmed})
}

// remote is the host that a request comes from.
func remote(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
