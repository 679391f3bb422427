package storetest

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// viewer looks at a world from one account.
type viewer struct {
	*world
	me     orgoverlay.Account
	agreed []orgoverlay.Agreement // all there are, with the providers that they have now, ordered
}

func (w *world) as(me orgoverlay.Account) viewer { return viewer{w, me, w.provided()} }

// ours are the agreements that name the account on either side.
func (v viewer) ours(a orgoverlay.Agreement) bool { return a.Account == v.me || a.With == v.me }

func (w *world) tenant(a orgoverlay.Account) orgoverlay.Tenant {
	for _, t := range w.tenants {
		if t.ID == a {
			return t
		}
	}
	return orgoverlay.Tenant{}
}

// provided are all agreements with the providers that they have now, ordered.
func (w *world) provided() []orgoverlay.Agreement {
	var out []orgoverlay.Agreement
	for _, a := range w.agreements {
		for _, s := range w.services {
			if a.Kind == orgoverlay.SLA && s.Account == a.Account && s.ID == a.Service && s.Provider != "" {
				a.Provider = orgoverlay.Ref{Account: s.Account, Org: s.Provider}
			}
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b orgoverlay.Agreement) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// trust joins the two halves; false without any.
func (w *world) trust(of, other orgoverlay.Account) (orgoverlay.Trust, bool) {
	var ours, theirs orgoverlay.TrustHalf
	for _, h := range w.halves {
		switch {
		case h.Account == of && h.Other == other:
			ours = h
		case h.Account == other && h.Other == of:
			theirs = h
		}
	}
	t := orgoverlay.Together(ours, theirs)
	t.Other = other
	return t, ours.Account != "" || theirs.Account != ""
}

func (v viewer) trusts() (out []orgoverlay.Trust) {
	for _, other := range v.accounts() {
		if t, there := v.trust(v.me, other); there {
			out = append(out, t)
		}
	}
	return out
}

func (w *world) accounts() (out []orgoverlay.Account) {
	for _, t := range w.tenants {
		out = append(out, t.ID)
	}
	slices.Sort(out)
	return out
}

func naming(a orgoverlay.Agreement, o orgoverlay.Organization) bool {
	r := orgoverlay.Ref{Account: o.Account, Org: o.ID}
	return a.Provider == r || a.Customer == r
}

func (v viewer) known(o orgoverlay.Organization) bool {
	return o.Account == v.me || o.Account == v.tenant(v.me).Directory || v.named(o)
}

func (v viewer) named(o orgoverlay.Organization) bool {
	return slices.ContainsFunc(v.agreed, func(a orgoverlay.Agreement) bool { return v.ours(a) && naming(a, o) })
}

func (v viewer) facts(of func(orgoverlay.OrgID) bool) orgoverlay.Facts {
	f := orgoverlay.Facts{Viewer: v.tenant(v.me)}
	var orgs []orgoverlay.Organization
	for _, o := range v.orgs {
		if of(o.ID) && v.known(o) {
			orgs = append(orgs, o)
		}
	}
	slices.SortFunc(orgs, func(a, b orgoverlay.Organization) int { return strings.Compare(string(a.ID), string(b.ID)) })
	owners := map[orgoverlay.Account]bool{}
	for _, o := range orgs {
		owners[o.Account] = true
		o.AccountName = v.tenant(o.Account).Name
		f.Orgs = append(f.Orgs, orgoverlay.Seen{Shared: o.Shared, Own: o.Account == v.me, Internal: o.Account == v.me && o.Internal, Deleted: o.Deleted})
	}
	for _, a := range v.agreed {
		if v.ours(a) && slices.ContainsFunc(orgs, func(o orgoverlay.Organization) bool { return naming(a, o) }) {
			f.Agreements = append(f.Agreements, a)
		}
	}
	for _, t := range v.trusts() {
		above := v.tenant(t.Other).Directory
		if owners[above] {
			f.Below = append(f.Below, orgoverlay.Tenant{ID: t.Other, Directory: above})
		}
		if owners[above] || owners[t.Other] {
			f.Trusts = append(f.Trusts, t)
		}
	}
	return f
}

// list answers a query by asking Visible about everything.
func (v viewer) list(q orgoverlay.Query) (out []orgoverlay.Listed) {
	f := v.facts(func(id orgoverlay.OrgID) bool { return len(q.Ids) == 0 || slices.Contains(q.Ids, id) })
	for _, seen := range orgoverlay.Visible(f, q.Now) {
		i := slices.IndexFunc(f.Orgs, func(o orgoverlay.Seen) bool { return o.ID == seen.Org })
		l := orgoverlay.Listed{Shared: f.Orgs[i].Shared, Kind: seen.Kind}
		if f.Orgs[i].Own {
			j := slices.IndexFunc(v.orgs, func(o orgoverlay.Organization) bool { return o.ID == seen.Org })
			l.Local, l.Version = v.orgs[j].Local, v.orgs[j].Version
		}
		for _, o := range v.overlays[v.me] {
			if o.Org == seen.Org {
				l.Local, l.Version = o.Local, o.Version
			}
		}
		if v.selects(q, l) {
			out = append(out, l)
		}
	}
	key := func(l orgoverlay.Listed) string { return orgoverlay.SortKey(l.Name) }
	slices.SortFunc(out, func(a, b orgoverlay.Listed) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.ID, b.ID)) })
	return out
}

