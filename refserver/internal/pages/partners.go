package pages

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"strings"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// partners serves the module switch and who we work with.
func (s *site) partners() {
	s.get("/partners", showPartners)
	s.post("/partners/module", doModule, showPartners)
	s.post("/partners/invite", doInvite, showPartners)
	s.post("/partners/join", patient(doJoin), showPartners)
	s.post("/partners/register", doRegister, showPartners)
	s.get("/partners/{id}", showPartner)
	s.post("/partners/{id}/confirm", doConfirm, showPartner)
	s.post("/partners/{id}/revoke", doRevoke, showPartner)
}

func showPartners(v *visit) (ui.Page, error) {
	on, err := v.Collab.ModuleOn(v.Context())
	if err != nil {
		return ui.Page{}, err
	}
	all, err := v.Collab.Partners(v.Context())
	if err != nil {
		return ui.Page{}, err
	}
	table := ui.Table{Caption: "Registered partners", Cols: ui.Cols("Partner", "State", "Address", "Key fingerprint"),
		Empty: ui.Empty{Text: "A partner is another system that you share projects with. Invite one below, or take up an invitation that you were given."}}
	for _, p := range all {
		cells := ui.Cells(ui.To(string(p.ID), "/partners/"+escape(string(p.ID))), ui.Pill(partnerWord(p.State)), ui.Code(p.URL), ui.Text(""))
		cells[3] = nil
		for _, k := range p.Keys {
			cells[3] = append(cells[3], ui.Code(collabhttp.Fingerprint(k.Public)))
		}
		table.Rows = append(table.Rows, ui.Row{Cells: cells})
	}
	module := ui.Form{ID: "module", Action: "/partners/module", Hidden: []ui.Hidden{{Name: "on", Value: "yes"}}, Submit: "Switch collaboration on"}
	word, about := "Off", "Nothing is offered, accepted or imported, and partners are told that it is off here."
	if on {
		module = ui.Form{ID: "module", Action: "/partners/module", Hidden: []ui.Hidden{{Name: "on", Value: "no"}}, Submit: "Switch collaboration off", Minor: true}
		word, about = "On", "Partners can offer projects, and shops can be imported."
	}
	return ui.Page{Title: "Partners", Form: v.form("module", "invite", "join", "register"), Parts: []ui.Part{
		ui.Section{Title: "Collaboration", Parts: []ui.Part{ui.P(ui.Pill(word), ui.Text(about)), module}},
		ui.Section{Title: "Partners", Parts: []ui.Part{table}},
		ui.Section{Title: "This system, for others to register", Parts: []ui.Part{ui.Facts{Items: []ui.Fact{
			{Name: "Name", Value: ui.Say(ui.Code(v.Self.System))}, {Name: "Address", Value: ui.Say(ui.Code(v.Self.URL))},
			{Name: "Key fingerprint", Value: ui.Say(ui.Code(v.Self.Fingerprint))}, {Name: "Public key", Value: ui.Say(ui.Code(base64.StdEncoding.EncodeToString(v.Self.Key.Public)))},
		}}}},
		ui.Section{Title: "A new partner", Parts: []ui.Part{
			ui.Group{Summary: ui.Say(ui.Text("Invite a system")), Open: v.typed != nil, Parts: []ui.Part{ui.Form{ID: "invite", Action: "/partners/invite", Submit: "Make an invitation", Fields: []ui.Field{
				{Name: "origin", Label: "Address of the system that you invite", Kind: "url", Value: v.value("origin", ""), Required: true, Hint: "The invitation works once, and for this address alone."},
			}}}},
			ui.Group{Summary: ui.Say(ui.Text("Take up an invitation")), Open: v.typed != nil, Parts: []ui.Part{ui.Form{ID: "join", Action: "/partners/join", Submit: "Pair with this system", Fields: []ui.Field{
				{Name: "url", Label: "Address of the system that invited you", Kind: "url", Value: v.value("url", ""), Required: true},
				{Name: "token", Label: "The invitation", Required: true, Hint: "As you were given it. It is not kept."},
			}}}},
			ui.Group{Summary: ui.Say(ui.Text("Register a system whose key you have")), Open: v.typed != nil, Parts: []ui.Part{ui.Form{ID: "register", Action: "/partners/register", Submit: "Register partner", Fields: []ui.Field{
				{Name: "system", Label: "Its name", Value: v.value("system", ""), Required: true},
				{Name: "url", Label: "Its address", Kind: "url", Value: v.value("url", ""), Required: true},
				{Name: "key", Label: "Its public key", Value: v.value("key", ""), Required: true, Hint: "As its page Partners shows it. Get it in a way that nobody else can write to."},
			}}}},
		}},
	}}, nil
}

func partnerWord(s collab.PartnerState) string {
	switch s {
	case collab.PartnerPending:
		return "Pending"
	case collab.PartnerActive:
		return "Active"
	}
	return "Revoked"
}

