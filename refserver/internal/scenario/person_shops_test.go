package scenario_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// reasonOf is the code of a reason, from the word that pages have for it.
func reasonOf(word string) string {
	if word == "Wave stays there" {
		return "wave_ignored"
	}
	return strings.ReplaceAll(strings.ToLower(word), " ", "_")
}

var counted = regexp.MustCompile(`^(\d+) shops? (would be imported|would be updated|came before|imported|updated|held)`)

// countsIn adds up what the lines of a preview or receipt say.
func countsIn(lines []cell) counts {
	out := counts{Held: map[string]int64{}}
	for _, l := range lines {
		m := counted.FindStringSubmatch(l.Text)
		if m == nil {
			continue
		}
		n, _ := strconv.ParseInt(m[1], 10, 64)
		switch m[2] {
		case "would be imported", "imported":
			out.Imported = n
		case "would be updated", "updated":
			out.Updated = n
		case "came before":
			out.Already = n
		case "held":
			out.Held[reasonOf(l.Pills[0])] = n
		}
	}
	return out
}

// PlanImport looks at the preview. Which shop is in it comes over the API; how many and why is read on the page.
func (p *person) PlanImport(project string) (plan, error) {
	p.b.goTo("/projects/" + project)
	if p.b.has("button", "Import shops") {
		p.b.press("Import shops")
	} else {
		p.b.goTo("/projects/" + project + "/import")
	}
	if no := p.b.refusal(); no != nil {
		return plan{}, no
	}
	out, err := p.served.PlanImport(project)
	if err != nil {
		return out, err
	}
	out.Counts = countsIn(p.b.sections(".preview")[0].Lines)
	groups := ask[[]cell](p.b, `() => {`+readers+`return [...document.querySelectorAll("details > summary")].map(cell); }`)
	for _, g := range groups {
		if len(g.Pills) > 0 {
			n, err := strconv.ParseInt(strings.Fields(g.Text)[0], 10, 64)
			if err != nil {
				return out, fmt.Errorf("group %q has no number", g.Text)
			}
			out.Counts.Held[reasonOf(g.Pills[0])] = n
		}
	}
	return out, nil
}

// Import presses the button below the preview. Where nothing would come in there is none, and the import goes over the API.
func (p *person) Import(project string, agreed plan) (string, error) {
	p.b.goTo("/projects/" + project + "/import")
	if no := p.b.refusal(); no != nil {
		return "", no
	}
	n := int(agreed.Counts.Imported + agreed.Counts.Updated)
	if n == 0 {
		if p.b.find("button", "Import 0 shops", "").Many > 0 {
			return "", fmt.Errorf("nothing would come in, and there is a button for it")
		}
		return p.served.Import(project, agreed)
	}
	for name, want := range map[string]int64{"terms_rev": agreed.Terms, "survey_rev": agreed.Survey} {
		if p.b.hidden(name) != strconv.FormatInt(want, 10) {
			return "", fmt.Errorf("%s of what was agreed to is %d, the page has %s", name, want, p.b.hidden(name))
		}
	}
	if err := p.asked("Import " + many(n, "shop")); err != nil {
		return "", err
	}
	return strings.TrimPrefix(p.b.path(), "/runs/"), nil
}

// Run reads a receipt, once the import has ended.
func (p *person) Run(id string) (run, error) {
	p.b.goTo("/runs/" + id)
	if no := p.b.refusal(); no != nil {
		return run{}, no
	}
	receipt := p.watch()
	out := run{
		State: strings.ToLower(p.b.facts()["State"].Text), Counts: countsIn(receipt.Lines),
		Ledger: map[string]int64{}, Events: map[string]string{}, Left: map[string][]string{},
	}
	grids := p.b.grids()
	for _, r := range grids["Shops that came in"].Rows {
		out.Events[r.Cells[2].Text] = r.Cells[1].Text // the first cell is a box to choose it by
		out.Ledger[strings.ToLower(r.Cells[3].Text)]++
	}
	for _, r := range grids["Shops that stayed behind"].Rows {
		for _, word := range r.Cells[3].Pills {
			out.Left[r.Cells[0].Text] = append(out.Left[r.Cells[0].Text], reasonOf(word))
		}
	}
	return out, nil
}

