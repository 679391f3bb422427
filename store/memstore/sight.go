package memstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// sight answers by brute force: it collects the facts of everything that might be seen, and asks orgoverlay.Visible.
type sight struct{ scope }

var _ orgoverlay.Sight = sight{}

// trusts joins the halves of an account with those of others, ordered by the other account.
func (c scope) trusts(of orgoverlay.Account) []orgoverlay.Trust {
	var others []orgoverlay.Account
	for k := range c.of(of).halves.rows.from(key{}) {
		others = append(others, orgoverlay.Account(k[0]))
	}
	for k := range c.s.trusting.from(keyOf(of)) {
		if k[0] != string(of) {
			break
		}
		others = append(others, orgoverlay.Account(k[1]))
	}
	var out []orgoverlay.Trust
	for _, other := range distinct(others) {
		out = append(out, c.trust(of, other))
	}
	return out
}

// trust joins an account's half of a trust with the other's.
func (c scope) trust(of, other orgoverlay.Account) orgoverlay.Trust {
	ours, _ := c.of(of).halves.get(halfShape, keyOf(other))
	theirs, _ := c.of(other).halves.get(halfShape, keyOf(of))
	t := orgoverlay.Together(ours, theirs)
	t.Other = other
	return t
}

// trustedBelow reports whether an account below this one, a directory, has trust in force with another.
func (c scope) trustedBelow(other orgoverlay.Account) bool {
	return slices.ContainsFunc(c.trusts(other), func(t orgoverlay.Trust) bool {
		return t.State == orgoverlay.TrustEstablished && c.of(t.Other).tenant.Directory == c.name
	})
}

// agreements returns those that name the account on either side, ordered by account and id.
func (c scope) agreements() []orgoverlay.Agreement {
	var out []orgoverlay.Agreement
	for _, a := range c.a.agreements.rows.from(key{}) {
		out = append(out, provided(c.a, *a))
	}
	for k := range c.s.agreed.from(keyOf(c.name)) {
		if k[0] != string(c.name) {
			break
		}
		if by := orgoverlay.Account(k[1]); by != c.name {
			from := c.of(by)
			out = append(out, provided(from, *from.agreements.rows.get(key{k[2]})))
		}
	}
	slices.SortFunc(out, byPlace)
	return out
}

func byPlace(a, b orgoverlay.Agreement) int {
	return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.ID, b.ID))
}

func names(a orgoverlay.Agreement, r orgoverlay.Ref) bool { return a.Provider == r || a.Customer == r }

// shared returns what others may see of an organization, with the name that its owner has now.
func (c scope) shared(o *orgoverlay.Organization) orgoverlay.Shared {
	s := o.Shared.Clone()
	s.AccountName = c.of(o.Account).tenant.Name
	return s
}

func (r sight) Facts(_ context.Context, orgs []orgoverlay.OrgID) (orgoverlay.Facts, error) {
	return r.facts(orgs), nil
}

func (r sight) facts(orgs []orgoverlay.OrgID) orgoverlay.Facts {
	f := orgoverlay.Facts{Viewer: r.a.tenant}
	f.Viewer.ID = r.name
	agreements := r.agreements()
	named := namedIn(agreements)
	found, owners := map[orgoverlay.Ref]bool{}, map[orgoverlay.Account]bool{}
	for _, id := range distinct(orgs) {
		owner := r.s.owners.get(keyOf(id))
		if owner == nil {
			continue
		}
		ref := orgoverlay.Ref{Account: *owner, Org: id}
		if own := *owner == r.name; own || *owner == r.a.tenant.Directory || named[ref] {
			o := r.of(*owner).organizations.rows.get(keyOf(id))
			f.Orgs = append(f.Orgs, orgoverlay.Seen{Shared: r.shared(o), Own: own, Internal: own && o.Internal, Deleted: o.Deleted})
			found[ref], owners[*owner] = true, true
		}
	}
	for _, a := range agreements {
		if found[a.Provider] || found[a.Customer] {
			f.Agreements = append(f.Agreements, a)
		}
	}
	for _, t := range r.trusts(r.name) {
		above := r.of(t.Other).tenant.Directory
		if owners[above] && above != "" {
			f.Below = append(f.Below, orgoverlay.Tenant{ID: t.Other, Directory: above})
		} else if !owners[t.Other] {
			continue
		}
		f.Trusts = append(f.Trusts, t)
	}
	return f
}

