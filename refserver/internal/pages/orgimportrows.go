package pages

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// changesTable shows what the first rows change, of all that change something: a line for each field, with the words marked that differ.
func (v *visit) changesTable(rows []orgoverlay.ImportedRow, all int) (ui.Table, error) {
	t := ui.Table{Caption: "What each row would do", Cols: []ui.Col{{Name: "Line", Num: true}, {Name: "Organization"}, {Name: "Field"}, {Name: "Now"}, {Name: "After the import"}}}
	if all > len(rows) {
		t.Caption += fmt.Sprintf(", the first %d of %d rows that change something", len(rows), all)
	}
	var words rowWords
	if err := words.learn(v, rows); err != nil {
		return t, err
	}
	for _, r := range rows {
		org := ui.Quiet("one that is not seen any more")
		if name := words.names[r.Org]; name != "" {
			org = ui.To(name, orgAddress(r.Org))
		}
		for i, c := range r.Changes {
			if i == shownChanges {
				t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Count(r.Line), org, ui.Quiet("and "+plural(len(r.Changes)-i, "more field")), ui.Text(""), ui.Text(""))})
				break
			}
			now, then := ui.Differ(excerpts(shownValues(c)))
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Count(r.Line), org, ui.Text(words.field(c)), ui.Marked(now), ui.Marked(then))})
		}
	}
	return t, nil
}

// rowWords are what rows call organizations and fields, as the account sees them.
type rowWords struct {
	names map[orgoverlay.OrgID]string
	form  orgoverlay.Record // any that has the labels of custom fields
}

// learn reads what some rows need.
func (w *rowWords) learn(v *visit, rows []orgoverlay.ImportedRow) (err error) {
	svc, actor := v.viewer()
	var orgs []orgoverlay.OrgID
	for _, r := range rows {
		if r.Org != "" {
			orgs = append(orgs, r.Org)
		}
	}
	if w.names, err = svc.Names(v.Context(), actor, orgs); err != nil {
		return err
	}
	for org := range w.names {
		if w.form.ID == "" {
			w.form, err = svc.Organization(v.Context(), actor, org)
		}
		if err != nil && !errors.Is(err, orgoverlay.ErrNotFound) { // else it has just gone out of sight
			return err
		}
	}
	return nil
}

func (w *rowWords) field(c orgoverlay.Change) string { return orgFieldWords(w.form, c.Path) }

// shownValues are the values of a change as people read them. Two that read alike are shown as they are written.
func shownValues(c orgoverlay.Change) (before, after string) {
	if !strings.HasPrefix(c.Path, "custom.") {
		return c.Before, c.After
	}
	before, after = customWords([]byte(c.Before)), customWords([]byte(c.After))
	if before == after {
		return c.Before, c.After
	}
	return before, after
}

// shownBefore is how much is shown of what two long texts begin with alike.
const shownBefore = 40

// excerpts cut two texts to a part of each, in which they differ.
func excerpts(a, b string) (string, string) {
	x, y := []rune(a), []rune(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	from := max(same-shownBefore, 0)
	cut := func(r []rune) string {
		out := string(r[from:min(len(r), from+shownText)])
		if from > 0 {
			out = "… " + out
		}
		if len(r) > from+shownText {
			out += " …"
		}
		return out
	}
	return cut(x), cut(y)
}

// rows sends what each row of a file would do, a line for each field that it changes.
func (i *orgImport) rows(w http.ResponseWriter, v *visit) {
	svc, actor := v.viewer()
	id, blank := v.told()
	f, there := i.files.file(shelf(svc), id)
	if !there {
		v.fail(w, v, errNoPage)
		return
	}
	file := &lateFile{w: w, name: "rows.csv", kind: "text/csv"}
	out := tabular.NewWriter(file, ',')
	out.Mark = tabular.Tab
	err := out.Write([]string{"Line", orgoverlay.ColumnID, orgoverlay.ColumnName, "What it would do", "Field", "Now", "After the import", "Why"})
	var words rowWords
	var some []orgoverlay.ImportedRow
	flush := func() error {
		err := words.learn(v, some)
		if err == nil {
			err = words.write(out, some)
		}
		some = some[:0]
		return err
	}
	if err == nil {
		_, err = svc.Import(v.Context(), actor, bytes.NewReader(f.body), orgoverlay.ImportOptions{Blank: blank, DryRun: true, Versions: f.previewed.versions, Report: func(r orgoverlay.ImportedRow) error {
			if some = append(some, r); len(some) < most {
				return nil
			}
			return flush()
		}})
	}
	if err == nil {
		err = flush()
	}
	if err == nil {
		err = out.Flush()
	}
	switch {
	case err != nil && file.begun:
		v.broken(w, v, err)
	case err != nil:
		v.fail(w, v, orgRefused(v, err))
	}
}

func (w *rowWords) write(out *tabular.Writer, rows []orgoverlay.ImportedRow) error {
	for _, r := range rows {
		changes := r.Changes
		if len(changes) == 0 {
			changes = []orgoverlay.Change{{}}
		}
		for _, c := range changes {
			before, after := shownValues(c)
			if err := out.Write([]string{strconv.Itoa(r.Line), string(r.Org), w.names[r.Org], outcomeWords[r.Outcome], w.field(c), before, after, why(r)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// why is everything that is said of a row, as a cell can hold it.
func why(r orgoverlay.ImportedRow) string {
	var parts []string
	for _, list := range [][]orgoverlay.RowError{r.Errors, r.Warnings} {
		for _, e := range list {
			parts = append(parts, strings.TrimSpace(e.Column+" "+e.Message))
		}
	}
	return strings.ReplaceAll(strings.Join(parts, "; "), "\x00", "\ufffd") // an id in JSON can have one
}
