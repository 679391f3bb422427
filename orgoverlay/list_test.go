package orgoverlay_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func TestListsArePagedByFoldedName(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	for _, name := range []string{"Écho", "alpha", "Bravo", "echo", "delta", "Charlie"} {
		s.org("wdc", name)
	}
	var names []string
	var after string
	for range 10 {
		page, err := s.of("wdc").List(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: 2, After: after})
		require.NoError(t, err)
		for _, r := range page.Records {
			names = append(names, r.Name)
		}
		if after = page.Next; after == "" {
			break
		}
		require.Len(t, page.Records, 2)
	}
	if d := cmp.Diff([]string{"alpha", "Bravo", "Charlie", "delta", "Écho", "echo", "wdc"}, names); d != "" {
		t.Errorf("all pages (-want +got):\n%s", d)
	}
	n, err := s.of("wdc").Count(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: 2, After: after})
	require.NoError(t, err)
	if n != 7 {
		t.Errorf("%d on all pages", n)
	}
	for path, q := range map[string]orgoverlay.ListQuery{"limit": {Limit: 101}, "after": {After: "x"}, "kinds": {Kinds: []orgoverlay.Kind{9}},
		"search": {Search: "\x00"}} {
		_, err := s.of("wdc").List(s.ctx, person("wdc"), q)
		if d := cmp.Diff([]string{path}, paths(t, err)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}

func TestListsSelect(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("tier", `{"type":"string"}`))
	s.edit("wdc", giga, remarks("Escalate via J. Doé"))
	s.edit("wdc", giga, financial("wdc-1234"))
	s.edit("wdc", giga, custom("tier", `"gold"`))
	s.edit("gigatera", giga, remarks("margin"))
	s.edit("wdc", s.tied["wdc"], remarks("gold coast"))
	one, all := []string{"gigatera"}, []string{"gigatera", "globalnet", "wdc"}
	for what, c := range map[string]struct {
		q    orgoverlay.ListQuery
		want []string
	}{
		"all":                         {orgoverlay.ListQuery{}, all},
		"internal":                    {orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindInternal}}, all[2:]},
		"trusted or external":         {orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted, orgoverlay.KindExternal}}, all[:2]},
		"of one owner":                {orgoverlay.ListQuery{Owner: "gigatera"}, one},
		"of an owner who is no-one's": {orgoverlay.ListQuery{Owner: "wna"}, nil},
		"by our remarks":              {orgoverlay.ListQuery{Search: " j. DOE"}, one},
		"by our financial ID":         {orgoverlay.ListQuery{Search: "WDC-12"}, one},
		"by custom value or remarks":  {orgoverlay.ListQuery{Search: "Gold"}, []string{"gigatera", "wdc"}},
		"by the owner's remarks":      {orgoverlay.ListQuery{Search: "margin"}, nil},
		"by name":                     {orgoverlay.ListQuery{Search: "GLOBAL"}, all[1:2]},
		"by a financial ID":           {orgoverlay.ListQuery{FinancialID: " wdc-1234 "}, one},
	} {
		if d := cmp.Diff(c.want, s.names("wdc", c.q)); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
		n, err := s.of("wdc").Count(s.ctx, person("wdc"), c.q)
		require.NoError(t, err)
		if n != int64(len(c.want)) {
			t.Errorf("%s: counted %d, want %d", what, n, len(c.want))
		}
	}
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	for _, q := range []orgoverlay.ListQuery{{Search: "doe"}, {FinancialID: "wdc-1234"}, {Owner: "gigatera"}} {
		if got := s.names("wdc", q); len(got) != 0 {
			t.Errorf("%+v finds what is not seen any more: %q", q, got)
		}
	}
}