// namedIn is every organization that one of these agreements names.
func namedIn(agreements []orgoverlay.Agreement) map[orgoverlay.Ref]bool {
	out := map[orgoverlay.Ref]bool{}
	for _, a := range agreements {
		out[a.Provider], out[a.Customer] = true, true
	}
	return out
}

// known returns every organization that the account may see at some time.
func (r sight) known() []orgoverlay.OrgID {
	var out []orgoverlay.OrgID
	for k := range r.a.organizations.rows.from(key{}) {
		out = append(out, orgoverlay.OrgID(k[0]))
	}
	for k := range r.of(r.a.tenant.Directory).organizations.rows.from(key{}) {
		out = append(out, orgoverlay.OrgID(k[0]))
	}
	for _, a := range r.agreements() {
		out = append(out, a.Provider.Org, a.Customer.Org)
	}
	return out
}

func (r sight) List(_ context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	out := r.selected(q)
	after := func(l orgoverlay.Listed) bool {
		return cmp.Or(strings.Compare(orgoverlay.SortKey(l.Name), q.After.Name), cmp.Compare(l.ID, q.After.Org)) > 0
	}
	out = slices.DeleteFunc(out, func(l orgoverlay.Listed) bool { return !after(l) })
	slices.SortFunc(out, func(a, b orgoverlay.Listed) int {
		return cmp.Or(strings.Compare(orgoverlay.SortKey(a.Name), orgoverlay.SortKey(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	if q.Limit > 0 && len(out) > q.Limit {
		out = out[:q.Limit]
	}
	return out, nil
}

func (r sight) Count(_ context.Context, q orgoverlay.Query) (int64, error) {
	return int64(len(r.selected(q))), nil
}

// selected returns what the account sees and the query selects, in no order.
func (r sight) selected(q orgoverlay.Query) []orgoverlay.Listed {
	ids := q.Ids
	if len(ids) == 0 {
		ids = r.known()
	}
	facts := r.facts(ids)
	kinds := map[orgoverlay.OrgID]orgoverlay.Kind{}
	for _, s := range orgoverlay.Visible(facts, q.Now) {
		kinds[s.Org] = s.Kind
	}
	var out []orgoverlay.Listed
	for _, o := range facts.Orgs {
		if l := r.listed(o, kinds[o.ID]); l.Kind != orgoverlay.KindNone && r.selects(q, l) {
			out = append(out, l)
		}
	}
	return out
}

func (r sight) listed(o orgoverlay.Seen, kind orgoverlay.Kind) orgoverlay.Listed {
	l := orgoverlay.Listed{Shared: o.Shared, Kind: kind}
	if o.Own {
		own := r.a.organizations.rows.get(keyOf(o.ID))
		l.Local, l.Version = own.Local.Clone(), own.Version
	} else if over := r.a.overlays.rows.get(keyOf(o.ID)); over != nil {
		l.Local, l.Version = over.Local.Clone(), over.Version
	}
	return l
}

func (r sight) selects(q orgoverlay.Query, l orgoverlay.Listed) bool {
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, l.Kind)) &&
		(q.Owner == "" || l.Account == q.Owner) &&
		(q.Enabled == nil || *q.Enabled != l.Disabled) &&
		(q.FinancialID == "" || r.claims(q.FinancialID, l.ID)) &&
		(q.Search == "" || found(q, l))
}

// claims reports whether an organization has a claim of a key.
func (r sight) claims(financialKey string, org orgoverlay.OrgID) bool {
	for k, c := range r.a.claims.from(keyOf(financialKey)) {
		if k[0] != financialKey {
			break
		}
		if c.Org == org {
			return true
		}
	}
	return false
}

func found(q orgoverlay.Query, l orgoverlay.Listed) bool {
	return strings.Contains(l.Shared.SearchText(), q.Search) || strings.Contains(l.Local.SearchText(), q.Search) ||
		slices.ContainsFunc(l.Local.Custom, func(v orgoverlay.CustomValue) bool {
			return slices.Contains(q.Fields, v.ID) && strings.Contains(v.SearchText(), q.Search)
		})
}

func (r sight) Named(_ context.Context, named []orgoverlay.OrgName) ([]orgoverlay.Named, error) {
	var out []orgoverlay.Named
	agreed := namedIn(r.agreements())
	for _, n := range named {
		id := r.of(n.Account).organizations.taken.get(keyOf(n.Name))
		if id == nil {
			continue
		}
		ref := orgoverlay.Ref{Account: n.Account, Org: orgoverlay.OrgID(id[0])}
		if n.Account == r.name || agreed[ref] {
			out = append(out, orgoverlay.Named{OrgName: n, Org: ref.Org})
		}
	}
	slices.SortFunc(out, func(a, b orgoverlay.Named) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Name, b.Name))
	})
	return slices.Compact(out), nil
}

