package orgoverlay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// desk is where edits of organizations are decided: what they are decided by is read in few calls for many, each edit is then
// applied to the sheets that lie there, and what has changed is written in few calls. An import is many edits on one desk, and
// a dry run is a desk that is not written.
type desk struct {
	s         *Service
	v         View
	actor     Actor
	now       time.Time
	extension Extension // the active one, disabled or not; zero without one
	lens      Lens
	sheets    map[OrgID]*sheet
	claims    map[string][]Claim // of every key that is loaded
	people    map[PersonID]bool  // of every person that was asked for: whether the account knows them
	written   []OrgID            // sheets that have changes, in the order of their first
}

// sheet is an organization that the account sees, with what the account keeps of it.
type sheet struct {
	found
	own     Organization // of an own one
	overlay Overlay      // of another's; zero before the first edit
	local   Local
	stamps  []Stamp
	version int64
	changes changes
	removed []Attachment
	rekeyed bool // its financial ID has changed
}

// writable refuses what op does to an organization of the account's directory: it is seen, and nothing is laid over it.
func (o *sheet) writable(op string) error {
	if o.Own || o.by.Kind == KindTrusted {
		return nil
	}
	wrong := &Invalid{Op: fmt.Sprintf("%s organization %q", op, o.ID)}
	wrong.add("", "directory", fmt.Sprintf("is kept by account %s, the directory of this one, and edited there", o.Account))
	return wrong
}

// edit is a patch for one organization, made on a version of it; anyVersion stands for whatever version it has.
type edit struct {
	org    OrgID
	patch  Patch
	expect int64
}

const anyVersion = -1

// sit makes an empty desk for an actor in a transaction.
func (s *Service) sit(ctx context.Context, v View, a Actor, now time.Time) (*desk, error) {
	d := &desk{s: s, v: v, actor: a, now: now, sheets: map[OrgID]*sheet{}, claims: map[string][]Claim{},
		people: map[PersonID]bool{}}
	e, err := v.Extensions.Active(ctx, Category)
	if errors.Is(err, ErrNotFound) {
		return d, nil
	}
	if err != nil {
		return nil, fmt.Errorf("orgoverlay: read the active extension: %w", err)
	}
	d.extension, d.lens = e, NewLens(e, a.SeesInternal())
	return d, nil
}

// open makes a desk on which one organization lies, or none: nil when it is not seen.
func (s *Service) open(ctx context.Context, v View, a Actor, now time.Time, org OrgID) (*desk, *sheet, error) {
	d, err := s.sit(ctx, v, a, now)
	if err != nil {
		return nil, nil, err
	}
	if err := d.load(ctx, []edit{{org: org}}); err != nil {
		return nil, nil, err
	}
	return d, d.sheets[org], nil
}

// load reads what edits are decided by, as far as it does not lie on the desk yet: two calls for all of others' organizations, one for
// each own one, one for financial IDs and one for people. Organizations that are not seen get no sheet.
func (d *desk) load(ctx context.Context, edits []edit) error {
	var orgs []OrgID
	var keys []string
	var named []CustomValue
	for _, e := range edits {
		if d.sheets[e.org] == nil {
			orgs = append(orgs, e.org)
		}
		if key := d.s.cfg.FinancialKey(e.patch.FinancialID.Value()); key != "" && d.claims[key] == nil {
			keys = append(keys, key)
		}
		for id, v := range e.patch.Custom {
			named = append(named, CustomValue{id, v.Value()})
		}
	}
	if err := d.loadSheets(ctx, orgs); err != nil {
		return err
	}
	if err := d.loadClaims(ctx, askable(keys)); err != nil {
		return err
	}
	return d.loadPeople(ctx, named)
}

// loadPeople reads which of the people whom values name the account knows.
func (d *desk) loadPeople(ctx context.Context, values []CustomValue) error {
	var people []PersonID
	for _, v := range values {
		if f, ok := d.extension.Field(v.ID); !ok || !f.Person {
			continue
		}
		named, _ := peopleIn(v.Value)
		for _, id := range named {
			if _, asked := d.people[id]; !asked {
				d.people[id] = false
				people = append(people, id)
			}
		}
	}
	if people = askable(people); len(people) == 0 {
		return nil
	}
	known, err := d.v.People.People(ctx, people)
	for _, p := range known {
		d.people[p.ID] = true
	}
	return err
}

