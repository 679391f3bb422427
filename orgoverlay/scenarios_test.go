package orgoverlay_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// scenarios are the stories that an account lives through, from the beginning to the end.
var scenarios = []struct {
	name string
	test func(*testing.T)
}{
	{"providers appear", testProvidersAppear},
	{"a private overlay on both sides", testOverlaysOnBothSides},
	{"roles", testRoles},
	{"first-line support in both directions", testSupportInBothDirections},
	{"several reasons, and the end of trust", testReasonsAndTheEndOfTrust},
	{"siblings are strangers", testSiblings},
	{"another version of the extension", testAnotherVersion},
	{"many rows, and two who edit at once", both(TestTenThousandRows, testConcurrentEdits)},
}

func TestScenarios(t *testing.T) {
	t.Parallel()
	for _, s := range scenarios {
		t.Run(s.name, s.test)
	}
}

// demo is the accounts of the stories. GigaTera keeps things for itself.
func demo(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, "wdc", "gigatera", "globalnet", "wna", "virtualsupport", "outsider")
	for a, name := range map[orgoverlay.Account]string{"wdc": "Widget Data Center", "gigatera": "GigaTera", "globalnet": "GlobalNet", "wna": "Widget North America",
		"virtualsupport": "VirtualSupport, Ltd."} {
		o, err := s.of(a).Own(s.ctx, admin(a), s.tied[a])
		require.NoError(t, err)
		o.Name = name
		if a == "gigatera" {
			manager, err := s.of(a).SavePerson(s.ctx, admin(a), orgoverlay.Person{ID: "m-1", Name: "Gina Manager"})
			require.NoError(t, err)
			o.Manager, o.Region, o.Parent = manager.ID, "North", s.org(a, "GigaTera Holding")
			o.Contacts = []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: "+1 555 0199"}}
		}
		_, err = s.of(a).SaveOrganization(s.ctx, admin(a), o)
		require.NoError(t, err)
	}
	s.edit("gigatera", s.tied["gigatera"], orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")})
	s.sla("gigatera", "wdc", "G1")
	s.sla("globalnet", "wdc", "N1")
	return s
}

func testProvidersAppear(t *testing.T) {
	t.Parallel()
	s := demo(t)
	require.Equal(t, []string{"GigaTera", "GlobalNet", "Widget Data Center"}, s.names("wdc", orgoverlay.ListQuery{}))
	page, err := s.of("wdc").List(s.ctx, person("wdc"), orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}})
	require.NoError(t, err)
	for n, account := range []orgoverlay.Account{"gigatera", "globalnet"} {
		require.Equal(t, account, page.Records[n].Account)
		require.Equal(t, orgoverlay.KindTrusted, page.Records[n].Kind)
	}
	want := orgoverlay.Shared{ID: s.tied["gigatera"], Account: "gigatera", AccountName: "account gigatera", Name: "GigaTera",
		Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: "+1 555 0199"}}, Revision: page.Records[0].Revision}
	require.Empty(t, cmp.Diff(want, page.Records[0].Shared))
	about := asker{orgs: []orgoverlay.OrgID{s.tied["gigatera"], s.tied["globalnet"], s.tied["wdc"]}, accounts: []orgoverlay.Account{"gigatera"},
		files: []orgoverlay.AttachmentID{"none"}, words: []string{"GT", "marg"}}
	all := s.obtain("wdc", about)
	for _, private := range []string{"31%", "GT-ACC-9", "m-1", "Gina", "Holding", "North"} {
		require.NotContains(t, all, private)
	}
	require.Contains(t, all, "+1 555 0199")
	s.shows("gigatera", "in reverse", "Widget Data Center")
}

// obtain asks everything as everybody of an account on a stage.
func (s *stage) obtain(a orgoverlay.Account, about asker) string {
	w := &world{t: s.t, ctx: s.ctx, db: s.db, clock: s.clock, config: s.config, ids: map[string]int{}}
	return w.obtain(a, about)
}