func (r sight) Watchers(_ context.Context, org orgoverlay.OrgID) ([]orgoverlay.Watcher, error) {
	ours := orgoverlay.Ref{Account: r.name, Org: org}
	if r.a.organizations.rows.get(keyOf(org)) == nil {
		return nil, nil
	}
	var out []orgoverlay.Watcher
	look := func(in *account) {
		for _, stored := range in.agreements.rows.from(key{}) {
			a := provided(in, *stored)
			if !names(a, ours) {
				continue
			}
			for _, side := range distinct([]orgoverlay.Account{a.Account, a.With}) {
				if side != r.name && side != "" {
					out = append(out, orgoverlay.Watcher{Account: side, Name: r.of(side).tenant.Name, Agreement: a, Trust: r.trust(r.name, side), Below: r.trustedBelow(side)})
				}
			}
		}
	}
	look(r.a)
	for k, other := range r.s.accounts.from(key{}) {
		if k[0] != string(r.name) {
			look(other)
		}
	}
	slices.SortFunc(out, func(a, b orgoverlay.Watcher) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), byPlace(a.Agreement, b.Agreement))
	})
	return out, nil
}

func (r sight) Partner(_ context.Context, other orgoverlay.Account) (orgoverlay.Tenant, error) {
	t := r.of(other).tenant
	if t.Version == 0 || r.trust(r.name, other).State != orgoverlay.TrustEstablished {
		return orgoverlay.Tenant{}, fmt.Errorf("memstore: partner %s: %w", other, orgoverlay.ErrNotFound)
	}
	t.Version = 0
	return t, nil
}

func (r sight) Elsewhere(_ context.Context, after orgoverlay.AgreementPlace, limit int) ([]orgoverlay.Agreement, error) {
	var out []orgoverlay.Agreement
	for k := range r.s.agreed.from(keyOf(r.name, string(after.Account), past(after.ID))) {
		if k[0] != string(r.name) || len(out) >= limit {
			break
		}
		from := r.of(orgoverlay.Account(k[1]))
		if a := from.agreements.rows.get(key{k[2]}); k[1] != string(r.name) && !a.Prepared {
			out = append(out, provided(from, *a))
		}
	}
	return out, nil
}

func (r sight) Between(_ context.Context, other orgoverlay.Account) ([]orgoverlay.Agreement, error) {
	return slices.DeleteFunc(r.agreements(), func(a orgoverlay.Agreement) bool {
		return (a.Account != r.name || a.With != other) && (a.Account != other || a.With != r.name)
	}), nil
}
