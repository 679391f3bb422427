package orgoverlay_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

var secrets = regexp.MustCompile(`secret[-_]([a-z]+)[-_](a[0-9]{4})`)

// Nothing that an account can obtain holds a secret of another: not in what it reads in any role, not in what its writes are answered.
func testCanaries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t), 5, 12)
	w.furnishAll()
	w.conceal(w.accounts[0]) // everybody else edits, purges and agrees once more
	w.conceal(w.accounts[1])
	for _, a := range w.accounts {
		about := w.about()
		about.words, about.fields = []string{"secret", "V-100", "giga", secret("name", a, 0)}, []string{"nothing", formField("contact", a)}
		about.agreements, about.services = nil, nil // what is asked with another's secret is answered with it
		for _, g := range w.agreements {
			if g.Account == a {
				about.agreements = append(about.agreements, *g)
			}
		}
		for _, e := range w.services {
			if e.Account == a {
				about.services = append(about.services, *e)
			}
		}
		all := w.obtain(a, about)
		for _, method := range []string{"Edit", "Attach", "Import", "SetTrust", "SaveTenant", "SaveAgreement", "SavePerson", "Sweep", "Purge"} {
			q := about
			q.w, q.service, q.actor, q.answers = w, w.of(a), w.boss(a), &strings.Builder{}
			writers[method](&q)
			all += q.answers.String()
		}
		own := 0
		for line := range strings.Lines(all) {
			for _, found := range secrets.FindAllStringSubmatch(line, -1) {
				what, whose := found[1], orgoverlay.Account(found[2])
				switch {
				case whose == a:
					own++
				case what == "hidden": // the name of an organization, which is shared with those who see it
				case (what == "person" || what == "name") && whose == w.tenants[a].Directory: // its people
				case strings.Contains(line, "is nobody whom this account knows"): // the id that was asked for
				default:
					t.Fatalf("%s obtains what is %s's: %s in %.600s", a, whose, found[0], line)
				}
			}
		}
		require.Greater(t, own, 100, "an account reads its own")
	}
}

// After every account has been purged of its overlays the whole memory of the store holds nothing that was laid over anything.
func testPurgeLeavesNothing(t *testing.T) {
	t.Parallel()
	db := newMemory(t)
	w := newWorld(t, db, 6, 12)
	w.furnishAll()
	w.clock = w.clock.AddDate(0, 0, 2)
	before := spell(db)
	require.Regexp(t, `content of secret-laidfile-`, before)
	require.Regexp(t, `secret-laidremarks-a`, before)
	require.Regexp(t, `secret-laidnote-a`, before)
	require.Regexp(t, `secret-laidfinancial-a`, before)
	purged := 0
	for _, a := range w.accounts {
		n, err := w.of(a).PurgeAccount(w.ctx, w.boss(a), "leaves")
		require.NoError(t, err)
		purged += n
	}
	require.Positive(t, purged)
	after := spell(db)
	if left := regexp.MustCompile(`.{0,200}secret-laid.{0,100}`).FindString(after); left != "" {
		t.Errorf("a purge leaves behind: %s", left)
	}
	require.Regexp(t, `secret-remarks-a`, after, "own records stay")
}
