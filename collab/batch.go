package collab

import (
	"context"
	"fmt"
	"slices"
)

// batch is one page of what the partner offers.
type batch struct {
	headers []Header
	absent  []Link // of a re-import: chosen shops that the partner no longer offers
	cursor  string
	last    bool
}

func (b batch) empty() bool { return len(b.headers) == 0 && len(b.absent) == 0 }

// shops returns the ids of the shops that the partner offers.
func (b batch) shops() []ShopID {
	ids := make([]ShopID, len(b.headers))
	for i := range b.headers {
		ids[i] = b.headers[i].Shop
	}
	return ids
}

// nextBatch asks the partner for the page at which a run of the project stands. It calls out and is for use outside transactions.
func (s *Service) nextBatch(ctx context.Context, p Project, run Run) (batch, error) {
	peer, err := s.peer()
	if err != nil {
		return batch{}, err
	}
	var links []Link
	chosen, last := run.chosenPage()
	if len(chosen) > 0 {
		if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
			links, err = v.Ledger.LinksOf(ctx, chosen)
			return err
		}); err != nil {
			return batch{}, err
		}
	}
	q := HeaderQuery{Project: p.ID, After: ShopID(run.Cursor), Limit: run.PageSize}
	if run.Kind == RunReimport {
		q = HeaderQuery{Project: p.ID, Only: remotes(links)}
		if len(q.Only) == 0 {
			return batch{last: last}, nil
		}
	}
	page, err := peer.Shops(ctx, p.Partner, q)
	if err != nil {
		return batch{}, err
	}
	if err := page.check(q); err != nil {
		return batch{}, fmt.Errorf("shops of %s: %w", p.Partner, err)
	}
	if run.Kind != RunReimport {
		return batch{headers: page.Headers, cursor: string(page.Next), last: page.Next == ""}, nil
	}
	b := batch{headers: page.Headers, cursor: string(q.Only[len(q.Only)-1]), last: last}
	for _, l := range links {
		if !slices.ContainsFunc(b.headers, func(h Header) bool { return h.Shop == l.Remote }) {
			b.absent = append(b.absent, l)
		}
	}
	return b, nil
}

// chosenPage is the part of a re-import's shops that its present page deals with.
func (r Run) chosenPage() (shops []ShopID, last bool) {
	from := min(int(r.Pages)*r.PageSize, len(r.Chosen))
	to := min(from+r.PageSize, len(r.Chosen))
	return r.Chosen[from:to], to == len(r.Chosen)
}

func remotes(links []Link) []ShopID {
	ids := make([]ShopID, len(links))
	for i, l := range links {
		ids[i] = l.Remote
	}
	return distinct(ids)
}

// check refuses a page that is no answer to its query: too long, out of order, without end. What is wrong with a single
// header holds that shop alone.
func (p HeaderPage) check(q HeaderQuery) error {
	most, after := q.Limit, q.After
	if len(q.Only) > 0 {
		most, after = len(q.Only), ""
	}
	if len(p.Headers) > most {
		return fmt.Errorf("%d headers where %d were asked for: %w", len(p.Headers), most, ErrPeer)
	}
	for _, h := range p.Headers {
		if msg := checkText(string(h.Shop), 1, MaxName); msg != "" {
			return fmt.Errorf("a shop's id %s: %w", msg, ErrPeer)
		}
		if h.Shop <= after {
			return fmt.Errorf("shop %s comes after %s: %w", h.Shop, after, ErrPeer)
		}
		if len(q.Only) > 0 && !slices.Contains(q.Only, h.Shop) {
			return fmt.Errorf("shop %s was not asked for: %w", h.Shop, ErrPeer)
		}
		after = h.Shop
	}
	if len(q.Only) == 0 && p.Next != "" && (len(p.Headers) == 0 || p.Next != after) {
		return fmt.Errorf("the next page begins at %q, not after the last shop: %w", p.Next, ErrPeer)
	}
	return nil
}
