package orgoverlay

import "context"

// conflict says which of a patch's changes meet fields that have changed since the version that it was made on. What its author had seen
// is what the first change after that version replaced.
func (d *desk) conflict(ctx context.Context, o *sheet, expect int64, c changes) error {
	out := &Conflict{Org: o.ID, Version: o.version}
	kind := "overlay"
	if o.Own {
		kind = "organization"
	}
	entries, err := d.v.History.List(ctx, HistoryQuery{Kind: kind, Subject: string(o.ID)})
	if err != nil {
		return err
	}
	for _, mine := range c {
		field, met := FieldConflict{Path: mine.Path, Now: mine.Before, Mine: mine.After}, false
		if i, stamped := findStamp(o.stamps, mine.Path); stamped && o.stamps[i].Version > expect {
			met = true
		}
		for _, e := range entries { // newest first
			if e.Version <= expect {
				continue
			}
			for _, theirs := range e.Changes {
				if theirs.Path == mine.Path {
					field.Seen, met = theirs.Before, true
				}
			}
			if e.Version == 1 {
				break // what is older was purged
			}
		}
		if met {
			out.Fields = append(out.Fields, field)
		}
	}
	return out
}
