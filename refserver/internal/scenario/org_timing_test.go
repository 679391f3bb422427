package scenario_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// It takes as long to be told that an organization is not there whether there is none or one that is not seen: the medians of 200 calls, one
// after the other in turn, are within a tenth. On a machine that has other things to do the best of a few looks counts.
func TestInvisibleTakesAsLongAsAbsent(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	w := newRealm(t, 3, 8)
	w.furnish()
	const calls, looks = 200, 12
	self := w.accounts[0]
	p, seen := w.admin(self), w.look(self)
	var hidden string
	for _, o := range w.orgs {
		if !slices.Contains(seen, string(o.ID)) && !w.linked(self, o) {
			hidden = string(o.ID)
		}
	}
	require.NotEmpty(t, hidden)
	none := strings.ReplaceAll(hidden, "00-o-0", "00-o-9") // as long, and of the same beginning
	for _, request := range []string{
		"GET /api/organizations/ID", "GET /api/organizations/ID/explain", "GET /api/organizations/ID/history", "GET /api/organizations/ID/who-sees", `PATCH /api/organizations/ID?version=0 {"remarks":"x","financial_id":"V-1"}`,
		"GET /api/organizations/ID/attachments/none", "POST /api/organizations/ID/attachments?name=x.txt content", "GET /organizations/ID", "GET /organizations/ID/edit", "POST /organizations/ID/edit version=0&remarks=x",
	} {
		asked := [2]string{strings.ReplaceAll(request, "ID", hidden), strings.ReplaceAll(request, "ID", none)}
		best := math.Inf(1)
		for look := 0; look < looks && best > 0.1; look++ {
			var took [2][]time.Duration
			for call := range calls {
				for n := range asked {
					which := (n + call) % 2
					begin := time.Now()
					a := p.ask(asked[which])
					took[which] = append(took[which], time.Since(begin))
					require.Equal(t, 404, a.status, asked[which])
				}
			}
			slices.Sort(took[0])
			slices.Sort(took[1])
			best = min(best, math.Abs(float64(took[0][calls/2])/float64(took[1][calls/2])-1))
		}
		if best > 0.1 {
			t.Errorf("%s takes another time when there is such an organization: the medians differ by %.0f%%", request, 100*best)
		}
	}
}