// Save types into a shop's form what is not there yet.
func (p *person) Save(to shop) error {
	now, err := p.served.Shop(to.ID)
	if err != nil {
		return err
	}
	p.b.goTo("/shops/" + to.ID)
	if no := p.b.refusal(); no != nil {
		return no
	}
	for _, f := range []struct{ label, was, is string }{
		{"Status", now.Status, to.Status}, {"Points earned", now.Earned, to.Earned}, {"Points possible", now.Possible, to.Possible}, {"Comments", now.Comments, to.Comments},
		{"Reviewer comments", now.ReviewerComments, to.ReviewerComments}, {"Shopper", now.Shopper, to.Shopper}, {"Wave", now.Wave, to.Wave}, {"Pay", now.Pay, to.Pay},
	} {
		if f.was != f.is {
			p.b.fillIn("form#review", f.label, f.is)
		}
	}
	for question, answer := range to.Answers {
		if now.Answers[question] != answer {
			n := ask[string](p.b, `q => { const e = [...document.querySelectorAll("input[type=hidden]")].find(e => e.value === q && e.name.endsWith(".question")); return e ? e.name.replace(".question", ".value") : ""; }`, question)
			p.b.fillIn("form#review", n, answer)
		}
	}
	return p.asked("Update survey")
}

// whyNot are words of pages for what stands in the way of a return.
var whyNot = []struct{ words, code string }{
	{"its saved status is not below the distribution level", "not_below"},
	{"did not come from a partner", "not_collab"},
	{"went back to", "state"},
	{"is on its way back", "state"},
	{"The project is", "state"},
}

// returnable opens the page of a return, through the shop's page where that offers it, and says what stands in the way.
func (p *person) returnable(id string) *no {
	p.b.goTo("/shops/" + id)
	if p.b.has("button", "Return this shop") {
		p.b.press("Return this shop")
		return nil
	}
	said := p.b.text("section#return")
	p.b.goTo("/return?shop=" + id)
	refused := p.b.grids()["Shops that cannot be returned"]
	if len(refused.Rows) != 1 {
		p.b.t.Errorf("the shop's page offers no return, the page of returns does not refuse it: %s", p.b.text("main"))
		return nil
	}
	why := refused.Rows[0].Cells[2].Text
	out := &no{Detail: why}
	for _, w := range whyNot {
		if strings.Contains(why, w.words) {
			if !strings.Contains(said, w.words) {
				p.b.t.Errorf("the shop's page does not say %q: %s", why, said)
			}
			out.Codes = append(out.Codes, w.code)
		}
	}
	return out
}

// PlanReturn asks the API too, and wants the page to refuse for the same reasons and to show what would be lost.
func (p *person) PlanReturn(id string) (returnPlan, error) {
	out, err := p.served.PlanReturn(id)
	if err != nil {
		return out, err
	}
	out.Refused = p.returnable(id)
	lost := p.b.grids()["What would be lost over there"]
	for _, c := range out.Lost {
		if !slices.ContainsFunc(lost.Rows, func(r row) bool { return r.Cells[3].Text == c.Before && r.Cells[4].Text == c.After }) {
			return out, fmt.Errorf("the page does not show that %v would be lost: %v", c, lost.Rows)
		}
	}
	if len(lost.Rows) != len(out.Lost) {
		return out, fmt.Errorf("%d losses on the page, not %d", len(lost.Rows), len(out.Lost))
	}
	return out, nil
}

// Return presses the button of the preview. What would override what the partner changed has one button, which does; to send it without
// asks for a partner that changes the shop in the same moment, which only the API can show.
func (p *person) Return(id string, overwrite bool) error {
	if no := p.returnable(id); no != nil {
		return no
	}
	plain, override := "Return 1 shop", "Return 1 shop and override what was changed there"
	switch {
	case overwrite:
		return p.asked(override)
	case p.b.has("button", plain):
		return p.asked(plain)
	case !p.b.has("button", override):
		return fmt.Errorf("no way to return shop %s: %s", id, p.b.text("main"))
	}
	return p.served.Return(id, false)
}
