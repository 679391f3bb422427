package pages

import (
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// accounts serves what the operator hosts beside the system's own account.
func (s *site) accounts() {
	s.get("/accounts", showAccounts)
	s.post("/accounts/open", doOpenAccount, showAccounts)
}

func showAccounts(v *visit) (ui.Page, error) {
	all, err := v.Staff.Accounts(v.Context())
	if err != nil {
		return ui.Page{}, err
	}
	directory := ui.Field{Name: "directory", Label: "Directory above it", Kind: "select", Value: v.value("directory", ""), Options: []ui.Option{{Label: "None: it stands alone"}},
		Hint: "A support domain shares the organizations of its directory account. It stays."}
	table := ui.Table{ID: "accounts", Caption: "Accounts on this system", Cols: ui.Cols("Account", "Name", "Whose"), Empty: ui.Empty{Text: "No account has such a name."}}
	q := v.search()
	found, err := v.Staff.FindAccounts(v.Context(), q)
	if err != nil {
		return ui.Page{}, err
	}
	if len(found) > most {
		found = found[:most]
		table.More = v.with("after", found[most-1].ID)
	}
	for _, a := range all {
		directory.Options = append(directory.Options, ui.Option{Value: a.ID, Label: accountWord(a.ID, a.Name)})
	}
	for _, a := range found {
		word := ""
		if a.ID == v.Self.System {
			word = "The system's own"
		}
		table.Rows = append(table.Rows, ui.Row{Cells: ui.Cells(ui.Code(a.ID), ui.Text(a.Name), ui.Quiet(word))})
	}
	return ui.Page{Title: "Accounts", Form: "open", Parts: []ui.Part{searchBox(q, "Search accounts", "Short name or name", "/accounts"), table, ui.Section{ID: "new", Title: "Open an account",
		Note: ui.Say(ui.Text("It keeps people, organizations and agreements of its own, which no other account sees. You administer it first; switch to it and invite others.")),
		Parts: []ui.Part{ui.Form{ID: "open", Action: "/accounts/open", Submit: "Open the account", Fields: []ui.Field{
			{Name: "account", Label: "Short name", Value: v.value("account", ""), Required: true, Hint: "a to z, 0 to 9 and hyphens. It stays."},
			{Name: "name", Label: "Name", Value: v.value("name", ""), Required: true},
			directory,
		}}}}}}, nil
}

func doOpenAccount(v *visit) (done, error) {
	who, _ := staff.Of(v.Context())
	id, name := v.PostFormValue("account"), v.PostFormValue("name")
	if err := v.OpenAccount(v.Context(), who, id, name, v.PostFormValue("directory")); err != nil {
		return done{}, err
	}
	return done{to: "/accounts", said: ui.Receipt{Title: "The account " + id + " is open", Lines: []ui.Line{ui.Say(ui.Text("Switch to it in the bar to invite its people."))}}}, nil
}
