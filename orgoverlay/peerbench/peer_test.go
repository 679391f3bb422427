// Package peerbench compares resolving of organizations with a library that merges any Go values. It is no dependency of the product,
// and so this is a module of its own.
package peerbench

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"dario.cat/mergo"
	"github.com/google/go-cmp/cmp"

	"github.com/mspkit/mspkit/orgoverlay"
)

// flat is an organization of thirty fields as a merge library takes it: twenty-two that its owner shares and eight that an account keeps.
type flat struct {
	ID, Account, AccountName, Name, Picture, Phone, Email, Website                            string
	Street, City, State, PostalCode, Country                                                  string
	BillingLabel, BillingStreet, BillingCity, BillingState, BillingPostalCode, BillingCountry string
	Kind                                                                                      string
	Disabled                                                                                  bool
	Revision                                                                                  int64
	Remarks, FinancialID                                                                      string
	ContactPerson, Contract, CreditNote, Region, Risk, Tier                                   string // custom fields
}

// customs are the ids of the custom fields, and where flat has them.
var customs = map[string]func(*flat) *string{
	"contact_person": func(f *flat) *string { return &f.ContactPerson }, "contract": func(f *flat) *string { return &f.Contract },
	"credit_note": func(f *flat) *string { return &f.CreditNote }, "region": func(f *flat) *string { return &f.Region },
	"risk": func(f *flat) *string { return &f.Risk }, "tier": func(f *flat) *string { return &f.Tier },
}

// one is the same organization for each contender: without a private field of its owner, which mergo would let through, and with what
// an account laid over it, if it did.
type one struct {
	listed           orgoverlay.Listed
	base, laid       flat
	baseMap, laidMap map[string]any
	overlaid         bool
}

// form makes the lens of a form with the custom fields.
func form() orgoverlay.Lens {
	e := orgoverlay.Extension{ID: "org-fields", Number: 3, State: orgoverlay.ExtensionActive, Category: orgoverlay.Category}
	for _, id := range []string{"tier", "contact_person", "contract", "region", "risk", "credit_note"} {
		e.Fields = append(e.Fields, orgoverlay.ExtensionField{ID: id, Label: id, Schema: []byte(`{"type":"string"}`)})
	}
	return orgoverlay.NewLens(e, true)
}

// organization makes one, which has an overlay of six fields or none.
func organization(n int, overlaid bool) one {
	o := one{base: flat{ID: fmt.Sprintf("o%07d", n), Account: fmt.Sprintf("c%03d", n%1000), AccountName: fmt.Sprintf("Customers %03d", n%1000),
		Name: fmt.Sprintf("Customer %07d", n), Picture: "https://pictures.example/customer.png", Phone: "+49 30 1234567", Email: "desk@customer.example",
		Website: "https://customer.example", Street: "Main Street 1", City: "Springfield", State: "IL", PostalCode: "62701", Country: "US",
		BillingLabel: "billing", BillingStreet: "Side Street 2", BillingCity: "Springfield", BillingState: "IL", BillingPostalCode: "62702", BillingCountry: "US",
		Kind: "trusted", Disabled: n%7 == 0, Revision: 300}, overlaid: overlaid}
	if overlaid {
		o.laid = flat{Remarks: "Escalate via J. Doe, not before nine", FinancialID: fmt.Sprintf("wdc-%d", n),
			ContactPerson: "196", CreditNote: "pays late", Region: "north", Tier: "gold"}
	}
	b, l := &o.base, &o.laid
	o.baseMap, o.laidMap = asMap(*b), asMap(*l)
	maps.DeleteFunc(o.laidMap, func(_ string, v any) bool { return reflect.ValueOf(v).IsZero() })
	o.listed = orgoverlay.Listed{Kind: orgoverlay.KindTrusted, Shared: orgoverlay.Shared{ID: orgoverlay.OrgID(b.ID), Account: orgoverlay.Account(b.Account),
		AccountName: b.AccountName, Name: b.Name, Picture: b.Picture, Disabled: b.Disabled, Revision: b.Revision,
		Contacts: []orgoverlay.Contact{{Kind: "phone", Value: b.Phone}, {Kind: "email", Value: b.Email}, {Kind: "website", Value: b.Website}},
		Addresses: []orgoverlay.Address{{Street: b.Street, City: b.City, State: b.State, PostalCode: b.PostalCode, Country: b.Country},
			{Label: b.BillingLabel, Street: b.BillingStreet, City: b.BillingCity, State: b.BillingState, PostalCode: b.BillingPostalCode, Country: b.BillingCountry}}}}
	if overlaid {
		o.listed.Version, o.listed.Local = 1, orgoverlay.Local{Remarks: l.Remarks, FinancialID: l.FinancialID}
		for _, id := range slices.Sorted(maps.Keys(customs)) {
			if v := *customs[id](l); v != "" {
				o.listed.Local.Custom = append(o.listed.Local.Custom, orgoverlay.CustomValue{ID: id, Value: fmt.Appendf(nil, "%q", v)})
			}
		}
	}
	return o
}

