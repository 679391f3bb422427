package main

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/examples/internal/twosystems"
)

// unknown is a location that neither system has: somebody at birch mistyped it.
const unknown collab.PlaceKey = "9999"

// carryOut enters birch's shops, in every status in turn and at every location.
func (w *work) carryOut(ctx context.Context) error {
	b := w.Birch
	model := collabtest.NorthwindShops(w.birch.Client, w.birch.Survey)[0]
	places := []collab.PlaceKey{"1001", "1002", "1003", "2001", "2002", "3001", unknown}
	steps := b.Collab.Ladder().Steps
	var entered atomic.Int64
	err := w.line.During(func() string {
		return fmt.Sprintf("birch carries out shops: %d of %d", entered.Load(), w.shops)
	}, func() error {
		for first := 0; first < w.shops; first += collab.MaxPage {
			page := make([]collab.Shop, min(collab.MaxPage, w.shops-first))
			for i := range page {
				n := first + i
				shop := model.Clone()
				shop.ID = collab.ShopID(fmt.Sprintf("job-%06d", n+1))
				shop.Content.Status = steps[n%len(steps)].Status
				shop.Content.Place = places[(n+n/len(steps))%len(places)]
				page[i] = shop
			}
			if _, err := b.Collab.CreateShops(ctx, b.Staff, page); err != nil {
				return err
			}
			entered.Add(int64(len(page)))
		}
		return nil
	})
	fmt.Fprintf(w.out, "Birch has carried out %d shops, from %s to %s.\n", w.shops, steps[0].Status, steps[len(steps)-1].Status)
	return err
}

// most is how many shops alder returns; of few shops, a quarter.
const most = 100

const (
	question = "Which table was it?"
	answer   = "Table four, by the window."
)

// giveBack writes a question into some of alder's shops and returns them to birch.
func (w *work) giveBack(ctx context.Context) error {
	a := w.Alder
	shops, err := all(ctx, a, w.alder.Survey)
	if err != nil {
		return err
	}
	var ids []collab.ShopID
	for _, shop := range shops[:min(most, (len(shops)+3)/4)] {
		shop.Content.ReviewerComments = question
		if _, err := a.Collab.SaveShop(ctx, a.Staff, shop); err != nil {
			return err
		}
		ids = append(ids, shop.ID)
	}
	if len(ids) == 0 {
		fmt.Fprintln(w.out, "\nAlder has no shops to return.")
		return nil
	}
	if _, err := a.Collab.Return(ctx, a.Staff, ids, collab.ReturnOptions{}); err != nil {
		return err
	}
	fmt.Fprintf(w.out, "\nAlder asks %q and returns %d shops.\n", question, len(ids))
	return w.line.During(func() string { return "birch takes the shops back" }, func() error { return w.Drain(ctx) })
}

// mend answers at birch what came back, and finalizes it.
func (w *work) mend(ctx context.Context) error {
	b := w.Birch
	shops, err := all(ctx, b, w.birch.Survey)
	if err != nil {
		return err
	}
	mended := 0
	for _, shop := range shops {
		if !shop.Awaiting {
			continue
		}
		shop.Content.Comments += " " + answer
		shop.Content.Status = collab.StatusFinalized
		if _, err := b.Collab.SaveShop(ctx, b.Staff, shop); err != nil {
			return err
		}
		mended++
	}
	fmt.Fprintf(w.out, "Birch answers and finalizes %d shops.\n", mended)
	return nil
}

// count says what alder has in the end: as many shops as birch's that came in, and every answer.
func (w *work) count(ctx context.Context) error {
	shops, err := all(ctx, w.Alder, w.alder.Survey)
	if err != nil {
		return err
	}
	origins, answered := map[collab.Origin]bool{}, 0
	for _, shop := range shops {
		origins[shop.Content.Origin] = true
		if shop.Content.ReviewerComments == question && strings.HasSuffix(shop.Content.Comments, answer) {
			answered++
		}
	}
	fmt.Fprintf(w.out, "\nAlder has %d shops, made from %d shops of birch; %d of them hold question and answer.\n", len(shops), len(origins), answered)
	return nil
}

// all reads a survey's shops page by page.
func all(ctx context.Context, s *twosystems.System, survey collab.SurveyID) (shops []collab.Shop, err error) {
	for last := collab.ShopID(""); ; last = shops[len(shops)-1].ID {
		var page []collab.Shop
		if err := s.Collab.Read(ctx, s.Staff, func(ctx context.Context, v collab.View) error {
			page, err = v.Shops.List(ctx, collab.ShopQuery{Survey: survey, After: last, Limit: collab.MaxPage})
			return err
		}); err != nil {
			return nil, err
		}
		shops = append(shops, page...)
		if len(page) < collab.MaxPage {
			return shops, nil
		}
	}
}