// contacts makes the custom field contact_person and its people 196 and 219 in wdc.
func (s *stage) contacts() {
	s.t.Helper()
	for _, id := range []orgoverlay.PersonID{"196", "219"} {
		_, err := s.of("wdc").SavePerson(s.ctx, admin("wdc"), orgoverlay.Person{ID: id, Name: "person " + string(id)})
		require.NoError(s.t, err)
	}
	s.activate("wdc", s.save("wdc", orgoverlay.Extension{ID: "org-fields", Name: "Organization fields",
		Fields: []orgoverlay.ExtensionField{{ID: "contact_person", Label: "Contact", Schema: []byte(`{"type":"integer"}`), Person: true}}}))
}

func testOverlaysOnBothSides(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.contacts()
	giga, global, wdc := s.tied["gigatera"], s.tied["globalnet"], s.tied["wdc"]
	base := s.bases()
	slm := person("wdc", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist)
	for org, p := range map[orgoverlay.OrgID]orgoverlay.Patch{
		giga:   {Remarks: orgoverlay.Set("Escalate via J. Doe"), FinancialID: orgoverlay.Set("wdc-1234"), Custom: custom("contact_person", "196").Custom},
		global: {FinancialID: orgoverlay.Set("wdc-5689"), Custom: custom("contact_person", "219").Custom},
	} {
		_, _, err := s.of("wdc").Edit(s.ctx, slm, org, p, 0)
		require.NoError(t, err)
	}
	s.edit("gigatera", wdc, financial("GT-CUST-77"))
	require.Equal(t, "wdc-1234", s.record("wdc", giga).Local.FinancialID)
	require.Equal(t, "219", string(s.record("wdc", global).Local.Custom[0].Value))
	require.Equal(t, "GT-CUST-77", s.record("gigatera", wdc).Local.FinancialID)
	require.Equal(t, "margin 31%", s.record("gigatera", giga).Local.Remarks)
	require.Empty(t, s.record("wdc", wdc).Local.FinancialID)
	require.Equal(t, base, s.bases(), "the owners' records stay as they were")
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Clear[string]()})
	require.Empty(t, s.record("wdc", giga).Local.Remarks)
}

// bases writes every account's own tied organization out.
func (s *stage) bases() string {
	s.t.Helper()
	var all []any
	for _, a := range []orgoverlay.Account{"wdc", "gigatera", "globalnet"} {
		o, err := s.of(a).Own(s.ctx, admin(a), s.tied[a])
		require.NoError(s.t, err)
		all = append(all, o)
	}
	return spell(all)
}

func testRoles(t *testing.T) {
	t.Parallel()
	s := demo(t)
	giga := s.tied["gigatera"]
	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleSpecialist, orgoverlay.RoleAuditor, orgoverlay.RoleKeyContact} {
		_, _, err := s.of("wdc").Edit(s.ctx, person("wdc", role), giga, remarks("x"), 0)
		require.ErrorIs(t, err, orgoverlay.ErrForbidden, string(role))
	}
	_, _, err := s.of("wdc").Edit(s.ctx, person("gigatera", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist), giga, remarks("x"), 0)
	require.ErrorIs(t, err, orgoverlay.ErrAccount)
	require.NotContains(t, err.Error(), "GigaTera")
	_, err = orgoverlay.ReadPatch([]byte(`{"remarks":"kept out","name":"Mine"}`))
	require.Equal(t, []string{"name"}, paths(t, err))
	require.Zero(t, s.record("wdc", giga).Version, "nothing was written")
	consultant := orgoverlay.Actor{Name: "consultant", Home: "outsider", On: "wdc", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	_, _, err = s.of("wdc").Edit(s.ctx, consultant, giga, remarks("by a consultant"), 0)
	require.NoError(t, err)
	history, err := s.of("wdc").History(s.ctx, person("wdc"), giga, "", 0)
	require.NoError(t, err)
	require.Equal(t, []orgoverlay.Account{"outsider"}, []orgoverlay.Account{history[0].Home})
}

