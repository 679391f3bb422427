package orgoverlay_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// into collects the rows that an import tells of.
func into(rows *[]orgoverlay.ImportedRow) func(orgoverlay.ImportedRow) error {
	return func(r orgoverlay.ImportedRow) error {
		*rows = append(*rows, r)
		return nil
	}
}

// sum is the result of an import as its rows tell it.
func sum(rows []orgoverlay.ImportedRow) orgoverlay.ImportResult {
	out := orgoverlay.ImportResult{Rows: len(rows)}
	for _, r := range rows {
		switch r.Outcome {
		case orgoverlay.OutcomeCreated:
			out.Created++
		case orgoverlay.OutcomeUpdated:
			out.Updated++
		case orgoverlay.OutcomeUnchanged:
			out.Unchanged++
		case orgoverlay.OutcomeFailed:
			out.Failed++
		}
		out.Errors, out.Warnings = append(out.Errors, r.Errors...), append(out.Warnings, r.Warnings...)
	}
	return out
}

// onStores runs a test in memory and on SQLite.
func onStores(t *testing.T, test func(*testing.T, *stage)) {
	for name, db := range map[string]func(testing.TB) store.DB{"memory": newMemory, "SQLite": newSQLite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			s.db = db(t)
			for _, a := range []orgoverlay.Account{"wdc", "gigatera", "globalnet", "fibreone", "stranger"} {
				s.account(a, "")
			}
			for _, provider := range []orgoverlay.Account{"gigatera", "globalnet", "fibreone"} {
				s.sla(provider, "wdc", orgoverlay.AgreementID(provider))
			}
			secret := field("note", `{"type":"string"}`)
			secret.Internal = true
			s.form("wdc", false, field("tier", `{"enum":["gold","silver"]}`), secret)
			test(t, s)
		})
	}
}

func testEachRowIsTold(t *testing.T) {
	t.Parallel()
	onStores(t, func(t *testing.T, s *stage) {
		giga, globe, fibre := s.tied["gigatera"], s.tied["globalnet"], s.tied["fibreone"]
		s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("old"), FinancialID: orgoverlay.Set("F-1"), Custom: map[string]orgoverlay.Opt[[]byte]{
			"tier": orgoverlay.Set([]byte(`"gold"`)), "note": orgoverlay.Set([]byte(`"hush"`))}})
		s.edit("wdc", giga, remarks("older"))
		s.edit("wdc", fibre, remarks("same"))
		table := "ID,Organization Account,Name,Remarks,Custom Fields,Financial ID\n" +
			string(giga) + `,,,new,"[{""id"":""note"",""value"":""psst""},{""id"":""tier"",""value"":null}]",F-2` + "\n" +
			",globalnet,globalnet,\"two\nlines\",,F-1\n" +
			string(fibre) + ",,,same,,\n" +
			string(giga) + ",,,again,,\n" +
			string(s.tied["stranger"]) + ",,,x,,\n" +
			"absent,,,x,,\n" +
			",stranger,stranger,x,,\n" +
			string(giga) + ",globalnet,,x,,\n" +
			string(s.tied["wdc"]) + ",,,x,,\n" +
			"too,few\n"
		var rows []orgoverlay.ImportedRow
		_, err := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep, DryRun: true, Report: into(&rows)})
		require.NoError(t, err)
		failed := func(line int, org orgoverlay.OrgID, version int64, rule, message string, err error) orgoverlay.ImportedRow {
			return orgoverlay.ImportedRow{Line: line, Org: org, Outcome: orgoverlay.OutcomeFailed, Version: version, Errors: []orgoverlay.RowError{{Line: line, Rule: rule, Message: message, Err: err}}}
		}
		unseen := func(line int) orgoverlay.ImportedRow {
			return failed(line, "", 0, "not_found", "no such trusted organization", orgoverlay.ErrNotFound)
		}
		require.Empty(t, cmp.Diff([]orgoverlay.ImportedRow{
			{Line: 2, Org: giga, Outcome: orgoverlay.OutcomeUpdated, Version: 2, Changes: []orgoverlay.Change{
				{Path: "remarks", Before: "older", After: "new"}, {Path: "financial_id", Before: "F-1", After: "F-2"},
				{Path: "custom.note", Before: `"hush"`, After: `"psst"`, Internal: true}, {Path: "custom.tier", Before: `"gold"`}}},
			{Line: 3, Org: globe, Outcome: orgoverlay.OutcomeCreated, Changes: []orgoverlay.Change{
				{Path: "remarks", After: "two\nlines"}, {Path: "financial_id", After: "F-1"}}},
			{Line: 5, Org: fibre, Outcome: orgoverlay.OutcomeUnchanged, Version: 1},
			failed(6, giga, 2, "unique", "the organization stands in line 2 already", orgoverlay.ErrInvalid),
			unseen(7), unseen(8), unseen(9), unseen(10), unseen(11),
			failed(12, "", 0, "cell_count", "2 cells under a header of 6", orgoverlay.ErrInvalid),
		}, rows, cmpopts.EquateErrors()))
		s.loaded("wdc", table, orgoverlay.BlankKeep)
		entries, err := s.of("wdc").History(s.ctx, admin("wdc"), giga, "", 1)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(rows[0].Changes, entries[0].Changes), "history tells the same (-row +history)")
		require.Equal(t, rows[0].Version+1, entries[0].Version)
	})
}

