package ui

// Part is one thing in a page's column. Each kind has the template of its name.
type Part interface{ template() string }

// Page is one page. Its parts stand one below the other.
type Page struct {
	Title    string
	Crumbs   []Span // links that lead back, from the top
	Said     *Receipt
	Problems []Problem // why what was asked for was not done
	Form     string    // id of the form that the problems belong to; "": the first that has the field
	Parts    []Part
	Status   int  // HTTP status; 0: 200
	Watch    bool // the page shows work that goes on: without the script it renews itself
}

// Problem is one reason why something was not done. Field is the name of the form field at fault, "" for none; Code is the API's word
// for the reason, "" for none, which the page carries beside the sentence.
type Problem struct {
	Code  string
	Field string
	Text  string
	Href  string // filled when the page is drawn
}

// Section is parts under a heading.
type Section struct {
	ID, Title string
	Note      Line
	Parts     []Part
}

// Paragraph is a line of text.
type Paragraph struct{ Line Line }

// P is a Paragraph.
func P(spans ...Span) Paragraph { return Paragraph{spans} }

// Menu is links to what can be done or looked at, side by side.
type Menu struct{ Links Line }

// List is lines with bullets, or numbers.
type List struct {
	Numbered bool
	Lines    []Line
}

// Facts are names with their values.
type Facts struct{ Items []Fact }

// Fact is one of them.
type Fact struct {
	Name  string
	Value Line
}

// Table is rows of cells. It asks for a caption, and for words that stand there when it is empty.
type Table struct {
	ID      string
	Caption string
	Cols    []Col
	Rows    []Row
	Empty   Empty
	More    string // address of the next rows
	// Pick, when set, puts a box of this name before each row that has a Pick value. The table must then be the Body of a Form.
	Pick, PickLabel string
}

// Col is a column. Num stands right.
type Col struct {
	Name string
	Num  bool
}

// Cols are columns of words.
func Cols(names ...string) []Col {
	out := make([]Col, len(names))
	for i, n := range names {
		out[i].Name = n
	}
	return out
}

// Row is a row. Tone is "", "ours" (grey) or "theirs" (yellow).
type Row struct {
	Cells []Line
	Tone  string
	Pick  string // value of the box
	// PickLabel is what the box is called beside the table's PickLabel. Default: Pick.
	PickLabel string
	Picked    bool
}

// Cells makes the cells of a row from one span each.
func Cells(spans ...Span) []Line {
	out := make([]Line, len(spans))
	for i, s := range spans {
		out[i] = Line{s}
	}
	return out
}

// Empty says what a list is for, and the one thing to do first.
type Empty struct {
	Text string
	Do   Span // a link; the zero Span is none
}

// Filter is the search box and the filters of a list. They show in the address.
type Filter struct {
	Label  string // what is searched: "Shop, job or location ID"
	Fields []Field
	Clear  string // address without filters; "": none is set
}

// Form is what a person fills in and sends. Its fields are checked by the services, never by the form.
type Form struct {
	ID     string
	Action string // default: the page's own address
	Legend string
	Hidden []Hidden
	Fields []Field
	Body   []Part // between the fields and the button
	Submit string // what the button does: "Import 214 shops"
	Danger bool   // it destroys something; never the default button
	Minor  bool   // not the page's main action
	Get    bool   // it only asks for a page: what was chosen goes into the address
	Upload bool
	Also   []Button // further buttons; with them Submit may be empty
	Links  Line     // beside the buttons
}

// Button leads to the page To by GET, with what the form holds in the address: for what can be done with rows that were chosen.
type Button struct{ Text, To string }

// Fieldset is fields of a form that belong together. It stands in the Body of a Form.
type Fieldset struct {
	Legend string
	Note   Line
	Fields []Field
}

// Hidden is a value that goes along.
type Hidden struct{ Name, Value string }

// Field is one thing to fill in. Kind is text (default), email, password, url, number, date, area, select, check, radio, checks or file.
type Field struct {
	Name, Label, Kind string
	Value             string
	Values            []string // of checks: what is ticked
	On                bool     // of check
	Options           []Option
	Hint              string
	Required          bool
	Rows              int
	Auto              string // what a browser may fill in: username, current-password, new-password. Default: nothing
	Error             string // filled when the page is drawn
	id                string
}

// Option is one choice.
type Option struct{ Value, Label, Hint string }

// Preview says what an action would do, before it is done.
type Preview struct {
	Title string
	Lines []Line
	Parts []Part
}

// Receipt says what was done: how many, what was not and why, what to do next.
type Receipt struct {
	Title string
	Lines []Line
	Bad   bool // it did not end well
	Parts []Part
}

// Group is parts that a person opens.
type Group struct {
	Summary Line
	Open    bool
	Parts   []Part
}

// Progress is work that goes on. Live is where the script hears of it.
type Progress struct {
	Label    string
	Done, Of int64 // Of 0: not known
	Now      string
	Live     string
}

func (Section) template() string   { return "section" }
func (Paragraph) template() string { return "paragraph" }
func (Menu) template() string      { return "menu" }
func (List) template() string      { return "list" }
func (Facts) template() string     { return "facts" }
func (Table) template() string     { return "table" }
func (Filter) template() string    { return "filter" }
func (Form) template() string      { return "form" }
func (Fieldset) template() string  { return "fieldset" }
func (Preview) template() string   { return "preview" }
func (Receipt) template() string   { return "receipt" }
func (Group) template() string     { return "group" }
func (Progress) template() string  { return "progress" }
