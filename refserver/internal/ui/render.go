package ui

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
)

//go:embed templates/*.html
var templateFiles embed.FS

// artist draws parts by their templates, which draw the parts within.
type artist struct{ templates *template.Template }

var drawing = newArtist()

func newArtist() *artist {
	a := &artist{}
	a.templates = template.Must(template.New("").Funcs(template.FuncMap{
		"draw":    a.draw,
		"picture": picture, "outside": outside,
		"num":    func(cols []Col, i int) bool { return i < len(cols) && cols[i].Num },
		"styles": Styles,
		"script": func() string { return assets["live.js"].path },
	}).ParseFS(templateFiles, "templates/*.html"))
	return a
}

// draw renders a part by the template of its kind.
func (a *artist) draw(p Part) (template.HTML, error) {
	var b strings.Builder
	err := a.templates.ExecuteTemplate(&b, p.template(), p)
	return template.HTML(b.String()), err
}

// Site is what all pages of a system share.
type Site struct {
	Name string
	Hue  string // green or amber: which system this is, at a glance
	Nav  []Span // links to the areas
	Door *Door  // nil: nobody is signed in
}

// Door is what the bar says of who is signed in. The forms of it are sent to /sign-out and /account.
type Door struct {
	Person, Account string
	Accounts        []Option // to switch between; empty: there is no other
}

// Chosen reports whether an account is the one that is acted in.
func (d Door) Chosen(account string) bool { return d.Account == account }

// Write draws the page and sends it. Nothing is sent when drawing fails.
func (s Site) Write(w http.ResponseWriter, r *http.Request, p Page) error {
	found := make([]bool, len(p.Problems))
	problems := append([]Problem(nil), p.Problems...)
	p.Parts = prepare(p.Parts, "", p.Form, problems, found)
	p.Problems = problems
	var b bytes.Buffer
	if err := drawing.templates.ExecuteTemplate(&b, "layout", struct {
		Site Site
		Page Page
		Here string
	}{s, p, s.here(r.URL.Path)}); err != nil {
		return fmt.Errorf("page %q: %w", p.Title, err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if p.Status != 0 {
		w.WriteHeader(p.Status)
	}
	_, _ = b.WriteTo(w)
	return nil
}

// here is the area that a path belongs to: the longest link of the navigation that it begins with.
func (s Site) here(path string) string {
	var best string
	for _, l := range s.Nav {
		if len(l.Href) > len(best) && (path == l.Href || l.Href != "/" && strings.HasPrefix(path, l.Href+"/")) {
			best = l.Href
		}
	}
	return best
}

// prepare gives fields their ids and their problems, and problems the address of their field. in is the form that the parts stand in, form the
// one that the problems belong to.
func prepare(parts []Part, in, form string, problems []Problem, found []bool) []Part {
	out := make([]Part, len(parts))
	for i, p := range parts {
		switch p := p.(type) {
		case Section:
			p.Parts = prepare(p.Parts, in, form, problems, found)
			out[i] = p
		case Group:
			p.Parts = prepare(p.Parts, in, form, problems, found)
			out[i] = p
		case Columns:
			p.Left = prepare(p.Left, in, form, problems, found)
			p.Right = prepare(p.Right, in, form, problems, found)
			out[i] = p
		case Preview:
			p.Parts = prepare(p.Parts, in, form, problems, found)
			out[i] = p
		case Filter:
			p.Fields = prepareFields(p.Fields, "filter", false, nil, nil)
			out[i] = p
		case Form:
			p.Fields = prepareFields(p.Fields, p.ID, form == "" || form == p.ID, problems, found)
			p.Body = prepare(p.Body, p.ID, form, problems, found)
			out[i] = p
		case Fieldset:
			p.Fields = prepareFields(p.Fields, in, form == "" || form == in, problems, found)
			out[i] = p
		default:
			out[i] = p
		}
	}
	return out
}

func prepareFields(fields []Field, form string, ours bool, problems []Problem, found []bool) []Field {
	out := make([]Field, len(fields))
	for i, f := range fields {
		f.id = id(form, f.Name)
		for j, p := range problems {
			if !ours || p.Field == "" || p.Field != f.Name || found[j] {
				continue
			}
			found[j] = true
			if f.Error != "" {
				f.Error += "; "
			}
			f.Error += p.Text
			problems[j].Href = "#" + f.ID()
			problems[j].Text = f.Label + ": " + p.Text
		}
		out[i] = f
	}
	return out
}

// id makes an HTML id of names.
func id(names ...string) string {
	return "f-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, strings.Join(names, "-"))
}

// ID is the field's id in its page.
func (f Field) ID() string {
	if f.id == "" {
		return id(f.Name)
	}
	return f.id
}

// About is the id of the text that describes it.
func (f Field) About() string { return f.ID() + "-about" }

// Nth is the id of its nth choice.
func (f Field) Nth(i int) string { return f.ID() + "-" + strconv.Itoa(i) }

// Has reports whether a choice is chosen.
func (f Field) Has(value string) bool {
	if f.Kind == "checks" {
		for _, v := range f.Values {
			if v == value {
				return true
			}
		}
		return false
	}
	return f.Value == value
}
