package pages

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/ui"
	"github.com/mspkit/mspkit/store"
)

// proposing serves how the Primary offers a project. What depends on an earlier choice is asked for by a later step; every
// choice stands in the address, and nothing is sent before the last one.
func (s *site) proposing() {
	s.get("/projects/new", gated(showNew))
	s.post("/projects/new", patient(doPropose), gated(showNew))
}

// askWithin is how long a page waits for a partner to say what it only adds.
const askWithin = 3 * time.Second

// chosen is what a proposal is made of, as far as it is known, and what there is to choose from.
type chosen struct {
	partner, client, survey string
	partners                []collab.Partner
	clients                 []collab.Client
	surveys                 []collab.Survey
}

func showNew(v *visit) (ui.Page, error) {
	if v.typed == nil {
		v.typed = v.URL.Query()
	}
	c, err := v.choices()
	if err != nil {
		return ui.Page{}, err
	}
	page := ui.Page{Title: "New project", Crumbs: []ui.Span{ui.To("Projects", "/projects")}}
	switch {
	case len(c.partners) == 0:
		page.Parts = []ui.Part{ui.Table{Empty: ui.Empty{Text: "A project is shared with a partner, and none is active here.", Do: ui.To("Register a partner first.", "/partners")}}}
	case len(c.clients) == 0:
		page.Parts = []ui.Part{ui.Table{Empty: ui.Empty{Text: "A project shares the survey of a client, and no client is here.", Do: ui.To("Make a client first.", "/clients/new")}}}
	case c.partner == "" || c.client == "":
		page.Parts = []ui.Part{c.who()}
	case len(c.surveys) == 0:
		page.Parts = []ui.Part{ui.Table{Empty: ui.Empty{Text: "This client has no survey yet.", Do: ui.To("Make one first.", at("clients", c.client))}}}
	case c.survey == "":
		page.Parts = []ui.Part{c.which()}
	default:
		return v.offer(page, c)
	}
	return page, nil
}

// choices reads what was chosen, and what there is to choose from.
func (v *visit) choices() (chosen, error) {
	c := chosen{partner: v.typed.Get("partner"), client: v.typed.Get("client"), survey: v.typed.Get("survey")}
	partners, err := v.Collab.Partners(v.Context())
	if err != nil {
		return chosen{}, err
	}
	for _, p := range partners {
		if p.State == collab.PartnerActive {
			c.partners = append(c.partners, p)
		}
	}
	return view(v, func(ctx context.Context, sv store.View) (chosen, error) {
		if c.clients, err = sv.Collab.Clients.List(ctx, "", maxChoices); err != nil || c.client == "" {
			return c, err
		}
		c.surveys, err = sv.Collab.Surveys.List(ctx, collab.ClientID(c.client))
		return c, err
	})
}

// maxChoices is how many entries a select box offers.
const maxChoices = 2000

// clientName is the name of the chosen client.
func (c chosen) clientName() string {
	for _, cl := range c.clients {
		if string(cl.ID) == c.client {
			return cl.Name
		}
	}
	return c.client
}

// who asks for partner and client.
func (c chosen) who() ui.Form {
	partners := []ui.Option{}
	for _, p := range c.partners {
		partners = append(partners, ui.Option{Value: string(p.ID), Label: string(p.ID) + " (" + p.Name + ")"})
	}
	clients := []ui.Option{}
	for _, cl := range c.clients {
		clients = append(clients, ui.Option{Value: string(cl.ID), Label: cl.Name + " (" + string(cl.ID) + ")"})
	}
	return ui.Form{ID: "who", Get: true, Action: "/projects/new", Submit: "Continue", Fields: []ui.Field{
		{Name: "partner", Label: "Partner", Kind: "select", Value: c.partner, Options: partners, Required: true, Hint: "The Secondary: who carries out the shops."},
		{Name: "client", Label: "Client", Kind: "select", Value: c.client, Options: clients, Required: true, Hint: "Its surveys are shown next."},
	}}
}

// which asks for the survey.
func (c chosen) which() ui.Form {
	options := []ui.Option{}
	for _, s := range c.surveys {
		options = append(options, ui.Option{Value: string(s.ID), Label: s.Content.Name + " (" + string(s.ID) + ")"})
	}
	return ui.Form{
		ID: "which", Get: true, Action: "/projects/new", Submit: "Continue", Links: ui.Say(ui.To("Choose another partner or client", "/projects/new")),
		Hidden: []ui.Hidden{{Name: "partner", Value: c.partner}, {Name: "client", Value: c.client}},
		Fields: []ui.Field{{Name: "survey", Label: "Survey", Kind: "select", Options: options, Required: true, Hint: "Each survey is a project of its own."}},
	}
}