func testRowsThatOthersChanged(t *testing.T) {
	t.Parallel()
	onStores(t, func(t *testing.T, s *stage) {
		giga, globe, fibre := s.tied["gigatera"], s.tied["globalnet"], s.tied["fibreone"]
		s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("one"), FinancialID: orgoverlay.Set("F-1")})
		table := fmt.Sprintf("ID,Remarks\n%s,mine\n%s,mine\n%s,mine\n", giga, globe, fibre)
		looked := map[orgoverlay.OrgID]int64{}
		_, err := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep, DryRun: true,
			Report: func(r orgoverlay.ImportedRow) error { looked[r.Org] = r.Version; return nil }})
		require.NoError(t, err)
		require.Equal(t, map[orgoverlay.OrgID]int64{giga: 1, globe: 0, fibre: 0}, looked)
		s.edit("wdc", giga, financial("F-2")) // another field of the same record counts
		s.edit("wdc", globe, remarks("theirs"))
		o := orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep, Versions: looked}
		out, err := s.load("wdc", table, o)
		require.NoError(t, err)
		require.Equal(t, []string{"2  stale: what is kept of the organization has changed since it was looked at",
			"3  stale: what is kept of the organization has changed since it was looked at"}, says(out))
		require.ErrorIs(t, out.Errors[0].Err, orgoverlay.ErrConflict)
		require.Equal(t, [2]int{1, 2}, [2]int{out.Created, out.Failed}, "the other rows go on")
		require.Equal(t, []string{"one", "theirs", "mine"}, []string{s.record("wdc", giga).Local.Remarks, s.record("wdc", globe).Local.Remarks, s.record("wdc", fibre).Local.Remarks})

		again, err := s.load("wdc", table, o)
		require.NoError(t, err)
		require.Equal(t, [2]int{1, 2}, [2]int{again.Unchanged, again.Failed}, "what would change nothing is not stale")
		broken, err := s.load("wdc", fmt.Sprintf("ID,Remarks,Custom Fields\n%s,mine,{\n%s,%s,\n", giga, globe, strings.Repeat("x", orgoverlay.MaxRemarks+1)), o)
		require.NoError(t, err)
		require.Equal(t, []string{`2 Custom Fields json: is not a JSON array of {"id","value"}`, "3 Remarks length: are longer than 65536 bytes"}, says(broken), "what is wrong anyway is said instead")

		delete(looked, giga)
		looked[globe] = 1
		free, err := s.load("wdc", table, o)
		require.NoError(t, err)
		require.Equal(t, [2]int{2, 1}, [2]int{free.Updated, free.Unchanged}, "what nobody has looked at is not checked")
	})
}

// A transaction that runs again tells its rows once, when they are there for everybody to read.
func TestRowsAreToldOnceAndAfterwards(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.db = newSQLite(t)
	for _, a := range []orgoverlay.Account{"wdc", "gigatera"} {
		s.account(a, "")
	}
	s.sla("gigatera", "wdc", "G1")
	giga := s.tied["gigatera"]
	wdc := s.of("wdc").With(twice{store.Orgoverlay(s.db.For("wdc"))})
	var rows []orgoverlay.ImportedRow
	_, err := wdc.Import(s.ctx, admin("wdc"), strings.NewReader("ID,Remarks\n"+string(giga)+",new\nabsent,x\n"), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep,
		Report: func(r orgoverlay.ImportedRow) error {
			rows = append(rows, r)
			require.Equal(t, "new", s.record("wdc", giga).Local.Remarks)
			return nil
		}})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	require.Len(t, rows[1].Errors, 1)
}

// twice is a store whose transactions fail at their first commit and run again.
type twice struct{ orgoverlay.Store }

var errAgain = errors.New("run it again")

func (s twice) Update(ctx context.Context, fn func(context.Context, orgoverlay.Tx) error) error {
	err := s.Store.Update(ctx, func(ctx context.Context, tx orgoverlay.Tx) error { return errors.Join(fn(ctx, tx), errAgain) })
	if !errors.Is(err, errAgain) {
		return err
	}
	return s.Store.Update(ctx, fn)
}

// Whoever is told can end an import; the page that was carried out stays, and history says how far it came.
func TestWhoIsToldCanEndAnImport(t *testing.T) {
	t.Parallel()
	s := many(t, 1200)
	var table strings.Builder
	table.WriteString("ID,Remarks\n")
	for i := range 1200 {
		fmt.Fprintf(&table, "org-%05d,x\n", i+1)
	}
	enough := errors.New("enough")
	for _, dry := range []bool{true, false} {
		told := 0
		out, err := s.of("gigatera").Import(s.ctx, admin("gigatera"), strings.NewReader(table.String()), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep, DryRun: dry,
			Report: func(r orgoverlay.ImportedRow) error {
				if told++; r.Line == 503 {
					return enough
				}
				return nil
			}})
		require.ErrorIs(t, err, enough)
		require.ErrorContains(t, err, "line 503")
		require.Equal(t, 502, told)
		require.Equal(t, orgoverlay.ImportResult{Rows: 1000, Created: 1000}, out)
	}
	require.Equal(t, "x", s.record("gigatera", "org-01000").Local.Remarks)
	require.Zero(t, s.record("gigatera", "org-01001").Version)
	log, err := s.of("gigatera").Log(s.ctx, admin("gigatera"), orgoverlay.HistoryQuery{Kind: "import"})
	require.NoError(t, err)
	require.Contains(t, log[0].Why, "1000 rows: 1000 created")
}

func TestOutcomesHaveNames(t *testing.T) {
	t.Parallel()
	for o := orgoverlay.OutcomeCreated; o <= orgoverlay.OutcomeFailed; o++ {
		require.NotEmpty(t, o.String())
		require.Equal(t, o, orgoverlay.ParseOutcome(o.String()))
	}
	require.Equal(t, orgoverlay.OutcomeNone, orgoverlay.ParseOutcome("done"))
	require.Empty(t, orgoverlay.Outcome(9).String())
}
