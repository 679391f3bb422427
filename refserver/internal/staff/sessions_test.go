package staff_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestASessionKnowsWhoAsks(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		b := w.browser()
		_, in := b.who()
		require.False(t, in)
		require.Empty(t, b.cookies, "nobody gets a session for nothing")
		b.signIn(ada.Email, "")
		who, in := b.who()
		require.True(t, in)
		require.Empty(t, cmp.Diff(staff.Who{Person: ada.ID, Name: "Ada First", Email: "ada@alder.example", Home: "alder", Account: "alder",
			Roles: []string{"account_administrator", "operator", "specialist", "staff"}, Fresh: true}, who))
		require.NoError(t, b.try(func(r *http.Request) error { return w.End(r.Context()) }))
		require.Empty(t, b.cookies)
		_, in = b.who()
		require.False(t, in)
		require.Equal(t, "signed_out signed_in joined first_made", w.kinds("alder"))
		require.NoError(t, b.try(func(r *http.Request) error { return w.End(r.Context()) }), "again")
		require.ErrorContains(t, w.Begin(t.Context(), ada, ""), "Middleware")
	})
}

func TestTheCookieIsForThisSystemAndNoScript(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		begin := func() (*http.Cookie, http.Header) {
			out := w.browser().do(func(_ http.ResponseWriter, r *http.Request) {
				require.NoError(t, w.Begin(r.Context(), ada, ""))
				require.NoError(t, w.Switch(r.Context(), "alder"))
			}).Result()
			require.Len(t, out.Cookies(), 1, "the last one counts")
			return out.Cookies()[0], out.Header
		}
		c, h := begin()
		require.Len(t, c.Value, 43)
		require.Equal(t, "mspkit-alder="+c.Value+"; Path=/; HttpOnly; SameSite=Lax", c.Raw)
		require.Equal(t, "no-store", h.Get("Cache-Control"))
		require.Equal(t, "Authorization, Cookie", h.Get("Vary"))
		w.cfg.Secure = true
		w.reopen()
		c, _ = begin()
		require.Equal(t, "__Host-mspkit-alder="+c.Value+"; Path=/; HttpOnly; Secure; SameSite=Lax", c.Raw)
	})
}

// Signing in, switching and confirming each give a new id, and the one before is dead at once.
func TestEachStepGivesANewID(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		require.NoError(t, w.OpenAccount(t.Context(), w.as(ada, "alder"), "wdc", "Widget Data Center"))
		b := w.browser()
		b.cookies["mspkit-alder"] = strings.Repeat("A", 43) // planted
		seen := map[string]bool{b.cookies["mspkit-alder"]: true}
		for name, step := range map[string]func(r *http.Request) error{
			"switch":  func(r *http.Request) error { return w.Switch(r.Context(), "wdc") },
			"confirm": func(r *http.Request) error { return w.Confirm(r.Context(), password) },
			"again":   func(r *http.Request) error { return w.Begin(r.Context(), ada, "") },
		} {
			b.signIn(ada.Email, "")
			old := b.cookies["mspkit-alder"]
			require.False(t, seen[old], name)
			seen[old] = true
			require.NoError(t, b.try(step), name)
			require.False(t, seen[b.cookies["mspkit-alder"]], name)
			_, in := b.who()
			require.True(t, in, name)
			thief := w.browser()
			thief.cookies["mspkit-alder"] = old
			_, in = thief.who()
			require.False(t, in, name)
		}
	})
}

