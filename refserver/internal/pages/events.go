package pages

import (
	"strings"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// events serves who signed in, who was let in and out, and by whom, in the account that is acted in.
func (s *site) events() { s.get("/people/events", listEvents) }

// eventWords say what happens, in the order in which a person chooses it.
var eventWords = []ui.Option{
	{Value: staff.EventSignedIn, Label: "Signed in"}, {Value: staff.EventSignInFailed, Label: "Sign-in refused"}, {Value: staff.EventSignedOut, Label: "Signed out"},
	{Value: staff.EventSwitched, Label: "Switched to the account"}, {Value: staff.EventConfirmed, Label: "Gave the password again"}, {Value: staff.EventSessionEnded, Label: "Session ended"},
	{Value: staff.EventPasswordChanged, Label: "Password changed"}, {Value: staff.EventResetMade, Label: "Link for a new password made"}, {Value: staff.EventResetTaken, Label: "New password by link"},
	{Value: staff.EventInvited, Label: "Invited"}, {Value: staff.EventWithdrawn, Label: "Invitation taken back"}, {Value: staff.EventJoined, Label: "Joined"},
	{Value: staff.EventRoles, Label: "Roles changed"}, {Value: staff.EventDisabled, Label: "Disabled"}, {Value: staff.EventEnabled, Label: "Let in again"},
	{Value: staff.EventTokenIssued, Label: "Token issued"}, {Value: staff.EventTokenRevoked, Label: "Token revoked"},
	{Value: staff.EventAccountOpened, Label: "Account opened"}, {Value: staff.EventFirstMade, Label: "First link made"},
}

func staffWord(kind string) string {
	for _, w := range eventWords {
		if w.Value == kind {
			return w.Label
		}
	}
	return strings.ReplaceAll(kind, "_", " ")
}

func listEvents(v *visit) (ui.Page, error) {
	who, _ := staff.Of(v.Context())
	q := staff.EventQuery{Kind: v.query("kind"), Person: strings.TrimSpace(v.query("person")), Before: v.query("before"), Limit: most + 1}
	all, err := v.Staff.Events(v.Context(), who.Account, q)
	if err != nil {
		return ui.Page{}, err
	}
	filter := ui.Filter{Label: "Filter what happened", Fields: []ui.Field{
		{Name: "person", Label: "E-mail of who did it, or to whom it happened", Value: q.Person},
		{Name: "kind", Label: "What", Kind: "select", Value: q.Kind, Options: append([]ui.Option{{Label: "All"}}, eventWords...)},
	}}
	if q.Kind != "" || q.Person != "" {
		filter.Clear = v.URL.Path
	}
	table := ui.Table{ID: "events", Caption: "What happened in " + who.Account + ", newest first", Cols: ui.Cols("When", "What", "By", "To", "Roles", "From"),
		Empty: ui.Empty{Text: "Here stands who signed in, and who changed roles, links and tokens. Nothing is there of what you chose."}}
	if len(all) > most {
		all = all[:most]
		table.More = v.with("before", all[most-1].ID)
	}
	for _, e := range all {
		detail := strings.ReplaceAll(rolesInWords.Replace(e.Detail), "->", "→")
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.When(e.At), ui.Text(staffWord(e.Kind)), ui.Text(e.ByName), ui.Text(e.OnName), ui.Text(detail), ui.Code(e.IP))})
	}
	return ui.Page{Title: "Sign-ins and roles", Crumbs: []ui.Span{ui.To("People", "/people")}, Parts: []ui.Part{filter, table}}, nil
}
