package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// typedShop is a shop with what was typed into its form; what the form does not hold stays.
func typedShop(saved collab.Shop, form url.Values) collab.Shop {
	sh := saved.Clone()
	c := &sh.Content
	take := func(name string, to *string) {
		if form.Has(name) {
			*to = typedText(form.Get(name), *to)
		}
	}
	status := string(c.Status)
	take("status", &status)
	c.Status = collab.Status(status)
	take("comments", &c.Comments)
	take("reviewer_comments", &c.ReviewerComments)
	take("score.earned", &c.Score.Earned)
	take("score.possible", &c.Score.Possible)
	for i := range c.Score.Sections {
		take(fmt.Sprintf("score.sections[%d].earned", i), &c.Score.Sections[i].Earned)
		take(fmt.Sprintf("score.sections[%d].possible", i), &c.Score.Sections[i].Possible)
	}
	take("shopper", &sh.Shopper)
	take("wave", &sh.Wave)
	take("pay", &sh.Pay)
	if form.Has("shopper") {
		sh.Payable = form.Has("payable")
	}
	c.Answers = typedAnswers(c.Answers, form)
	return sh
}

// typedAnswers are the saved answers as typed, in their order, then those to further questions. What the form does not name stays; what had no
// answer and got none is left out, so that opening and saving a shop changes nothing.
func typedAnswers(saved []collab.Answer, form url.Values) []collab.Answer {
	out := slices.Clone(saved)
	at := map[string]int{}
	for i, a := range saved {
		at[a.Question] = i
	}
	for i := 0; form.Has(fmt.Sprintf("answers[%d].question", i)); i++ {
		name := fmt.Sprintf("answers[%d].", i)
		question, value := form.Get(name+"question"), form[name+"value"]
		j, had := at[question]
		var old collab.Answer
		if had {
			old = saved[j]
		}
		a := collab.Answer{Question: question, Value: typedText(strings.Join(value, "^"), old.Value), Comment: typedText(form.Get(name+"comment"), old.Comment)}
		if slices.Equal(slices.Sorted(slices.Values(value)), slices.Sorted(slices.Values(split(old.Value)))) {
			a.Value = old.Value // the same choices in another order
		}
		switch {
		case had:
			out[j] = a
		case a.Value != "" || a.Comment != "":
			out = append(out, a)
		}
	}
	return out
}

// typedText is a text as typed. A browser writes line ends in its own way: where that is all that differs, the saved text stays.
func typedText(typed, saved string) string {
	plain := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	if typed = plain.Replace(typed); typed == plain.Replace(saved) {
		return saved
	}
	return typed
}

func doSaveShop(v *visit) (done, error) {
	o, err := v.shop()
	if err != nil {
		return done{}, err
	}
	sh := typedShop(o.Shop, v.PostForm)
	sh.Version = v.version()
	saved, err := v.Collab.SaveShop(v.Context(), v.actor(), sh)
	if err != nil {
		return done{}, err
	}
	page := "/shops/" + escape(string(saved.ID))
	said := ui.Receipt{Title: "Saved", Lines: []ui.Line{ui.Say(ui.Text("The shop is "+string(saved.Content.Status)+"."), ui.To("What was written down", asking("/history", "kind", "shop", "id", string(saved.ID))))}}
	if saved.Version == o.Version {
		said.Title = "Nothing had changed"
	}
	if o.imported() {
		said.Lines = append(said.Lines, ui.Say(ui.To("See whether it can be returned", page+"#return")))
	}
	return done{to: page, said: said}, nil
}
