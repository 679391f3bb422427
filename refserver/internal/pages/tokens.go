package pages

import (
	"slices"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// tokens serves what lets programs in.
func (s *site) tokens() {
	s.get("/tokens", showTokens)
	s.post("/tokens/issue", doIssue, showTokens)
	s.post("/tokens/revoke", doRevokeTokens, showTokens)
}

func showTokens(v *visit) (ui.Page, error) {
	who, _ := staff.Of(v.Context())
	q := v.search()
	all, err := v.Staff.Tokens(v.Context(), who.Account, q)
	if err != nil {
		return ui.Page{}, err
	}
	table := ui.Table{ID: "tokens", Caption: "Tokens of " + who.Account, Cols: ui.Cols("Name", "May act as", "Issued by", "Issued", "Until", "Last used, to an hour"), Pick: "token", PickLabel: "Choose token",
		Empty: ui.Empty{Text: "A token lets a program ask the API as this account. Issue one below, or search for another."}}
	if len(all) > most {
		all = all[:most]
		table.More = v.with("after", all[most-1].ID)
	}
	for _, t := range all {
		until := ui.Line{ui.When(t.Expires)}
		if t.Expires.IsZero() {
			until = ui.Say(ui.Text("It is revoked"))
		}
		cells := ui.Cells(ui.Text(t.Name), ui.Text(""), ui.Text(t.IssuedBy), ui.When(t.Created), ui.Text(""), ui.When(t.Used))
		cells[1], cells[4] = rolesLine(t.Roles), until
		table.Rows = append(table.Rows, ui.Row{Pick: t.ID, PickLabel: t.Name, Cells: cells})
	}
	var list ui.Part = table
	if len(all) > 0 {
		list = ui.Form{ID: "revoke", Action: "/tokens/revoke", Body: []ui.Part{table}, Submit: "Revoke the chosen tokens", Danger: true}
	}
	return ui.Page{Title: "Tokens", Form: v.form("issue", "revoke"), Parts: []ui.Part{searchBox(q, "Search tokens", "Name of the token or of who issued it", "/tokens"), list, ui.Section{ID: "new", Title: "Issue a token",
		Note: ui.Say(ui.Text("It acts in " + who.Account + " alone, with the roles that you choose here, as long as you hold them too.")),
		Parts: []ui.Part{ui.Form{ID: "issue", Action: "/tokens/issue", Submit: "Issue the token", Fields: []ui.Field{
			{Name: "name", Label: "What it is for", Value: v.value("name", ""), Required: true, Hint: "The program that uses it, such as: nightly export."},
			v.rolesField(nil, func(role string) bool { return slices.Contains(who.Roles, role) }),
			{Name: "days", Label: "Good for", Kind: "select", Value: v.value("days", "90"), Options: []ui.Option{
				{Value: "30", Label: "30 days"}, {Value: "90", Label: "90 days"}, {Value: "365", Label: "a year"}, {Value: "0", Label: "until it is revoked"},
			}},
		}}}}}}, nil
}

func doIssue(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	in := staff.TokenInput{Name: v.PostFormValue("name"), Roles: v.PostForm["roles"]}
	days, err := strconv.Atoi(v.PostFormValue("days"))
	if err != nil || days < 0 || days > 3650 {
		return done{}, invalidField("days", "Choose how long it is good for.")
	}
	if days > 0 {
		in.Expires = time.Now().AddDate(0, 0, days)
	}
	secret, token, err := v.Staff.Issue(v.Context(), who, in)
	if err != nil {
		return done{}, err
	}
	return done{once: &ui.Page{Title: "A token for " + token.Name, Crumbs: []ui.Span{ui.To("Tokens", "/tokens")}, Said: &ui.Receipt{Title: "Issued", Lines: []ui.Line{
		ui.Say(ui.Text("Keep this where the program finds it and nobody else does. It is shown this once:"), ui.Code(secret)),
		ui.Say(ui.Text("The program sends it with every request:"), ui.Code(`curl -H "Authorization: Bearer `+secret+`" `+v.Door+"/api/organizations")),
	}}, Parts: []ui.Part{ui.P(ui.To("Back", "/tokens"))}}}, nil
}

func doRevokeTokens(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	chosen := v.PostForm["token"]
	if len(chosen) == 0 {
		return done{}, &staff.Invalid{Fields: []staff.Field{{Field: "token", Rule: staff.RuleRequired, Message: "Choose the tokens to revoke."}}}
	}
	for _, id := range chosen {
		if err := v.Staff.Revoke(v.Context(), who, id); err != nil {
			return done{}, err
		}
	}
	return done{to: "/tokens", said: ui.Receipt{Title: plural(len(chosen), "token") + " revoked", Lines: []ui.Line{ui.Say(ui.Text("Programs that use them are refused from now on."))}}}, nil
}