func (d *desk) loadSheets(ctx context.Context, orgs []OrgID) error {
	if len(orgs) == 0 {
		return nil
	}
	seen, err := sighted(ctx, d.v, d.now, orgs)
	if err != nil {
		return err
	}
	var others []OrgID
	for _, f := range seen {
		o := &sheet{found: f}
		if f.Own {
			if o.own, err = d.v.Orgs.Organization(ctx, f.ID); err != nil {
				return err
			}
			o.local, o.version = o.own.Local, o.own.Version
		} else {
			others = append(others, f.ID)
		}
		d.sheets[f.ID] = o
	}
	if len(others) == 0 {
		return nil
	}
	overlays, err := d.v.Overlays.ByOrg(ctx, others)
	for _, over := range overlays {
		o := d.sheets[over.Org]
		o.overlay, o.local, o.stamps, o.version = over, over.Local, over.Stamps, over.Version
	}
	return err
}

// loadClaims reads who has these keys, but for sheets on the desk that have given one up.
func (d *desk) loadClaims(ctx context.Context, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	claims, err := d.v.Claims.Claims(ctx, keys)
	for _, key := range keys {
		d.claims[key] = []Claim{}
	}
	for _, c := range claims {
		if o := d.sheets[c.Org]; o == nil || !o.rekeyed {
			d.claims[c.Key] = append(d.claims[c.Key], c)
		}
	}
	return err
}

// record is a sheet as the actor reads it, with every reason why it is seen.
func (d *desk) record(ctx context.Context, o *sheet) (Record, error) {
	records := d.lens.records([]Listed{{Shared: o.Shared, Kind: o.by.Kind, Local: o.local, Version: o.version}})
	if err := reasons(ctx, d.v, d.now, records); err != nil {
		return Record{}, err
	}
	r := records[0]
	if !d.actor.Edits() || d.extension.ID == "" || d.extension.Disabled {
		return r, nil
	}
	if d.s.cfg.Schemas == nil {
		return r, nil
	}
	if err := d.loadPeople(ctx, o.local.Custom); err != nil {
		return Record{}, err
	}
	for _, v := range o.local.Custom {
		wrong, err := d.check(v)
		if err != nil {
			return Record{}, err
		}
		r.Form.Flagged = append(r.Form.Flagged, wrong...)
	}
	return r, nil
}

// write carries out what has been applied: sheets, financial IDs, history, and contents that nothing names any more.
func (d *desk) write(ctx context.Context, tx Tx) error {
	var overlays []Overlay
	var rekeyed []OrgID
	var claims []Claim
	var entries []Entry
	var removed []Attachment
	for _, id := range d.written {
		o := d.sheets[id]
		kind := "overlay"
		if o.Own {
			kind = "organization"
			o.own.Local = o.local
			if err := tx.Orgs.Put(ctx, o.own); err != nil {
				return fmt.Errorf("orgoverlay: edit organization %q: %w", id, err)
			}
			o.own.Version++
		} else {
			o.overlay.Org, o.overlay.Owner, o.overlay.Local, o.overlay.Stamps = id, o.Account, o.local, o.stamps
			o.overlay.HiddenSince = time.Time{}
			overlays = append(overlays, o.overlay)
			o.overlay.Version++
		}
		o.version++
		e := d.s.entry(d.now, d.actor, kind, string(id), "edited", "", o.changes...)
		e.Version = o.version
		entries = append(entries, e)
		if o.rekeyed {
			rekeyed = append(rekeyed, id)
			claims = append(claims, d.claim(o)...)
		}
		removed = append(removed, o.removed...)
		o.changes, o.removed, o.rekeyed = nil, nil, false
	}
	d.written = nil
	if len(entries) == 0 {
		return nil
	}
	if len(overlays) > 0 {
		if err := tx.Overlays.Put(ctx, overlays); err != nil {
			return fmt.Errorf("orgoverlay: edit overlays: %w", err)
		}
	}
	if len(rekeyed) > 0 {
		if err := tx.Claims.Release(ctx, rekeyed); err != nil {
			return err
		}
		if err := tx.Claims.Take(ctx, claims); err != nil {
			return fmt.Errorf("orgoverlay: take financial IDs: %w", err)
		}
	}
	if err := tx.History.Append(ctx, entries); err != nil {
		return err
	}
	return dropUnused(ctx, tx, removed)
}

// dropUnused removes the contents that no attachment of the account names any more.
func dropUnused(ctx context.Context, tx Tx, removed []Attachment) error {
	for _, file := range removed {
		used, err := tx.Files.Used(ctx, file.SHA256)
		if err != nil {
			return err
		}
		if used {
			continue
		}
		if err := tx.Files.Delete(ctx, file.SHA256); err != nil {
			return err
		}
	}
	return nil
}

// askable returns the ids in order, each once, without those that name nothing because they are no text: stores need not know what to
// do with such.
func askable[T ~string](ids []T) []T {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id T) bool { return id == "" || textnorm.ValidText(string(id)) != nil })
	slices.Sort(ids)
	return slices.Compact(ids)
}
