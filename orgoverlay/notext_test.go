package orgoverlay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// notText is what databases keep no text of: with a NUL, and not UTF-8.
var notText = []string{"a\x00b", "a\xffb"}

// talk is a stage on a store, on which every method of wdc's service has something to be called with.
func talk(t *testing.T, open func(testing.TB) store.DB) *stage {
	t.Helper()
	s := newStage(t)
	s.db = open(t)
	s.account("wdc", "")
	s.account("gigatera", "")
	s.sla("gigatera", "wdc", "G1")
	s.sla("wdc", "gigatera", "G2")
	s.edit("wdc", s.tied["gigatera"], remarks("ours"))
	s.save("wdc", orgoverlay.Extension{ID: "x", Name: "x"})
	_, err := s.of("wdc").SavePerson(s.ctx, admin("wdc"), orgoverlay.Person{ID: "p", Name: "Ann"})
	require.NoError(t, err)
	return s
}

// calls are arguments with which methods do something, anew each time; behind the context and the actor.
func (s *stage) calls() map[string][][]any {
	giga, own := s.tied["gigatera"], s.tied["wdc"]
	org := orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "new", Picture: "https://x.example/x.png",
		Contacts: []orgoverlay.Contact{{Kind: "phone", Label: "desk", Value: "1"}}, Addresses: []orgoverlay.Address{{City: "Lima"}}}}
	sla := s.draft("gigatera", orgoverlay.Agreement{Kind: orgoverlay.SLA, Service: "service of G2"})
	flsa := s.draft("gigatera", orgoverlay.Agreement{Kind: orgoverlay.FLSA, Provider: orgoverlay.Ref{Account: "wdc", Org: own}})
	entry := orgoverlay.ServiceEntry{Name: "new", Provider: own}
	form := orgoverlay.Extension{Name: "new", Fields: []orgoverlay.ExtensionField{field("a", `{"title":"a"}`)}}
	return map[string][][]any{
		"ActivateExtension": {{orgoverlay.ExtensionID("x"), int64(1), int64(1)}}, "Agreement": {{orgoverlay.AgreementID("G2")}}, "Agreements": {{orgoverlay.AgreementID(""), 1}},
		"AgreementsElsewhere": {{"", 1}}, "Attach": {{giga, orgoverlay.Upload{Name: "x.txt"}, strings.NewReader("x")}}, "Attachment": {{giga, orgoverlay.AttachmentID("f")}},
		"DisableExtension": {{orgoverlay.ExtensionID("none"), int64(1), true, int64(1)}}, "DeleteOrganization": {{orgoverlay.OrgID("none"), int64(1)}},
		"Dormant": {{orgoverlay.OrgID(""), 1}}, "Download": {{giga, orgoverlay.AttachmentID("f"), io.Discard}}, "DryRunExtension": {{form}},
		"Edit": {{giga, remarks("x"), int64(1)}}, "Explain": {{giga}}, "Export": {{io.Discard, orgoverlay.ExportOptions{}}}, "FindFinancial": {{"F"}},
		"History": {{giga, "", 1}}, "Import": {{strings.NewReader("ID,Remarks\nnone,x\n"), orgoverlay.ImportOptions{Blank: orgoverlay.BlankKeep}}},
		"Names": {{[]orgoverlay.OrgID{giga}}}, "Organization": {{giga}}, "Own": {{own}}, "People": {{[]orgoverlay.PersonID{"p"}}}, "Purge": {{giga, "why"}}, "PurgeAccount": {{"why"}},
		"SaveAgreement": {{sla}, {flsa}}, "SaveExtension": {{form}}, "SaveOrganization": {{org}}, "SavePerson": {{orgoverlay.Person{Name: "new"}}, {orgoverlay.Person{ID: "p", Name: "Bob", Version: 1}}},
		"SaveService": {{entry}, {orgoverlay.ServiceEntry{ID: "service of G2", Name: "other", Provider: own, Version: 1}}}, "Services": {{orgoverlay.ServiceID(""), 1}},
		"SetTrust": {{orgoverlay.Account("gigatera"), orgoverlay.TrustSuspended}}, "WhoSees": {{own}},
		"SaveTenant": {{orgoverlay.Tenant{ID: "wdc", Name: "new", Organization: own, Version: 2}}},
		"WhatIf":     {{orgoverlay.Supposition{Agreement: &sla}}, {orgoverlay.Supposition{Service: &entry}}, {orgoverlay.Supposition{Other: "gigatera", Trust: orgoverlay.TrustEnded}}},
	}
}

