package orgoverlay_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// threats are the ways in which something could leak, and the test that looks there.
var threats = []struct {
	id, sentence string
	test         func(*testing.T)
}{
	{"T1", "a blank is never filled from the owner's private value", testBlankIsBlank},
	{"T2", "what is done to a result reaches nobody", testResultsAreCopies},
	{"T3", "two accounts and two roles that read the same organization at once each read their own", testManyReadersOfOne},
	{"T4", "an actor who acts nowhere is refused by every method", TestNobodyIsRefusedEverywhere},
	{"T5", "what crosses accounts has exactly the shared fields", testSharedTypesAreClosed},
	{"T6", "nothing tells that there is what cannot be seen", both(testInvisibleIsNonexistent, testTwins)},
	{"T7", "a hidden edit moves no version that others read", testSharedFieldsAreAlwaysTheOwners},
	{"T8", "a search reads one's own local fields alone, and no answer holds another's secret", both(testSearchIsOnesOwn, testCanaries)},
	{"T9", "history names people of other accounts only where they acted here", testHistoryIsOnesOwn},
	{"T10", "an attachment is no one's who only knows its id or its content", testAttachmentsOfOthers},
	{"T11", "sight that ends between two pages, or between reading and writing, has ended", testSightEndsMidway},
	{"T12", "nothing is seen through somebody else's eyes", testChain},
	{"T13", "a reference to somebody unknown is refused without a name", testPeopleOfOurOwn},
	{"T14", "internal fields stay hidden in records, search, explanations and history", both(testWhoReads, testHistoryOfInternalFields)},
	{"T15", "a name that another account chose is no formula in an export", testHostileNames},
	{"T16", "what others chose to show cannot run", testWhatMayStandInSharedFields},
	{"T17", "the owner cannot tell whether anything was laid over its record", testOwnerLearnsNothing},
	{"T18", "a purge leaves nothing", both(testPurge, testPurgeLeavesNothing)},
}

func TestThreats(t *testing.T) {
	t.Parallel()
	for _, threat := range threats {
		t.Run(threat.id, func(t *testing.T) {
			t.Log(threat.sentence)
			threat.test(t)
		})
	}
}

// customers has a provider with private values everywhere, and two customers of it.
func customers(t *testing.T) (*stage, orgoverlay.OrgID) {
	t.Helper()
	s := newStage(t, "wdc", "wna", "gigatera")
	s.sla("gigatera", "wdc", "G1")
	s.sla("gigatera", "wna", "G2")
	for _, a := range []orgoverlay.Account{"gigatera", "wdc", "wna"} {
		s.form(a, false, field("tier", `{}`), field("level", `{}`))
	}
	giga := s.tied["gigatera"]
	s.edit("gigatera", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9"),
		Custom: map[string]orgoverlay.Opt[[]byte]{"tier": orgoverlay.Set([]byte(`"base-canary"`)), "level": orgoverlay.Set([]byte(`99831`))}})
	s.attach("gigatera", giga, "base.txt", "base content")
	return s, giga
}

func testBlankIsBlank(t *testing.T) {
	t.Parallel()
	s, giga := customers(t)
	values := map[string]orgoverlay.Opt[string]{"absent": {}, "null": orgoverlay.Clear[string](), "empty": orgoverlay.Set(""), "set": orgoverlay.Set("ours")}
	customs := map[string]orgoverlay.Opt[[]byte]{"absent": {}, "null": orgoverlay.Clear[[]byte](), "empty": orgoverlay.Set([]byte(`""`)),
		"zero": orgoverlay.Set([]byte(`0`)), "false": orgoverlay.Set([]byte(`false`)), "set": orgoverlay.Set([]byte(`"ours"`))}
	look := func(what string) {
		t.Helper()
		for _, actor := range []orgoverlay.Actor{admin("wdc"), person("wdc")} {
			r, err := s.of("wdc").Organization(s.ctx, actor, giga)
			require.NoError(t, err)
			page, err := s.of("wdc").List(s.ctx, actor, orgoverlay.ListQuery{})
			require.NoError(t, err)
			sources, err := s.of("wdc").Explain(s.ctx, actor, giga)
			require.NoError(t, err)
			all := spell([]any{r, page, sources}) + s.export("wdc", orgoverlay.ExportOptions{})
			for _, base := range []string{"margin", "GT-ACC", "base-canary", "99831", "base.txt"} {
				require.NotContains(t, all, base, what)
			}
			require.Empty(t, r.Local.Attachments, what)
		}
	}
	for text, value := range values {
		for kind, custom := range customs {
			what := text + ", " + kind
			s.edit("wdc", giga, orgoverlay.Patch{Remarks: value, FinancialID: value, Custom: map[string]orgoverlay.Opt[[]byte]{"tier": custom, "level": custom}})
			look(what)
			s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), FinancialID: orgoverlay.Clear[string](),
				Custom: map[string]orgoverlay.Opt[[]byte]{"tier": orgoverlay.Clear[[]byte](), "level": orgoverlay.Clear[[]byte]()}})
			look("cleared after " + what)
		}
	}
}

