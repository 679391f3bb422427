package storetest_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// Two roles have a method of their own name, which a field of that name would hide.
type (
	claimsRole = orgoverlay.Claims
	peopleRole = orgoverlay.People
)

// The roles below each have one fault; what they embed does the rest.
type (
	oneSided    struct{ orgoverlay.Registry }
	unprovided  struct{ orgoverlay.Registry }
	namesake    struct{ orgoverlay.Organizations }
	anonymous   struct{ orgoverlay.Organizations }
	early       struct{ orgoverlay.Sight }
	kindless    struct{ orgoverlay.Sight }
	curious     struct{ orgoverlay.Sight }
	byID        struct{ orgoverlay.Sight }
	trusting    struct{ orgoverlay.Sight }
	flat        struct{ orgoverlay.Sight }
	distrustful struct{ orgoverlay.Sight }
	bare        struct{ orgoverlay.Sight }
	aloft       struct{ orgoverlay.Sight }
	telling     struct {
		orgoverlay.Sight
		prepared []orgoverlay.Agreement // that have been asked for
	}
	emptying  struct{ orgoverlay.Overlays }
	bumping   struct{ orgoverlay.Overlays }
	stampless struct{ orgoverlay.Overlays }
	piecemeal struct{ claimsRole }
	keeping   struct{ claimsRole }
	disabling struct{ orgoverlay.Extensions }
	rewriting struct{ orgoverlay.Files }
	sparing   struct{ orgoverlay.Files }
	backward  struct{ peopleRole }
	retentive struct{ orgoverlay.History }
	sweeping  struct{ orgoverlay.History }
)

var orgMutants = []mutant{
	{"takes one half for a trust", "trusts/halves", orgRoles(func(o *orgoverlay.Tx) { o.Registry = oneSided{o.Registry} })},
	{"knows no provider of an SLA", "agreements/providers", orgRoles(func(o *orgoverlay.Tx) { o.Registry = unprovided{o.Registry} })},
	{"lets two organizations have a name", "unique/names of organizations", orgRoles(func(o *orgoverlay.Tx) { o.Orgs = namesake{o.Orgs} })},
	{"forgets whose organization it is", "organizations/names", orgRoles(func(o *orgoverlay.Tx) { o.Orgs = anonymous{o.Orgs} })},
	{"sees what is not active yet", "sight/status", orgRoles(func(o *orgoverlay.Tx) { o.Sight = early{o.Sight} })},
	{"lists every kind", "sight/random world 0", orgRoles(func(o *orgoverlay.Tx) { o.Sight = kindless{o.Sight} })},
	{"searches hidden fields", "sight/search", orgRoles(func(o *orgoverlay.Tx) { o.Sight = curious{o.Sight} })},
	{"lists by id", "sight/pages", orgRoles(func(o *orgoverlay.Tx) { o.Sight = byID{o.Sight} })},
	{"tells of a partner without trust", "sight/partner", orgRoles(func(o *orgoverlay.Tx) { o.Sight = trusting{o.Sight} })},
	{"knows nobody below a directory", "sight/random world 0", orgRoles(func(o *orgoverlay.Tx) { o.Sight = flat{o.Sight} })},
	{"tells watchers without their trust", "sight/random world 0", orgRoles(func(o *orgoverlay.Tx) { o.Sight = distrustful{o.Sight} })},
	{"tells watchers without accounts below a directory", "sight/random world 0", orgRoles(func(o *orgoverlay.Tx) { o.Sight = aloft{o.Sight} })},
	{"tells of agreements that others prepare", "sight/random world 0", orgRoles(func(o *orgoverlay.Tx) { o.Sight = &telling{Sight: o.Sight} })},
	{"lists without what was laid over", "sight/shared fields alone", orgRoles(func(o *orgoverlay.Tx) { o.Sight = bare{o.Sight} })},
	{"empties an overlay to delete it", "overlays/delete", orgRoles(func(o *orgoverlay.Tx) { o.Overlays = emptying{o.Overlays} })},
	{"counts hiding as a version", "overlays/hide", orgRoles(func(o *orgoverlay.Tx) { o.Overlays = bumping{o.Overlays} })},
	{"forgets who wrote a field", "overlays/round trip", orgRoles(func(o *orgoverlay.Tx) { o.Overlays = stampless{o.Overlays} })},
	{"takes a part of the claims", "many/claims", orgRoles(func(o *orgoverlay.Tx) { o.Claims = piecemeal{o.Claims} })},
	{"gives no claim back", "claims/slots", orgRoles(func(o *orgoverlay.Tx) { o.Claims = keeping{o.Claims} })},
	{"does not find what is disabled", "extensions/active", orgRoles(func(o *orgoverlay.Tx) { o.Extensions = disabling{o.Extensions} })},
	{"writes over a piece", "files/chunks", orgRoles(func(o *orgoverlay.Tx) { o.Files = rewriting{o.Files} })},
	{"takes every content for used", "files/used", orgRoles(func(o *orgoverlay.Tx) { o.Files = sparing{o.Files} })},
	{"lists people backward", "lists/of orgoverlay", orgRoles(func(o *orgoverlay.Tx) { o.People = backward{o.People} })},
	{"keeps values that were stripped", "orgoverlay history/strip", orgRoles(func(o *orgoverlay.Tx) { o.History = retentive{o.History} })},
	{"lists the history of every kind", "orgoverlay history/query", orgRoles(func(o *orgoverlay.Tx) { o.History = sweeping{o.History} })},
}

