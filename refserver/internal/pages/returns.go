package pages

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// returns serves how imported shops go back to the partner they came from.
func (s *site) returns() {
	s.get("/return", gated(showReturn))
	s.post("/return", patient(doReturn), gated(showReturn))
}

// going is the shops of a return plan, parted by what stands in the way.
type going struct {
	lossy, clean, refused []collab.ReturnItem
	links                 map[collab.ShopID]collab.Link
	words                 map[collab.ShopID]surveyWords
	edits                 map[collab.ShopID][]collab.Change
}

func showReturn(v *visit) (ui.Page, error) {
	ids := v.shopsChosen()
	if len(ids) == 0 {
		return noneChosen("Return shops"), nil
	}
	plan, err := v.Collab.PlanReturn(v.Context(), v.actor(), ids)
	if err != nil {
		return ui.Page{}, err
	}
	g, err := sortReturn(v, ids, plan)
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "Return " + plural(len(ids), "shop"), Crumbs: []ui.Span{ui.To("Shops", "/shops")}, Parts: []ui.Part{ui.Preview{Title: "What a return would do now", Lines: append(counted([]count{
		{int64(len(g.clean)), "can go back as saved here."}, {int64(len(g.lossy)), "would override what was changed over there. This asks for your consent."}, {int64(len(g.refused)), "cannot be returned."},
	}), ui.Say(ui.Text("A returned shop keeps its shopper, wave and pay over there. It is held from import until it is saved there again.")))}}}
	action := withShops("/return", ids)
	if len(g.lossy) > 0 {
		page.Parts = append(page.Parts, ui.Section{Title: "Changed over there", Note: ui.Say(ui.Text("This is what the partner would lose. Its history keeps it.")), Parts: []ui.Part{ui.Form{
			ID: "override", Action: action, Danger: true, Hidden: append(seen(g.lossy), ui.Hidden{Name: "overwrite", Value: "yes"}), Body: append(g.lost(), g.goes("What else would be overwritten over there", g.lossy)...),
			Submit: "Return " + plural(len(g.lossy), "shop") + " and override what was changed there",
		}}})
	}
	if len(g.clean) > 0 {
		page.Parts = append(page.Parts, ui.Section{Title: "Can go back", Note: namesOf(g.clean), Parts: append(g.goes("What would be overwritten over there", g.clean),
			ui.Form{ID: "return", Action: action, Hidden: seen(g.clean), Submit: "Return " + plural(len(g.clean), "shop")})})
	}
	if len(g.refused) > 0 {
		t := ui.Table{Caption: "Shops that cannot be returned", Cols: ui.Cols("Shop", "Shop at the partner", "Why")}
		for _, it := range g.refused {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(shopLink(it.Shop), ui.Code(string(it.Remote)), ui.Text(strings.Join(whyNot(it, g.links[it.Shop]), " ")))})
		}
		page.Parts = append(page.Parts, ui.Section{Title: "Cannot be returned", Parts: []ui.Part{t}})
	}
	return page, nil
}

// namesOf lists shops by the ids of both sides.
func namesOf(items []collab.ReturnItem) ui.Line {
	out := ui.Line{}
	for _, it := range items {
		out = append(out, shopLink(it.Shop), ui.Quiet("(there "+string(it.Remote)+")"))
	}
	return out
}

// sortReturn parts the items of a plan, and reads what their pages say of them.
func sortReturn(v *visit, ids []collab.ShopID, plan collab.ReturnPlan) (going, error) {
	g := going{links: map[collab.ShopID]collab.Link{}, edits: map[collab.ShopID][]collab.Change{}}
	for _, it := range plan.Items {
		switch {
		case it.Refused != nil:
			g.refused = append(g.refused, it)
		case len(it.Lost) > 0:
			g.lossy = append(g.lossy, it)
		default:
			g.clean = append(g.clean, it)
		}
	}
	links, err := view(v, func(ctx context.Context, sv store.View) ([]collab.Link, error) {
		return sv.Collab.Ledger.LinksOf(ctx, ids)
	})
	if err != nil {
		return g, err
	}
	for _, l := range links {
		g.links[l.Shop] = l
	}
	edits, words, err := editsOf(v, ids)
	g.words = words
	for _, e := range edits {
		g.edits[e.Shop] = e.Changes
	}
	return g, err
}