func testSupportInBothDirections(t *testing.T) {
	t.Parallel()
	s := demo(t)
	g := s.flsa("virtualsupport", "wdc", "FLSA0001029", func(g *orgoverlay.Agreement) { g.Zone = "Asia/Kolkata" })
	virtual := s.tied["virtualsupport"]
	s.shows("virtualsupport", "first-line support given", "Widget Data Center")
	s.shows("wdc", "first-line support received", "GigaTera", "GlobalNet", "VirtualSupport, Ltd.")
	laid := s.edit("wdc", virtual, remarks("first line"))
	g.Expiry = "2026-12-31"
	g = s.agree("virtualsupport", g)
	mumbai, err := time.LoadLocation("Asia/Kolkata")
	require.NoError(t, err)
	s.clock = time.Date(2026, 12, 31, 23, 59, 59, 0, mumbai)
	s.shows("wdc", "the last second", "GigaTera", "GlobalNet", "VirtualSupport, Ltd.")
	s.clock = s.clock.Add(time.Second)
	s.shows("wdc", "one later", "GigaTera", "GlobalNet")
	s.shows("virtualsupport", "one later")
	renewal := s.agree("virtualsupport", s.draft("wdc", orgoverlay.Agreement{ID: "FLSA0001030", Kind: orgoverlay.FLSA, Provider: g.Provider}),
		func(n *orgoverlay.Agreement) { n.Zone, n.Start = g.Zone, "2027-01-01" })
	s.shows("virtualsupport", "no gap", "Widget Data Center")
	require.Empty(t, cmp.Diff(laid.Local, s.record("wdc", virtual).Local))
	renewal.Start = "2027-01-02"
	s.agree("virtualsupport", renewal)
	s.shows("wdc", "a gap of a day", "GigaTera", "GlobalNet")
	s.clock = s.clock.AddDate(0, 0, 1)
	after := s.record("wdc", virtual)
	require.Equal(t, laid.Version, after.Version)
	require.Empty(t, cmp.Diff(laid.Local, after.Local))
}

func testReasonsAndTheEndOfTrust(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.config.Retention = 30 * 24 * time.Hour
	giga := s.tied["gigatera"]
	g2 := s.sla("gigatera", "wdc", "G2", func(g *orgoverlay.Agreement) { g.Expiry = "2026-07-31" })
	g1, err := s.of("gigatera").Agreement(s.ctx, admin("gigatera"), "G1")
	require.NoError(t, err)
	g1.Expiry = "2026-06-30"
	s.agree("gigatera", g1)
	laid := s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Set("Escalate via J. Doe"), FinancialID: orgoverlay.Set("wdc-1234")})
	s.attach("wdc", giga, "contract.txt", "the contract")
	laid = s.record("wdc", giga)
	s.clock = time.Date(2026, 7, 15, 0, 0, 0, 0, time.UTC)
	require.Equal(t, []orgoverlay.AgreementID{"G2"}, []orgoverlay.AgreementID{s.record("wdc", giga).Whys[0].Agreement})

	gone := func(what string) {
		t.Helper()
		require.NotContains(t, s.names("wdc", orgoverlay.ListQuery{}), "GigaTera", what)
		_, err := s.of("wdc").FindFinancial(s.ctx, admin("wdc"), "wdc-1234")
		require.ErrorIs(t, err, orgoverlay.ErrNotFound, what)
		require.Empty(t, s.names("wdc", orgoverlay.ListQuery{Search: "Escalate"}), what)
		require.NotContains(t, s.export("wdc", orgoverlay.ExportOptions{}), "GigaTera", what)
	}
	back := func(what string) {
		t.Helper()
		r := s.record("wdc", giga)
		require.Equal(t, laid.Version, r.Version, what)
		require.Empty(t, cmp.Diff(laid.Local, r.Local), what)
	}
	s.clock = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	gone("both have ended")
	s.sweep("wdc")
	g2.Expiry = ""
	s.agree("gigatera", g2)
	back("renewed")
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	gone("trust is suspended")
	s.half("gigatera", "wdc", orgoverlay.TrustEstablished)
	back("resumed")
	s.half("gigatera", "wdc", orgoverlay.TrustEnded)
	s.sweep("wdc")
	s.clock = s.clock.Add(31 * 24 * time.Hour)
	require.Equal(t, 1, s.sweep("wdc").Purged)
	memory := spell(s.db)
	for _, value := range []string{"Escalate", "wdc-1234", "contract"} {
		require.NotContains(t, strings.ToLower(memory), strings.ToLower(value))
	}
	log, err := s.of("wdc").Log(s.ctx, admin("wdc"), orgoverlay.HistoryQuery{Kind: "retention"})
	require.NoError(t, err)
	require.Len(t, log, 1)
	require.Empty(t, log[0].Changes)
}