func TestASessionIsSwitchedToAccountsWhereRolesAreHeld(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "wdc", "bo@wdc.example", "auditor")
		b := w.browser()
		b.signIn(bo.Email, "")
		who, _ := b.who()
		require.Equal(t, []string{"wdc", "auditor"}, append([]string{who.Account}, who.Roles...))
		for _, account := range []string{"alder", "nowhere", "", "\x00"} {
			require.ErrorIs(t, b.try(func(r *http.Request) error { return w.Switch(r.Context(), account) }), staff.ErrNotFound)
			require.ErrorIs(t, w.browser().try(func(r *http.Request) error { return w.Begin(r.Context(), bo, "alder") }), staff.ErrNotFound)
			who, in := b.who()
			require.True(t, in)
			require.Equal(t, "wdc", who.Account)
		}
		token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: bo.Email, Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, who))
		require.NoError(t, b.try(func(r *http.Request) error { return w.Switch(r.Context(), "alder") }))
		who, _ = b.who()
		require.Equal(t, []string{"alder", "staff"}, append([]string{who.Account}, who.Roles...))
		require.Equal(t, "wdc", who.Home)

		_, err = w.SetRoles(ctx, operator, "alder", bo.ID, nil, w.now(bo, "alder").Version)
		require.NoError(t, err)
		_, in := b.who()
		require.False(t, in, "who left an account is nobody there")
		token, _, err = w.Invite(ctx, operator, staff.Invitation{Email: bo.Email, Account: "alder", Roles: []string{staff.Works}})
		require.NoError(t, err)
		require.NoError(t, w.AcceptLink(ctx, token, staff.Who{Person: bo.ID}))
		_, in = b.who()
		require.False(t, in, "the session ended with the roles")
		b.signIn(bo.Email, "")
		who, _ = b.who()
		require.Equal(t, "wdc", who.Account, "where they belong comes before the others")
		require.ErrorIs(t, w.browser().try(func(r *http.Request) error { return w.Switch(r.Context(), "alder") }), staff.ErrNotFound, "nobody has nothing to switch")
	})
}

func TestASessionEndsIdleAndAbsolutely(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		idle, busy := w.browser(), w.browser()
		idle.signIn(ada.Email, "")
		busy.signIn(ada.Email, "")
		in := func(b *browser) bool { _, in := b.who(); return in }
		w.pass(30*time.Minute - time.Second)
		require.True(t, in(idle))
		w.pass(30*time.Minute - time.Second)
		require.True(t, in(idle), "use makes it last")
		require.False(t, in(busy))
		busy.signIn(ada.Email, "")
		w.pass(30 * time.Minute)
		require.False(t, in(idle))

		busy.signIn(ada.Email, "")
		for spent := time.Duration(0); spent < 12*time.Hour; spent += 20 * time.Minute {
			require.True(t, in(busy), spent)
			if spent == 6*time.Hour {
				require.NoError(t, busy.try(func(r *http.Request) error { return w.Confirm(r.Context(), password) }), "which does not make it last longer")
			}
			w.pass(20 * time.Minute)
		}
		require.False(t, in(busy))
		busy.signIn(ada.Email, "")
		require.Equal(t, 1, strings.Count(w.dump(), "\nsession "), "those that have run out go")
	})
}

// A session that is used is written once a minute at most.
func TestUseIsWrittenOnceAMinute(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		b := w.browser()
		b.signIn(ada.Email, "")
		before := w.dump()
		for range 59 {
			w.pass(time.Second)
			require.Empty(t, b.do(func(w http.ResponseWriter, _ *http.Request) {}).Result().Cookies())
		}
		require.Equal(t, before, w.dump())
		w.pass(time.Second)
		b.who()
		require.NotEqual(t, before, w.dump())
	})
}

func TestFreshIsWhoGaveThePasswordLately(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		b := w.browser()
		b.signIn(ada.Email, "")
		fresh := func() bool { who, _ := b.who(); return who.Fresh }
		w.pass(10*time.Minute - time.Microsecond)
		require.True(t, fresh())
		w.pass(time.Microsecond)
		require.False(t, fresh())
		confirm := func(password string) error {
			return b.try(func(r *http.Request) error { return w.Confirm(r.Context(), password) })
		}
		for range 10 {
			require.ErrorIs(t, confirm("a wrong long one"), staff.ErrSignIn)
			require.False(t, fresh())
		}
		var wait *staff.TooMany
		require.ErrorAs(t, confirm(password), &wait, "a session is no place to guess in")
		w.pass(wait.After)
		require.NoError(t, confirm(password))
		require.True(t, fresh())
		require.NoError(t, b.try(func(r *http.Request) error { return w.Switch(r.Context(), "alder") }))
		require.True(t, fresh(), "switching is no matter")
		w.pass(10 * time.Minute)
		require.False(t, fresh())
		require.ErrorIs(t, w.browser().try(func(r *http.Request) error { return w.Confirm(r.Context(), password) }), staff.ErrNotFound)
	})
}

func TestWhoIsDisabledIsOutAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works, staff.Administers)
		secret, _, err := w.Issue(ctx, w.as(bo, "alder"), staff.TokenInput{Name: "nightly", Roles: []string{staff.Works}})
		require.NoError(t, err)
		b, program := w.browser(), w.browser()
		b.signIn(bo.Email, "")
		program.header.Set("Authorization", "Bearer "+secret)
		in := func(b *browser) bool { _, in := b.who(); return in }
		require.True(t, in(b) && in(program))
		var streams []context.Context
		for _, b := range []*browser{b, program} {
			b.do(func(_ http.ResponseWriter, r *http.Request) {
				streams = append(streams, context.WithoutCancel(r.Context()))
			})
		}
		stands := func() (out []bool) {
			for _, ctx := range append(streams, t.Context()) {
				_, in, err := w.Stands(ctx)
				require.NoError(t, err)
				out = append(out, in)
			}
			return out
		}
		require.Equal(t, []bool{true, true, false}, stands())

		p, err := w.Disable(ctx, operator, bo.ID, true, bo.Version)
		require.NoError(t, err)
		require.False(t, in(b) || in(program))
		require.Equal(t, []bool{false, false, false}, stands())
		p, err = w.Disable(ctx, operator, bo.ID, false, p.Version)
		require.NoError(t, err)
		require.False(t, in(b), "the session is gone")
		require.True(t, in(program), "the token opens again")
		b.signIn(bo.Email, "")
		require.True(t, in(b))
		require.False(t, p.Disabled)
	})
}

func TestPeopleSeeAndEndTheirSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		here, there := w.browser(), w.browser()
		there.from = away
		there.signIn(bo.Email, "")
		w.pass(5 * time.Minute)
		here.signIn(bo.Email, "")
		var list []staff.Session
		require.NoError(t, here.try(func(r *http.Request) (err error) {
			list, err = w.Sessions(r.Context(), bo.ID)
			return err
		}))
		now := w.cfg.Now().UTC()
		require.Empty(t, cmp.Diff([]staff.Session{
			{ID: list[0].ID, Account: "alder", Started: now, Seen: now, Expires: now.Add(30 * time.Minute), IP: home, Agent: "Test Browser", Current: true},
			{ID: list[1].ID, Account: "alder", Started: now.Add(-5 * time.Minute), Seen: now.Add(-5 * time.Minute), Expires: now.Add(25 * time.Minute), IP: away, Agent: "Test Browser"},
		}, list))

		cy := w.join(operator, "alder", "cy@alder.example", staff.Works)
		require.ErrorIs(t, w.EndSession(ctx, w.as(cy, "alder"), list[1].ID), staff.ErrNotFound)
		require.ErrorIs(t, w.EndSession(ctx, staff.Who{}, list[1].ID), staff.ErrNotFound)
		require.ErrorIs(t, w.EndSession(ctx, operator, "none"), staff.ErrNotFound)
		_, in := there.who()
		require.True(t, in)
		require.NoError(t, w.EndSession(ctx, w.as(bo, "alder"), list[1].ID))
		_, in = there.who()
		require.False(t, in)
		require.NoError(t, w.EndSession(ctx, operator, list[0].ID))
		_, in = here.who()
		require.False(t, in)
	})
}

// A session that is ended while a request of it runs does not come back by what the request does.
func TestWhatWasEndedStaysEnded(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		for name, step := range map[string]func(ctx context.Context) error{
			"switch":  func(ctx context.Context) error { return w.Switch(ctx, "alder") },
			"confirm": func(ctx context.Context) error { return w.Confirm(ctx, password) },
		} {
			b := w.browser()
			b.signIn(ada.Email, "")
			w.pass(2 * time.Minute)
			err := b.try(func(r *http.Request) error {
				list, err := w.Sessions(r.Context(), ada.ID)
				require.NoError(t, err)
				require.NoError(t, w.EndSession(r.Context(), w.as(ada, "alder"), list[0].ID))
				return step(r.Context())
			})
			require.ErrorIs(t, err, staff.ErrNotFound, name)
			_, in := b.who()
			require.False(t, in, name)
		}
	})
}

