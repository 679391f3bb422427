package orgoverlay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestPeopleAreSavedOnceAndToldOf(t *testing.T) {
	t.Parallel()
	s := newStage(t, "group")
	s.account("unit", "group")
	save := func(a orgoverlay.Account, p orgoverlay.Person) (orgoverlay.Person, error) {
		return s.of(a).SavePerson(s.ctx, admin(a), p)
	}
	told := func(a orgoverlay.Account) (out [][]orgoverlay.Change) {
		log, err := s.of(a).Log(s.ctx, admin(a), orgoverlay.HistoryQuery{Kind: "person", Subject: "7"})
		require.NoError(t, err)
		for _, e := range log {
			out = append(out, e.Changes)
		}
		return out
	}
	ann, err := save("group", orgoverlay.Person{ID: "7", Name: "Ann"})
	require.NoError(t, err)
	same, err := save("group", ann)
	require.NoError(t, err)
	require.Equal(t, orgoverlay.Person{ID: "7", Name: "Ann", Version: 1}, same, "nothing changed")
	ann.Name = "Ann Lee"
	ann, err = save("group", ann)
	require.NoError(t, err)
	require.EqualValues(t, 2, ann.Version)
	want := [][]orgoverlay.Change{{{Path: "name", Before: "Ann", After: "Ann Lee"}}, {{Path: "name", After: "Ann"}}}
	if d := cmp.Diff(want, told("group")); d != "" {
		t.Errorf("history (-want +got):\n%s", d)
	}
	for what, p := range map[string]orgoverlay.Person{"an old version": {ID: "7", Name: "Bob", Version: 1}, "a second first one": {ID: "7", Name: "Bob"}} {
		_, err = save("group", p)
		require.ErrorIs(t, err, orgoverlay.ErrConflict, what)
	}
	_, err = save("group", orgoverlay.Person{ID: "8", Name: "Bob", Version: 1})
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)

	ann.Name = "Mallory"
	_, err = save("unit", ann)
	require.ErrorIs(t, err, orgoverlay.ErrConflict, "of the directory, to be changed there")
	own, err := save("unit", orgoverlay.Person{ID: "7", Name: "Al"})
	require.NoError(t, err)
	known, err := s.of("unit").People(s.ctx, admin("unit"), []orgoverlay.PersonID{"7"})
	require.NoError(t, err)
	require.Equal(t, []orgoverlay.Person{own}, known, "the account's own stands before the directory's")
	require.Len(t, told("group"), 2)
}