// scribble overwrites all that can be reached from a value without replacing it.
func scribble(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scribble(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			scribble(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribble(v.Index(i))
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString("scribbled")
		}
	case reflect.Uint8:
		if v.CanSet() {
			v.SetUint('X')
		}
	}
}

func testResultsAreCopies(t *testing.T) {
	t.Parallel()
	w := newWorld(t, newMemory(t), 9, 8)
	w.furnishAll()
	everything := func() (all string) {
		for _, a := range w.accounts {
			for _, e := range w.look(a) {
				r, err := w.of(a).Organization(w.ctx, w.boss(a), e.ID)
				require.NoError(t, err)
				all += spell(r)
			}
		}
		return all
	}
	before := everything()
	for _, a := range w.accounts {
		page, err := w.of(a).List(w.ctx, w.boss(a), orgoverlay.ListQuery{Limit: 100})
		require.NoError(t, err)
		for _, r := range page.Records {
			one, err := w.of(a).Organization(w.ctx, w.boss(a), r.ID)
			require.NoError(t, err)
			history, err := w.of(a).History(w.ctx, w.boss(a), r.ID, "", 0)
			require.NoError(t, err)
			scribble(reflect.ValueOf(&one))
			scribble(reflect.ValueOf(&history))
			scribble(reflect.ValueOf(&r))
		}
		for _, o := range w.orgsOf(a) {
			own := w.own(o)
			scribble(reflect.ValueOf(&own))
		}
	}
	require.Equal(t, before, everything())
	require.NotContains(t, before, "scribbled")
}

func testManyReadersOfOne(t *testing.T) {
	t.Parallel()
	s, giga := customers(t)
	s.edit("wdc", giga, remarks("of wdc"))
	s.edit("wna", giga, remarks("of wna"))
	var all sync.WaitGroup
	for _, c := range []struct {
		account orgoverlay.Account
		actor   orgoverlay.Actor
		want    string
	}{{"wdc", admin("wdc"), "of wdc"}, {"wna", admin("wna"), "of wna"}, {"wdc", person("wdc"), "of wdc"}, {"gigatera", admin("gigatera"), "margin 31%"}} {
		service := s.of(c.account)
		all.Go(func() {
			for range 50 {
				r, err := service.Organization(s.ctx, c.actor, giga)
				if err != nil || r.Local.Remarks != c.want {
					t.Errorf("%s reads %q: %v", c.account, r.Local.Remarks, err)
				}
				page, err := service.List(s.ctx, c.actor, orgoverlay.ListQuery{Search: c.want})
				if err != nil || len(page.Records) != 1 || page.Records[0].Local.Remarks != c.want {
					t.Errorf("%s lists %+v: %v", c.account, page, err)
				}
			}
		})
	}
	all.Wait()
}

// Types are what keeps private fields from crossing, so that a new field in one of them is a decision.
func testSharedTypesAreClosed(t *testing.T) {
	t.Parallel()
	for of, want := range map[reflect.Type]string{
		reflect.TypeFor[orgoverlay.Shared]():  "ID Account AccountName Name Picture Contacts Addresses Disabled Revision",
		reflect.TypeFor[orgoverlay.Contact](): "Kind Label Value",
		reflect.TypeFor[orgoverlay.Address](): "Label Street City State PostalCode Country",
		reflect.TypeFor[orgoverlay.Seen]():    "Shared Own Internal Deleted",
		reflect.TypeFor[orgoverlay.Listed]():  "Shared Kind Local Version",
		reflect.TypeFor[orgoverlay.Record]():  "Shared Kind Whys Local Form Version",
		reflect.TypeFor[orgoverlay.Why]():     "Agreement Kind Account Direction Until",
		reflect.TypeFor[orgoverlay.Viewing](): "Account Name Whys",
		reflect.TypeFor[orgoverlay.Watcher](): "Account Name Agreement Trust Below",
		reflect.TypeFor[orgoverlay.Trust]():   "Other State Since Ours OursSince",
		reflect.TypeFor[orgoverlay.Glimpse](): "Viewer Owner Org Name",
		reflect.TypeFor[orgoverlay.Facts]():   "Viewer Orgs Agreements Trusts Below",
	} {
		var names []string
		for i := range of.NumField() {
			names = append(names, of.Field(i).Name)
		}
		require.Equal(t, want, strings.Join(names, " "), of.String())
	}
	s, _ := customers(t)
	require.Equal(t, "ID,Organization Account,Name,Remarks,UI Extension,Custom Fields,Financial ID", strings.SplitN(strings.TrimSpace(s.export("wdc", orgoverlay.ExportOptions{})), "\n", 2)[0])
}