func testSiblings(t *testing.T) {
	t.Parallel()
	s := demo(t)
	s.sla("gigatera", "wna", "G9")
	s.shows("wna", "not the other customer", "GigaTera")
	s.shows("wdc", "not the other customer", "GigaTera", "GlobalNet")
	giga := s.tied["gigatera"]
	s.edit("wna", giga, financial("V-100"))
	s.edit("wdc", giga, financial("V-100"))
	err := s.refused("the same twice", "wdc", s.tied["globalnet"], financial("V-100"), orgoverlay.ErrInUse)
	require.Contains(t, err.Error(), string(giga))
	require.NotContains(t, err.Error(), "wna")
	theirs := s.attach("wna", giga, "x.txt", "content")
	_, err = s.download("wdc", giga, theirs.ID)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
}

func testAnotherVersion(t *testing.T) {
	t.Parallel()
	s := demo(t)
	giga := s.tied["gigatera"]
	s.contacts()
	form := func(fields ...orgoverlay.ExtensionField) orgoverlay.Extension {
		return s.activate("wdc", s.save("wdc", orgoverlay.Extension{ID: "org-fields", Name: "Organization fields", Fields: fields}))
	}
	contact := orgoverlay.ExtensionField{ID: "contact_person", Label: "Contact", Schema: []byte(`{"type":"integer"}`), Person: true}
	note := orgoverlay.ExtensionField{ID: "credit_note", Label: "Credit", Schema: []byte(`{"type":"string"}`), Internal: true}
	form(contact, field("tier", `{"enum":["bronze","silver","gold"]}`), note)
	s.edit("wdc", giga, orgoverlay.Patch{Custom: map[string]orgoverlay.Opt[[]byte]{"contact_person": orgoverlay.Set([]byte("196")),
		"tier": orgoverlay.Set([]byte(`"gold"`)), "credit_note": orgoverlay.Set([]byte(`"pays late"`))}})
	s.form("gigatera", false, field("theirs", `{}`))
	second := form(contact, note, field("risk", `{"type":"integer","minimum":1,"maximum":5}`))
	r := s.record("wdc", giga)
	require.NotContains(t, spell(r.Local), "gold", "kept and not shown")
	require.NotContains(t, spell(r), "theirs")
	require.Equal(t, []string{"custom.tier"}, []string{r.Form.Flagged[0].Path})
	require.Equal(t, []string{"custom.tier"}, paths(t, s.refused("a removed field", "wdc", giga, custom("tier", `"gold"`), orgoverlay.ErrInvalid)))
	require.Equal(t, []string{"custom.risk"}, paths(t, s.refused("out of range", "wdc", giga, custom("risk", `9`), orgoverlay.ErrInvalid)))
	for role, sees := range map[orgoverlay.Role]bool{orgoverlay.RoleSpecialist: true, orgoverlay.RoleEndUser: false} {
		actor := person("wdc", role)
		r, err := s.of("wdc").Organization(s.ctx, actor, giga)
		require.NoError(t, err)
		history, err := s.of("wdc").History(s.ctx, actor, giga, "", 0)
		require.NoError(t, err)
		page, err := s.of("wdc").List(s.ctx, actor, orgoverlay.ListQuery{Search: "pays late"})
		require.NoError(t, err)
		require.Equal(t, []bool{sees, sees, sees}, []bool{strings.Contains(spell(r), "pays late"), strings.Contains(spell(history), "pays late"),
			len(page.Records) == 1}, string(role))
		_, err = s.of("wdc").Export(s.ctx, actor, new(strings.Builder), orgoverlay.ExportOptions{})
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
	second, err := s.of("wdc").DisableExtension(s.ctx, admin("wdc"), second.ID, second.Number, true, second.Version)
	require.NoError(t, err)
	r = s.edit("wdc", giga, remarks("still edited"))
	require.Empty(t, r.Local.Custom)
	require.Empty(t, r.Form.Fields)
	_, err = s.of("wdc").DisableExtension(s.ctx, admin("wdc"), second.ID, second.Number, false, second.Version)
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(s.record("wdc", giga).Local.Custom, func(v orgoverlay.CustomValue) bool { return string(v.Value) == `"pays late"` }))
	form(contact, note, field("tier", `{"enum":["bronze","silver","gold"]}`))
	require.Contains(t, spell(s.record("wdc", giga).Local), "gold", "back with its field")
}
