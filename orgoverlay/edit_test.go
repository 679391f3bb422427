package orgoverlay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// pair is two accounts that see each other's tied organization.
func pair(t *testing.T) *stage {
	t.Helper()
	s := newStage(t, "wdc", "gigatera")
	s.sla("gigatera", "wdc", "G1")
	return s
}

// form makes an extension with these fields active in an account.
func (s *stage) form(a orgoverlay.Account, disabled bool, fields ...orgoverlay.ExtensionField) {
	s.t.Helper()
	require.NoError(s.t, s.db.For(string(a)).Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
		e, err := tx.Orgoverlay.Extensions.Active(ctx, orgoverlay.Category)
		if err != nil {
			e = orgoverlay.Extension{ID: "x", Number: 1, Name: "form", Category: orgoverlay.Category, State: orgoverlay.ExtensionActive}
		}
		e.Fields, e.Disabled = fields, disabled
		return tx.Orgoverlay.Extensions.Put(ctx, e)
	}))
}

func field(id, schema string) orgoverlay.ExtensionField {
	return orgoverlay.ExtensionField{ID: id, Label: id, Schema: []byte(schema)}
}

func custom(id, value string) orgoverlay.Patch {
	return orgoverlay.Patch{Custom: map[string]orgoverlay.Opt[[]byte]{id: orgoverlay.Set([]byte(value))}}
}

// refused requires that an edit on the present version is refused so, and changes nothing.
func (s *stage) refused(what string, a orgoverlay.Account, org orgoverlay.OrgID, p orgoverlay.Patch, want error) error {
	s.t.Helper()
	before := s.record(a, org)
	_, _, err := s.of(a).Edit(s.ctx, admin(a), org, p, before.Version)
	require.ErrorIs(s.t, err, want, what)
	if d := cmp.Diff(before, s.record(a, org)); d != "" {
		s.t.Errorf("%s: a refused edit changed something (-before +after):\n%s", what, d)
	}
	return err
}

// paths names the fields that an error lists.
func paths(t *testing.T, err error) []string {
	t.Helper()
	var wrong *orgoverlay.Invalid
	require.ErrorAs(t, err, &wrong)
	var out []string
	for _, f := range wrong.Fields {
		out = append(out, f.Path)
	}
	return out
}

func testWhoEdits(t *testing.T) {
	t.Parallel()
	s := pair(t)
	org := s.tied["gigatera"]
	partner := orgoverlay.Actor{Name: "consultant", Home: "outsider", On: "wdc", Roles: []orgoverlay.Role{orgoverlay.RoleAdministrator}}
	for _, c := range []struct {
		what  string
		actor orgoverlay.Actor
		want  error
	}{
		{"nobody in particular", person("wdc"), orgoverlay.ErrForbidden},
		{"an end user", person("wdc", orgoverlay.RoleEndUser), orgoverlay.ErrForbidden},
		{"a key contact", person("wdc", orgoverlay.RoleKeyContact), orgoverlay.ErrForbidden},
		{"an auditor", person("wdc", orgoverlay.RoleAuditor), orgoverlay.ErrForbidden},
		{"a specialist", person("wdc", orgoverlay.RoleSpecialist), orgoverlay.ErrForbidden},
		{"a service level manager who is no specialist", person("wdc", orgoverlay.RoleServiceLevel), orgoverlay.ErrForbidden},
		{"the partner's service level manager", person("gigatera", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist), orgoverlay.ErrAccount},
		{"a service level manager", person("wdc", orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist), nil},
		{"an administrator", person("wdc", orgoverlay.RoleAdministrator), nil},
		{"somebody of another account who administers here", partner, nil},
	} {
		before := s.record("wdc", org)
		r, _, err := s.of("wdc").Edit(s.ctx, c.actor, org, remarks(c.what), before.Version)
		require.ErrorIs(t, err, c.want, c.what)
		if c.want != nil {
			if d := cmp.Diff(before, s.record("wdc", org)); d != "" {
				t.Errorf("%s changed something:\n%s", c.what, d)
			}
		} else if r.Local.Remarks != c.what {
			t.Errorf("%s wrote %q", c.what, r.Local.Remarks)
		}
	}
	sources, err := s.of("wdc").Explain(s.ctx, person("wdc"), org)
	require.NoError(t, err)
	i := slices.IndexFunc(sources, func(s orgoverlay.Source) bool { return s.Path == "remarks" })
	if d := cmp.Diff(orgoverlay.Source{Path: "remarks", Layer: orgoverlay.LayerOverlay, Account: "wdc", By: "consultant", ByHome: "outsider",
		At: s.clock, Version: 3}, sources[i]); d != "" {
		t.Errorf("who wrote it (-want +got):\n%s", d)
	}
}