// offer asks for the settings, and shows what sending them would do once they are given.
func (v *visit) offer(page ui.Page, c chosen) (ui.Page, error) {
	var survey collab.Survey
	for _, s := range c.surveys {
		if string(s.ID) == c.survey {
			survey = s
		}
	}
	names := sides{string(v.Collab.System()), c.partner}
	fixed := []ui.Hidden{{Name: "partner", Value: c.partner}, {Name: "client", Value: c.client}, {Name: "survey", Value: c.survey}}
	looked := v.typed.Has("target")
	p := v.proposal()
	if looked {
		page = v.previewed(page, names, c, survey, p, fixed)
	} else {
		v.typed = nil
		p.Terms, p.Target = v.Collab.DefaultTerms(), v.usualTarget(p)
	}
	title := "Offer " + survey.Content.Name + " to " + c.partner
	if looked {
		title = "Other settings for " + survey.Content.Name
	}
	settings := ui.Form{
		ID: "settings", Get: true, Action: "/projects/new", Submit: "Preview", Hidden: append(fixed, ui.Hidden{Name: "look", Value: "yes"}), Minor: looked,
		Links: ui.Say(ui.To("Choose another partner or client", "/projects/new")),
		Fields: append([]ui.Field{{
			Name: "target", Label: "The client at " + c.partner, Kind: "radio", Value: v.value("target", p.Target.String()), Required: true,
			Options: []ui.Option{
				{Value: collab.TargetNewClient.String(), Label: "Create the client there", Hint: "For the first project of this client with " + c.partner + "."},
				{Value: collab.TargetCopy.String(), Label: "Copy the survey to the client that is there", Hint: "When an accepted project has brought the client to " + c.partner + " before."},
			},
		}}, v.termFields(names, p.Terms, len(survey.Content.Rules) > 0)...),
	}
	page.Parts = append(page.Parts, ui.Section{
		Title: title, Note: ui.Say(ui.Text("Nothing runs before " + c.partner + " accepts.")), Parts: []ui.Part{settings},
	})
	return page, nil
}

// previewed adds what sending would do, or why it would be refused.
func (v *visit) previewed(page ui.Page, names sides, c chosen, survey collab.Survey, p collab.Proposal, fixed []ui.Hidden) ui.Page {
	if v.Method == http.MethodPost { // refused a moment ago: the reasons are on the page already
		return page
	}
	check, err := v.Collab.CheckProposal(v.Context(), v.actor(), p)
	if err = errors.Join(err, check.Refused); err != nil {
		_, page.Problems = words(err)
		if page.Problems == nil {
			page.Problems = []ui.Problem{{Text: "The preview cannot be made now. Nothing was sent; try again in a moment."}}
		}
		return page
	}
	client := "The client is made at " + c.partner + " when it accepts."
	if p.Target == collab.TargetCopy {
		client = "The survey goes to the client that " + c.partner + " has already."
	}
	page.Parts = append(page.Parts, ui.Preview{
		Title: "What " + c.partner + " is offered",
		Lines: append([]ui.Line{
			ui.Say(ui.Text("The survey " + survey.Content.Name + " of " + c.clientName() + ", with " + plural(questionsOf(survey.Content), "question") + ".")), ui.Say(ui.Text(client)),
		}, warned(check.Warnings)...),
		Parts: []ui.Part{names.facts(p.Terms), ui.Form{
			ID: "send", Action: "/projects/new", Submit: "Send to " + c.partner, Hidden: append(append(fixed, ui.Hidden{Name: "target", Value: p.Target.String()}), hiddenTerms(p.Terms)...),
		}},
	})
	return page
}

// usualTarget is the target that the service would let through, as far as the partner can be asked.
func (v *visit) usualTarget(p collab.Proposal) collab.Target {
	ctx, cancel := context.WithTimeout(v.Context(), askWithin)
	defer cancel()
	p.Target, p.Terms = collab.TargetNewClient, v.Collab.DefaultTerms()
	if check, err := v.Collab.CheckProposal(ctx, v.actor(), p); err == nil && errors.Is(check.Refused, collab.ErrClientThere) {
		return collab.TargetCopy
	}
	return collab.TargetNewClient
}

// proposal is what was chosen and filled in.
func (v *visit) proposal() collab.Proposal {
	return collab.Proposal{
		Partner: collab.SystemID(v.typed.Get("partner")), Client: collab.ClientID(v.typed.Get("client")), Survey: collab.SurveyID(v.typed.Get("survey")),
		Target: collab.ParseTarget(v.typed.Get("target")), Terms: termsIn(v.typed),
	}
}

func doPropose(v *visit) (done, error) {
	v.typed = v.PostForm
	p, err := v.Collab.Propose(v.Context(), v.actor(), v.proposal())
	return done{to: at("projects", string(p.ID)), said: ui.Receipt{Title: "Sent to " + string(p.Partner), Lines: []ui.Line{
		ui.Say(ui.Text(string(p.Partner) + " is asked to accept. Nothing runs before it does.")), ui.Say(historyOf("project", string(p.ID))),
	}}}, err
}
