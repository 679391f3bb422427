package pages

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// orgField is one of our fields of an organization as a form holds it: as text.
type orgField struct {
	path   string // of a patch: remarks, financial_id, custom.tier
	text   string // what it is now
	field  ui.Field
	custom *customShape // nil of the two that every account has
}

// orgFields are the fields that the account may edit.
func orgFields(r orgoverlay.Record) []orgField {
	out := []orgField{
		{path: "remarks", text: lines(r.Local.Remarks), field: ui.Field{Label: "Remarks", Kind: "area", Rows: 6}},
		{path: "financial_id", text: r.Local.FinancialID, field: ui.Field{Label: "Financial ID", Hint: "Under which your own financial system knows this organization. One ID names one organization."}},
	}
	for _, f := range r.Form.Fields {
		c := shapeOf(f.ExtensionField)
		one := orgField{path: "custom." + f.ID, text: c.text(f.Value), custom: &c}
		one.field = c.field(one.text)
		one.field.Label = f.Label
		if f.Internal {
			one.field.Hint = strings.TrimSpace(one.field.Hint + " Internal: only auditors, specialists and administrators of the account see it.")
		}
		out = append(out, one)
	}
	for i := range out {
		out[i].field.Name = out[i].path
	}
	return out
}

// lines writes line breaks as the domain does; browsers send them as CRLF.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// patch sets the field in a patch to what was typed; nothing clears it.
func (f orgField) patch(p *orgoverlay.Patch, typed string) {
	switch {
	case f.path == "remarks":
		p.Remarks = orgoverlay.Set(typed)
	case f.path == "financial_id":
		p.FinancialID = orgoverlay.Set(typed)
	default:
		if p.Custom == nil {
			p.Custom = map[string]orgoverlay.Opt[[]byte]{}
		}
		p.Custom[strings.TrimPrefix(f.path, "custom.")] = orgoverlay.Set(f.custom.value(typed))
	}
}

// words writes a value that a conflict tells of: custom ones come as JSON.
func (f orgField) words(value string) string {
	if f.custom == nil {
		return value
	}
	return f.custom.text([]byte(value))
}

// customShape is how a custom field is typed in: as far as its schema says plainly what it takes. Whether a value fits is for the service
// to say.
type customShape struct {
	Type      string
	Enum      []json.RawMessage
	MaxLength int
	person    bool
}

func shapeOf(f orgoverlay.ExtensionField) customShape {
	c := customShape{person: f.Person}
	_ = json.Unmarshal(f.Schema, &c) // what is written another way is typed in as JSON
	for i, v := range c.Enum {
		var b bytes.Buffer
		if json.Compact(&b, v) == nil {
			c.Enum[i] = b.Bytes()
		}
	}
	return c
}

// longText is how long a text may be before it gets several lines.
const longText = 200

// field is the field of a form, without name and label.
func (c customShape) field(now string) ui.Field {
	options := func(values ...string) ui.Field {
		f := ui.Field{Kind: "select", Options: []ui.Option{{Label: "Not set"}}}
		found := now == ""
		for _, v := range values {
			f.Options = append(f.Options, ui.Option{Value: v, Label: customWords([]byte(v))})
			found = found || v == now
		}
		if !found {
			f.Options = append(f.Options, ui.Option{Value: now, Label: customWords([]byte(now)) + " (kept from before)"})
		}
		return f
	}
	switch {
	case len(c.Enum) > 0:
		return options(each(c.Enum, func(v json.RawMessage) string { return string(v) })...)
	case c.Type == "boolean":
		return options("true", "false")
	case c.person:
		return ui.Field{Hint: "The ID of a person of this account."}
	case c.Type == "string" && (c.MaxLength == 0 || c.MaxLength > longText):
		return ui.Field{Kind: "area", Rows: 2}
	case c.Type == "string", c.Type == "number", c.Type == "integer":
		return ui.Field{}
	}
	return ui.Field{Kind: "area", Rows: 3, Hint: "Written as JSON."}
}

// text is how a value stands in the field.
func (c customShape) text(value []byte) string {
	var s string
	if len(c.Enum) == 0 && (c.Type == "string" || c.person) && json.Unmarshal(value, &s) == nil {
		return lines(s)
	}
	return string(value)
}

// value makes JSON of what was typed. What is no JSON where JSON is awaited stays as it is, for the service to refuse.
func (c customShape) value(typed string) []byte {
	blank := strings.TrimSpace(typed) == ""
	switch {
	case blank:
		return nil
	case len(c.Enum) > 0, c.Type == "boolean", c.Type == "" && !c.person, c.Type == "array", c.Type == "object":
		return []byte(typed)
	case c.Type != "string" && json.Valid([]byte(typed)): // a number
		return []byte(typed)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(typed) // a text can always be written
	return bytes.TrimSpace(b.Bytes())
}