func testWhoReads(t *testing.T) {
	t.Parallel()
	s := pair(t)
	org := s.tied["gigatera"]
	note := field("note", `{"type":"string"}`)
	note.Internal = true
	s.form("wdc", false, field("tier", `{"type":"string"}`), note)
	s.edit("wdc", org, custom("tier", `"gold"`))
	s.edit("wdc", org, custom("note", `"owes us"`))
	s.edit("wdc", org, financial("F-1"))
	s.edit("wdc", s.tied["wdc"], custom("note", `"of ours"`))
	for _, c := range []struct {
		role orgoverlay.Role
		sees bool
	}{{orgoverlay.RoleEndUser, false}, {orgoverlay.RoleKeyContact, false}, {orgoverlay.RoleAuditor, true}, {orgoverlay.RoleSpecialist, true},
		{orgoverlay.RoleAdministrator, true}} {
		actor := person("wdc", c.role)
		r, err := s.of("wdc").Organization(s.ctx, actor, org)
		require.NoError(t, err)
		page, err := s.of("wdc").List(s.ctx, actor, orgoverlay.ListQuery{Search: "OWES"})
		require.NoError(t, err)
		n, err := s.of("wdc").Count(s.ctx, actor, orgoverlay.ListQuery{Search: "owes"})
		require.NoError(t, err)
		sources, err := s.of("wdc").Explain(s.ctx, actor, org)
		require.NoError(t, err)
		found, err := s.of("wdc").FindFinancial(s.ctx, actor, "F-1")
		require.NoError(t, err)
		require.Equal(t, c.sees, strings.Contains(spell(found), "owes us"), "%s: internal field of what is found by financial ID", c.role)
		own, err := s.of("wdc").Own(s.ctx, actor, s.tied["wdc"])
		require.NoError(t, err)
		require.Equal(t, c.sees, len(own.Custom) == 1, "%s: internal field of an own organization", c.role)
		all, err := json.Marshal([]any{r, page, sources})
		require.NoError(t, err)
		if got := strings.Contains(string(all), "note"); got != c.sees || (n == 1) != c.sees || (len(page.Records) == 1) != c.sees {
			t.Errorf("%s: internal field in what is read: %v, found %d, want %v", c.role, got, n, c.sees)
		}
		if len(r.Form.Fields) == 0 || string(r.Form.Fields[0].Value) != `"gold"` {
			t.Errorf("%s: other fields are read: %+v", c.role, r.Form)
		}
	}
	for _, actor := range []orgoverlay.Actor{{}, {On: "gigatera"}, {Home: "wdc"}, {On: "nobody"}} {
		_, err := s.of("wdc").Organization(s.ctx, actor, org)
		require.ErrorIs(t, err, orgoverlay.ErrAccount)
	}
}

// every exported method refuses an actor who acts nowhere, whatever else is asked.
func TestNobodyIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	s := pair(t)
	for _, service := range []*orgoverlay.Service{s.of("wdc"), orgoverlay.NewService("", store.Orgoverlay(s.db.For("wdc")), s.config)} {
		v := reflect.ValueOf(service)
		asked := 0
		for i := range v.NumMethod() {
			m := v.Method(i)
			takes := m.Type().NumIn() > 1 && m.Type().In(1) == reflect.TypeFor[orgoverlay.Actor]()
			if !takes {
				continue
			}
			in := []reflect.Value{reflect.ValueOf(s.ctx)}
			for n := 1; n < m.Type().NumIn(); n++ {
				in = append(in, reflect.Zero(m.Type().In(n)))
			}
			if m.Type().IsVariadic() {
				in = in[:len(in)-1]
			}
			out := m.Call(in)
			err, _ := out[len(out)-1].Interface().(error)
			require.ErrorIs(t, err, orgoverlay.ErrAccount, v.Type().Method(i).Name)
			asked++
		}
		require.Greater(t, asked, 20)
	}
}

