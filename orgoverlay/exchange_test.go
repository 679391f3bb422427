package orgoverlay_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// load imports a table, after a dry run that must foretell the same, as a whole and row by row.
func (s *stage) load(a orgoverlay.Account, table string, o orgoverlay.ImportOptions) (orgoverlay.ImportResult, error) {
	s.t.Helper()
	var dryRows, rows []orgoverlay.ImportedRow
	o.DryRun, o.Report = true, into(&dryRows)
	before := s.everything(a)
	dry, dryErr := s.of(a).Import(s.ctx, admin(a), strings.NewReader(table), o)
	require.Equal(s.t, before, s.everything(a), "a dry run writes nothing")
	o.DryRun, o.Report = false, into(&rows)
	out, err := s.of(a).Import(s.ctx, admin(a), strings.NewReader(table), o)
	require.Empty(s.t, cmp.Diff(dry, out, cmpopts.EquateErrors()), "the dry run foretold otherwise (-foretold +done)")
	require.Empty(s.t, cmp.Diff(dryRows, rows, cmpopts.EquateErrors()), "the dry run foretold otherwise (-foretold +done)")
	require.Equal(s.t, fmt.Sprint(dryErr), fmt.Sprint(err))
	require.Empty(s.t, cmp.Diff(out, sum(rows), cmpopts.EquateErrors()), "the rows add up to something else (-result +rows)")
	return out, err
}

// loaded is load for a table that can be read to its end.
func (s *stage) loaded(a orgoverlay.Account, table string, blank orgoverlay.Blank) orgoverlay.ImportResult {
	s.t.Helper()
	out, err := s.load(a, table, orgoverlay.ImportOptions{Blank: blank})
	require.NoError(s.t, err)
	return out
}

// says is the errors of an import, a line each.
func says(r orgoverlay.ImportResult) []string {
	var out []string
	for _, e := range r.Errors {
		out = append(out, fmt.Sprintf("%d %s %s: %s", e.Line, e.Column, e.Rule, e.Message))
	}
	return out
}

func (s *stage) export(a orgoverlay.Account, o orgoverlay.ExportOptions) string {
	s.t.Helper()
	var out bytes.Buffer
	_, err := s.of(a).Export(s.ctx, admin(a), &out, o)
	require.NoError(s.t, err)
	return out.String()
}

const header = "ID,Organization Account,Name,Remarks,UI Extension,Custom Fields,Financial ID\n"