func showPartner(v *visit) (ui.Page, error) {
	p, err := view(v, func(ctx context.Context, sv store.View) (collab.Partner, error) {
		return sv.Collab.Partners.Partner(ctx, collab.SystemID(v.PathValue("id")))
	})
	if err != nil {
		return ui.Page{}, err
	}
	home := "/partners/" + escape(string(p.ID))
	page := ui.Page{Title: string(p.ID), Crumbs: []ui.Span{ui.To("Partners", "/partners")}, Parts: []ui.Part{ui.Facts{Items: []ui.Fact{
		{Name: "State", Value: ui.Say(ui.Pill(partnerWord(p.State)))}, {Name: "Name", Value: ui.Say(ui.Text(p.Name))}, {Name: "Address", Value: ui.Say(ui.Code(p.URL))}, {Name: "Paired", Value: ui.Say(ui.When(p.PairedAt))},
	}}}}
	keys := ui.Table{Caption: "Its keys", Cols: ui.Cols("Fingerprint", "From", "Until"), Empty: ui.Empty{Text: "It has no key."}}
	for _, k := range p.Keys {
		keys.Rows = append(keys.Rows, ui.Row{Cells: ui.Cells(ui.Code(collabhttp.Fingerprint(k.Public)), ui.When(k.Since), ui.When(k.Until))})
	}
	page.Parts = append(page.Parts, keys)
	if p.State == collab.PartnerPending && len(p.Keys) > 0 {
		page.Parts = append(page.Parts, ui.Form{
			ID: "confirm", Legend: "Compare before you trust", Action: home + "/confirm", Submit: "The fingerprints are equal: trust " + string(p.ID), Hidden: []ui.Hidden{{Name: "key", Value: string(p.Keys[0].ID)}},
			Body: []ui.Part{ui.P(ui.Text("Call somebody at " + string(p.ID) + " whom you know. Read this to each other:")), ui.Facts{Items: []ui.Fact{
				{Name: "Theirs, as we have it", Value: ui.Say(ui.Code(collabhttp.Fingerprint(p.Keys[0].Public)))}, {Name: "Ours", Value: ui.Say(ui.Code(v.Self.Fingerprint))},
			}}},
		})
	}
	if p.State != collab.PartnerRevoked {
		page.Parts = append(page.Parts, ui.Group{Summary: ui.Say(ui.Text("End the trust")), Parts: []ui.Part{ui.Form{
			ID: "revoke", Action: home + "/revoke", Danger: true, Submit: "Revoke " + string(p.ID),
			Body: []ui.Part{ui.P(ui.Text("Nothing of " + string(p.ID) + " is answered any more, from now on: no offers, imports, returns or pushes. Projects and shops stay. To work together again both systems pair anew."))},
		}}})
	}
	page.Parts = append(page.Parts, ui.P(ui.To("History of "+string(p.ID), "/history?kind=partner&id="+escape(string(p.ID)))))
	return page, nil
}

func doModule(v *visit) (done, error) {
	on, title := false, "Collaboration is off"
	switch v.PostFormValue("on") {
	case "yes":
		on, title = true, "Collaboration is on"
	case "no":
	default:
		return done{}, errForm
	}
	return done{to: "/partners", said: ui.Receipt{Title: title, Lines: []ui.Line{ui.Say(historyOf("module", v.Self.System))}}}, v.Collab.SetModule(v.Context(), v.actor(), on)
}

func doInvite(v *visit) (done, error) {
	inv, token, err := v.Collab.Invite(v.Context(), v.actor(), v.PostFormValue("origin"))
	if err != nil {
		return done{}, err
	}
	return done{once: &ui.Page{Title: "An invitation for " + inv.Origin, Crumbs: []ui.Span{ui.To("Partners", "/partners")}, Said: &ui.Receipt{Title: "Made", Lines: []ui.Line{
		ui.Say(ui.Text("Give this to the operator there, in a way that nobody else reads:"), ui.Code(token.Reveal())),
		ui.Say(ui.Text("It is shown this once, and works once, until"), ui.When(inv.ExpiresAt)),
		ui.Say(ui.Text("There it goes with our address:"), ui.Code(v.Self.URL)),
	}}}}, nil
}

func doJoin(v *visit) (done, error) {
	p, err := v.Collab.Join(v.Context(), v.actor(), strings.TrimSpace(v.PostFormValue("url")), collab.NewToken(strings.TrimSpace(v.PostFormValue("token"))))
	return paired(p), err
}

func paired(p collab.Partner) done {
	return done{to: "/partners/" + escape(string(p.ID)), said: ui.Receipt{Title: "Paired with " + string(p.ID), Lines: []ui.Line{
		ui.Say(ui.Text("It is pending: compare the fingerprints with somebody there, then trust it. They do the same.")),
	}}}
}

func doRegister(v *visit) (done, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v.PostFormValue("key")))
	k := collab.PartnerKey{Public: key}
	if err == nil && len(key) == ed25519.PublicKeySize {
		k.ID = collab.KeyID(collabhttp.KeyID(key))
	}
	id := strings.TrimSpace(v.PostFormValue("system"))
	p, err := v.Collab.Register(v.Context(), v.actor(), collab.Partner{ID: collab.SystemID(id), Name: id, URL: strings.TrimSpace(v.PostFormValue("url")), Keys: []collab.PartnerKey{k}})
	return done{to: "/partners/" + escape(string(p.ID)), said: ui.Receipt{Title: "Registered " + string(p.ID), Lines: []ui.Line{ui.Say(ui.Text("It is active. It must register this system as well."))}}}, err
}

func doConfirm(v *visit) (done, error) {
	p, err := v.Collab.Confirm(v.Context(), v.actor(), collab.SystemID(v.PathValue("id")), collab.KeyID(v.PostFormValue("key")))
	return done{to: "/partners/" + escape(string(p.ID)), said: ui.Receipt{Title: string(p.ID) + " is trusted", Lines: []ui.Line{ui.Say(ui.Text("Projects can be shared as soon as they have confirmed as well."))}}}, err
}

func doRevoke(v *visit) (done, error) {
	p, err := v.Collab.Revoke(v.Context(), v.actor(), collab.SystemID(v.PathValue("id")))
	return done{to: "/partners/" + escape(string(p.ID)), said: ui.Receipt{Title: string(p.ID) + " is revoked"}}, err
}
