package scenario_test

import (
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
)

// second drops a value that comes with an error.
func second[T any](_ T, err error) error { return err }

// emptied makes lists without items nil.
func emptied(c check) check {
	if len(c.Warnings) == 0 {
		c.Warnings = nil
	}
	return c
}

func emptiedReturn(p returnPlan) returnPlan {
	if len(p.Lost) == 0 {
		p.Lost = nil
	}
	return p
}

func (w *world) clients(s system) []client {
	w.t.Helper()
	cs, err := s.Clients()
	require.NoError(w.t, err)
	return cs
}

func (w *world) surveys(s system, of string) []survey {
	w.t.Helper()
	ss, err := s.Surveys(of)
	require.NoError(w.t, err)
	return ss
}

func (w *world) partners(s system) []partner {
	w.t.Helper()
	ps, err := s.Partners()
	require.NoError(w.t, err)
	return ps
}

func (w *world) places(s system, set string) map[string]place {
	w.t.Helper()
	ps, err := s.Places(set)
	require.NoError(w.t, err)
	return ps
}

func (w *world) compare(project string) comparison {
	w.t.Helper()
	c, err := w.alder.Compare(project)
	require.NoError(w.t, err)
	return c
}

// released lists alder's shops that its client sees: those at the distribution level or above.
func (w *world) released() []string {
	w.t.Helper()
	var out []string
	ladder := collab.DefaultLadder()
	for _, sh := range w.shopsByOrigin() {
		if !ladder.Below(collab.Status(sh.Status), collab.StatusFinalized) {
			out = append(out, sh.ID)
		}
	}
	return out
}