func testOnlyLocalFieldsAreEdited(t *testing.T) {
	t.Parallel()
	_, err := orgoverlay.ReadPatch([]byte(`{"remarks": "x", "name": "mine", "contacts": [], "financial_id": 7}`))
	if d := cmp.Diff([]string{"name", "contacts", "financial_id"}, paths(t, err)); d != "" {
		t.Errorf("refused paths (-want +got):\n%s", d)
	}
	s := pair(t)
	org := s.tied["gigatera"]
	for what, c := range map[string]struct {
		patch orgoverlay.Patch
		path  string
	}{
		"remarks that are too long": {remarks(strings.Repeat("x", orgoverlay.MaxRemarks+1)), "remarks"},
		"remarks that are no text":  {remarks("a\x00"), "remarks"},
		"a long financial ID":       {financial(strings.Repeat("é", orgoverlay.MaxFinancialID+1)), "financial_id"},
		"a field of no extension":   {custom("tier", `"gold"`), "custom.tier"},
		"a foreign attachment":      {orgoverlay.Patch{Remove: []orgoverlay.AttachmentID{"a"}}, "attachments.a"},
	} {
		p := c.patch
		if !p.Remarks.Given() {
			p.Remarks = orgoverlay.Set("not applied either")
		}
		if d := cmp.Diff([]string{c.path}, paths(t, s.refused(what, "wdc", org, p, orgoverlay.ErrInvalid))); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	s.edit("wdc", org, remarks(strings.Repeat("x", orgoverlay.MaxRemarks)))
	s.edit("wdc", org, financial(strings.Repeat("é", orgoverlay.MaxFinancialID)))
}

func testPrivateBothWays(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga, wdc := s.tied["gigatera"], s.tied["wdc"]
	s.form("gigatera", false, field("secret", `{"type":"string"}`))
	s.edit("gigatera", giga, remarks("margin 31%"))
	s.edit("gigatera", giga, financial("GT-ACC-9"))
	s.edit("gigatera", giga, custom("secret", `"theirs alone"`))
	base, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
	require.NoError(t, err)

	nothing := func(what string) {
		t.Helper()
		r := s.record("wdc", giga)
		if d := cmp.Diff(orgoverlay.Local{}, r.Local, cmpopts.EquateEmpty()); d != "" || len(r.Form.Fields) > 0 {
			t.Errorf("%s: nothing of the owner's shows (-want +got):\n%s%+v", what, d, r.Form)
		}
	}
	nothing("before the first edit")
	if v := s.record("wdc", giga).Version; v != 0 {
		t.Errorf("an overlay before the first edit: %d", v)
	}
	s.edit("wdc", giga, remarks("Escalate via J. Doe"))
	s.edit("wdc", giga, financial("wdc-1234"))
	s.edit("gigatera", wdc, financial("GT-CUST-77"))
	if r := s.record("wdc", giga); r.Local.Remarks != "Escalate via J. Doe" || r.Local.FinancialID != "wdc-1234" || r.Version != 2 {
		t.Errorf("our own fields: %+v", r.Local)
	}
	if r := s.record("gigatera", wdc); r.Local.FinancialID != "GT-CUST-77" || r.Local.Remarks != "" {
		t.Errorf("the other direction is another overlay: %+v", r.Local)
	}
	if r := s.record("wdc", wdc); r.Local.FinancialID != "" {
		t.Errorf("what others lay over ours: %+v", r.Local)
	}
	after, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
	require.NoError(t, err)
	if d := cmp.Diff(base, after); d != "" {
		t.Errorf("the base record (-before +after):\n%s", d)
	}
	s.edit("wdc", giga, orgoverlay.Patch{Remarks: orgoverlay.Clear[string](), FinancialID: orgoverlay.Set("")})
	nothing("cleared")
}

func testSharedFieldsAreAlwaysTheOwners(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	o, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
	require.NoError(t, err)
	o.Name, o.Picture = "GigaTera", "https://gigatera.example/logo.png"
	o.Contacts = []orgoverlay.Contact{{Kind: "email", Label: "desk", Value: "desk@gigatera.example"}}
	o.Addresses = []orgoverlay.Address{{Label: "billing", Street: "1 Main", City: "Oslo"}}
	o.Region, o.Source, o.SourceID = "hidden region", "hidden source", "hidden id"
	o, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
	require.NoError(t, err)
	r := s.record("wdc", giga)
	if d := cmp.Diff(o.Shared, r.Shared); d != "" {
		t.Errorf("shared fields at once (-want +got):\n%s", d)
	}
	if r.AccountName != "account gigatera" || r.Account != "gigatera" {
		t.Errorf("whose it is: %q %q", r.Account, r.AccountName)
	}
	all, err := json.Marshal(r)
	require.NoError(t, err)
	if strings.Contains(string(all), "hidden") {
		t.Errorf("base fields show: %s", all)
	}

	// A hidden edit moves nothing that others see.
	o.Region, o.Manager = "another", ""
	o, err = s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), o)
	require.NoError(t, err)
	s.edit("gigatera", giga, remarks("hidden"))
	if d := cmp.Diff(r, s.record("wdc", giga)); d != "" {
		t.Errorf("after hidden edits (-before +after):\n%s", d)
	}
	again, err := s.of("gigatera").Own(s.ctx, admin("gigatera"), giga)
	require.NoError(t, err)
	same, err := s.of("gigatera").SaveOrganization(s.ctx, admin("gigatera"), again)
	require.NoError(t, err)
	if same.Version != again.Version {
		t.Errorf("saving what is there wrote version %d", same.Version)
	}
}

