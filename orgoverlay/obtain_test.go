package orgoverlay_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// asker calls everything that an account can call, about everything that there is, and writes down every answer and error.
type asker struct {
	w       *world
	service *orgoverlay.Service
	actor   orgoverlay.Actor
	answers *strings.Builder
	// What is asked about, seen or not.
	orgs       []orgoverlay.OrgID
	accounts   []orgoverlay.Account
	files      []orgoverlay.AttachmentID
	words      []string // searched, and tried as financial IDs
	fields     []string
	agreements []orgoverlay.Agreement
	services   []orgoverlay.ServiceEntry
}

func (q *asker) say(method string, about any, results ...any) {
	fmt.Fprintf(q.answers, "%s %v(%s) =", strings.Join(rolesOf(q.actor), "+"), method, spell(about))
	for _, r := range results {
		if err, ok := r.(error); ok {
			fmt.Fprintf(q.answers, " error %q %s", err, spell(r))
			continue
		}
		q.answers.WriteString(" " + spell(r))
	}
	q.answers.WriteByte('\n')
}

func rolesOf(a orgoverlay.Actor) (out []string) {
	for _, r := range a.Roles {
		out = append(out, string(r))
	}
	return out
}

// silent are the methods that answer nothing of the store.
var silent = []string{"Account", "With", "Status"}

