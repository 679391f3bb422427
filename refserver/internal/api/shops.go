package api

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

type listShops struct {
	Survey string   `query:"survey"`
	Client string   `query:"client"`
	Status []string `query:"status" doc:"one or more, divided by commas"`
	Place  string   `query:"place"`
	After  string   `query:"after"`
	Paged
}

// shops serves a system's own and imported shops.
func (a *api) shops() {
	const area = "Shops"
	handle(a, route("listShops", "GET shops", area, "Shops by id"), func(ctx context.Context, in *listShops) (shapes.List[shapes.Shop], error) {
		ss, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Shop, error) {
			return v.Collab.Shops.List(ctx, collab.ShopQuery{
				Survey: collab.SurveyID(in.Survey), Client: collab.ClientID(in.Client), Statuses: each(in.Status, as[collab.Status]), Place: collab.PlaceKey(in.Place),
				After: collab.ShopID(in.After), Limit: in.Limit + 1,
			})
		})
		return page(ss, in.Limit, func(s collab.Shop) string { return string(s.ID) }, toShop), err
	})
	handle(a, route("createShops", "POST shops", area, "Enter shops of our own, at most 500, all or none"), func(ctx context.Context, in *take[shapes.NewShops]) (shapes.List[shapes.Shop], error) {
		ss, err := a.Collab.CreateShops(ctx, a.Actor(ctx), each(in.Body.Shops, fromShop))
		return shapes.List[shapes.Shop]{Items: each(ss, toShop)}, err
	})
	handle(a, route("setShopStatus", "POST shops/status", area, "Give shops another status, at most 500, all or none"), func(ctx context.Context, in *take[shapes.SetStatus]) (shapes.List[shapes.Shop], error) {
		ss, err := a.Collab.SetStatus(ctx, a.Actor(ctx), each(in.Body.Shops, as[collab.ShopID]), collab.Status(in.Body.Status))
		return shapes.List[shapes.Shop]{Items: each(ss, toShop)}, err
	})
	handle(a, route("getShop", "GET shops/{id}", area, "One shop, with its link when it was imported"), func(ctx context.Context, in *byID) (shapes.Shop, error) {
		return view(ctx, a, func(ctx context.Context, v store.View) (shapes.Shop, error) {
			s, err := v.Collab.Shops.Shop(ctx, collab.ShopID(in.ID))
			if err != nil {
				return shapes.Shop{}, fmt.Errorf("shop %s: %w", in.ID, err)
			}
			links, err := v.Collab.Ledger.LinksOf(ctx, []collab.ShopID{s.ID})
			out := toShop(s)
			if len(links) > 0 {
				link := toLink(links[0])
				out.Link = &link
			}
			return out, err
		})
	})
	handle(a, route("saveShop", "PUT shops/{id}", area, "Save a shop of exactly the version that was opened"), func(ctx context.Context, in *takeByID[shapes.Shop]) (shapes.Shop, error) {
		s := fromShop(in.Body)
		s.ID = collab.ShopID(in.ID)
		s, err := a.Collab.SaveShop(ctx, a.Actor(ctx), s)
		return toShop(s), err
	})
}

// returns serves how imported shops go back to where they came from.
func (a *api) returns() {
	const area = "Returns"
	gated(a, route("planReturn", "POST returns/plan", area, "What a return of these shops would overwrite over there"), func(ctx context.Context, in *take[shapes.PlanReturn]) (shapes.ReturnPlan, error) {
		p, err := a.Collab.PlanReturn(ctx, a.Actor(ctx), each(in.Body.Shops, as[collab.ShopID]))
		return shapes.ReturnPlan{Items: each(p.Items, func(i collab.ReturnItem) shapes.ReturnItem {
			return shapes.ReturnItem{
				Shop: string(i.Shop), Remote: string(i.Remote), Project: string(i.Project), Refused: refused(i.Refused), Lost: each(i.Lost, toChange),
				Seen: shapes.ReturnStamp{Shop: string(i.Seen.Shop), Version: i.Seen.Version, Link: i.Seen.Link},
			}
		})}, err
	})
	gated(a, route("returnShops", "POST returns", area, "Send shops back, all or none"), func(ctx context.Context, in *take[shapes.Return]) (shapes.Links, error) {
		links, err := a.Collab.Return(ctx, a.Actor(ctx), each(in.Body.Shops, as[collab.ShopID]), collab.ReturnOptions{
			Overwrite: in.Body.Overwrite,
			Plan: each(in.Body.Plan, func(s shapes.ReturnStamp) collab.ReturnStamp {
				return collab.ReturnStamp{Shop: collab.ShopID(s.Shop), Version: s.Version, Link: s.Link}
			}),
		})
		return shapes.Links{Links: each(links, toLink)}, err
	})
}

func toLink(l collab.Link) shapes.Link {
	return shapes.Link{
		Partner: string(l.Partner), Remote: string(l.Remote), Shop: string(l.Shop), Project: string(l.Project), Epoch: l.Epoch, Return: l.Return.String(), Detail: l.Detail,
		At: l.At, Version: l.Version,
	}
}

func toShop(s collab.Shop) shapes.Shop {
	c := s.Content
	return shapes.Shop{
		ID: string(s.ID), Client: string(s.Client), Survey: string(s.Survey), Shopper: s.Shopper, Wave: s.Wave, Pay: s.Pay, Payable: s.Payable,
		Content: shapes.Content{
			Place: string(c.Place), Status: string(c.Status), Questions: c.Questions, Dates: shapes.Dates(c.Dates),
			Answers: each(c.Answers, func(a collab.Answer) shapes.Answer { return shapes.Answer(a) }),
			Score: shapes.Score{Earned: c.Score.Earned, Possible: c.Score.Possible, By: string(c.Score.By), Sections: each(c.Score.Sections, func(s collab.SectionScore) shapes.SectionScore {
				return shapes.SectionScore(s)
			})},
			Comments: c.Comments, ReviewerComments: c.ReviewerComments, Origin: toOrigin(c.Origin),
		},
		Epoch: s.Epoch, Awaiting: s.Awaiting, SavedBy: s.SavedBy, SavedAt: s.SavedAt, Version: s.Version,
	}
}

// fromShop takes what a person can give; the service fills in the rest from what is stored.
func fromShop(s shapes.Shop) collab.Shop {
	c := s.Content
	return collab.Shop{
		ID: collab.ShopID(s.ID), Survey: collab.SurveyID(s.Survey), Shopper: s.Shopper, Wave: s.Wave, Pay: s.Pay, Payable: s.Payable, Version: s.Version,
		Content: collab.Content{
			Place: collab.PlaceKey(c.Place), Status: collab.Status(c.Status), Questions: c.Questions, Dates: collab.Dates(c.Dates),
			Answers: each(c.Answers, func(a shapes.Answer) collab.Answer { return collab.Answer(a) }),
			Score: collab.Score{Earned: c.Score.Earned, Possible: c.Score.Possible, By: collab.SystemID(c.Score.By), Sections: each(c.Score.Sections, func(s shapes.SectionScore) collab.SectionScore {
				return collab.SectionScore(s)
			})},
			Comments: c.Comments, ReviewerComments: c.ReviewerComments,
		},
	}
}
