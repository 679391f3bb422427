package pages

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
)

// keptOverlay is what the account keeps of an organization, as the history of it tells: every write is in it with the values before and after.
// An organization that is not seen is read nowhere else.
type keptOverlay struct {
	org    orgoverlay.OrgID
	newest orgoverlay.Entry
	lines  int               // of history
	valued bool              // history holds values, so it was not purged since
	now    map[string]string // values that are not empty, by path
	told   map[string]bool   // paths of which the newest line is found
}

// add takes a line that is older than those before.
func (k *keptOverlay) add(e orgoverlay.Entry) {
	if k.lines == 0 {
		k.newest = e
	}
	k.lines++
	for _, c := range slices.Backward(e.Changes) {
		k.valued = k.valued || c.Before != "" || c.After != ""
		if k.told[c.Path] {
			continue
		}
		if k.told[c.Path] = true; c.After != "" {
			k.now[c.Path] = c.After
		}
	}
}

// paths are those with a value: remarks and financial ID, custom fields, attachments.
func (k *keptOverlay) paths() []string {
	rank := func(path string) string {
		return fmt.Sprint(strings.HasPrefix(path, "attachments."), strings.HasPrefix(path, "custom."), path)
	}
	return slices.SortedFunc(maps.Keys(k.now), func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
}

// files counts the attachments.
func (k *keptOverlay) files() (n int) {
	for path := range k.now {
		if strings.HasPrefix(path, "attachments.") {
			n++
		}
	}
	return n
}

// keptOf reads from history what is kept of one organization.
func (v *visit) keptOf(org orgoverlay.OrgID) (*keptOverlay, error) {
	svc, actor := v.viewer()
	k := &keptOverlay{org: org, now: map[string]string{}, told: map[string]bool{}}
	q := orgoverlay.HistoryQuery{Kind: "overlay", Subject: string(org), Limit: orgoverlay.MaxPage}
	for {
		lines, err := svc.Log(v.Context(), actor, q)
		if err != nil {
			return nil, err
		}
		for _, e := range lines {
			k.add(e)
			q.Before = e.ID
		}
		if len(lines) < q.Limit {
			return k, nil
		}
	}
}

// keptHere is what is kept of the organization that the path names. Of one that is not there, and of one of which nothing is kept, the same is
// said.
func (v *visit) keptHere() (*keptOverlay, error) {
	_, actor := v.viewer()
	if !actor.Administers() {
		return nil, fmt.Errorf("purge: %w", orgoverlay.ErrForbidden)
	}
	k, err := v.keptOf(v.orgID())
	if err == nil && !k.valued {
		err = fmt.Errorf("orgoverlay: overlay %q: %w", v.orgID(), orgoverlay.ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return k, nil
}

// customLabels name the account's custom fields, those of earlier versions too.
func (v *visit) customLabels() (map[string]string, error) {
	svc, actor := v.viewer()
	list, err := svc.Extensions(v.Context(), actor)
	out := map[string]string{}
	for _, e := range list {
		for _, f := range e.Fields {
			out["custom."+f.ID] = f.Label
		}
	}
	return out, err
}

// keptWords name the field of a path.
func keptWords(labels map[string]string, path string) string {
	if label := labels[path]; label != "" {
		return label
	}
	if id, custom := strings.CutPrefix(path, "custom."); custom {
		return id
	}
	return orgFieldWords(orgoverlay.Record{}, path)
}

// keptValue writes a value as people read it.
func keptValue(path, value string) string {
	if strings.HasPrefix(path, "custom.") {
		return customWords([]byte(value))
	}
	return value
}
