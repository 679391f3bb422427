package pages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// oneShop serves the Review View of one shop.
func (s *site) oneShop() {
	s.get("/shops/{id}", showShop)
	s.post("/shops/{id}", doSaveShop, showShop)
}

// opened is a shop with what its page tells.
type opened struct {
	collab.Shop
	survey collab.Survey
	client string
	link   collab.Link // zero: it was made here
	names  map[collab.PlaceKey]string
}

func (o opened) imported() bool { return o.link.Shop != "" }

func readShop(ctx context.Context, sv store.View, id collab.ShopID) (o opened, err error) {
	if o.Shop, err = sv.Collab.Shops.Shop(ctx, id); err != nil {
		return o, fmt.Errorf("shop %s: %w", id, err)
	}
	if o.survey, err = sv.Collab.Surveys.Survey(ctx, o.Survey); err != nil {
		return o, err
	}
	client, err := sv.Collab.Clients.Client(ctx, o.Client)
	if err != nil {
		return o, err
	}
	o.client = client.Name
	links, err := sv.Collab.Ledger.LinksOf(ctx, []collab.ShopID{id})
	if err != nil {
		return o, err
	}
	if len(links) > 0 {
		o.link = links[0]
	}
	o.names, err = placeNames(ctx, sv, o.Client, []collab.PlaceKey{o.Content.Place})
	return o, err
}

func (v *visit) shop() (opened, error) {
	return view(v, func(ctx context.Context, sv store.View) (opened, error) {
		return readShop(ctx, sv, collab.ShopID(v.PathValue("id")))
	})
}

func showShop(v *visit) (ui.Page, error) {
	o, err := v.shop()
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Shop " + string(o.ID), Crumbs: []ui.Span{ui.To("Shops", "/shops")}, Parts: []ui.Part{o.facts()}}
	if o.Awaiting {
		page.Parts = append(page.Parts, ui.P(ui.Strong("Returned to us."), ui.Text("The partner does not import it again until it is saved here.")))
	}
	page.Parts = append(page.Parts, ui.Section{Title: "Review View", Parts: reviewForm(o, v)})
	if o.imported() {
		back, err := returnPart(v, o)
		if err != nil {
			return ui.Page{}, err
		}
		page.Parts = append(page.Parts, back)
	}
	return page, nil
}

// facts are what of a shop is shown and not edited here.
func (o opened) facts() ui.Facts {
	c := o.Content
	out := []ui.Fact{
		{Name: "Status, as saved", Value: statusLine(o.Shop, o.link)},
		{Name: "Location", Value: placeLine(o.Client, c.Place, o.names)},
		{Name: "Survey", Value: ui.Say(ui.Text(o.client+":"), ui.To(o.survey.Content.Name, "/surveys/"+escape(string(o.Survey))))},
		{Name: "Shopper", Value: ui.Say(ui.Text(o.Shopper))},
	}
	if o.imported() {
		out = append(out, ui.Fact{Name: "Came from", Value: append(theirs(o.link), ui.Text("through"), ui.To("the project", address(o.link.Project)))})
		if o.link.Epoch > 0 {
			out = append(out, ui.Fact{Name: "Times it came again", Value: ui.Say(ui.Count(o.link.Epoch))})
		}
	}
	if c.Origin != (collab.Origin{}) && c.Origin.System != o.link.Partner {
		out = append(out, ui.Fact{Name: "First made at", Value: ui.Say(ui.Text(string(c.Origin.System)+", as"), ui.Code(c.Origin.ID))})
	}
	if !o.imported() && o.Epoch > 0 {
		out = append(out, ui.Fact{Name: "Times it was returned to us", Value: ui.Say(ui.Count(o.Epoch))})
	}
	for _, d := range []struct {
		name string
		at   time.Time
	}{{"Start", c.Dates.Start}, {"Due", c.Dates.Due}, {"Hand in by", c.Dates.SubmitDue}, {"Shopped", c.Dates.Shopped}, {"Handed in", c.Dates.Submitted}, {"Report date", c.Dates.Report}} {
		if !d.at.IsZero() {
			out = append(out, ui.Fact{Name: d.name, Value: ui.Say(ui.When(d.at))})
		}
	}
	return ui.Facts{Items: append(out,
		ui.Fact{Name: "Saved", Value: ui.Say(ui.When(o.SavedAt), ui.Text("by "+o.SavedBy))},
		ui.Fact{Name: "History", Value: ui.Say(ui.To("What was done with it", asking("/history", "kind", "shop", "id", string(o.ID))))},
	)}
}

// askFor is how long the page waits for the partner's word on a return.
const askFor = 3 * time.Second

// returnPart says whether the saved shop can go back, and why not.
func returnPart(v *visit, o opened) (ui.Part, error) {
	partner, id := string(o.link.Partner), []collab.ShopID{o.ID}
	again := ui.Form{ID: "again", Action: address(o.link.Project) + "/reimport", Get: true, Minor: true, Hidden: hiddenShops(id), Submit: "Import this shop again"}
	section := ui.Section{ID: "return", Title: "Return to " + partner, Note: ui.Say(ui.Text("What counts is the shop as it is saved, not what stands unsaved in the form."))}
	if say := returnWord(o.link); say != "" {
		section.Parts = append(section.Parts, ui.P(ui.Text(say), ui.When(o.link.At)))
	}
	ctx, cancel := context.WithTimeout(v.Context(), askFor)
	defer cancel()
	plan, err := v.Collab.PlanReturn(ctx, v.actor(), id)
	if err != nil {
		if v.Context().Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			err = collab.ErrPeer
		}
		_, problems := words(err)
		if problems == nil {
			return nil, err
		}
		for _, p := range problems {
			section.Parts = append(section.Parts, ui.P(ui.Text("Whether it can go back is not known now: "+p.Text)))
		}
		return section, nil
	}
	for _, it := range plan.Items {
		switch {
		case it.Refused != nil:
			lines := []ui.Line{}
			for _, why := range whyNot(it, o.link) {
				if why != returnWord(o.link) {
					lines = append(lines, ui.Say(ui.Text(why)))
				}
			}
			section.Parts = append(section.Parts, ui.P(ui.Strong("It cannot be returned now.")))
			if len(lines) > 0 {
				section.Parts = append(section.Parts, ui.List{Lines: lines})
			}
		default:
			say := "It can go back: its saved status is below the distribution level, " + string(o.survey.Content.Distribution) + "."
			if len(it.Lost) > 0 {
				say = "It can go back, but " + partner + " changed " + plural(len(it.Lost), "field") + " since we last had it. The next page shows what would be lost."
			}
			section.Parts = append(section.Parts, ui.P(ui.Text(say)), ui.Form{ID: "return-it", Action: "/return", Get: true, Minor: true, Hidden: hiddenShops(id), Submit: "Return this shop"})
		}
	}
	section.Parts = append(section.Parts, again)
	return section, nil
}
