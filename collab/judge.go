package collab

import (
	"context"
	"fmt"
)

// flaw says why a header cannot be right, or nothing.
func (h Header) flaw() string {
	for _, f := range []struct{ field, value string }{
		{"place", string(h.Place)}, {"print", h.Print}, {"questions", h.Questions}, {"status", string(h.Status)}, {"origin", string(h.Origin.System)}, {"origin", h.Origin.ID},
	} {
		if msg := checkText(f.value, 0, MaxName); msg != "" {
			return f.field + " " + msg
		}
	}
	switch {
	case h.Epoch < 0 || h.Epoch > maxEpoch:
		return fmt.Sprintf("epoch %d is out of range", h.Epoch)
	case h.Rev < 1:
		return fmt.Sprintf("revision %d is out of range", h.Rev)
	case h.Place == "":
		return "place must not be empty"
	case h.Origin.System == "" || h.Origin.ID == "":
		return "origin must not be empty"
	case len(h.Held) > len(reasonOrder):
		return "has more reasons than there are"
	}
	return ""
}

// judged is an offer with its verdict.
type judged struct {
	offer
	verdict
}

func (j judged) item() PlanItem {
	it := PlanItem{Remote: j.header.Shop, Kind: j.kind, Reasons: j.all()}
	if j.flaw == "" {
		it.Place, it.Status = j.header.Place, j.header.Status
	}
	if j.link != nil {
		it.Shop = j.link.Shop
	}
	return it
}

// judgeBatch loads what a batch is judged by, a few queries for the whole, and judges each shop.
func (s *Service) judgeBatch(ctx context.Context, v View, run Run, b batch) (standard, []judged, error) {
	p, err := s.asPrimary(ctx, v, run.Project)
	if err != nil {
		return standard{}, nil, err
	}
	st := standard{moduleOn: true, project: p, ladder: s.cfg.Ladder, kind: run.Kind, overwrite: run.Overwrite}
	if st.questions, err = v.Surveys.QuestionSets(ctx, p.ID); err != nil {
		return standard{}, nil, err
	}
	offers, err := s.offers(ctx, v, st, b)
	if err != nil {
		return standard{}, nil, err
	}
	js := make([]judged, 0, len(offers)+len(b.absent))
	claimed := map[Origin]bool{}
	for _, o := range offers {
		// Two of the partner's shops may claim one origin: the first has it.
		o.here = o.here || claimed[o.header.Origin]
		j := judged{o, st.decide(o)}
		if j.kind == EventImported {
			claimed[o.header.Origin] = true
		}
		js = append(js, j)
	}
	for _, l := range b.absent {
		js = append(js, judged{offer{header: Header{Shop: l.Remote}, link: &l}, heldFor(ReasonNotAvailable)})
	}
	return st, js, nil
}

// offers joins the headers of a batch with what we know of their shops.
func (s *Service) offers(ctx context.Context, v View, st standard, b batch) ([]offer, error) {
	links, err := v.Ledger.Links(ctx, st.project.Partner, b.shops())
	if err != nil {
		return nil, err
	}
	linkOf := map[ShopID]*Link{}
	for i := range links {
		linkOf[links[i].Remote] = &links[i]
	}
	offers := make([]offer, len(b.headers))
	var places []PlaceKey
	var origins []Origin
	var linked []ShopID
	for i, h := range b.headers {
		o := offer{header: h, flaw: h.flaw(), link: linkOf[h.Shop]}
		offers[i] = o
		if o.flaw != "" {
			continue
		}
		places = append(places, h.Place)
		switch {
		case o.link == nil:
			origins = append(origins, h.Origin)
		case st.kind == RunReimport || h.Epoch > o.link.Epoch:
			linked = append(linked, o.link.Shop)
		}
	}
	prints, err := v.Places.Prints(ctx, st.project.Client, distinct(places))
	if err != nil {
		return nil, err
	}
	found, err := v.Shops.Origins(ctx, origins)
	if err != nil {
		return nil, err
	}
	have := map[Origin]bool{}
	for _, f := range found {
		have[f.Origin] = true
	}
	shops, err := v.Shops.ByID(ctx, distinct(linked))
	if err != nil {
		return nil, err
	}
	ours := map[ShopID]*Shop{}
	for i := range shops {
		ours[shops[i].ID] = &shops[i]
	}
	for i := range offers {
		o := &offers[i]
		o.print = prints[o.header.Place]
		o.here = o.header.Origin.System == s.system || have[o.header.Origin]
		if o.link != nil {
			o.ours = ours[o.link.Shop]
		}
	}
	return offers, nil
}
