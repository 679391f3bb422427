package scenario_test

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// canaries finds what belongs to one account alone: what furnish hid in every private field, and its people's names and addresses.
var canaries = regexp.MustCompile(`(?:canary[-_][a-z]+[-_]|somebody of |[a-z_.]+@)(a[0-9]{2})\b`)

// Nothing that anybody obtains, by the API or on pages, by reading or by trying to write, holds what is another account's alone.
func TestNobodyObtainsAnothersCanary(t *testing.T) {
	t.Parallel()
	accounts := 4
	if deep() {
		accounts = 20
	}
	w := newRealm(t, 9, accounts)
	w.furnish()
	w.conceal(w.accounts[0])
	own := 0
	for _, a := range w.accounts {
		q := w.about(a)
		others := func(id string) bool { return strings.HasPrefix(id, "canary") && !strings.Contains(id, a) } // who writes another's id down has it
		q.people, q.services = slices.DeleteFunc(q.people, others), slices.DeleteFunc(q.services, others)
		for i, p := range w.askers(a) {
			requests := q.reads()
			if i == 0 {
				requests = slices.Concat(requests, q.writes(), q.reads()[:60])
			}
			for _, request := range requests {
				for next := request; next != ""; {
					got := p.try(next)
					asked := canaries.FindAllString(next, -1)
					for _, found := range canaries.FindAllStringSubmatch(html.UnescapeString(got.word()), -1) {
						switch {
						case found[1] == a:
							own++
						case strings.HasPrefix(found[0], "canary-hidden-"): // the name of an organization, which is shared with those who see it
						case slices.Contains(asked, found[0]): // said again
						default:
							t.Fatalf("%s obtains %q of %s by %s:\n%s", p.email, found[0], found[1], next, got.word())
						}
					}
					next = following(request, got)
				}
			}
		}
	}
	require.Greater(t, own, 500, "an account reads its own")
}