func testExport(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := s.tied["gigatera"], s.tied["globalnet"]
	s.form("wdc", false, field("contact_person", `{"type":"integer"}`), field("tier", `{"type":"string"}`))
	s.edit("gigatera", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")})
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("Escalate, \"now\""), FinancialID: orgoverlay.Set("wdc-1234"),
		Custom: map[string]orgoverlay.Opt[[]byte]{"contact_person": orgoverlay.Set([]byte("196")), "tier": orgoverlay.Set([]byte(`"<a>"`))}})
	s.clock = s.clock.Add(time.Hour)
	s.edit("wdc", globe, financial("wdc-5689"))
	first := string(giga) + `,gigatera,gigatera,"Escalate, ""now""",form,"[{""id"":""contact_person"",""value"":196},{""id"":""tier"",""value"":""<a>""}]",wdc-1234` + "\n"
	second := string(globe) + ",globalnet,globalnet,,form,,wdc-5689\n"
	require.Equal(t, header+first+second, s.export("wdc", orgoverlay.ExportOptions{}), "trusted organizations alone, and nothing of their owners' own")
	require.Equal(t, header+second, s.export("wdc", orgoverlay.ExportOptions{Since: s.clock}))
	require.Empty(t, s.export("wdc", orgoverlay.ExportOptions{Since: s.clock.Add(time.Second)}), "nothing changed")
	require.Contains(t, s.export("wdc", orgoverlay.ExportOptions{Comma: '\t'}), "\tgigatera\tgigatera\t")
	s.account("alone", "")
	require.Equal(t, header, s.export("alone", orgoverlay.ExportOptions{}), "a table without rows")

	s.form("wdc", true, field("tier", `{"type":"string"}`))
	require.NotContains(t, s.export("wdc", orgoverlay.ExportOptions{}), "form", "a disabled extension hides its fields")
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	require.Equal(t, header+string(globe)+",globalnet,globalnet,,,,wdc-5689\n", s.export("wdc", orgoverlay.ExportOptions{}), "what is not seen is not exported")
	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleAuditor, orgoverlay.RoleSpecialist, orgoverlay.RoleServiceLevel} {
		var out bytes.Buffer
		_, err := s.of("wdc").Export(s.ctx, person("wdc", role, orgoverlay.RoleSpecialist), &out, orgoverlay.ExportOptions{})
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
		require.Zero(t, out.Len())
		_, err = s.of("wdc").Import(s.ctx, person("wdc", role, orgoverlay.RoleSpecialist), strings.NewReader(header), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
}

func testTables(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := string(s.tied["gigatera"]), string(s.tied["globalnet"])
	csv := "ID,Remarks\n" + giga + ",grüße\n" + globe + ",two\n"
	wide := binary.LittleEndian.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(csv)) {
		wide = binary.LittleEndian.AppendUint16(wide, unit)
	}
	for what, table := range map[string]string{"UTF-8": csv, "marked": "\ufeff" + csv, "UTF-16": string(wide), "TSV": strings.ReplaceAll(csv, ",", "\t"),
		"of Windows lines": strings.ReplaceAll(csv, "\n", "\r\n")} {
		s.edit("wdc", s.tied["gigatera"], remarks("before"))
		s.edit("wdc", s.tied["globalnet"], remarks("before"))
		out := s.loaded("wdc", table, orgoverlay.BlankKeep)
		require.Equal(t, orgoverlay.ImportResult{Rows: 2, Updated: 2}, out, what)
		require.Equal(t, "grüße", s.record("wdc", s.tied["gigatera"]).Local.Remarks, what)
	}

	shifted := "ID,Name,Remarks\n" + giga + ",gigatera,GigaTera,shifted\n" + globe + "\n" + globe + ",,right\n"
	out := s.loaded("wdc", shifted, orgoverlay.BlankKeep)
	require.Equal(t, []string{"2  cell_count: 4 cells under a header of 3", "3  cell_count: 1 cells under a header of 3"}, says(out))
	require.Equal(t, 1, out.Updated, "the other rows go on")
	require.Equal(t, "right", s.record("wdc", s.tied["globalnet"]).Local.Remarks)

	s.edit("wdc", s.tied["gigatera"], remarks("before"))
	broken := "ID,Remarks\n" + giga + ",kept\n" + globe + ",\xff\n"
	out, err := s.load("wdc", broken, orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.ErrorIs(t, err, orgoverlay.ErrInvalid)
	require.ErrorContains(t, err, "line 3")
	require.Equal(t, orgoverlay.ImportResult{Rows: 1, Updated: 1}, out, "what was done before stays")
	require.Equal(t, "kept", s.record("wdc", s.tied["gigatera"]).Local.Remarks)
	log, err := s.of("wdc").Log(s.ctx, admin("wdc"), orgoverlay.HistoryQuery{Kind: "import", Limit: 1})
	require.NoError(t, err)
	require.Contains(t, log[0].Why, "1 rows: 0 created, 1 updated, 0 unchanged, 0 failed")
	_, err = s.load("wdc", "", orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.ErrorIs(t, err, orgoverlay.ErrInvalid)
	other := orgoverlay.NewService("", store.Orgoverlay(s.db.For("wdc")), s.config)
	_, err = other.Import(s.ctx, admin("wdc"), strings.NewReader(csv), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.ErrorIs(t, err, orgoverlay.ErrAccount)
}

func testColumns(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := string(s.tied["gigatera"])
	out := s.loaded("wdc", "Financial ID,ID\nF-1,"+giga+"\n", orgoverlay.BlankError)
	require.Equal(t, 1, out.Created)
	require.Equal(t, "F-1", s.record("wdc", s.tied["gigatera"]).Local.FinancialID)
	for table, want := range map[string][]string{
		"ID,Remarks,Contacts,Picture\n": {"column 3", "column 4"},
		"id,Remarks\n":                  {"column 1", "ID"},
		"Remarks\n":                     {"ID"},
	} {
		_, err := s.load("wdc", table, orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
		require.Equal(t, want, paths(t, err), table)
	}
	_, err := s.load("wdc", "ID,ID\n", orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep})
	require.ErrorIs(t, err, orgoverlay.ErrInvalid)
}

func testNamesInTables(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	row := func(account, name string) orgoverlay.ImportResult {
		s.edit("wdc", giga, remarks("before"))
		return s.loaded("wdc", "Organization Account,Name,Remarks\n"+account+","+name+",after\n", orgoverlay.BlankKeep)
	}
	for _, cells := range [][2]string{{"gigatera", "gigatera"}, {"", "gigatera @gigatera"}} {
		require.Equal(t, orgoverlay.ImportResult{Rows: 1, Updated: 1}, row(cells[0], cells[1]))
	}
	unseen := []string{"2  not_found: no such trusted organization"}
	for what, cells := range map[string][2]string{"an account that is not there": {"nowhere", "gigatera"}, "a name that is not there": {"gigatera", "GigaTera"},
		"another account's": {"globalnet", "gigatera"}, "of a stranger": {"wna", "wna"}, "our own": {"wdc", "wdc"}, "with an account and a suffix": {"gigatera", "gigatera @gigatera"}} {
		require.Equal(t, unseen, says(row(cells[0], cells[1])), what)
	}
	alone := row("", "gigatera")
	require.Equal(t, []string{"2 Name ambiguous: a name without its account says too little"}, says(alone))
	require.ErrorIs(t, alone.Errors[0].Err, orgoverlay.ErrAmbiguous)
	require.Equal(t, []string{"2  required: has neither an ID nor a name"}, says(row("gigatera", "")))

	ids := func(id, account string) []string {
		return says(s.loaded("wdc", "ID,Organization Account,Name,Remarks\n"+id+","+account+",gigatera,x\n", orgoverlay.BlankKeep))
	}
	require.Equal(t, unseen, ids("nothing", "gigatera"), "an ID that is not found is not looked for by name")
	require.Equal(t, unseen, ids(string(giga), "globalnet"), "an ID of another account than the row says")
	require.Equal(t, unseen, ids(string(s.tied["wdc"]), "wdc"), "our own are not trusted ones")
	require.Empty(t, ids(string(giga), ""))
	require.Equal(t, "gigatera", s.record("wdc", giga).Name)
	s.account("group", "")
	s.account("unit", "group")
	directory := s.loaded("unit", "ID,Remarks\n"+string(s.tied["group"])+",x\n", orgoverlay.BlankKeep)
	require.Equal(t, unseen, says(directory), "nor is the directory's")
	renamed := s.loaded("wdc", "ID,Name,Remarks\n"+string(giga)+",Another Name,y\n", orgoverlay.BlankKeep)
	require.Equal(t, 1, renamed.Updated)
	require.Equal(t, "gigatera", s.record("wdc", giga).Name, "a name is never set")
}

func testBlankCells(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("tier", `{"type":"string"}`), field("n", `{"type":"integer"}`))
	full := orgoverlay.Patch{Remarks: orgoverlay.Set("r"), FinancialID: orgoverlay.Set("f"),
		Custom: map[string]orgoverlay.Opt[[]byte]{"tier": orgoverlay.Set([]byte(`"gold"`)), "n": orgoverlay.Set([]byte("1"))}}
	s.edit("wdc", giga, full)
	before := s.record("wdc", giga)
	table := "ID,Remarks,Custom Fields,Financial ID\n" + string(giga) + ",,,\n"
	for _, blank := range []orgoverlay.Blank{orgoverlay.BlankNone, 9} {
		_, err := s.load("wdc", table, orgoverlay.ImportOptions{Blank: blank})
		require.Equal(t, []string{"blank"}, paths(t, err))
	}
	require.Equal(t, orgoverlay.ImportResult{Rows: 1, Unchanged: 1}, s.loaded("wdc", table, orgoverlay.BlankKeep))
	require.Equal(t, []string{"2 Remarks blank: is blank", "2 Financial ID blank: is blank", "2 Custom Fields blank: is blank"}, says(s.loaded("wdc", table, orgoverlay.BlankError)))
	require.Empty(t, cmp.Diff(before, s.record("wdc", giga)))
	require.Equal(t, 1, s.loaded("wdc", "ID,Financial ID\n"+string(giga)+",\n", orgoverlay.BlankClear).Updated)
	require.Equal(t, "r", s.record("wdc", giga).Local.Remarks, "a column that is missing leaves its field alone")
	require.Equal(t, orgoverlay.ImportResult{Rows: 1, Updated: 1}, s.loaded("wdc", table, orgoverlay.BlankClear))
	require.Empty(t, cmp.Diff(orgoverlay.Local{}, s.record("wdc", giga).Local, cmpopts.EquateEmpty()))
	require.Equal(t, orgoverlay.ImportResult{Rows: 1, Unchanged: 1}, s.loaded("wdc", table, orgoverlay.BlankClear))

	s.edit("wdc", giga, full)
	out := s.loaded("wdc", "ID\tCustom Fields\n"+string(giga)+"\t"+`"[{""id"":""n"",""value"":null}]"`+"\n", orgoverlay.BlankError)
	require.Equal(t, 1, out.Updated)
	require.Equal(t, []orgoverlay.CustomValue{{ID: "tier", Value: []byte(`"gold"`)}}, s.record("wdc", giga).Local.Custom, "null clears a field, and others stay")
	s.form("wdc", true, field("tier", `{"type":"string"}`))
	require.Equal(t, orgoverlay.ImportResult{Rows: 1, Updated: 1}, s.loaded("wdc", table, orgoverlay.BlankClear))
	s.form("wdc", false, field("tier", `{"type":"string"}`))
	require.Len(t, s.record("wdc", giga).Local.Custom, 1, "a disabled extension's values are not cleared")
}

func testRowsThatFail(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga, globe := string(s.tied["gigatera"]), string(s.tied["globalnet"])
	s.form("wdc", false, field("risk", `{"type":"integer","maximum":5}`))
	s.edit("wdc", s.tied["globalnet"], financial("TAKEN"))
	for cells, want := range map[string][]string{
		`x,,form,,TAKEN`:                                          {"2 Financial ID in_use: is already in use by organization " + globe},
		`x,,form,,` + strings.Repeat("x", 129):                    {"2 Financial ID length: is longer than 128 characters"},
		strings.Repeat("x", orgoverlay.MaxRemarks+1) + `,,form,,`: {"2 Remarks length: are longer than 65536 bytes"},
		`x,,other,,`:                             {"2 UI Extension unknown: is not the active extension"},
		`x,"{",,,`:                               {`2 Custom Fields json: is not a JSON array of {"id","value"}`},
		`x,"[{""id"":""risk"",""value"":9}]",,,`: {"2 Custom Fields maximum: risk: maximum: got 9, want 5"},
		`x,"[{""id"":""tier"",""value"":9}]",,,`: {"2 Custom Fields unknown: tier: is not a field of the active extension"},
		`x,"[{""id"":""risk""}]",,,`:             {"2 Custom Fields json: an entry lacks its id or its value"},
		`x,"[{""id"":""risk"",""value"":1,""label"":""x""}]",,,`: {`2 Custom Fields json: is not a JSON array of {"id","value"}`},
		`x,"[] []",,,`: {`2 Custom Fields json: is not a JSON array of {"id","value"}`},
		`x,null,,,`:    {`2 Custom Fields json: is not a JSON array of {"id","value"}`},
		`x,"[{""id"":""a"",""value"":1},{""id"":""a"",""value"":1}]",,,`: {"2 Custom Fields unique: a: stands twice"},
		`x,{,other,nothing,`: {`2 Custom Fields json: is not a JSON array of {"id","value"}`, "2  not_found: no such trusted organization"},
	} {
		out := s.loaded("wdc", "ID,Remarks,Custom Fields,UI Extension,Organization Account,Financial ID\n"+giga+","+cells+"\n", orgoverlay.BlankKeep)
		require.Equal(t, want, says(out), cells)
		require.Equal(t, 1, out.Failed)
		require.Zero(t, s.record("wdc", s.tied["gigatera"]).Version, "%s: nothing of the row is applied", cells)
	}
	twice := s.loaded("wdc", "ID,Remarks\n"+giga+",one\n\n"+giga+",two\n", orgoverlay.BlankKeep)
	require.Equal(t, []string{"4  unique: the organization stands in line 2 already"}, says(twice))
	require.Equal(t, "one", s.record("wdc", s.tied["gigatera"]).Local.Remarks)
	moved := s.loaded("wdc", "ID,Financial ID\n"+globe+",NEW\n"+giga+",TAKEN\n", orgoverlay.BlankKeep)
	require.Equal(t, 2, moved.Updated, "in the order of the rows, a financial ID that was given up is free")

	// One that was laid over an organization that is not seen any more is in use without a name; and is not found by its ID.
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	out := s.loaded("wdc", "ID,Financial ID\n"+globe+",TAKEN\n"+giga+",FREE\n", orgoverlay.BlankKeep)
	require.Equal(t, []string{"2 Financial ID in_use: is already in use by a retained overlay", "3  not_found: no such trusted organization"}, says(out))

	s.half("wdc", "gigatera", orgoverlay.TrustEstablished)
	s.config.FinancialWarn = true
	out = s.loaded("wdc", "ID,Financial ID\n"+globe+",TAKEN\n", orgoverlay.BlankKeep)
	require.Equal(t, 1, out.Updated)
	require.Equal(t, []orgoverlay.RowError{{Line: 2, Column: "Financial ID", Rule: "in_use", Message: fmt.Sprintf("is also that of organization %q", giga)}}, out.Warnings)
}

func testRoundTrip(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	s.form("wdc", false, field("any", `true`))
	texts := []string{"=HYPERLINK(\"http://x\")", "+1", "-1", "@x", "\t=x", "\tx", "\rx", "'x", "a\r\nb\nc\rd", " padded ", "\"quoted\", and", "=", "\t", "null", "ünï<&>\u2028", "[]"}
	for i, text := range texts {
		home := orgoverlay.Account(fmt.Sprintf("home%d", i))
		s.account(home, "")
		s.sla(home, "wdc", orgoverlay.AgreementID(fmt.Sprintf("A%d", i)))
		value, err := jsonText(text)
		require.NoError(t, err)
		s.edit("wdc", s.tied[home], orgoverlay.Patch{Remarks: orgoverlay.Set(text), FinancialID: orgoverlay.Set(fmt.Sprint(text, i)),
			Custom: map[string]orgoverlay.Opt[[]byte]{"any": orgoverlay.Set(value)}})
	}
	for _, comma := range []rune{',', '\t', ';'} {
		table := s.export("wdc", orgoverlay.ExportOptions{Comma: comma})
		if comma == ',' {
			require.Contains(t, table, ",\"\t=HYPERLINK(")
			require.Contains(t, table, ",\"\t@x\"")
		}
		before := s.everything("wdc")
		for _, blank := range []orgoverlay.Blank{orgoverlay.BlankKeep, orgoverlay.BlankClear, orgoverlay.BlankError} {
			out, err := s.load("wdc", table, orgoverlay.ImportOptions{Blank: blank, Comma: comma})
			require.NoError(t, err)
			require.Equal(t, orgoverlay.ImportResult{Rows: len(texts), Unchanged: len(texts)}, out)
		}
		require.Equal(t, before, s.everything("wdc"), "nothing changed, nothing written")
		for _, home := range s.sees("wdc") {
			s.edit("wdc", s.tied[orgoverlay.Account(home)], orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), FinancialID: orgoverlay.Clear[string](),
				Custom: map[string]orgoverlay.Opt[[]byte]{"any": orgoverlay.Clear[[]byte]()}})
		}
		out, err := s.load("wdc", table, orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep, Comma: comma})
		require.NoError(t, err)
		require.Equal(t, len(texts), out.Updated)
		require.Equal(t, table, s.export("wdc", orgoverlay.ExportOptions{Comma: comma}), "export, import, export")
	}
}

