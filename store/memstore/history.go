package memstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
)

type history struct{ a *account }

var _ collab.History = history{}

func (h history) List(_ context.Context, q collab.HistoryQuery) ([]collab.Entry, error) {
	var out []collab.Entry
	for _, e := range h.a.entries.before(keyOf(q.Before)) {
		if q.Limit > 0 && len(out) >= q.Limit {
			break
		}
		if (q.Subject == (collab.Subject{}) || e.Subject == q.Subject) && (q.Project == "" || e.Project == q.Project) {
			c := *e
			c.Changes = slices.Clone(c.Changes)
			out = append(out, c)
		}
	}
	return out, nil
}

func (h history) Append(_ context.Context, entries []collab.Entry) error {
	before := h.a.entries
	for _, e := range entries {
		if h.a.entries.get(keyOf(e.ID)) != nil {
			h.a.entries = before
			return fmt.Errorf("memstore: append history entry %s: %w", e.ID, collab.ErrConflict)
		}
		e.Changes = slices.Clone(e.Changes)
		h.a.entries.put(keyOf(e.ID), e)
	}
	return nil
}

// setHistory is the history of the locations domain.
type setHistory struct{ a *account }

var _ locations.History = setHistory{}

func (h setHistory) List(_ context.Context, set locations.SetID, before string, limit int) ([]locations.Record, error) {
	var out []locations.Record
	for _, r := range h.a.records.before(keyOf(before)) {
		if len(out) >= limit {
			break
		}
		if r.Set == set {
			c := *r
			c.Changes = slices.Clone(c.Changes)
			out = append(out, c)
		}
	}
	return out, nil
}

func (h setHistory) Append(_ context.Context, records []locations.Record) error {
	before := h.a.records
	for _, r := range records {
		if h.a.records.get(keyOf(r.ID)) != nil {
			h.a.records = before
			return fmt.Errorf("memstore: append history record %s: %w", r.ID, locations.ErrConflict)
		}
		r.Changes = slices.Clone(r.Changes)
		h.a.records.put(keyOf(r.ID), r)
	}
	return nil
}

// orgHistory is the history of the orgoverlay domain.
type orgHistory struct{ a *account }

var _ orgoverlay.History = orgHistory{}

func (h orgHistory) List(_ context.Context, q orgoverlay.HistoryQuery) ([]orgoverlay.Entry, error) {
	var out []orgoverlay.Entry
	for _, e := range h.a.orgEntries.before(keyOf(q.Before)) {
		if q.Limit > 0 && len(out) >= q.Limit {
			break
		}
		if (q.Kind == "" || e.Kind == q.Kind) && (q.Subject == "" || e.Subject == q.Subject) {
			c := *e
			c.Changes = slices.Clone(c.Changes)
			out = append(out, c)
		}
	}
	return out, nil
}

func (h orgHistory) Append(_ context.Context, entries []orgoverlay.Entry) error {
	before := h.a.orgEntries
	for _, e := range entries {
		if h.a.orgEntries.get(keyOf(e.ID)) != nil {
			h.a.orgEntries = before
			return fmt.Errorf("memstore: append history entry %s: %w", e.ID, orgoverlay.ErrConflict)
		}
		e.Changes = slices.Clone(e.Changes)
		h.a.orgEntries.put(keyOf(e.ID), e)
	}
	return nil
}

func (h orgHistory) Strip(_ context.Context, kind, subject string) error {
	for k, e := range h.a.orgEntries.from(key{}) { // of the table as it was
		if e.Kind != kind || e.Subject != subject {
			continue
		}
		bare := *e
		bare.Changes = slices.Clone(e.Changes)
		for i := range bare.Changes {
			bare.Changes[i].Before, bare.Changes[i].After = "", ""
		}
		h.a.orgEntries.put(k, bare)
	}
	return nil
}