func testSearchIsOnesOwn(t *testing.T) {
	t.Parallel()
	s, giga := customers(t)
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("wdc-canary"), FinancialID: orgoverlay.Set("wdc-fin"), Custom: custom("tier", `"wdc-tier"`).Custom})
	for _, word := range []string{"wdc-canary", "wdc-fin", "wdc-tier", "margin", "GT-ACC", "base-canary"} {
		for _, a := range []orgoverlay.Account{"wdc", "wna", "gigatera"} {
			want := 0
			if strings.HasPrefix(word, "wdc") == (a == "wdc") && a != "wna" {
				want = 1
			}
			require.Len(t, s.names(a, orgoverlay.ListQuery{Search: word}), want, "%s searches %s", a, word)
			n, err := s.of(a).Count(s.ctx, admin(a), orgoverlay.ListQuery{Search: word})
			require.NoError(t, err)
			require.EqualValues(t, want, n)
		}
	}
}

func testHistoryIsOnesOwn(t *testing.T) {
	t.Parallel()
	s, giga := customers(t)
	consultant := orgoverlay.Actor{Name: "Howard Tanner", Home: "outsider", On: "wdc", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	_, _, err := s.of("wdc").Edit(s.ctx, consultant, giga, remarks("ours"), 0)
	require.NoError(t, err)
	s.edit("wna", giga, remarks("theirs"))
	history, err := s.of("wdc").History(s.ctx, person("wdc"), giga, "", 0)
	require.NoError(t, err)
	require.Len(t, history, 1)
	require.Equal(t, "Howard Tanner", history[0].Actor)
	require.Equal(t, orgoverlay.Account("outsider"), history[0].Home)
	log, err := s.of("wdc").Log(s.ctx, admin("wdc"), orgoverlay.HistoryQuery{Limit: 100})
	require.NoError(t, err)
	sources, err := s.of("wdc").Explain(s.ctx, admin("wdc"), giga)
	require.NoError(t, err)
	for _, foreign := range []string{"somebody of gigatera", "somebody of wna", "margin", "theirs"} {
		require.NotContains(t, spell([]any{log, sources, history}), foreign)
	}
	_, err = s.of("wdc").Log(s.ctx, person("wdc", orgoverlay.RoleSpecialist), orgoverlay.HistoryQuery{})
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
}

func testSightEndsMidway(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc", "p1", "p2", "p3")
	var last orgoverlay.Agreement
	for _, p := range []orgoverlay.Account{"p1", "p2", "p3"} {
		last = s.sla(p, "wdc", orgoverlay.AgreementID("of "+p))
	}
	q := orgoverlay.ListQuery{Limit: 2}
	page, err := s.of("wdc").List(s.ctx, admin("wdc"), q)
	require.NoError(t, err)
	require.Len(t, page.Records, 2)
	read := s.edit("wdc", s.tied["p3"], remarks("an editor is open"))
	last.Expiry = "2026-05-31"
	s.agree("p3", last)
	q.After = page.Next
	page, err = s.of("wdc").List(s.ctx, admin("wdc"), q)
	require.NoError(t, err)
	require.Equal(t, []string{"wdc"}, []string{page.Records[0].Name})
	require.Empty(t, page.Next)
	_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), s.tied["p3"], remarks("too late"), read.Version)
	_, _, none := s.of("wdc").Edit(s.ctx, admin("wdc"), "none", remarks("too late"), read.Version)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
	require.Equal(t, strings.ReplaceAll(none.Error(), "none", string(s.tied["p3"])), err.Error())
}

func testChain(t *testing.T) {
	t.Parallel()
	accounts := []orgoverlay.Account{"c1", "c2", "c3", "c4", "c5"}
	s := newStage(t, accounts...)
	for n := range 4 {
		s.sla(accounts[n], accounts[n+1], orgoverlay.AgreementID(fmt.Sprint("A", n)))
		s.flsa(accounts[n+1], accounts[n], orgoverlay.AgreementID(fmt.Sprint("F", n)))
		s.trust(accounts[0], accounts[n+1])
	}
	for n, a := range accounts {
		var want []string
		for _, m := range []int{n - 1, n + 1} {
			if m >= 0 && m < len(accounts) {
				want = append(want, string(accounts[m]))
			}
		}
		s.shows(a, "direct partners alone", want...)
	}
}

func testHostileNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`=HYPERLINK("http://x")`, "+1", "-2", "@SUM(A1)"} {
		s, giga := customers(t)
		o, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
		require.NoError(t, err)
		o.Name = name
		_, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
		require.NoError(t, err)
		s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set(name + "\ttab\rcr"), FinancialID: orgoverlay.Set("\t" + name)})
		table := s.export("wdc", orgoverlay.ExportOptions{})
		for _, cell := range strings.FieldsFunc(strings.SplitN(table, "\n", 2)[1], func(r rune) bool { return r == ',' }) {
			require.NotContains(t, "=+-@", strings.TrimLeft(cell, `"`)[:1], table)
		}
		again, err := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), orgoverlay.ImportOptions{Blank: orgoverlay.BlankClear})
		require.NoError(t, err)
		require.Equal(t, orgoverlay.ImportResult{Rows: 1, Unchanged: 1}, again)
	}
	for _, name := range []string{"\tname", "\t=1+1", "\r=1+1"} { // a host's store may hold what the service would refuse
		s, giga := customers(t)
		require.NoError(t, s.db.For("gigatera").Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
			o, err := tx.Orgoverlay.Orgs.Organization(ctx, giga)
			require.NoError(t, err)
			o.Name = name
			return tx.Orgoverlay.Orgs.Put(ctx, o)
		}))
		s.edit("wdc", giga, remarks("ours"))
		table := s.export("wdc", orgoverlay.ExportOptions{})
		cells, err := csv.NewReader(strings.NewReader(table)).ReadAll()
		require.NoError(t, err)
		require.Equal(t, "\t"+name, cells[1][2], "a mark stands before it")
		again, err := s.of("wdc").Import(s.ctx, admin("wdc"), strings.NewReader(table), orgoverlay.ImportOptions{Blank: orgoverlay.BlankClear})
		require.NoError(t, err)
		require.Equal(t, orgoverlay.ImportResult{Rows: 1, Unchanged: 1}, again)
	}
	s, giga := customers(t)
	for _, name := range []string{"two\nlines", "two\rlines"} {
		o, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
		require.NoError(t, err)
		o.Name = name
		_, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
		require.ErrorIs(t, err, orgoverlay.ErrInvalid)
	}
}

// The owner asks the same with and without something laid over its record, deletes it at the end, and is answered the same.
func testOwnerLearnsNothing(t *testing.T) {
	t.Parallel()
	ask := func(laid bool) string {
		s, giga := customers(t)
		other := s.org("gigatera", "desk")
		_, err := s.of("gigatera").SaveService(s.ctx, admin("gigatera"), orgoverlay.ServiceEntry{ID: "service of G1", Name: "S", Provider: other, Version: 1})
		require.NoError(t, err)
		if laid {
			n := 0
			s.config.NewID = func() string { n++; return fmt.Sprintf("customer-%03d", n) }
			wdc := s.of("wdc")
			_, _, err := wdc.Edit(s.ctx, admin("wdc"), other, orgoverlay.Patch{Remarks: orgoverlay.Set("ours"), FinancialID: orgoverlay.Set("GT-ACC-9")}, 0)
			require.NoError(t, err)
			_, err = wdc.Attach(s.ctx, admin("wdc"), other, orgoverlay.Upload{Name: "x.txt"}, strings.NewReader("base content"))
			require.NoError(t, err)
		}
		n := 0
		s.config.NewID = func() string { n++; return fmt.Sprintf("owner-%03d", n) }
		owner, boss := s.of("gigatera"), admin("gigatera")
		var all []any
		for _, o := range []orgoverlay.OrgID{giga, other} {
			seen, err := owner.WhoSees(s.ctx, boss, o)
			require.NoError(t, err)
			sources, err := owner.Explain(s.ctx, boss, o)
			require.NoError(t, err)
			r, _, err := owner.Edit(s.ctx, boss, o, orgoverlay.Patch{FinancialID: orgoverlay.Set("GT-" + string(o))}, s.record("gigatera", o).Version)
			all = append(all, seen, sources, r, err)
		}
		forecast, err := owner.WhatIf(s.ctx, boss, orgoverlay.Supposition{Other: "wdc", Trust: orgoverlay.TrustEnded})
		require.NoError(t, err)
		all = append(all, forecast, owner.DeleteOrganization(s.ctx, boss, other, s.record("gigatera", other).Version))
		log, err := owner.Log(s.ctx, boss, orgoverlay.HistoryQuery{Limit: 100})
		require.NoError(t, err)
		return spell(append(all, log))
	}
	if d := cmp.Diff(ask(false), ask(true)); d != "" {
		t.Errorf("what the owner is answered differs (-without +with):\n%s", d)
	}
}
