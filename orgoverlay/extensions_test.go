package orgoverlay_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// save writes a version of an extension.
func (s *stage) save(a orgoverlay.Account, e orgoverlay.Extension) orgoverlay.Extension {
	s.t.Helper()
	e, err := s.of(a).SaveExtension(s.ctx, admin(a), e)
	require.NoError(s.t, err)
	return e
}

// activate makes a version the active one.
func (s *stage) activate(a orgoverlay.Account, e orgoverlay.Extension) orgoverlay.Extension {
	s.t.Helper()
	e, err := s.of(a).ActivateExtension(s.ctx, admin(a), e.ID, e.Number, e.Version)
	require.NoError(s.t, err)
	return e
}

// states is where the versions of an account's extensions stand.
func (s *stage) states(a orgoverlay.Account) []string {
	s.t.Helper()
	list, err := s.of(a).Extensions(s.ctx, admin(a))
	require.NoError(s.t, err)
	var out []string
	for _, e := range list {
		out = append(out, e.Name+" "+e.State.String())
	}
	return out
}

func testVersionsOfExtensions(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	wdc := s.of("wdc")
	one := s.save("wdc", orgoverlay.Extension{Name: "one", Fields: []orgoverlay.ExtensionField{field("tier", `{"type":"string"}`)}})
	if one.Number != 1 || one.State != orgoverlay.ExtensionPrepared || one.Category != orgoverlay.Category || one.Version != 1 || !one.At.Equal(s.clock) {
		t.Errorf("a first version: %+v", one)
	}
	if again := s.save("wdc", one); again.Version != 1 {
		t.Errorf("nothing changed, and it is version %d", again.Version)
	}
	one.Fields[0].Label = "Tier"
	one = s.save("wdc", one)
	_, err := wdc.ActivateExtension(s.ctx, admin("wdc"), one.ID, 1, 1)
	require.ErrorIs(t, err, orgoverlay.ErrConflict, "an old version of the record")
	one = s.activate("wdc", one)
	_, err = wdc.SaveExtension(s.ctx, admin("wdc"), one)
	require.ErrorIs(t, err, orgoverlay.ErrState, "what is active stays as it is")

	two := s.save("wdc", orgoverlay.Extension{ID: one.ID, Name: "two", Fields: []orgoverlay.ExtensionField{field("risk", `{"type":"integer"}`)}})
	if two.Number != 2 {
		t.Errorf("the next version is %d", two.Number)
	}
	s.activate("wdc", two)
	other := s.save("wdc", orgoverlay.Extension{Name: "other"})
	require.Equal(t, []string{"one retired", "two active", "other being_prepared"}, s.states("wdc"))
	s.activate("wdc", other)
	require.Equal(t, []string{"one retired", "two retired", "other active"}, s.states("wdc"), "one is active, of whatever extension")
	sites := s.save("wdc", orgoverlay.Extension{Name: "sites", Category: "site"})
	s.activate("wdc", sites)
	require.Equal(t, []string{"one retired", "two retired", "other active", "sites active"}, s.states("wdc"), "other categories have an active one of their own")

	_, err = wdc.SaveExtension(s.ctx, admin("wdc"), orgoverlay.Extension{ID: sites.ID, Name: "x", Category: orgoverlay.Category})
	require.Equal(t, []string{"category"}, paths(t, err))
	_, err = wdc.SaveExtension(s.ctx, admin("wdc"), orgoverlay.Extension{ID: one.ID, Number: 9, Name: "x", Version: 1})
	require.ErrorIs(t, err, orgoverlay.ErrNotFound)
	_, err = wdc.SaveExtension(s.ctx, admin("wdc"), orgoverlay.Extension{Name: "", Fields: []orgoverlay.ExtensionField{
		field("A b", `{}`), field("a", `{"type":1}`), field("a", `{}`)}})
	require.Equal(t, []string{"name", "fields.A b", "fields.a.schema", "fields.a"}, paths(t, err))
	for _, role := range []orgoverlay.Role{orgoverlay.RoleEndUser, orgoverlay.RoleSpecialist, orgoverlay.RoleAuditor} {
		_, err = wdc.SaveExtension(s.ctx, person("wdc", role), orgoverlay.Extension{Name: "x"})
		require.ErrorIs(t, err, orgoverlay.ErrForbidden)
	}
	_, err = wdc.Extensions(s.ctx, person("wdc", orgoverlay.RoleEndUser))
	require.ErrorIs(t, err, orgoverlay.ErrForbidden, "it would name internal fields")
	s.config.Schemas = nil
	_, err = s.of("wdc").SaveExtension(s.ctx, admin("wdc"), orgoverlay.Extension{Name: "x"})
	require.ErrorIs(t, err, orgoverlay.ErrUnsupported)

	log, err := wdc.Log(s.ctx, admin("wdc"), orgoverlay.HistoryQuery{Kind: "extension", Subject: string(one.ID)})
	require.NoError(t, err)
	var actions []string
	for _, e := range log {
		actions = append(actions, e.Action)
	}
	require.Equal(t, []string{"retired", "activated", "retired", "saved", "activated", "saved", "saved"}, actions)
}