func testWhatMayStandInSharedFields(t *testing.T) {
	t.Parallel()
	s := pair(t)
	for path, change := range map[string]func(*orgoverlay.Organization){
		"name":    func(o *orgoverlay.Organization) { o.Name = " " },
		"picture": func(o *orgoverlay.Organization) { o.Picture = "javascript:alert(1)" },
		"contacts[0].value": func(o *orgoverlay.Organization) {
			o.Contacts = []orgoverlay.Contact{{Kind: "website", Value: "javascript:x"}}
		},
		"contacts[0].kind":  func(o *orgoverlay.Organization) { o.Contacts = []orgoverlay.Contact{{Kind: "fax", Value: "1"}} },
		"addresses[0].city": func(o *orgoverlay.Organization) { o.Addresses = []orgoverlay.Address{{City: strings.Repeat("x", 300)}} },
		"parent":            func(o *orgoverlay.Organization) { o.Parent = s.tied["gigatera"] },
		"manager":           func(o *orgoverlay.Organization) { o.Manager = "unknown" },
		"id":                func(o *orgoverlay.Organization) { o.ID = s.tied["gigatera"] },
	} {
		o := orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "new"}}
		change(&o)
		_, err := s.of("wdc").SaveOrganization(s.ctx, admin("wdc"), o)
		if d := cmp.Diff([]string{path}, paths(t, err)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
	https := func(n int) string { return "https://" + strings.Repeat("x", n-len("https://")) }
	for _, picture := range []string{"data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PGI+", "http://plain.example/x.png", "//x.example/x.png", https(orgoverlay.MaxPicture + 1)} {
		_, err := s.of("wdc").SaveOrganization(s.ctx, admin("wdc"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "new", Picture: picture}})
		if d := cmp.Diff([]string{"picture"}, paths(t, err)); d != "" {
			t.Errorf("%.40s (-want +got):\n%s", picture, d)
		}
	}
	if d := cmp.Diff([]string{"gigatera", "wdc"}, s.names("wdc", orgoverlay.ListQuery{})); d != "" {
		t.Errorf("after refusals (-want +got):\n%s", d)
	}
	_, err := s.of("wdc").SaveOrganization(s.ctx, admin("wdc"), orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "wdc"}})
	if d := cmp.Diff([]string{"name"}, paths(t, err)); d != "" {
		t.Errorf("a second one of a name (-want +got):\n%s", d)
	}
}

func testOneOverlayForSeveralAgreements(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	s.edit("wdc", giga, remarks("one"))
	s.sla("gigatera", "wdc", "G2")
	s.flsa("gigatera", "wdc", "F1")
	r := s.record("wdc", giga)
	if r.Local.Remarks != "one" || r.Version != 1 || len(r.Whys) != 3 {
		t.Errorf("one overlay, three reasons: %+v", r)
	}
	_, _, err := s.of("wdc").Edit(s.ctx, admin("wdc"), "nowhere", remarks("x"), 0)
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
}