// spoil sets the nth text that can be reached from a value to another; it counts n down to 0.
func spoil(v reflect.Value, n *int, text string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem(), n, text)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			spoil(v.Field(i), n, text)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.CanSet() && v.Len() > 0 {
			if *n--; *n == 0 {
				v.SetBytes([]byte(strings.Replace(string(v.Bytes()), "a", text, 1)))
			}
			return
		}
		for i := range v.Len() {
			spoil(v.Index(i), n, text)
		}
	case reflect.String:
		if v.CanSet() {
			if *n--; *n == 0 {
				v.SetString(text)
			}
		}
	}
}

// texts calls a method again and again, with another of its arguments' texts replaced each time, in a transaction that is rolled back. The first call has
// none replaced.
func (s *stage) texts(name string, call int, text string) {
	s.t.Helper()
	for nth := 0; ; nth++ {
		left, done := nth, errors.New("rolled back")
		err := s.db.For("wdc").Update(s.ctx, func(ctx context.Context, tx store.Tx) error {
			service := s.of("wdc").With(store.Orgoverlay(store.Join(tx)))
			method := reflect.ValueOf(service).MethodByName(name)
			args := []reflect.Value{reflect.ValueOf(ctx)}
			given := append([]any{admin("wdc")}, s.argumentsOf(name, call, method.Type())...)
			for _, a := range given {
				arg := reflect.New(reflect.TypeOf(a)).Elem()
				arg.Set(reflect.ValueOf(a))
				if left > 0 {
					spoil(arg, &left, text)
				}
				args = append(args, arg)
			}
			out := method.Call(args)
			err, _ := out[len(out)-1].Interface().(error)
			if err != nil {
				refusals := []error{orgoverlay.ErrNotFound, orgoverlay.ErrInvalid, orgoverlay.ErrAccount, orgoverlay.ErrForbidden}
				if nth == 0 {
					refusals = refusals[:1]
				}
				if !slices.ContainsFunc(refusals, func(refusal error) bool { return errors.Is(err, refusal) }) {
					s.t.Errorf("%s, text %d: %v", name, nth, err)
				}
				return done
			}
			entries, err := tx.Orgoverlay.History.List(ctx, orgoverlay.HistoryQuery{})
			require.NoError(s.t, err)
			require.NotContains(s.t, fmt.Sprint(entries), text, "%s keeps text %d", name, nth)
			return done
		})
		require.ErrorIs(s.t, err, done)
		if left > 0 { // there was no such text any more
			return
		}
	}
}

// argumentsOf are those of a call, or empty ones.
func (s *stage) argumentsOf(name string, call int, method reflect.Type) (out []any) {
	if calls := s.calls()[name]; calls != nil {
		return calls[call]
	}
	for i := 2; i < method.NumIn(); i++ {
		out = append(out, reflect.Zero(method.In(i)).Interface())
	}
	return out
}

// noTextAnywhere calls every method that there is.
func noTextAnywhere(t *testing.T, open func(testing.TB) store.DB) {
	s := talk(t, open)
	calls, methods := s.calls(), reflect.TypeFor[*orgoverlay.Service]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		if m.Type.NumIn() < 3 || m.Type.In(2) != reflect.TypeFor[orgoverlay.Actor]() {
			continue
		}
		for call := range max(1, len(calls[m.Name])) {
			for _, text := range notText {
				s.texts(m.Name, call, text)
			}
		}
	}
}