func orgRoles(mutate func(*orgoverlay.Tx)) func(store.DB) store.DB {
	return roles(func(tx *store.Tx) { mutate(&tx.Orgoverlay) })
}

func (r oneSided) Trusts(ctx context.Context) ([]orgoverlay.Trust, error) {
	ts, err := r.Registry.Trusts(ctx)
	for i := range ts {
		if h, missing := r.Half(ctx, ts[i].Other); missing == nil {
			ts[i].State = h.State
		}
	}
	return ts, err
}

func (r unprovided) Agreement(ctx context.Context, id orgoverlay.AgreementID) (orgoverlay.Agreement, error) {
	a, err := r.Registry.Agreement(ctx, id)
	if a.Kind == orgoverlay.SLA {
		a.Provider = orgoverlay.Ref{}
	}
	return a, err
}

func (r namesake) Put(ctx context.Context, o orgoverlay.Organization) error {
	if err := r.Organizations.Put(ctx, o); !errors.Is(err, orgoverlay.ErrConflict) {
		return err
	}
	o.Name += "!"
	return r.Organizations.Put(ctx, o)
}

func (r anonymous) Organization(ctx context.Context, id orgoverlay.OrgID) (orgoverlay.Organization, error) {
	o, err := r.Organizations.Organization(ctx, id)
	o.AccountName = ""
	return o, err
}

func (r early) Count(ctx context.Context, q orgoverlay.Query) (int64, error) {
	q.Now = q.Now.Add(time.Second)
	return r.Sight.Count(ctx, q)
}

func (r kindless) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	q.Kinds = nil
	return r.Sight.List(ctx, q)
}

func (r curious) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	q.Fields = append(q.Fields, "hidden", "a")
	return r.Sight.List(ctx, q)
}

func (r byID) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	ls, err := r.Sight.List(ctx, q)
	slices.SortFunc(ls, func(a, b orgoverlay.Listed) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return ls, err
}

func (r trusting) Partner(ctx context.Context, other orgoverlay.Account) (orgoverlay.Tenant, error) {
	if t, err := r.Sight.Partner(ctx, other); err == nil {
		return t, nil
	}
	return orgoverlay.Tenant{ID: other}, nil
}

