package ui

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// shown writes pieces with brackets around what is marked.
func shown(ps []Piece) string {
	var b strings.Builder
	for _, p := range ps {
		if p.Differs {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestDifferingWordsAreMarkedAndWhatCannotBeSeenIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, as, bs string }{
		{"Pearl St", "Pearl St", "Pearl St", "Pearl St"},
		{"St. Paul Main", "Saint Paul Main", "[St.] Paul Main", "[Saint] Paul Main"},
		{"Pearl St", "Pearl St ", "Pearl St", "Pearl St[(blank at the end)]"},
		{"  Pearl St", "Pearl St", "[(2 blanks at the start)]Pearl St", "Pearl St"},
		{"Pearl  St", "Pearl St", "Pearl[(2 blanks)]St", "Pearl[(blank)]St"},
		{"1 Main\tRoad", "1 Main Road", "1 Main[(tab)]Road", "1 Main[(blank)]Road"},
		{"Pearl\u00a0St", "Pearl St", "Pearl[(no-break blank)]St", "Pearl[(blank)]St"},
		{"Dubai\u200e", "Dubai", "Dubai[(invisible character U+200E)]", "Dubai"},
		{"Z\u00fcrich", "Zu\u0308rich", "[Z\u00fcrich (looks the same, written with other characters)]", "[Zu\u0308rich (looks the same, written with other characters)]"},
		{"", "West", "", "[West]"},
		{"", " ", "", "[(blank)]"},
		{"one two three four", "two three five four", "[one ]two three four", "two three[ five] four"},
	} {
		as, bs := Differ(c.a, c.b)
		require.Equal(t, c.as, joinMarks(as), "%q and %q", c.a, c.b)
		require.Equal(t, c.bs, joinMarks(bs), "%q and %q", c.a, c.b)
	}
}

// joinMarks is shown with neighbouring marks as one.
func joinMarks(ps []Piece) string { return strings.ReplaceAll(shown(ps), "][", "") }

func TestLongTextsAreMarkedAsAWhole(t *testing.T) {
	t.Parallel()
	words := func(w string) string { return strings.Repeat(w+" ", 5000) }
	as, bs := Differ("begin "+words("a")+"end", "begin "+words("b")+"end")
	require.Equal(t, "begin ", as[0].Text)
	require.Equal(t, " end", as[len(as)-1].Text)
	require.Len(t, as, 3)
	require.Len(t, bs, 3)
}

// What is not marked is the same in both, in its order, and nothing is lost.
func FuzzDiffer(f *testing.F) {
	f.Add("Pearl St", "Pearl St ")
	f.Add("a b c d e", "b d c e a")
	f.Fuzz(func(t *testing.T, a, b string) {
		same := func(ps []Piece) string {
			var out strings.Builder
			for _, p := range ps {
				if !p.Differs {
					out.WriteString(p.Text)
				}
			}
			return out.String()
		}
		as, bs := Differ(a, b)
		if d := cmp.Diff(same(as), same(bs)); d != "" {
			t.Fatal(d)
		}
		if a == b && (same(as) != a || len(as) > 1) {
			t.Fatalf("%q: %v", a, as)
		}
		if a != b && len(as) < 2 && len(bs) < 2 && !(len(as) == 1 && as[0].Differs) && !(len(bs) == 1 && bs[0].Differs) {
			t.Fatalf("%q and %q: nothing is marked", a, b)
		}
	})
}
