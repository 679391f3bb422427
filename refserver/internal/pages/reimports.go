package pages

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// shopsChosen is which shops of ours a page is about: those in its address, else those in the form.
func (v *visit) shopsChosen() []collab.ShopID {
	ids := v.URL.Query()["shop"]
	if len(ids) == 0 {
		ids = v.typed["shop"]
	}
	return shopIDs(ids)
}

// shopIDs are the ids in order, each once.
func shopIDs(ids []string) []collab.ShopID {
	out := each(ids, func(id string) collab.ShopID { return collab.ShopID(id) })
	slices.Sort(out)
	return slices.Compact(out)
}

// withShops is an address with shops that it is about.
func withShops(path string, ids []collab.ShopID) string {
	return path + "?" + url.Values{"shop": each(ids, func(id collab.ShopID) string { return string(id) })}.Encode()
}

func hiddenShops(ids []collab.ShopID) []ui.Hidden {
	return each(ids, func(id collab.ShopID) ui.Hidden { return ui.Hidden{Name: "shop", Value: string(id)} })
}

// noneChosen is a page that was opened without shops.
func noneChosen(title string) ui.Page {
	return ui.Page{Title: title, Crumbs: []ui.Span{ui.To("Shops", "/shops")}, Parts: []ui.Part{ui.P(ui.Text("No shop is chosen."), ui.To("Choose shops", "/shops"))}}
}

// showReimports leads chosen shops to the project that brought them. Those of several projects go one project after the other.
func showReimports(v *visit) (ui.Page, error) {
	ids := v.shopsChosen()
	const title = "Import again"
	if len(ids) == 0 {
		return noneChosen(title), nil
	}
	of := map[collab.ProjectID][]collab.ShopID{}
	projects, err := view(v, func(ctx context.Context, sv store.View) ([]collab.Project, error) {
		links, err := sv.Collab.Ledger.LinksOf(ctx, ids)
		if err != nil {
			return nil, err
		}
		clear(of)
		for _, l := range links {
			of[l.Project] = append(of[l.Project], l.Shop)
		}
		var out []collab.Project
		for id := range of {
			p, err := sv.Collab.Projects.Project(ctx, id)
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		slices.SortFunc(out, func(a, b collab.Project) int { return cmp.Compare(b.ID, a.ID) })
		return out, nil
	})
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: title, Crumbs: []ui.Span{ui.To("Shops", "/shops")}}
	linked := 0
	for _, p := range projects {
		linked += len(of[p.ID])
	}
	var notes []ui.Part
	if n := len(ids) - linked; n > 0 {
		notes = append(notes, ui.P(ui.Text("Of the chosen shops "+plural(n, "shop")+" did not come from a partner and cannot be imported again.")))
	}
	if len(projects) == 1 {
		one, err := reimportPage(v, projects[0], of[projects[0].ID])
		one.Parts = append(notes, one.Parts...)
		return one, err
	}
	for _, p := range projects {
		notes = append(notes, ui.Section{Title: p.SurveyName + " with " + string(p.Partner), Parts: []ui.Part{
			ui.P(ui.Text(plural(len(of[p.ID]), "shop")+"."), ui.To("Look at what would be imported again", withShops(address(p.ID)+"/reimport", of[p.ID]))),
		}})
	}
	page.Parts = notes
	return page, nil
}

func showReimport(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	if len(v.shopsChosen()) == 0 {
		return noneChosen("Import again"), nil
	}
	return reimportPage(v, p, v.shopsChosen())
}

