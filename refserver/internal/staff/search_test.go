package staff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/staff"
)

func TestPeopleAreSearchedByNameAndAddress(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Widget Data Center"))
		hire := func(name, email string, roles ...string) staff.Person {
			token, _, err := w.Invite(ctx, operator, staff.Invitation{Email: email, Name: name, Account: "alder", Roles: roles})
			require.NoError(t, err)
			p, err := w.TakeLink(ctx, token, "", "", password)
			require.NoError(t, err)
			return p
		}
		hire("José Ñandú", "jn@alder.example", staff.Works)
		hire("ÖZGÜR 100%", "o_z@alder.example", staff.Works)
		off := hire("Max !", "oxz@alder.example", "auditor")
		w.join(operator, "wdc", "jose@wdc.example", "auditor")
		_, err := w.Disable(ctx, operator, off.ID, true, off.Version)
		require.NoError(t, err)
		names := func(q staff.PeopleQuery) string {
			list, err := w.People(ctx, "alder", q)
			require.NoError(t, err)
			var out []string
			for _, p := range list {
				out = append(out, p.Name)
			}
			return strings.Join(out, ", ")
		}
		for search, want := range map[string]string{
			"": "Ada First, José Ñandú, ÖZGÜR 100%, Max !", " JOSE ": "José Ñandú", "nandú": "José Ñandú", "özgür": "ÖZGÜR 100%", "ozgur": "ÖZGÜR 100%",
			"0%": "ÖZGÜR 100%", "%": "ÖZGÜR 100%", "o_z": "ÖZGÜR 100%", "!": "Max !", "_": "ÖZGÜR 100%", "ADA@": "Ada First", "@alder": "Ada First, José Ñandú, ÖZGÜR 100%, Max !",
			"'": "", `\`: "", "\x00\xff": "", strings.Repeat("%", 100_000): "",
		} {
			require.Equal(t, want, names(staff.PeopleQuery{Query: staff.Query{Search: search}}), "%.20q", search)
		}
		require.Equal(t, "José Ñandú, ÖZGÜR 100%", names(staff.PeopleQuery{Query: staff.Query{After: "ada@alder.example"}, Role: staff.Works}))
		require.Equal(t, "Max !", names(staff.PeopleQuery{Disabled: new(true)}))
		require.Equal(t, "José Ñandú", names(staff.PeopleQuery{Query: staff.Query{Search: "alder", After: "ada@alder.example", Limit: 1}, Disabled: new(false)}))
		require.Empty(t, names(staff.PeopleQuery{Role: "emperor"}))
	})
}

func TestTokensAndAccountsAreSearchedByName(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		for i := range 5 {
			require.NoError(t, w.OpenAccount(ctx, operator, fmt.Sprint("a", i), fmt.Sprint("Überacht ", i)))
			_, _, err := w.Issue(ctx, operator, staff.TokenInput{Name: fmt.Sprint("Nächtlich ", i), Roles: []string{staff.Works}})
			require.NoError(t, err)
		}
		walk := func(q staff.Query, next func(staff.Query) (ids, names []string)) (out []string) {
			for q.Limit = 2; ; {
				ids, names := next(q)
				if len(ids) == 0 {
					return out
				}
				require.LessOrEqual(t, len(ids), 2)
				out, q.After = append(out, names...), ids[len(ids)-1]
			}
		}
		accounts := func(q staff.Query) (ids, names []string) {
			list, err := w.FindAccounts(ctx, q)
			require.NoError(t, err)
			for _, a := range list {
				ids, names = append(ids, a.ID), append(names, a.Name)
			}
			return ids, names
		}
		tokens := func(q staff.Query) (ids, names []string) {
			list, err := w.Tokens(ctx, "alder", q)
			require.NoError(t, err)
			for _, a := range list {
				ids, names = append(ids, a.ID), append(names, a.Name)
			}
			return ids, names
		}
		require.Empty(t, cmp.Diff([]string{"alder", "Überacht 0", "Überacht 1", "Überacht 2", "Überacht 3", "Überacht 4"}, walk(staff.Query{}, accounts)))
		require.Empty(t, cmp.Diff([]string{"Überacht 3"}, walk(staff.Query{Search: "UBERACHT 3"}, accounts)))
		require.Empty(t, cmp.Diff([]string{"alder"}, walk(staff.Query{Search: "lder"}, accounts)))
		require.Empty(t, cmp.Diff([]string{"Überacht 4"}, walk(staff.Query{Search: "a4"}, accounts)))
		require.Empty(t, cmp.Diff([]string{"Nächtlich 0", "Nächtlich 1", "Nächtlich 2", "Nächtlich 3", "Nächtlich 4"}, walk(staff.Query{Search: "ada"}, tokens)))
		require.Empty(t, cmp.Diff([]string{"Nächtlich 2"}, walk(staff.Query{Search: "nachtlich 2"}, tokens)))
		require.Empty(t, walk(staff.Query{Search: "%"}, tokens))
	})
}

// Names that were kept before they could be searched are found, too.
func TestNamesOfBeforeAreFound(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		operator := w.as(w.first(), "alder")
		require.NoError(t, w.OpenAccount(ctx, operator, "wdc", "Ünder"))
		_, _, err := w.Issue(ctx, operator, staff.TokenInput{Name: "Öfter", Roles: []string{staff.Works}})
		require.NoError(t, err)
		for _, undo := range []string{
			"ALTER TABLE mspkit_staff_person DROP COLUMN name_key", "ALTER TABLE mspkit_staff_token DROP COLUMN name_key", "ALTER TABLE mspkit_staff_account DROP COLUMN name_key",
			"DELETE FROM mspkit_staff_migration WHERE name = 'names'",
		} {
			_, err := w.write.NewRaw(undo).Exec(ctx)
			require.NoError(t, err)
		}
		require.NoError(t, staff.Migrate(ctx, w.write))
		people, err := w.People(ctx, "alder", staff.PeopleQuery{Query: staff.Query{Search: "first"}})
		require.NoError(t, err)
		require.Len(t, people, 1)
		tokens, err := w.Tokens(ctx, "alder", staff.Query{Search: "ofter"})
		require.NoError(t, err)
		require.Len(t, tokens, 1)
		accounts, err := w.FindAccounts(ctx, staff.Query{Search: "under"})
		require.NoError(t, err)
		require.Equal(t, []staff.Account{{ID: "wdc", Name: "Ünder"}}, accounts)
	})
}