func testCustomFieldsAreTheViewersOwn(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	s.form("gigatera", false, field("theirs", `{"type":"string"}`))
	s.refused("a field of the owner's extension", "wdc", giga, custom("theirs", `"x"`), orgoverlay.ErrInvalid)
	risk := field("risk", `{"type":"integer","minimum":1,"maximum":5}`)
	s.form("wdc", false, field("tier", `{"enum":["bronze","silver","gold"]}`))
	s.edit("wdc", giga, custom("tier", ` "gold" `))

	s.form("wdc", false, risk) // a new version: without tier
	r := s.record("wdc", giga)
	if len(r.Form.Fields) != 1 || len(r.Local.Custom) != 0 || len(r.Form.Flagged) != 1 || r.Form.Flagged[0].Path != "custom.tier" {
		t.Errorf("a removed field is not listed, its value is flagged to those who edit: %+v", r.Form)
	}
	plain, err := s.of("wdc").Organization(s.ctx, person("wdc", orgoverlay.RoleSpecialist), giga)
	require.NoError(t, err)
	if len(plain.Form.Flagged) != 0 {
		t.Errorf("flagged to those who do not edit: %+v", plain.Form.Flagged)
	}
	s.refused("a removed field", "wdc", giga, custom("tier", `"gold"`), orgoverlay.ErrInvalid)
	got := paths(t, s.refused("a value out of range", "wdc", giga, custom("risk", `9`), orgoverlay.ErrInvalid))
	if len(got) != 1 || !strings.HasPrefix(got[0], "custom.risk") {
		t.Errorf("the path of what is wrong: %q", got)
	}
	s.refused("no JSON", "wdc", giga, custom("risk", `{`), orgoverlay.ErrInvalid)
	s.edit("wdc", giga, custom("risk", `3`))

	s.form("wdc", true, risk) // disabled
	if r := s.record("wdc", giga); len(r.Form.Fields) != 0 || len(r.Local.Custom) != 0 {
		t.Errorf("a disabled extension hides its fields: %+v", r.Form)
	}
	s.refused("a disabled extension", "wdc", giga, custom("risk", `3`), orgoverlay.ErrInvalid)
	s.edit("wdc", giga, remarks("still editable"))
	s.form("wdc", false, field("tier", `{"enum":["bronze","silver","gold"]}`), risk)
	want := []orgoverlay.CustomValue{{ID: "risk", Value: []byte("3")}, {ID: "tier", Value: []byte(`"gold"`)}}
	if d := cmp.Diff(want, s.record("wdc", giga).Local.Custom); d != "" {
		t.Errorf("everything comes back (-want +got):\n%s", d)
	}
	r = s.edit("wdc", giga, custom("risk", `null`))
	if d := cmp.Diff(want[1:], r.Local.Custom); d != "" {
		t.Errorf("null clears (-want +got):\n%s", d)
	}
}

func testPeopleOfOurOwn(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	contact := field("contact", `true`)
	contact.Person = true
	s.form("wdc", false, contact)
	for _, p := range []struct {
		of   orgoverlay.Account
		id   orgoverlay.PersonID
		name string
	}{{"wdc", "196", "Howard Tanner"}, {"gigatera", "219", "hidden name"}} {
		_, err := s.of(p.of).SavePerson(s.ctx, admin(p.of), orgoverlay.Person{ID: p.id, Name: p.name})
		require.NoError(t, err)
	}
	s.edit("wdc", giga, custom("contact", `196`))
	s.edit("wdc", giga, custom("contact", `["196"]`))
	hidden := s.refused("somebody of another account", "wdc", giga, custom("contact", `219`), orgoverlay.ErrInvalid)
	nobody := s.refused("nobody", "wdc", giga, custom("contact", `220`), orgoverlay.ErrInvalid)
	if d := cmp.Diff(strings.ReplaceAll(nobody.Error(), "220", "219"), hidden.Error()); d != "" {
		t.Errorf("hidden and nonexistent people (-want +got):\n%s", d)
	}
	s.refused("no id", "wdc", giga, custom("contact", `{"id": 196}`), orgoverlay.ErrInvalid)
	if r := s.record("wdc", giga); len(r.Form.Flagged) != 0 {
		t.Errorf("a person who is known is not flagged: %+v", r.Form.Flagged)
	}
}

