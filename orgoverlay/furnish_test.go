package orgoverlay_test

import (
	"flag"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

var twinWorlds = flag.Int("twins", 1, "pairs of random worlds that differ in what an account may not see")

// furnishAll gives every account something in every private field.
func (w *world) furnishAll() {
	for _, a := range w.accounts {
		w.furnish(a)
	}
}

// furnish puts a secret of the account wherever one fits; the financial ID V-100 everybody uses.
func (w *world) furnish(a orgoverlay.Account) {
	w.t.Helper()
	p := orgoverlay.Person{ID: orgoverlay.PersonID(secret("person", a, 0)), Name: secret("name", a, 0)}
	_, err := w.of(a).SavePerson(w.ctx, w.boss(a), p)
	require.NoError(w.t, err)
	w.newForm(a)
	for n, e := range w.look(a) {
		if w.above(a, e) {
			continue
		}
		laid := map[bool]string{true: "laid"}[e.Kind == orgoverlay.KindTrusted] // what a purge takes
		financial := w.secret(laid+"financial", a)
		if n == 1 {
			financial = "V-100"
		}
		w.lay(a, e.ID, orgoverlay.Patch{Remarks: orgoverlay.Set(w.secret(laid+"remarks", a)), FinancialID: orgoverlay.Set(financial),
			Custom: map[string]orgoverlay.Opt[[]byte]{
				formField("contact", a): orgoverlay.Set([]byte(`"` + p.ID + `"`)), formField("tier", a): orgoverlay.Set([]byte(`"` + w.secret(laid+"tier", a) + `"`)),
				formField("note", a): orgoverlay.Set([]byte(`"` + w.secret(laid+"note", a) + `"`))}}, w.secret(laid+"file", a))
	}
	for _, o := range w.orgsOf(a) {
		o.Manager = p.ID
		w.saveOrg(a, o)
	}
}

func formField(name string, a orgoverlay.Account) string { return "secret_" + name + "_" + string(a) }

// newForm makes another version of an account's extension and activates it.
func (w *world) newForm(a orgoverlay.Account) {
	w.t.Helper()
	schema := []byte(fmt.Sprintf(`{"type":"string","title":%q}`, w.secret("schema", a)))
	e, err := w.of(a).SaveExtension(w.ctx, w.boss(a), orgoverlay.Extension{ID: orgoverlay.ExtensionID(secret("extension", a, 0)), Name: w.secret("form", a),
		Fields: []orgoverlay.ExtensionField{{ID: formField("contact", a), Label: w.secret("label", a), Schema: schema, Person: true},
			{ID: formField("tier", a), Label: "Tier", Schema: schema}, {ID: formField("note", a), Label: "Note", Schema: schema, Internal: true}}})
	require.NoError(w.t, err)
	_, err = w.of(a).ActivateExtension(w.ctx, w.boss(a), e.ID, e.Number, e.Version)
	require.NoError(w.t, err)
}

// above reports whether an organization that an account sees is its directory's, which is kept there alone.
func (w *world) above(a orgoverlay.Account, e expected) bool {
	return e.Kind == orgoverlay.KindExternal && !strings.Contains(string(e.ID), string(a))
}

// lay edits what an account keeps of an organization, and attaches a file if there is one. The directory's records are refused.
func (w *world) lay(a orgoverlay.Account, org orgoverlay.OrgID, p orgoverlay.Patch, file string) {
	w.t.Helper()
	now, err := w.of(a).Organization(w.ctx, w.boss(a), org)
	require.NoError(w.t, err)
	_, _, err = w.of(a).Edit(w.ctx, w.boss(a), org, p, now.Version)
	require.NoError(w.t, err)
	if file != "" {
		_, err = w.of(a).Attach(w.ctx, w.boss(a), org, orgoverlay.Upload{Name: file + "txt"}, strings.NewReader("content of "+file))
		require.NoError(w.t, err)
	}
}

// join makes one more account with an organization.
func (w *world) join(a orgoverlay.Account) {
	w.t.Helper()
	tenant, err := w.of(a).SaveTenant(w.ctx, w.boss(a), orgoverlay.Tenant{ID: a, Name: "Account " + string(a)})
	require.NoError(w.t, err)
	w.accounts = append(w.accounts, a)
	tenant.Organization = w.org(a, "").ID
	w.tenants[a], err = w.of(a).SaveTenant(w.ctx, w.boss(a), tenant)
	require.NoError(w.t, err)
	e := &orgoverlay.ServiceEntry{ID: orgoverlay.ServiceID(secret("service", a, 0)), Name: "s", Provider: tenant.Organization}
	w.services = append(w.services, e)
	w.saveService(a, e)
}

// about is everything that can be asked about in a world: all ids, a few words, and what there is not.
func (w *world) about() asker {
	q := asker{orgs: []orgoverlay.OrgID{"nothing"}, accounts: append([]orgoverlay.Account{"a8888"}, w.accounts...), files: []orgoverlay.AttachmentID{"nothing"},
		words: []string{"V-100", "secret", "hidden", "giga"}, fields: []string{"nothing"}}
	for _, o := range w.orgs {
		q.orgs = append(q.orgs, o.ID)
	}
	for n, a := range w.accounts {
		for id := range 3 {
			q.files = append(q.files, orgoverlay.AttachmentID(fmt.Sprintf("o-%s-%06d", a, 20+id*2)))
		}
		if n < 4 {
			q.words = append(q.words, secret("remarks", a, 3), secret("tier", a, n))
			q.fields = append(q.fields, formField("contact", a), formField("note", a))
		}
	}
	for _, g := range w.agreements {
		q.agreements = append(q.agreements, *g)
	}
	for _, e := range w.services {
		q.services = append(q.services, *e)
	}
	return q
}