// lost shows field by field what the partner changed and would lose.
func (g going) lost() []ui.Part {
	t := ui.Table{Caption: "What would be lost over there", Cols: ui.Cols("Shop", "Shop there", "Field", "There now (would be lost)", "Ours (would replace it)")}
	n := 0
	for _, it := range g.lossy {
		w := g.words[it.Shop]
		for _, c := range it.Lost {
			if n++; n <= most {
				t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(shopLink(it.Shop), ui.Code(string(it.Remote)), ui.Text(w.field(c.Field)), ui.Strong(short(w.value(c.Field, c.Before))), ui.Text(short(w.value(c.Field, c.After))))})
			}
		}
	}
	return append([]ui.Part{t}, rest(n, "change")...)
}

// goes shows field by field what a return brings that the partner does not have, but for what it would lose.
func (g going) goes(caption string, items []collab.ReturnItem) []ui.Part {
	t := ui.Table{Caption: caption, Cols: ui.Cols("Shop", "Shop there", "Field", "There, as imported", "Ours (would replace it)"), Empty: ui.Empty{Text: "Nothing else was edited here; the rest goes back as it came."}}
	n := 0
	for _, it := range items {
		w := g.words[it.Shop]
		for _, c := range g.edits[it.Shop] {
			if slices.ContainsFunc(it.Lost, func(l collab.Change) bool { return l.Field == c.Field }) {
				continue
			}
			if n++; n <= most {
				t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(shopLink(it.Shop), ui.Code(string(it.Remote)), ui.Text(w.field(c.Field)), ui.Text(short(w.value(c.Field, c.Before))), ui.Strong(short(w.value(c.Field, c.After))))})
			}
		}
	}
	return append([]ui.Part{t}, rest(n, "change")...)
}

// whyNot says why a shop cannot be returned, in whole sentences.
func whyNot(it collab.ReturnItem, l collab.Link) []string {
	var no *collab.Refusal
	if !errors.As(it.Refused, &no) {
		return nil
	}
	var out []string
	for _, r := range no.Reasons {
		_, ofProject := errors.AsType[*collab.StateError](r)
		if errors.Is(r, collab.ErrState) && !ofProject && (l.Return == collab.ReturnSending || l.Return == collab.ReturnDone) {
			out = append(out, returnWord(l))
			continue
		}
		_, problems := words(r)
		for _, p := range problems {
			out = append(out, p.Text)
		}
	}
	return out
}

// returnWord says where the return of a shop stands.
func returnWord(l collab.Link) string {
	partner := string(l.Partner)
	switch l.Return {
	case collab.ReturnSending:
		return "It is on its way back to " + partner + "."
	case collab.ReturnDone:
		return "It went back to " + partner + " and was not imported again since."
	case collab.ReturnConflict:
		return partner + " changed the shop in between. Nothing was overwritten there."
	case collab.ReturnRefused:
		return partner + " did not take it back: " + l.Detail
	}
	return ""
}

// seen is on what a plan was made, as hidden fields which doReturn reads.
func seen(items []collab.ReturnItem) []ui.Hidden {
	out := make([]ui.Hidden, 0, 2*len(items))
	for _, it := range items {
		out = append(out, ui.Hidden{Name: "shop", Value: string(it.Shop)}, ui.Hidden{Name: "seen", Value: fmt.Sprintf("%d %d %s", it.Seen.Version, it.Seen.Link, it.Seen.Shop)})
	}
	return out
}

func doReturn(v *visit) (done, error) {
	ids := shopIDs(v.PostForm["shop"])
	o := collab.ReturnOptions{Overwrite: v.PostForm.Has("overwrite"), Plan: []collab.ReturnStamp{}}
	for _, s := range v.PostForm["seen"] {
		if at := strings.SplitN(s, " ", 3); len(at) == 3 {
			version, err1 := strconv.ParseInt(at[0], 10, 64)
			link, err2 := strconv.ParseInt(at[1], 10, 64)
			if err1 == nil && err2 == nil {
				o.Plan = append(o.Plan, collab.ReturnStamp{Shop: collab.ShopID(at[2]), Version: version, Link: link})
			}
		}
	}
	links, err := v.Collab.Return(v.Context(), v.actor(), ids, o)
	if err != nil {
		return done{}, err
	}
	said := ui.Receipt{Title: plural(len(links), "shop") + " on the way back to " + string(links[0].Partner), Lines: []ui.Line{
		ui.Say(ui.Text("Each stands as on its way until the partner has it. Once it is saved there, the next import brings it here again.")),
	}}
	to := "/shops"
	if len(links) == 1 {
		id := string(links[0].Shop)
		to = "/shops/" + escape(id)
		said.Lines = append(said.Lines, ui.Say(ui.To("What was written down", asking("/history", "kind", "shop", "id", id))))
	}
	return done{to: to, said: said}, nil
}