// Requests of one session at once, while it is switched and ended: whoever is told to be in, is whom it says.
func TestSessionsAreUsedAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		b := w.browser()
		b.signIn(ada.Email, "")
		cookie := b.cookies["mspkit-alder"]
		var acts []func() error
		for i := range 12 {
			acts = append(acts, func() error {
				mine := w.browser()
				mine.cookies["mspkit-alder"] = cookie
				if i == 6 {
					return mine.try(func(r *http.Request) error { return w.Switch(r.Context(), "alder") })
				}
				if who, in := mine.who(); in && who.Person != ada.ID {
					t.Errorf("somebody else: %+v", who)
				}
				w.pass(time.Minute)
				return nil
			})
		}
		for _, err := range together(acts...) {
			require.NoError(t, err)
		}
		require.Equal(t, 1, strings.Count(w.dump(), "\nsession "))
	})
}

// What is streamed comes as it is written, through a real server.
func TestStreamsFlush(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ada := w.first()
		read := make(chan struct{})
		server := httptest.NewServer(w.Middleware(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if err := w.Begin(r.Context(), ada, ""); err != nil {
				http.Error(rw, err.Error(), http.StatusInternalServerError)
				return
			}
			_, _ = io.WriteString(rw, "first\n")
			if err := http.NewResponseController(rw).Flush(); err != nil {
				panic(err)
			}
			rw.(http.Flusher).Flush()
			<-read
			_, _ = io.WriteString(rw, "second\n")
		})))
		t.Cleanup(server.Close)
		res, err := server.Client().Get(server.URL)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Len(t, res.Cookies(), 1)
		lines := bufio.NewReader(res.Body)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "first\n", line)
		close(read)
		line, err = lines.ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "second\n", line)
	})
}

// When somebody was seen is kept account by account, and stays when their sessions have ended.
func TestWhenPeopleWereSeenOutlivesTheirSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		ada := w.first()
		operator := w.as(ada, "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		bo := w.join(operator, "alder", "bo@alder.example", staff.Works)
		seen := func(account string) map[string]time.Time {
			out := map[string]time.Time{}
			list, err := w.People(ctx, account, staff.PeopleQuery{})
			require.NoError(t, err)
			for _, p := range list {
				require.Equal(t, p, w.now(p, account))
				if !p.Seen.IsZero() {
					out[p.Name] = p.Seen
				}
			}
			return out
		}
		require.Empty(t, seen("alder"), "to take a link is not to act")
		b := w.browser()
		b.signIn(ada.Email, "alder")
		began := w.cfg.Now().UTC()
		require.Equal(t, map[string]time.Time{"Ada First": began}, seen("alder"))
		require.Empty(t, seen("wdc"))
		w.pass(time.Hour / 4)
		b.who()
		require.Equal(t, map[string]time.Time{"Ada First": began.Add(time.Hour / 4)}, seen("alder"))
		w.pass(time.Minute)
		require.NoError(t, b.try(func(r *http.Request) error { return w.Switch(r.Context(), "wdc") }))
		require.Equal(t, map[string]time.Time{"Ada First": began.Add(time.Hour/4 + time.Minute)}, seen("wdc"))
		w.pass(time.Hour)
		other := w.browser()
		other.signIn(bo.Email, "") // which clears away what has run out
		require.NoError(t, other.try(func(r *http.Request) error { return w.End(r.Context()) }))
		require.NotContains(t, w.dump(), "\nsession ")
		require.Equal(t, map[string]time.Time{"Ada First": began.Add(time.Hour/4 + time.Minute), "Name of bo@alder.example": w.cfg.Now().UTC()}, seen("alder"))
		require.Equal(t, map[string]time.Time{"Ada First": began.Add(time.Hour/4 + time.Minute)}, seen("wdc"))
	})
}