func (r flat) Facts(ctx context.Context, orgs []orgoverlay.OrgID) (orgoverlay.Facts, error) {
	f, err := r.Sight.Facts(ctx, orgs)
	f.Below = nil
	return f, err
}

func (r distrustful) Watchers(ctx context.Context, org orgoverlay.OrgID) ([]orgoverlay.Watcher, error) {
	ws, err := r.Sight.Watchers(ctx, org)
	for i := range ws {
		ws[i].Trust.State = orgoverlay.TrustNone
	}
	return ws, err
}

func (r aloft) Watchers(ctx context.Context, org orgoverlay.OrgID) ([]orgoverlay.Watcher, error) {
	ws, err := r.Sight.Watchers(ctx, org)
	for i := range ws {
		ws[i].Below = false
	}
	return ws, err
}

func (r *telling) Between(ctx context.Context, other orgoverlay.Account) ([]orgoverlay.Agreement, error) {
	out, err := r.Sight.Between(ctx, other)
	for _, a := range out {
		if a.Account == other && a.Prepared {
			r.prepared = append(r.prepared, a)
		}
	}
	return out, err
}

func (r *telling) Elsewhere(ctx context.Context, after orgoverlay.AgreementPlace, limit int) ([]orgoverlay.Agreement, error) {
	out, err := r.Sight.Elsewhere(ctx, after, limit)
	return append(out, r.prepared...), err
}

func (r bare) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	ls, err := r.Sight.List(ctx, q)
	for i := range ls {
		ls[i].Local = orgoverlay.Local{}
	}
	return ls, err
}

func (r emptying) Delete(ctx context.Context, org orgoverlay.OrgID) error {
	o, err := r.Overlay(ctx, org)
	if errors.Is(err, orgoverlay.ErrNotFound) {
		return nil
	}
	o.Local = orgoverlay.Local{}
	return errors.Join(err, r.Put(ctx, []orgoverlay.Overlay{o}))
}

func (r bumping) Hide(ctx context.Context, orgs []orgoverlay.OrgID, since time.Time) error {
	os, err := r.ByOrg(ctx, orgs)
	for i := range os {
		os[i].HiddenSince = since
	}
	return errors.Join(err, r.Put(ctx, os))
}

func (r stampless) Put(ctx context.Context, overlays []orgoverlay.Overlay) error {
	overlays = slices.Clone(overlays)
	for i := range overlays {
		overlays[i].Stamps = nil
	}
	return r.Overlays.Put(ctx, overlays)
}

func (r piecemeal) Take(ctx context.Context, claims []orgoverlay.Claim) error {
	for _, c := range claims {
		if err := r.claimsRole.Take(ctx, []orgoverlay.Claim{c}); err != nil {
			return err
		}
	}
	return nil
}

func (keeping) Release(context.Context, []orgoverlay.OrgID) error { return nil }

func (r disabling) Active(ctx context.Context, category string) (orgoverlay.Extension, error) {
	e, err := r.Extensions.Active(ctx, category)
	if e.Disabled {
		return orgoverlay.Extension{}, orgoverlay.ErrNotFound
	}
	return e, err
}

func (r rewriting) PutChunk(ctx context.Context, sha256 string, n int, data []byte) error {
	return errors.Join(r.Delete(ctx, sha256), r.Files.PutChunk(ctx, sha256, n, data))
}

func (sparing) Used(context.Context, string) (bool, error) { return true, nil }

func (r backward) People(ctx context.Context, ids []orgoverlay.PersonID) ([]orgoverlay.Person, error) {
	ps, err := r.peopleRole.People(ctx, ids)
	slices.Reverse(ps)
	return ps, err
}

func (retentive) Strip(context.Context, string, string) error { return nil }

func (r sweeping) List(ctx context.Context, q orgoverlay.HistoryQuery) ([]orgoverlay.Entry, error) {
	q.Kind = ""
	return r.History.List(ctx, q)
}
