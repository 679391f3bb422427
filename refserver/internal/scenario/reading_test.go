package scenario_test

import (
	"regexp"
	"strings"
)

// What a person reads on a page.

// said is a receipt or a preview: its heading and lines.
type said struct {
	Title string
	Bad   bool
	Lines []cell
}

// cell is words with the states in them that are said by pills, and the words that are marked.
type cell struct {
	Text   string
	Pills  []string
	Marked bool
}

// grid is a table.
type grid struct {
	Section, Caption string
	Cols             []string
	Rows             []row
}

type row struct {
	Tone  string
	Cells []cell
}

const readers = `
	const words = e => (e.innerText || e.textContent).replace(/\s+/g, " ").trim();
	const cell = e => ({text: words(e), pills: [...e.querySelectorAll(".pill")].map(words), marked: !!e.querySelector("mark")});
`

// receipts are what was done, previews what would be.
func (b *tab) receipts() []said {
	b.t.Helper()
	return b.sections(".receipt")
}

func (b *tab) sections(selector string) []said {
	b.t.Helper()
	return ask[[]said](b, `s => {`+readers+`
		return [...document.querySelectorAll(s)].map(r => ({title: words(r.querySelector("h2")), bad: r.classList.contains("bad"), lines: [...r.querySelectorAll(":scope > ul > li")].map(cell)}));
	}`, selector)
}

// grids are the tables of the page, by caption. Folded groups are read too.
func (b *tab) grids() map[string]grid {
	b.t.Helper()
	out := map[string]grid{}
	for _, g := range ask[[]grid](b, `() => {`+readers+`
		return [...document.querySelectorAll("table")].map(t => ({
			section: t.closest("section[id]") ? t.closest("section[id]").id : "", caption: words(t.caption), cols: [...t.querySelectorAll("thead th")].map(words),
			rows: [...t.tBodies[0].rows].map(r => ({tone: r.className, cells: [...r.cells].map(cell)})),
		}));
	}`) {
		out[g.Caption] = g
	}
	return out
}

// at is the number of a column.
func (g grid) at(col string) int {
	for i, c := range g.Cols {
		if c == col {
			return i
		}
	}
	return -1
}

// facts are names with values.
func (b *tab) facts() map[string]cell {
	b.t.Helper()
	return ask[map[string]cell](b, `() => {`+readers+`
		return Object.fromEntries([...document.querySelectorAll("dl.facts > div")].map(d => [words(d.querySelector("dt")), cell(d.querySelector("dd"))]));
	}`)
}

// pills are the states that stand outside of tables.
func (b *tab) pills() []string {
	b.t.Helper()
	return ask[[]string](b, `() => [...document.querySelectorAll("main .pill")].filter(e => !e.closest("table")).map(e => e.dataset.word)`)
}

// hidden is a value that goes along with a form.
func (b *tab) hidden(name string) string {
	b.t.Helper()
	return ask[string](b, `n => { const e = document.querySelector("input[type=hidden][name='" + n + "']"); return e ? e.value : ""; }`, name)
}

var offAt = regexp.MustCompile(`switched off at (\w+)\.`)

// refusal is what the page says stands in the way, or nil. What the page says of a field must lead there.
func (b *tab) refusal() error {
	b.t.Helper()
	type problem struct{ Code, Text, Href, Field, Wrong string }
	found := ask[[]problem](b, `() => {`+readers+`
		return [...document.querySelectorAll(".problems li")].map(l => {
			const a = l.querySelector("a"), e = a && document.getElementById(a.getAttribute("href").slice(1)), input = e && (e.matches("[name]") ? e : e.querySelector("[name]"));
			const about = e && e.getAttribute("aria-describedby"), wrong = about && document.querySelector("#" + about + " .wrong");
			return {code: l.dataset.code || "", text: words(l), href: a ? a.getAttribute("href") : "", field: input ? input.name : "", wrong: wrong ? words(wrong) : ""};
		});
	}`)
	if len(found) == 0 {
		return nil
	}
	out := &no{}
	for _, p := range found {
		out.Codes = append(out.Codes, p.Code)
		out.Detail = strings.TrimSpace(out.Detail + " " + p.Text)
		if m := offAt.FindStringSubmatch(p.Text); m != nil {
			out.System = m[1]
		}
		if p.Href != "" {
			if p.Field == "" || p.Wrong == "" {
				b.t.Errorf("%s: %q leads to %s, where no field says what is wrong", b.path(), p.Text, p.Href)
			}
			out.Fields = append(out.Fields, p.Field)
		}
	}
	return out
}