func asMap(f flat) map[string]any {
	m := map[string]any{}
	v := reflect.ValueOf(f)
	for i := range v.NumField() {
		m[v.Type().Field(i).Name] = v.Field(i).Interface()
	}
	return m
}

// The contenders. Each writes into what the caller keeps.

func (o *one) mergeMaps(into map[string]any) {
	clear(into)
	maps.Copy(into, o.baseMap)
	if o.overlaid {
		check(mergo.Merge(&into, o.laidMap, mergo.WithOverride))
	}
}

func (o *one) mergeStructs(into *flat) {
	*into = o.base
	if o.overlaid {
		check(mergo.Merge(into, o.laid, mergo.WithOverride))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func TestTheContendersDoTheSameWork(t *testing.T) {
	t.Parallel()
	lens, kept := form(), map[string]any{}
	var record orgoverlay.Record
	var merged flat
	for n := range 20 {
		o := organization(n, n%2 == 0)
		lens.Resolve(&record, &o.listed)
		o.mergeMaps(kept)
		o.mergeStructs(&merged)
		want := resolved(t, record)
		if diff := cmp.Diff(want, merged); diff != "" {
			t.Errorf("structs, organization %d: %s", n, diff)
		}
		if diff := cmp.Diff(asMap(want), kept); diff != "" {
			t.Errorf("maps, organization %d: %s", n, diff)
		}
		if (want.Remarks != "") != o.overlaid || (want.Tier != "") != o.overlaid || want.Country == "" {
			t.Errorf("organization %d is resolved to %+v", n, want)
		}
	}
}

// resolved writes a record as the other contenders have it.
func resolved(t *testing.T, r orgoverlay.Record) flat {
	t.Helper()
	a, b := r.Addresses[0], r.Addresses[1]
	f := flat{ID: string(r.ID), Account: string(r.Account), AccountName: r.AccountName, Name: r.Name, Picture: r.Picture, Kind: r.Kind.String(),
		Phone: r.Contacts[0].Value, Email: r.Contacts[1].Value, Website: r.Contacts[2].Value,
		Street: a.Street, City: a.City, State: a.State, PostalCode: a.PostalCode, Country: a.Country,
		BillingLabel: b.Label, BillingStreet: b.Street, BillingCity: b.City, BillingState: b.State, BillingPostalCode: b.PostalCode, BillingCountry: b.Country,
		Disabled: r.Disabled, Revision: r.Revision, Remarks: r.Local.Remarks, FinancialID: r.Local.FinancialID}
	if len(r.Form.Fields) != len(customs) {
		t.Fatalf("%d fields, want %d", len(r.Form.Fields), len(customs))
	}
	for _, field := range r.Form.Fields {
		if field.Value == nil {
			continue
		}
		if err := json.Unmarshal(field.Value, customs[field.ID](&f)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func TestResolveTakesNoMemory(t *testing.T) {
	lens, o := form(), organization(1, true)
	var record orgoverlay.Record
	if n := testing.AllocsPerRun(100, func() { lens.Resolve(&record, &o.listed) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

// BenchmarkResolve lets each resolve the same organizations, in turn, into what it keeps: a thousand of which each has an overlay, and a hundred
// thousand of which every second has. The quotients say how often Resolve fits into what each of the others takes.
//
//	go test -run '^$' -bench Resolve -benchtime 5x
func BenchmarkResolve(b *testing.B) {
	for _, c := range []struct {
		name        string
		orgs, often int
		every       int
	}{{"overlaid", 1000, 20, 1}, {"100000", 100_000, 1, 2}} {
		b.Run(c.name, func(b *testing.B) {
			list := make([]one, c.orgs)
			for n := range list {
				list[n] = organization(n, n%c.every == 0)
			}
			lens, kept := form(), map[string]any{}
			var record orgoverlay.Record
			var merged flat
			spent := func(resolve func(*one)) time.Duration {
				runtime.GC()
				start := clock()
				for range c.often {
					for i := range list {
						resolve(&list[i])
					}
				}
				return clock() - start
			}
			var mine, inMaps, inStructs time.Duration
			for b.Loop() {
				for range 10 { // it is over too soon to be timed well
					mine += spent(func(o *one) { lens.Resolve(&record, &o.listed) }) / 10
				}
				inMaps += spent(func(o *one) { o.mergeMaps(kept) })
				inStructs += spent(func(o *one) { o.mergeStructs(&merged) })
			}
			b.ReportMetric(0, "ns/op")
			each := float64(b.N * c.orgs * c.often)
			b.ReportMetric(float64(mine)/each, "ns/org")
			b.ReportMetric(float64(inMaps)/each, "mergo-maps-ns/org")
			b.ReportMetric(float64(inStructs)/each, "mergo-structs-ns/org")
			b.ReportMetric(float64(inMaps)/float64(mine), "x-mergo-maps")
			b.ReportMetric(float64(inStructs)/float64(mine), "x-mergo-structs")
			b.ReportMetric(testing.AllocsPerRun(5, func() {
				for i := range list {
					lens.Resolve(&record, &list[i].listed)
				}
			})/float64(c.orgs), "allocs/org")
		})
	}
}
