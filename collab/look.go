package collab

import (
	"context"
	"time"
)

// A run that finds what came before has nothing to write but how far it came, and this it writes now and then: what a crash takes from it is
// some reading.
const (
	mostAhead    = 16              // pages
	longestAhead = 5 * time.Second // of asking for further ones
)

// look is what a run saw at the partner's before it writes.
type look struct {
	run   Run      // as it will stand, but for the counts of shops
	shops []judged // of the last page: all but those that came before and are counted already
	last  bool     // there are no more pages
}

// look asks for the pages at which a run stands, up to the first that has anything but shops that came before.
func (s *Service) look(ctx context.Context, p Project, run Run) (look, error) {
	began := s.cfg.Now()
	seen := look{run: run.Clone()}
	for page := 1; ; page++ {
		b, err := s.nextBatch(ctx, p, seen.run)
		var came int64
		if err == nil {
			err = s.view(ctx, func(ctx context.Context, v View) (err error) {
				var rest batch
				seen.shops = nil
				if rest, came, err = sift(ctx, v.Ledger, p, run.Kind, b); err != nil || rest.empty() {
					return err
				}
				_, seen.shops, err = s.judgeBatch(ctx, v, run, rest)
				return err
			})
		}
		if err != nil && page == 1 {
			return look{}, err
		}
		if err != nil { // the next message meets it again: what was dealt with until here need not be
			seen.shops = nil
			return seen, nil
		}
		seen.run.Counts.Already += came
		seen.run.Cursor, seen.run.Pages, seen.last = b.cursor, seen.run.Pages+1, b.last
		if len(seen.shops) > 0 || b.last || page == mostAhead || s.cfg.Now().Sub(began) > longestAhead {
			return seen, nil
		}
	}
}

// sift takes out of a batch the shops that came before, and says how many they are: whatever else holds them, they count as that. It
// leaves those of which a return is under way, and all of what somebody chose.
func sift(ctx context.Context, v LedgerView, p Project, kind RunKind, b batch) (rest batch, came int64, err error) {
	if kind == RunReimport {
		return b, 0, nil
	}
	known, err := v.Standings(ctx, p.Partner, b.shops())
	if err != nil {
		return batch{}, 0, err
	}
	for _, h := range b.headers { // in the order of the ids, as they are
		for len(known) > 0 && known[0].Remote < h.Shop {
			known = known[1:]
		}
		if len(known) > 0 && known[0].Remote == h.Shop && !known[0].Return.returned() && h.flaw() == "" {
			came++
		} else {
			rest.headers = append(rest.headers, h)
		}
	}
	return rest, came, nil
}

// passing returns the headers of the shops that the first judgement lets pass.
func (l look) passing() batch {
	var b batch
	for _, j := range l.shops {
		if j.kind != EventNone {
			b.headers = append(b.headers, j.header)
		}
	}
	return b
}