// readers calls the methods that change nothing.
var readers = map[string]func(*asker){
	"Tenant": func(q *asker) { r, err := q.service.Tenant(q.w.ctx, q.actor); q.say("Tenant", nil, r, err) },
	"Trusts": func(q *asker) { r, err := q.service.Trusts(q.w.ctx, q.actor); q.say("Trusts", nil, r, err) },
	"Services": func(q *asker) {
		r, err := q.service.Services(q.w.ctx, q.actor, "", 100)
		q.say("Services", nil, r, err)
	},
	"Agreements": func(q *asker) {
		r, err := q.service.Agreements(q.w.ctx, q.actor, "", 100)
		q.say("Agreements", nil, r, err)
	},
	"Agreement": func(q *asker) {
		for _, g := range q.agreements {
			r, err := q.service.Agreement(q.w.ctx, q.actor, g.ID)
			q.say("Agreement", g.ID, r, err)
		}
	},
	"AgreementsElsewhere": func(q *asker) {
		for after := ""; ; {
			r, err := q.service.AgreementsElsewhere(q.w.ctx, q.actor, after, 2)
			q.say("AgreementsElsewhere", after, r, err)
			if after = r.Next; after == "" {
				break
			}
		}
	},
	"Names": func(q *asker) { r, err := q.service.Names(q.w.ctx, q.actor, q.orgs); q.say("Names", nil, r, err) },
	"People": func(q *asker) {
		var ids []orgoverlay.PersonID
		for _, a := range q.accounts {
			ids = append(ids, orgoverlay.PersonID(secret("person", a, 0)))
		}
		r, err := q.service.People(q.w.ctx, q.actor, ids)
		q.say("People", nil, r, err)
	},
	"List": func(q *asker) {
		no := false
		queries := []orgoverlay.ListQuery{{Limit: 3, Whys: true}, {Limit: 100, Whys: true, Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted}}, {Enabled: &no}}
		for _, a := range q.accounts {
			queries = append(queries, orgoverlay.ListQuery{Owner: a, Limit: 100})
		}
		for _, word := range q.words {
			queries = append(queries, orgoverlay.ListQuery{Search: word, Limit: 100}, orgoverlay.ListQuery{FinancialID: word})
		}
		for _, query := range queries {
			for {
				r, err := q.service.List(q.w.ctx, q.actor, query)
				q.say("List", query, r, err)
				if query.After = r.Next; query.After == "" {
					break
				}
			}
		}
	},
	"Count": func(q *asker) {
		for _, word := range append(q.words, "") {
			r, err := q.service.Count(q.w.ctx, q.actor, orgoverlay.ListQuery{Search: word})
			q.say("Count", word, r, err)
		}
	},
	"FindFinancial": func(q *asker) {
		for _, word := range q.words {
			r, err := q.service.FindFinancial(q.w.ctx, q.actor, word)
			q.say("FindFinancial", word, r, err)
		}
	},
	"Own": func(q *asker) {
		q.each("Own", func(o orgoverlay.OrgID) (any, error) { return q.service.Own(q.w.ctx, q.actor, o) })
	},
	"Organization": func(q *asker) {
		q.each("Organization", func(o orgoverlay.OrgID) (any, error) { return q.service.Organization(q.w.ctx, q.actor, o) })
	},
	"Explain": func(q *asker) {
		q.each("Explain", func(o orgoverlay.OrgID) (any, error) { return q.service.Explain(q.w.ctx, q.actor, o) })
	},
	"WhoSees": func(q *asker) {
		q.each("WhoSees", func(o orgoverlay.OrgID) (any, error) { return q.service.WhoSees(q.w.ctx, q.actor, o) })
	},
	"History": func(q *asker) {
		q.each("History", func(o orgoverlay.OrgID) (any, error) { return q.service.History(q.w.ctx, q.actor, o, "", 3) })
	},
	"Log": func(q *asker) {
		r, err := q.service.Log(q.w.ctx, q.actor, orgoverlay.HistoryQuery{Limit: 100})
		q.say("Log", nil, r, err)
	},
	"WhatIf": func(q *asker) {
		for _, a := range q.accounts {
			for _, state := range []orgoverlay.TrustState{orgoverlay.TrustEstablished, orgoverlay.TrustEnded} {
				q.whatIf(orgoverlay.Supposition{Other: a, Trust: state})
			}
		}
		for _, g := range q.agreements {
			g := g
			q.whatIf(orgoverlay.Supposition{Agreement: &g, At: q.w.clock.AddDate(0, 0, 3)})
			g.ID, g.Version, g.Prepared, g.Start, g.Expiry = "", 0, false, "2026-01-01", ""
			q.whatIf(orgoverlay.Supposition{Agreement: &g})
		}
		for _, e := range q.services {
			for _, o := range q.orgs {
				e := e
				e.Provider = o
				q.whatIf(orgoverlay.Supposition{Service: &e})
			}
		}
	},
	"Extensions": func(q *asker) { r, err := q.service.Extensions(q.w.ctx, q.actor); q.say("Extensions", nil, r, err) },
	"DryRunExtension": func(q *asker) {
		r, err := q.service.DryRunExtension(q.w.ctx, q.actor, orgoverlay.Extension{Name: "none"})
		q.say("DryRunExtension", nil, r, err)
	},
	"Attachment": func(q *asker) {
		for _, f := range q.files {
			q.each("Attachment "+string(f), func(o orgoverlay.OrgID) (any, error) { return q.service.Attachment(q.w.ctx, q.actor, o, f) })
		}
	},
	"Download": func(q *asker) {
		for _, f := range q.files {
			q.each("Download "+string(f), func(o orgoverlay.OrgID) (any, error) {
				var content bytes.Buffer
				_, err := q.service.Download(q.w.ctx, q.actor, o, f, &content)
				return content.String(), err
			})
		}
	},
	"Dormant": func(q *asker) {
		for after := orgoverlay.OrgID(""); ; {
			r, err := q.service.Dormant(q.w.ctx, q.actor, after, 2)
			q.say("Dormant", after, r, err)
			if after = r.Next; after == "" {
				break
			}
		}
	},
	"Export": func(q *asker) {
		for _, since := range []time.Time{{}, q.w.clock.Add(-time.Hour)} {
			var table bytes.Buffer
			n, err := q.service.Export(q.w.ctx, q.actor, &table, orgoverlay.ExportOptions{Since: since})
			q.say("Export", nil, n, table.String(), err)
			table.Reset()
			n, err = q.service.Export(q.w.ctx, q.actor, &table, orgoverlay.ExportOptions{Since: since, Dormant: true})
			q.say("Export", "dormant too", n, table.String(), err)
		}
	},
}

func (q *asker) each(method string, ask func(orgoverlay.OrgID) (any, error)) {
	for _, o := range q.orgs {
		r, err := ask(o)
		q.say(method, o, r, err)
	}
}

func (q *asker) whatIf(suppose orgoverlay.Supposition) {
	r, err := q.service.WhatIf(q.w.ctx, q.actor, suppose)
	q.say("WhatIf", suppose, r, err)
}