// reimportPage says what importing shops again would do. What was edited here since is replaced with consent alone, which is
// a form of its own that shows exactly that.
func reimportPage(v *visit, p collab.Project, ids []collab.ShopID) (ui.Page, error) {
	plan, err := v.Collab.PlanReimport(v.Context(), v.actor(), p.ID, ids, false)
	if err != nil {
		return ui.Page{}, err
	}
	parts, err := underWay(v, p)
	if err != nil {
		return ui.Page{}, err
	}
	var comes, edited []collab.ShopID
	for _, it := range plan.Items {
		switch {
		case it.Kind != collab.EventNone:
			comes = append(comes, it.Shop)
		case slices.Contains(it.Reasons, collab.ReasonEditedHere):
			edited = append(edited, it.Shop)
		}
	}
	action := withShops(address(p.ID)+"/reimport", ids)
	parts = append(parts, ui.Preview{Title: "What importing again would do now", Lines: counted([]count{
		{int64(len(comes)), "would become what " + string(p.Partner) + " has now, in status " + string(v.Collab.Ladder().Imported) + "."}, {int64(len(plan.Items) - len(comes)), "would stay here as saved. See why below."},
	})})
	if len(comes) > 0 {
		sent, err := editTable(v, comes) // a return took it there, or tried to
		if err != nil {
			return ui.Page{}, err
		}
		parts = append(append(parts, sent...), ui.Form{ID: "again", Action: action, Hidden: append(stamped(plan.Stamp), hiddenShops(comes)...), Submit: "Import " + plural(len(comes), "shop") + " again"})
	}
	if len(edited) > 0 {
		replace, err := replaceForm(v, p, action, edited)
		if err != nil {
			return ui.Page{}, err
		}
		parts = append(parts, replace...)
	}
	items, err := heldParts(v, p, plan, false)
	return ui.Page{Title: "Import again from " + string(p.Partner), Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, address(p.ID))}, Parts: append(parts, items...)}, err
}

// replaceForm asks for consent to replace what was edited here.
func replaceForm(v *visit, p collab.Project, action string, edited []collab.ShopID) ([]ui.Part, error) {
	plan, err := v.Collab.PlanReimport(v.Context(), v.actor(), p.ID, edited, true)
	if err != nil {
		return nil, err
	}
	var comes []collab.ShopID
	for _, it := range plan.Items {
		if it.Kind != collab.EventNone {
			comes = append(comes, it.Shop)
		}
	}
	if len(comes) == 0 {
		return nil, nil
	}
	body, err := editTable(v, comes)
	if err != nil {
		return nil, err
	}
	if body == nil {
		body = []ui.Part{ui.P(ui.Text("The shops were saved here, with nothing changed but who saved them."))}
	}
	return []ui.Part{ui.Section{Title: "Edited here", Note: ui.Say(ui.Text("These shops were saved here since they came. Importing them again replaces that. The history keeps it.")), Parts: []ui.Part{ui.Form{
		ID: "replace", Action: action, Danger: true, Hidden: append(append(stamped(plan.Stamp), hiddenShops(comes)...), ui.Hidden{Name: "overwrite", Value: "yes"}), Body: body,
		Submit: "Import " + plural(len(comes), "shop") + " again and replace what was edited here",
	}}}}, nil
}

// editTable shows field by field what was edited here since the shops came, or is nothing.
func editTable(v *visit, ids []collab.ShopID) ([]ui.Part, error) {
	edits, words, err := editsOf(v, ids)
	if err != nil || len(edits) == 0 {
		return nil, err
	}
	t := ui.Table{Caption: "What was edited here and would be replaced", Cols: ui.Cols("Shop", "Field", "As it was imported", "As it is here now")}
	n := 0
	for _, e := range edits {
		w := words[e.Shop]
		for _, c := range e.Changes {
			if n++; n <= most {
				t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(shopLink(e.Shop), ui.Text(w.field(c.Field)), ui.Text(short(w.value(c.Field, c.Before))), ui.Strong(short(w.value(c.Field, c.After))))})
			}
		}
	}
	return append([]ui.Part{t}, rest(n, "change")...), nil
}

func doReimport(v *visit) (done, error) {
	stamp := v.stamp()
	o := collab.ReimportOptions{ImportOptions: collab.ImportOptions{Plan: &stamp}, Overwrite: v.PostForm.Has("overwrite")}
	return started(v.Collab.Reimport(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), shopIDs(v.PostForm["shop"]), o))
}