// A page costs as many calls of the store as there are in the page of one, and one more with the reasons.
func TestPagesCostTheSameCalls(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	for i := range 30 {
		s.org("wdc", fmt.Sprint("org ", i))
	}
	for i := range 12 {
		s.account(orgoverlay.Account(fmt.Sprint("a", i)), "")
		s.sla("wdc", orgoverlay.Account(fmt.Sprint("a", i)), orgoverlay.AgreementID(fmt.Sprint("G", i)))
	}
	contact := field("contact", `true`)
	contact.Person = true
	s.form("wdc", false, contact)
	_, err := s.of("wdc").SavePerson(s.ctx, admin("wdc"), orgoverlay.Person{ID: "7", Name: "Ann"})
	require.NoError(t, err)
	for _, org := range s.tied {
		s.edit("wdc", org, orgoverlay.Patch{Remarks: orgoverlay.Set("x"), FinancialID: orgoverlay.Set(string(org)), Custom: custom("contact", `7`).Custom})
		s.attach("wdc", org, "x.txt", "x")
	}
	for _, limit := range []int{1, 43} {
		for whys, want := range map[bool]int{false: 2, true: 3} {
			var calls int
			counted := orgoverlay.NewService("wdc", counting{store.Orgoverlay(s.db.For("wdc")), &calls}, s.config)
			page, err := counted.List(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: limit, Whys: whys})
			require.NoError(t, err)
			require.Len(t, page.Records, limit)
			require.Equal(t, orgoverlay.KindTrusted, page.Records[0].Kind)
			require.Equal(t, whys, len(page.Records[0].Whys) > 0)
			if calls != want {
				t.Errorf("a page of %d, reasons %v, costs %d calls", limit, whys, calls)
			}
		}
	}
}

func testListsSayWhy(t *testing.T) {
	t.Parallel()
	s := newStage(t, "group", "wdc", "gigatera", "virtual")
	s.account("member", "group")
	s.sla("gigatera", "wdc", "G1")
	s.sla("gigatera", "wdc", "G2", func(g *orgoverlay.Agreement) { g.Expiry = "2026-12-31" })
	s.sla("wdc", "gigatera", "G3")
	s.sla("gigatera", "wdc", "over", func(g *orgoverlay.Agreement) { g.Expiry = "2026-02-01" })
	s.flsa("virtual", "wdc", "F1")
	s.flsa("virtual", "member", "F2")
	s.edit("wdc", s.tied["gigatera"], financial("wdc-1234"))
	end := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	gigatera := []orgoverlay.Why{
		{Agreement: "G1", Kind: orgoverlay.SLA, Account: "gigatera", Direction: orgoverlay.AsProvider},
		{Agreement: "G2", Kind: orgoverlay.SLA, Account: "gigatera", Direction: orgoverlay.AsProvider, Until: end},
		{Agreement: "G3", Kind: orgoverlay.SLA, Account: "wdc", Direction: orgoverlay.AsCustomer},
	}
	whys := func(a orgoverlay.Account, q orgoverlay.ListQuery) map[string][]orgoverlay.Why {
		t.Helper()
		page, err := s.of(a).List(s.ctx, person(a), q)
		require.NoError(t, err)
		out := map[string][]orgoverlay.Why{}
		for _, r := range page.Records {
			out[r.Name] = r.Whys
		}
		return out
	}
	virtual := func(id orgoverlay.AgreementID) []orgoverlay.Why {
		return []orgoverlay.Why{{Agreement: id, Kind: orgoverlay.FLSA, Account: "virtual", Direction: orgoverlay.AsProvider}}
	}
	all := map[string][]orgoverlay.Why{"gigatera": gigatera, "virtual": virtual("F1"), "wdc": nil}
	if d := cmp.Diff(all, whys("wdc", orgoverlay.ListQuery{Whys: true})); d != "" {
		t.Errorf("every active agreement, and none of own ones (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string][]orgoverlay.Why{"group": nil, "member": nil, "virtual": virtual("F2")}, whys("member", orgoverlay.ListQuery{Whys: true})); d != "" {
		t.Errorf("none of the directory's (-want +got):\n%s", d)
	}
	if d := cmp.Diff(map[string][]orgoverlay.Why{"gigatera": nil, "virtual": nil, "wdc": nil}, whys("wdc", orgoverlay.ListQuery{})); d != "" {
		t.Errorf("not asked for (-want +got):\n%s", d)
	}
	found, err := s.of("wdc").FindFinancial(s.ctx, person("wdc"), "wdc-1234")
	require.NoError(t, err)
	require.Len(t, found, 1)
	if d := cmp.Diff(gigatera, found[0].Whys); d != "" {
		t.Errorf("found by financial ID (-want +got):\n%s", d)
	}
}