func testConcurrentEdits(t *testing.T) {
	t.Parallel()
	for _, own := range []bool{false, true} {
		s := pair(t)
		org := s.tied["gigatera"]
		if own {
			org = s.tied["wdc"]
		}
		s.edit("wdc", org, remarks("first"))
		seen := s.record("wdc", org)
		after := s.edit("wdc", org, financial("other"))
		var met *orgoverlay.Conflict
		_, _, err := s.of("wdc").Edit(s.ctx, admin("wdc"), org, remarks("mine"), seen.Version)
		require.ErrorAs(t, err, &met)
		require.Empty(t, met.Fields, "own %v: the version that was read came with these remarks", own)
		s.edit("wdc", org, orgoverlay.Patch{FinancialID: orgoverlay.Clear[string]()})
		seen = s.record("wdc", org)
		after = s.edit("wdc", org, remarks("second"))
		after = s.edit("wdc", org, remarks("third"))

		var conflict *orgoverlay.Conflict
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), org, financial("F"), seen.Version)
		require.ErrorAs(t, err, &conflict)
		if d := cmp.Diff(&orgoverlay.Conflict{Org: org, Version: after.Version}, conflict); d != "" {
			t.Errorf("own %v: other fields (-want +got):\n%s", own, d)
		}
		p := remarks("mine")
		p.FinancialID = orgoverlay.Set("F")
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), org, p, seen.Version)
		require.ErrorAs(t, err, &conflict)
		want := []orgoverlay.FieldConflict{{Path: "remarks", Seen: "first", Now: "third", Mine: "mine"}}
		if d := cmp.Diff(want, conflict.Fields); d != "" {
			t.Errorf("own %v: the fields that both changed (-want +got):\n%s", own, d)
		}
		if d := cmp.Diff(after, s.record("wdc", org)); d != "" {
			t.Errorf("own %v: nothing was written (-before +after):\n%s", own, d)
		}
		s.edit("wdc", org, financial("F"))
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), org, remarks("x"), s.record("wdc", org).Version+1)
		require.ErrorIs(t, err, orgoverlay.ErrConflict, "a version that is yet to come")
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), org, remarks("x"), -1)
		require.ErrorIs(t, err, orgoverlay.ErrConflict)
	}
}

func testNothingChangedNothingWritten(t *testing.T) {
	t.Parallel()
	s := pair(t)
	org := s.tied["gigatera"]
	lines := func() (n int) {
		require.NoError(t, s.db.For("wdc").View(s.ctx, func(ctx context.Context, v store.View) error {
			entries, err := v.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})
			n = len(entries)
			return err
		}))
		return n
	}
	before := lines()
	for _, p := range []orgoverlay.Patch{{}, remarks(""), {FinancialID: orgoverlay.Clear[string]()}} {
		if r := s.edit("wdc", org, p); r.Version != 0 {
			t.Errorf("an edit that changes nothing made version %d", r.Version)
		}
	}
	r := s.edit("wdc", org, remarks("x"))
	if again := s.edit("wdc", org, remarks("x")); again.Version != r.Version || lines() != before+1 {
		t.Errorf("the same again: version %d, %d lines", again.Version, lines()-before)
	}
}

func TestResultsShareNothing(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("tier", `{"type":"string"}`))
	value := []byte(`"gold"`)
	s.edit("wdc", giga, orgoverlay.Patch{Custom: map[string]orgoverlay.Opt[[]byte]{"tier": orgoverlay.Set(value)}})
	value[1] = 'X'
	want := fmt.Sprint(s.record("wdc", giga))
	for range 2 {
		r := s.record("wdc", giga)
		r.Local.Custom[0].Value[1], r.Form.Fields[0].Schema[0] = 'X', 'X'
		page, err := s.of("wdc").List(s.ctx, admin("wdc"), orgoverlay.ListQuery{})
		require.NoError(t, err)
		page.Records[0].Form.Fields[0].Value[1] = 'X'
	}
	if d := cmp.Diff(want, fmt.Sprint(s.record("wdc", giga))); d != "" {
		t.Errorf("what a caller does to a result (-before +after):\n%s", d)
	}
}
