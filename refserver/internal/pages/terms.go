package pages

import (
	"net/url"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// The settings of a project, in fields and in words. Their fields are named as the services name them in refusals.

// sides are the names of a project's two systems.
type sides struct{ primary, secondary string }

// sidesOf names the two systems of a project.
func (v *visit) sidesOf(p collab.Project) sides {
	if p.Party == collab.PartyPrimary {
		return sides{string(v.Collab.System()), string(p.Partner)}
	}
	return sides{string(p.Partner), string(v.Collab.System())}
}

// of names one side.
func (s sides) of(p collab.Party) string {
	if p == collab.PartySecondary {
		return s.secondary
	}
	return s.primary
}

// termFields are terms to fill in, beginning with t.
func (v *visit) termFields(s sides, t collab.Terms, rules bool) []ui.Field {
	fields := []ui.Field{v.exportField(t), v.exactField(t), v.exceptField(t), {
		Name: "terms.copy_locations", Label: "Copy locations to " + s.secondary, Kind: "check", On: v.ticked("terms.copy_locations", t.CopyLocations),
		Hint: "All locations of the client are pushed when the project is accepted. Shops at locations that " + s.secondary + " does not have cannot be imported.",
	}, v.lockField(s, t), v.feeField(s, t)}
	if rules {
		fields = append(fields, v.rulesField(s, t))
	}
	return fields
}

func (v *visit) exportField(t collab.Terms) ui.Field {
	return ui.Field{
		Name: "terms.export", Label: "Export status", Kind: "select", Value: v.value("terms.export", string(t.Export)), Options: v.statuses(), Required: true,
		Hint: "Shops in this status or above may be imported.",
	}
}

func (v *visit) exactField(t collab.Terms) ui.Field {
	return ui.Field{Name: "terms.exact", Label: "Only this status exactly", Kind: "check", On: v.ticked("terms.exact", t.Exact), Hint: "Shops that have gone further stay behind as well."}
}

func (v *visit) exceptField(t collab.Terms) ui.Field {
	options := v.statuses()
	for i := range options {
		options[i].Label = options[i].Value
	}
	return ui.Field{
		Name: "terms.except", Label: "Never import shops in", Kind: "checks", Options: options, Values: v.values("terms.except", textOf(t.Except)),
		Hint: "They stay behind although their status stands above the export status.",
	}
}

func (v *visit) lockField(s sides, t collab.Terms) ui.Field {
	return ui.Field{
		Name: "terms.lock_locations", Label: "Lock locations at " + s.secondary, Kind: "check", On: v.ticked("terms.lock_locations", t.LockLocations),
		Hint: "Nobody at " + s.secondary + " can edit them. " + s.primary + " pushes its updates.",
	}
}

func (v *visit) feeField(s sides, t collab.Terms) ui.Field {
	return ui.Field{
		Name: "terms.fee_payer", Label: "Who pays the fees", Kind: "radio", Value: v.value("terms.fee_payer", t.FeePayer.String()), Required: true,
		Options: []ui.Option{
			{Value: collab.PartyPrimary.String(), Label: s.primary + ", the Primary"}, {Value: collab.PartySecondary.String(), Label: s.secondary + ", the Secondary"},
		},
		Hint: "The platform's fee for each imported shop. It is not the shopper's pay.",
	}
}

func (v *visit) rulesField(s sides, t collab.Terms) ui.Field {
	return ui.Field{
		Name: "terms.rules", Label: "Send the survey's rules along", Kind: "check", On: v.ticked("terms.rules", t.Rules),
		Hint: "Without it, the rules stay at " + s.primary + ".",
	}
}

// statuses are the steps of the ladder to choose from; the recommended one says so.
func (v *visit) statuses() []ui.Option {
	l := v.Collab.Ladder()
	var out []ui.Option
	for _, st := range l.Steps {
		o := ui.Option{Value: string(st.Status), Label: string(st.Status)}
		if st.Status == l.Recommended {
			o.Label += " (recommended)"
		}
		out = append(out, o)
	}
	return out
}

// termsIn reads terms that were filled in.
func termsIn(q url.Values) collab.Terms {
	t := collab.Terms{
		Gate:          collab.Gate{Export: collab.Status(q.Get("terms.export")), Exact: q.Has("terms.exact")},
		CopyLocations: q.Has("terms.copy_locations"), LockLocations: q.Has("terms.lock_locations"),
		FeePayer: collab.ParseParty(q.Get("terms.fee_payer")), Rules: q.Has("terms.rules"),
	}
	for _, s := range q["terms.except"] {
		t.Except = append(t.Except, collab.Status(s))
	}
	return t
}

// hiddenTerms are terms that go along as they are.
func hiddenTerms(t collab.Terms) []ui.Hidden {
	out := []ui.Hidden{{Name: "terms.export", Value: string(t.Export)}, {Name: "terms.fee_payer", Value: t.FeePayer.String()}}
	for _, s := range t.Except {
		out = append(out, ui.Hidden{Name: "terms.except", Value: string(s)})
	}
	for _, box := range []struct {
		name string
		on   bool
	}{{"terms.exact", t.Exact}, {"terms.copy_locations", t.CopyLocations}, {"terms.lock_locations", t.LockLocations}, {"terms.rules", t.Rules}} {
		if box.on {
			out = append(out, ui.Hidden{Name: box.name, Value: "yes"})
		}
	}
	return out
}

// setting is one of a project's terms in words.
type setting struct{ name, says string }

// inWords says terms to a person of either side.
func (s sides) inWords(t collab.Terms) []setting {
	out := []setting{
		{"Shops that may be imported", gate(t.Gate)},
		{"Locations", "On acceptance, all of the client's are copied to " + s.secondary},
		{"Lock", "Nobody at " + s.secondary + " can edit the locations"},
		{"Fees", s.of(t.FeePayer) + " pays the fees"},
		{"Rules", "The survey's rules travel too"},
	}
	if !t.CopyLocations {
		out[1].says = "Are not copied: shops at locations that " + s.secondary + " does not have are held"
	}
	if !t.LockLocations {
		out[2].says = s.secondary + " may edit the locations; what differs holds shops"
	}
	if !t.Rules {
		out[4].says = "The survey's rules stay at " + s.primary
	}
	return out
}

// facts are terms as facts.
func (s sides) facts(t collab.Terms) ui.Facts {
	var out ui.Facts
	for _, w := range s.inWords(t) {
		out.Items = append(out.Items, ui.Fact{Name: w.name, Value: ui.Say(ui.Text(w.says))})
	}
	return out
}

// compared is a table of the settings in which two terms differ.
func (s sides) compared(caption, before, after string, a, b collab.Terms) ui.Table {
	t := ui.Table{Caption: caption, Cols: ui.Cols("Setting", before, after), Empty: ui.Empty{Text: "The settings are the same."}}
	was := s.inWords(a)
	for i, is := range s.inWords(b) {
		if is != was[i] {
			t.Rows = append(t.Rows, ui.Row{Cells: ui.Cells(ui.Text(is.name), ui.Text(was[i].says), ui.Strong(is.says))})
		}
	}
	return t
}

// warned are the service's warnings about terms, as lines.
func warned(ws []collab.Warning) []ui.Line {
	var out []ui.Line
	for _, w := range ws {
		out = append(out, ui.Say(ui.Strong("Think about this:"), ui.Text(w.Text)))
	}
	return out
}

// textOf are statuses as text.
func textOf(statuses []collab.Status) []string {
	var out []string
	for _, s := range statuses {
		out = append(out, string(s))
	}
	return out
}

// at is the address of a page, made of the parts of its path.
func at(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString("/" + url.PathEscape(p))
	}
	return b.String()
}

// historyOf links to the history of one thing.
func historyOf(kind, id string) ui.Span {
	return ui.To("History", "/history?"+url.Values{"kind": {kind}, "id": {id}}.Encode())
}

// values is what was ticked in a group of boxes, or else what is ticked at first.
func (v *visit) values(name string, first []string) []string {
	if v.typed == nil {
		return first
	}
	return v.typed[name]
}
