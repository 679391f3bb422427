package pages

import (
	"math"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// messages serves what goes out to partners.
func (s *site) messages() {
	s.get("/messages", listMessages)
	s.post("/messages/{number}/replay", doReplay, listMessages)
}

func listMessages(v *visit) (ui.Page, error) {
	before, err := strconv.ParseInt(v.query("before"), 10, 64)
	if err != nil || before <= 0 {
		before = math.MaxInt64
	}
	state := store.ParseMessageState(v.query("state"))
	ms, err := v.Queue.List(v.Context(), store.MessageQuery{Account: v.Self.System, State: state, Before: before, Limit: most + 1})
	if err != nil {
		return ui.Page{}, err
	}
	table := ui.Table{
		Caption: "Messages to partners, newest first", Empty: ui.Empty{Text: "Here stands what goes out to partners: offers, answers, returns, imports and pushes at work. Nothing of this kind is there."},
		Cols: []ui.Col{{Name: "Written"}, {Name: "What"}, {Name: "State"}, {Name: "Tries", Num: true}, {Name: "Next try"}, {Name: "Why it failed"}, {Name: "About"}, {Name: "Number", Num: true}},
	}
	if len(ms) > most {
		ms = ms[:most]
		table.More = v.with("before", strconv.FormatInt(ms[most-1].ID, 10))
	}
	var parked []ui.Part
	for _, m := range ms {
		next := ui.Text("")
		if m.State == store.MessageWaiting {
			next = ui.When(m.NextAt)
		}
		number := strconv.FormatInt(m.ID, 10)
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.When(m.CreatedAt), ui.Text(kindWord(m.Kind)), ui.Pill(messageWord(m)), ui.Count(m.Attempts), next, ui.Text(m.Reason), ui.Code(m.Stream), ui.Quiet(number))})
		if m.State == store.MessageParked {
			parked = append(parked, ui.Form{
				ID: "replay-" + number, Action: "/messages/" + number + "/replay", Minor: true, Submit: "Try message " + number + " again",
				Body: []ui.Part{ui.Facts{Items: []ui.Fact{{Name: kindWord(m.Kind), Value: ui.Say(ui.Code(m.Stream))}, {Name: "Why it was given up", Value: ui.Say(ui.Text(m.Reason))}, {Name: "When", Value: ui.Say(ui.When(m.SettledAt))}}}},
			})
		}
	}
	page := ui.Page{Title: "Messages", Parts: []ui.Part{
		ui.P(ui.Text("A message that fails is tried again by itself, later each time. One that cannot succeed is parked until somebody looks.")),
		ui.Filter{Label: "Filter messages", Fields: []ui.Field{{Name: "state", Label: "Show", Kind: "select", Value: state.String(), Options: []ui.Option{
			{Value: "", Label: "All"}, {Value: "parked", Label: "Parked"}, {Value: "waiting", Label: "Waiting"}, {Value: "leased", Label: "Being delivered"}, {Value: "done", Label: "Done"},
		}}}},
	}}
	if len(parked) > 0 {
		page.Parts = append(page.Parts, ui.Section{Title: "Parked", Note: ui.Say(ui.Text("Mend what is named, then try again.")), Parts: parked})
	}
	page.Parts = append(page.Parts, table)
	return page, nil
}

func messageWord(m store.Message) string {
	switch m.State {
	case store.MessageWaiting:
		if m.Attempts > 0 {
			return "Retrying"
		}
		return "Waiting"
	case store.MessageLeased:
		return "Being delivered"
	case store.MessageDone:
		return "Done"
	case store.MessageParked:
		return "Parked"
	}
	return ""
}

// messageKinds say what a message does.
var messageKinds = map[string]string{
	"terms": "Terms of a project", "answer": "Answer to a project", "import_page": "Import of shops", "return": "Return of a shop", "key": "Next signing key", "push": "Push of locations",
}

func kindWord(kind string) string {
	if w, ok := messageKinds[kind]; ok {
		return w
	}
	return kind
}

func doReplay(v *visit) (done, error) {
	id, err := strconv.ParseInt(v.PathValue("number"), 10, 64)
	if err != nil {
		id = -1
	}
	if err := v.Queue.Replay(v.Context(), v.Self.System, id, time.Now().UTC()); err != nil {
		return done{}, err
	}
	return done{to: "/messages", said: ui.Receipt{Title: "Message " + v.PathValue("number") + " is tried again", Lines: []ui.Line{ui.Say(ui.Text("It goes out in a moment. Its state stands in the list."))}}}, nil
}