// What cannot be the id of anything is not there, or is a field that is wrong.
func TestWhatIsNoTextNamesNothing(t *testing.T) {
	t.Parallel()
	s := pair(t)
	const bad = "a\x00b"
	service, boss := s.of("wdc"), admin("wdc")
	draft := s.draft("gigatera", orgoverlay.Agreement{ID: "A", Kind: orgoverlay.SLA, Service: bad})
	person := orgoverlay.Actor{Name: bad, On: "wdc", Roles: boss.Roles}
	missing := map[string]func() error{
		"an organization": func() error { _, err := service.Organization(s.ctx, boss, bad); return err },
		"an edit":         func() error { _, _, err := service.Edit(s.ctx, boss, bad, remarks("x"), 0); return err },
		"an own one":      func() error { _, err := service.Own(s.ctx, boss, bad); return err },
		"who sees it":     func() error { _, err := service.WhoSees(s.ctx, boss, bad); return err },
		"its history":     func() error { _, err := service.History(s.ctx, boss, bad, "", 0); return err },
		"deleting":        func() error { return service.DeleteOrganization(s.ctx, boss, bad, 1) },
		"a service":       func() error { _, err := service.SaveService(s.ctx, boss, orgoverlay.ServiceEntry{ID: bad}); return err },
		"an agreement":    func() error { _, err := service.Agreement(s.ctx, boss, bad); return err },
		"activating":      func() error { _, err := service.ActivateExtension(s.ctx, boss, bad, 1, 1); return err },
		"disabling":       func() error { _, err := service.DisableExtension(s.ctx, boss, bad, 1, true, 1); return err },
	}
	for what, ask := range missing {
		require.ErrorIs(t, ask(), orgoverlay.ErrNotFound, what)
	}
	log := func(q orgoverlay.HistoryQuery) error { _, err := service.Log(s.ctx, boss, q); return err }
	save := func(o orgoverlay.Organization) error { _, err := service.SaveOrganization(s.ctx, boss, o); return err }
	invalid := map[string]func() error{
		"financial_id": func() error { _, _, err := service.Edit(s.ctx, boss, s.tied["wdc"], financial(bad), 2); return err },
		"other":        func() error { _, err := service.SetTrust(s.ctx, boss, bad, orgoverlay.TrustEnded); return err },
		"service":      func() error { _, err := service.SaveAgreement(s.ctx, boss, draft); return err },
		"before":       func() error { return log(orgoverlay.HistoryQuery{Before: bad}) },
		"kind":         func() error { return log(orgoverlay.HistoryQuery{Kind: bad}) },
		"subject":      func() error { return log(orgoverlay.HistoryQuery{Subject: bad}) },
		"after":        func() error { _, err := service.Services(s.ctx, boss, bad, 1); return err },
		"manager":      func() error { return save(orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "n"}, Manager: bad}) },
		"parent":       func() error { return save(orgoverlay.Organization{Shared: orgoverlay.Shared{Name: "n"}, Parent: bad}) },
		"name":         func() error { return save(orgoverlay.Organization{Shared: orgoverlay.Shared{Name: bad}}) },
		"id": func() error {
			_, err := service.SavePerson(s.ctx, boss, orgoverlay.Person{ID: bad, Name: "n"})
			return err
		},
		"directory": func() error {
			_, err := s.of("new").SaveTenant(s.ctx, admin("new"), orgoverlay.Tenant{ID: "new", Name: "n", Directory: bad})
			return err
		},
		"actor.name": func() error { _, err := service.SetTrust(s.ctx, person, "gigatera", orgoverlay.TrustEnded); return err },
	}
	for path, ask := range invalid {
		require.Equal(t, []string{path}, paths(t, ask()))
	}
	known, err := service.People(s.ctx, boss, []orgoverlay.PersonID{bad, ""})
	require.NoError(t, err)
	require.Empty(t, known)
}

func TestNoStoreIsAskedForWhatIsNoText(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) store.DB{"memory": newMemory, "SQLite": newSQLite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			noTextAnywhere(t, open)
		})
	}
}

func TestNoStoreIsAskedForWhatIsNoTextOnPostgres(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("takes seconds")
	}
	noTextAnywhere(t, newPostgres)
}
