package pages

import (
	"context"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// imports serves how shops come from a partner: what an import would do, and its start.
func (s *site) imports() {
	s.get("/projects/{id}/import", gated(showImport))
	s.post("/projects/{id}/import", patient(doImport), gated(showImport))
	s.get("/projects/{id}/reimport", gated(showReimport))
	s.post("/projects/{id}/reimport", patient(doReimport), gated(showReimport))
	s.get("/reimport", gated(showReimports))
}

func showImport(v *visit) (ui.Page, error) {
	p, err := v.project()
	if err != nil {
		return ui.Page{}, err
	}
	plan, err := v.Collab.PlanImport(v.Context(), v.actor(), p.ID)
	if err != nil {
		return ui.Page{}, err
	}
	held, err := heldParts(v, p, plan, true)
	if err != nil {
		return ui.Page{}, err
	}
	under, err := underWay(v, p)
	if err != nil {
		return ui.Page{}, err
	}
	c := plan.Counts
	preview := ui.Preview{Title: "What an import would do now", Lines: counted([]count{
		{c.Imported, "would be imported."}, {c.Updated, "would be updated after a return."}, {heldCount(c), "would stay behind. See why below."}, {c.Already, "came before and would be left alone."},
	})}
	page := ui.Page{Title: "Import from " + string(p.Partner), Crumbs: []ui.Span{ui.To("Projects", "/projects"), ui.To(p.SurveyName, address(p.ID))}, Parts: append(under, preview)}
	if n := c.Imported + c.Updated; n > 0 {
		page.Parts = append(page.Parts, ui.Form{ID: "import", Action: address(p.ID) + "/import", Hidden: stamped(plan.Stamp), Submit: "Import " + plural(n, "shop")})
	} else {
		page.Parts = append(page.Parts, ui.P(ui.Text("No shop can be imported now."), ui.To("See earlier imports", asking("/runs", "project", string(p.ID)))))
	}
	page.Parts = append(page.Parts, held...)
	return page, nil
}

func doImport(v *visit) (done, error) {
	stamp := v.stamp()
	return started(v.Collab.Import(v.Context(), v.actor(), collab.ProjectID(v.PathValue("id")), collab.ImportOptions{Plan: &stamp}))
}

// started leads to a run that has just begun.
func started(r collab.Run, err error) (done, error) {
	return done{to: "/runs/" + escape(string(r.ID)), said: ui.Receipt{Title: "The import has begun", Lines: []ui.Line{
		ui.Say(ui.Text("It goes on by itself. This page can be left and opened again.")),
	}}}, err
}

// stamped is the stamp of a plan as hidden fields, which stamp reads.
func stamped(st collab.ImportStamp) []ui.Hidden {
	return []ui.Hidden{{Name: "terms_rev", Value: strconv.FormatInt(st.TermsRev, 10)}, {Name: "survey_rev", Value: strconv.FormatInt(st.SurveyRev, 10)}}
}

func (v *visit) stamp() collab.ImportStamp {
	return collab.ImportStamp{TermsRev: v.number("terms_rev"), SurveyRev: v.number("survey_rev")}
}

// underWay tells of an import of the project that is at work.
func underWay(v *visit, p collab.Project) ([]ui.Part, error) {
	runs, err := view(v, func(ctx context.Context, sv store.View) ([]collab.Run, error) {
		return sv.Collab.Runs.List(ctx, p.ID, "", 1)
	})
	if err != nil || len(runs) == 0 || runs[0].State != collab.RunRunning {
		return nil, err
	}
	return []ui.Part{ui.P(ui.Text("An import of this project is at work."), ui.To("Watch it", "/runs/"+escape(string(runs[0].ID))))}, nil
}

// count is a number of shops and what is said of them.
type count struct {
	n   int64
	say string
}

// counted says the first count, and of the others those that are not zero.
func counted(counts []count) []ui.Line {
	var out []ui.Line
	for i, c := range counts {
		if i == 0 || c.n > 0 {
			out = append(out, ui.Say(ui.Strong(plural(c.n, "shop")), ui.Text(c.say)))
		}
	}
	return out
}

func heldCount(c collab.Counts) int64 { return c.Total() - c.Imported - c.Updated - c.Already }

// heldParts show a plan shop by shop: what stays behind by its reason, with the cure, then what would come in. edits says whether
// to lead to what was edited here; a page that shows it does not.
func heldParts(v *visit, p collab.Project, plan collab.ImportPlan, edits bool) ([]ui.Part, error) {
	by := map[collab.Reason][]collab.PlanItem{}
	for _, it := range plan.Items {
		by[it.HeldBy()] = append(by[it.HeldBy()], it)
	}
	var keys []collab.PlaceKey
	for _, items := range by {
		for _, it := range items[:min(len(items), most)] {
			keys = append(keys, it.Place)
		}
	}
	names, err := view(v, func(ctx context.Context, sv store.View) (map[collab.PlaceKey]string, error) {
		return placeNames(ctx, sv, p.Client, keys)
	})
	if err != nil {
		return nil, err
	}
	table := func(caption string, items []collab.PlanItem) []ui.Part {
		t := ui.Table{Caption: caption, Cols: ui.Cols("Shop at "+string(p.Partner), "Location", "Status there", "Shop here", "Notes")}
		for _, it := range items[:min(len(items), most)] {
			notes := make([]string, 0, len(it.Reasons))
			for _, r := range it.Reasons {
				if r != it.HeldBy() {
					notes = append(notes, reasonWord(r))
				}
			}
			cells := ui.Cells(ui.Code(string(it.Remote)), ui.Span{}, ui.Text(string(it.Status)), shopLink(it.Shop), ui.Text(strings.Join(notes, ", ")))
			cells[1] = placeLine(p.Client, it.Place, names)
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
		return append([]ui.Part{t}, rest(len(items), "shop")...)
	}
	var held []ui.Part
	for _, h := range plan.Counts.Held {
		cure := ui.Say(ui.Text(h.Reason.Help()))
		if edits || h.Reason != collab.ReasonEditedHere {
			cure = append(cure, cureLine(p, h.Reason, by[h.Reason])...)
		}
		held = append(held, ui.Group{Summary: ui.Say(ui.Text(plural(h.Count, "shop")+":"), ui.Pill(reasonWord(h.Reason))), Open: len(plan.Counts.Held) == 1,
			Parts: append([]ui.Part{ui.Paragraph{Line: cure}}, table("Held: "+reasonWord(h.Reason), by[h.Reason])...)})
	}
	var out []ui.Part
	if len(held) > 0 {
		out = append(out, ui.Section{Title: "What would stay behind", Parts: held})
	}
	if in := by[""]; len(in) > 0 {
		out = append(out, ui.Section{Title: "What would come in", Parts: table("Shops that would come in", in)})
	}
	if before := by[collab.ReasonAlreadyImported]; len(before) > 0 {
		out = append(out, ui.Group{Summary: ui.Say(ui.Text(plural(len(before), "shop") + " came before")), Parts: table("Imported before", before)})
	}
	return out, nil
}

// rest counts the rows that a table leaves out.
func rest(n int, noun string) []ui.Part {
	if n <= most {
		return nil
	}
	return []ui.Part{ui.P(ui.Quiet("And " + plural(n-most, "more shop") + ", which are not listed here."))}
}

// cureLine leads to where something can be done about a reason.
func cureLine(p collab.Project, r collab.Reason, items []collab.PlanItem) ui.Line {
	switch r {
	case collab.ReasonLocationMissing, collab.ReasonLocationDiffers:
		return ui.Say(ui.To("Manage locations", address(p.ID)+"/locations"))
	case collab.ReasonSurveyMismatch:
		return ui.Say(ui.To("Compare the surveys", address(p.ID)+"/survey"))
	case collab.ReasonProjectInactive, collab.ReasonProjectNotAccepted:
		return ui.Say(ui.To("Open the project", address(p.ID)))
	case collab.ReasonEditedHere:
		ids := make([]collab.ShopID, 0, most)
		for _, it := range items[:min(len(items), most)] {
			if it.Shop != "" {
				ids = append(ids, it.Shop)
			}
		}
		if len(ids) > 0 {
			return ui.Say(ui.To("See what would be replaced", withShops(address(p.ID)+"/reimport", ids)))
		}
	}
	return nil
}

// reasonWord says a reason shortly: "Location differs".
func reasonWord(r collab.Reason) string {
	if r == collab.ReasonWaveIgnored {
		return "Wave stays there"
	}
	s := strings.ReplaceAll(string(r), "_", " ")
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