// as lists people of an account in every role that makes a difference.
func (w *world) as(a orgoverlay.Account) []orgoverlay.Actor {
	var out []orgoverlay.Actor
	for _, roles := range [][]orgoverlay.Role{{orgoverlay.RoleAdministrator}, {orgoverlay.RoleServiceLevel, orgoverlay.RoleSpecialist},
		{orgoverlay.RoleAuditor}, {orgoverlay.RoleEndUser}} {
		actor := w.boss(a)
		actor.Roles = roles
		out = append(out, actor)
	}
	return out
}

// obtain asks everything as everybody of an account.
func (w *world) obtain(a orgoverlay.Account, about asker) string {
	about.w, about.service, about.answers = w, w.of(a), &strings.Builder{}
	for _, about.actor = range w.as(a) {
		for _, method := range slices.Sorted(maps.Keys(readers)) {
			readers[method](&about)
		}
	}
	return about.answers.String()
}

// Every method of the service is asked here, or there is a reason.
func TestNoMethodIsForgotten(t *testing.T) {
	t.Parallel()
	v := reflect.TypeFor[*orgoverlay.Service]()
	for i := range v.NumMethod() {
		name := v.Method(i).Name
		_, reads := readers[name]
		_, writes := writers[name]
		if !reads && !writes && !slices.Contains(silent, name) {
			t.Errorf("nobody asks what method %s gives away", name)
		}
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(readers)), slices.Collect(maps.Keys(writers)), silent) {
		_, found := v.MethodByName(name)
		require.True(t, found, "there is no method %s", name)
	}
}

// spell writes a value out with everything that it points to, fields that are not exported included; bytes as text.
func spell(v any) string {
	var b strings.Builder
	spellTo(&b, reflect.ValueOf(v), map[unsafe.Pointer]bool{})
	return b.String()
}

func spellTo(b *strings.Builder, v reflect.Value, seen map[unsafe.Pointer]bool) {
	if !v.IsValid() {
		b.WriteString("nil")
		return
	}
	if v.Type() == reflect.TypeFor[time.Time]() && v.CanInterface() {
		b.WriteString(v.Interface().(time.Time).Format(time.RFC3339Nano))
		return
	}
	switch v.Kind() {
	case reflect.String:
		fmt.Fprintf(b, "%q", v.String())
	case reflect.Pointer, reflect.Interface:
		if v.Kind() == reflect.Pointer {
			if seen[v.UnsafePointer()] {
				return
			}
			seen[v.UnsafePointer()] = true
		}
		spellTo(b, v.Elem(), seen)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			fmt.Fprintf(b, "%q", v.Bytes())
			return
		}
		b.WriteByte('[')
		for i := range v.Len() {
			spellTo(b, v.Index(i), seen)
			b.WriteByte(' ')
		}
		b.WriteByte(']')
	case reflect.Map:
		var entries []string
		for _, k := range v.MapKeys() {
			var entry strings.Builder
			spellTo(&entry, k, seen)
			entry.WriteByte(':')
			spellTo(&entry, v.MapIndex(k), seen)
			entries = append(entries, entry.String())
		}
		slices.Sort(entries)
		fmt.Fprint(b, entries)
	case reflect.Struct:
		if elem := pointedTo(v); elem.IsValid() {
			spellTo(b, elem, seen)
			return
		}
		b.WriteByte('{')
		for i := range v.NumField() {
			b.WriteString(v.Type().Field(i).Name + ":")
			spellTo(b, v.Field(i), seen)
			b.WriteByte(' ')
		}
		b.WriteByte('}')
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		b.WriteString(v.Kind().String())
	default:
		fmt.Fprint(b, v)
	}
}

// pointedTo is what an atomic.Pointer points to.
func pointedTo(v reflect.Value) reflect.Value {
	if v.Type().PkgPath() != "sync/atomic" || !strings.HasPrefix(v.Type().Name(), "Pointer[") {
		return reflect.Value{}
	}
	return reflect.NewAt(v.Type().Field(0).Type.Elem().Elem(), v.FieldByName("v").UnsafePointer())
}