// many makes an account that sees n organizations of another, org-00001 to org-n.
func many(t *testing.T, n int) *stage {
	t.Helper()
	s := newStage(t, "gigatera", "mall", "stranger")
	s.trust("gigatera", "mall")
	hidden := s.org("stranger", "hidden")
	s.tied["hidden"] = hidden
	put := func(a string, fn func(context.Context, store.Tx, int) error) {
		require.NoError(t, s.db.For(a).Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
			for i := range n {
				if err := fn(ctx, tx, i+1); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	id := func(i int) orgoverlay.OrgID { return orgoverlay.OrgID(fmt.Sprintf("org-%05d", i)) }
	put("mall", func(ctx context.Context, tx store.Tx, i int) error {
		return tx.Orgoverlay.Orgs.Put(ctx, orgoverlay.Organization{Shared: orgoverlay.Shared{ID: id(i), Account: "mall", Name: fmt.Sprintf("Shop %05d", i)}})
	})
	put("gigatera", func(ctx context.Context, tx store.Tx, i int) error {
		return tx.Orgoverlay.Registry.PutAgreement(ctx, orgoverlay.Agreement{ID: orgoverlay.AgreementID(id(i)), Kind: orgoverlay.FLSA, Account: "gigatera", With: "mall",
			Provider: orgoverlay.Ref{Account: "gigatera", Org: s.tied["gigatera"]}, Customer: orgoverlay.Ref{Account: "mall", Org: id(i)}, Start: "2026-01-01",
			Zone: "UTC", From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	})
	return s
}

// The eighth scenario: of ten thousand rows four fail, each alone, and those of an unknown and of an invisible organization alike.
func TestTenThousandRows(t *testing.T) {
	t.Parallel()
	const n = 10_000
	s := many(t, n)
	var table strings.Builder
	table.WriteString("ID,Organization Account,Name,Remarks,Custom Fields,Financial ID\n")
	for i := 1; i <= n; i++ {
		id, account, name, custom, financial := fmt.Sprintf("org-%05d", i), "mall", "", "", fmt.Sprintf("F-%d", i)
		switch {
		case i == 17:
			account = "nowhere"
		case i == 40:
			financial = "F-39"
		case i == 99:
			custom = "{bad"
		case i == 120:
			id, account = string(s.tied["hidden"]), "stranger"
		case i%3 == 0:
			id, name = "", fmt.Sprintf("Shop %05d", i)
		}
		fmt.Fprintf(&table, "%s,%s,%s,remarks %d,%s,%s\n", id, account, name, i, custom, financial)
	}
	o := orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep}
	want := orgoverlay.ImportResult{Rows: n, Created: n - 4, Failed: 4}
	for _, o.DryRun = range []bool{true, false} {
		out, err := s.of("gigatera").Import(s.ctx, admin("gigatera"), strings.NewReader(table.String()), o)
		require.NoError(t, err)
		require.Equal(t, []string{"18  not_found: no such trusted organization", "41 Financial ID in_use: is already in use by organization org-00039",
			`100 Custom Fields json: is not a JSON array of {"id","value"}`, "121  not_found: no such trusted organization"}, says(out))
		require.Empty(t, cmp.Diff(want, out, cmpopts.IgnoreFields(orgoverlay.ImportResult{}, "Errors")))
	}
	require.Equal(t, "remarks 10000", s.record("gigatera", "org-10000").Local.Remarks)
	for _, id := range []orgoverlay.OrgID{"org-00017", "org-00040", "org-00099", "org-00120"} {
		require.Zero(t, s.record("gigatera", id).Version)
	}
	exported := s.export("gigatera", orgoverlay.ExportOptions{})
	require.Equal(t, n+1, strings.Count(exported, "\n"))
	again, err := s.of("gigatera").Import(s.ctx, admin("gigatera"), strings.NewReader(exported), orgoverlay.ImportOptions{Blank: orgoverlay.BlankClear})
	require.NoError(t, err)
	require.Equal(t, orgoverlay.ImportResult{Rows: n, Unchanged: n}, again)
}

// jsonText writes a text as JSON without escaping what need not be.
func jsonText(text string) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(text)
	return b.Bytes(), err
}