func (v viewer) selects(q orgoverlay.Query, l orgoverlay.Listed) bool {
	text := l.Shared.SearchText() + "\n" + l.Local.SearchText()
	for _, c := range l.Local.Custom {
		if slices.Contains(q.Fields, c.ID) {
			text += "\n" + c.SearchText()
		}
	}
	claimed := slices.ContainsFunc(v.claims[v.me], func(c orgoverlay.Claim) bool { return c.Org == l.ID && c.Key == q.FinancialID })
	return (len(q.Kinds) == 0 || slices.Contains(q.Kinds, l.Kind)) && (q.Owner == "" || q.Owner == l.Account) &&
		(q.Enabled == nil || *q.Enabled == !l.Disabled) && (q.FinancialID == "" || claimed) && strings.Contains(text, q.Search)
}

// names are those of all organizations and a few more, some twice, and who has them.
func (v viewer) names() (asked []orgoverlay.OrgName, want []orgoverlay.Named) {
	for i, o := range v.orgs {
		n := orgoverlay.OrgName{Account: o.Account, Name: o.Name}
		asked = append(asked, n, orgoverlay.OrgName{Account: o.Account, Name: strings.ToUpper(o.Name) + "?"}, orgoverlay.OrgName{Name: o.Name})
		if i%2 == 0 {
			asked = append(asked, n)
		}
		if !o.Deleted && (o.Account == v.me || v.named(o)) {
			want = append(want, orgoverlay.Named{OrgName: n, Org: o.ID})
		}
	}
	slices.SortFunc(want, func(a, b orgoverlay.Named) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Name, b.Name))
	})
	return asked, want
}

func (v viewer) watchers(o orgoverlay.Organization) (out []orgoverlay.Watcher) {
	for _, side := range v.accounts() {
		for _, a := range v.agreed {
			if side == v.me || o.Account != v.me || a.Account != side && a.With != side || !naming(a, o) {
				continue
			}
			t, _ := v.trust(v.me, side)
			w := orgoverlay.Watcher{Account: side, Name: v.tenant(side).Name, Agreement: a, Trust: t}
			for _, below := range v.accounts() {
				other, _ := v.trust(below, side)
				w.Below = w.Below || v.tenant(below).Directory == v.me && other.State == orgoverlay.TrustEstablished
			}
			out = append(out, w)
		}
	}
	return out
}