// The seventh scenario: what becomes of values when the extension changes.
func testValuesThroughVersions(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga := s.tied["gigatera"]
	note := field("credit_note", `{"type":"string"}`)
	note.Internal = true
	tier := field("tier", `{"enum":["bronze","silver","gold"]}`)
	one := s.activate("wdc", s.save("wdc", orgoverlay.Extension{Name: "wdc form", Fields: []orgoverlay.ExtensionField{tier, note}}))
	s.edit("wdc", giga, custom("tier", `"gold"`))
	s.edit("wdc", giga, custom("credit_note", `"owes"`))

	two := s.save("wdc", orgoverlay.Extension{ID: one.ID, Name: "wdc form", Fields: []orgoverlay.ExtensionField{note, field("risk", `{"type":"integer","minimum":1,"maximum":5}`)}})
	dry, err := s.of("wdc").DryRunExtension(s.ctx, admin("wdc"), two)
	require.NoError(t, err)
	want := orgoverlay.DryRun{Values: 2, Flagged: 1, Kept: []orgoverlay.Kept{
		{Org: giga, FieldError: orgoverlay.FieldError{Path: "custom.tier", Rule: "unknown", Message: "is not a field of the active extension"}},
	}}
	require.Empty(t, cmp.Diff(want, dry))
	two = s.activate("wdc", two)
	s.refused("a field that was dropped", "wdc", giga, custom("tier", `"gold"`), orgoverlay.ErrInvalid)
	require.Equal(t, []string{"custom.risk"}, paths(t, s.refused("out of range", "wdc", giga, custom("risk", `9`), orgoverlay.ErrInvalid)))

	disabled, err := s.of("wdc").DisableExtension(s.ctx, admin("wdc"), two.ID, 2, true, two.Version)
	require.NoError(t, err)
	require.Empty(t, s.record("wdc", giga).Form.Fields)
	s.refused("a disabled extension", "wdc", giga, custom("risk", `1`), orgoverlay.ErrInvalid)
	s.edit("wdc", giga, remarks("still editable"))
	same, err := s.of("wdc").DisableExtension(s.ctx, admin("wdc"), two.ID, 2, true, disabled.Version)
	require.NoError(t, err)
	require.Equal(t, disabled.Version, same.Version, "nothing changed")
	_, err = s.of("wdc").DisableExtension(s.ctx, admin("wdc"), two.ID, 2, false, disabled.Version)
	require.NoError(t, err)
	require.Equal(t, `"owes"`, string(s.record("wdc", giga).Local.Custom[0].Value), "values are back")
	_, err = s.of("wdc").DisableExtension(s.ctx, admin("wdc"), one.ID, 1, true, one.Version+1)
	require.ErrorIs(t, err, orgoverlay.ErrState, "a retired version is hidden already")

	s.activate("wdc", orgoverlay.Extension{ID: one.ID, Number: 1, Version: one.Version + 1})
	if got := s.record("wdc", giga).Local.Custom; len(got) != 2 || string(got[1].Value) != `"gold"` {
		t.Errorf("the first version again, and its values: %+v", got)
	}
}

func TestADryRunLooksAtEverythingThatIsKept(t *testing.T) {
	t.Parallel()
	s := pair(t)
	giga, own := s.tied["gigatera"], s.tied["wdc"]
	contact := field("contact", `true`)
	contact.Person = true
	s.form("wdc", false, field("n", `{"type":"integer"}`), contact)
	require.NoError(t, s.db.For("wdc").Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
		return tx.Orgoverlay.People.PutPerson(ctx, orgoverlay.Person{ID: "196", Name: "Howard"})
	}))
	s.edit("wdc", giga, custom("n", `7`))
	s.edit("wdc", giga, custom("contact", `196`))
	s.edit("wdc", own, custom("n", `8`))
	try := func() orgoverlay.DryRun {
		out, err := s.of("wdc").DryRunExtension(s.ctx, admin("wdc"), orgoverlay.Extension{Name: "x", Fields: []orgoverlay.ExtensionField{field("n", `{"maximum":5}`), contact}})
		require.NoError(t, err)
		return out
	}
	too := func(got string) orgoverlay.FieldError {
		return orgoverlay.FieldError{Path: "custom.n", Rule: "maximum", Message: "maximum: got " + got + ", want 5"}
	}
	want := orgoverlay.DryRun{Values: 3, Flagged: 2, Kept: []orgoverlay.Kept{{Org: own, FieldError: too("8")}, {Org: giga, FieldError: too("7")}}}
	require.Empty(t, cmp.Diff(want, try()))
	s.half("wdc", "gigatera", orgoverlay.TrustSuspended)
	want.Kept[1] = orgoverlay.Kept{Retained: true, FieldError: too("7")}
	require.Empty(t, cmp.Diff(want, try()), "what is not seen is not named")
	_, err := s.of("wdc").DryRunExtension(s.ctx, person("wdc", orgoverlay.RoleAuditor), orgoverlay.Extension{Name: "x"})
	require.ErrorIs(t, err, orgoverlay.ErrForbidden)
}
