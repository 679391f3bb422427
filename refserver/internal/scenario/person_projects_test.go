package scenario_test

import (
	"fmt"
	"slices"
	"strings"
)

// choose goes through the steps of New project up to the preview, or to what stands in its way.
func (p *person) choose(offer proposal) error {
	p.b.goTo("/projects")
	if no := p.b.refusal(); no != nil { // the module is off here
		return no
	}
	p.b.follow("New project")
	if p.b.has("link", "Register a partner first.") {
		return &no{Codes: []string{"partner"}, Detail: p.b.text(".empty")}
	}
	p.b.fill("Partner", offer.Partner)
	p.b.fill("Client", offer.Client)
	p.b.press("Continue")
	p.b.fill("Survey", offer.Survey)
	p.b.press("Continue")
	target := map[string]string{"new_client": "Create the client there", "copy_survey": "Copy the survey to the client that is there"}[offer.Target]
	p.b.tick(target, true)
	if offer.Export != "" {
		p.b.fill("Export status", offer.Export)
	}
	p.b.tick("Only this status exactly", offer.Exact)
	p.b.tick("Lock locations at "+offer.Partner, !offer.Unlocked)
	if p.b.has("box", "Send the survey's rules along") {
		p.b.tick("Send the survey's rules along", offer.Rules)
	}
	p.b.press("Preview")
	return p.b.refusal()
}

// Check asks the API too, and wants the preview to name what it warns of, and nothing else.
func (p *person) Check(offer proposal) (check, error) {
	want, err := p.served.Check(offer)
	if err != nil {
		return want, err
	}
	if no := p.choose(offer); (no != nil) != (want.Refused != nil) {
		return want, fmt.Errorf("the page says %v, the API %v", no, want.Refused)
	}
	warned := 0
	for _, part := range p.b.sections(".preview") {
		for _, l := range part.Lines {
			if !strings.HasPrefix(l.Text, "Think about this:") {
				continue
			}
			for _, status := range want.Warnings[warned].Statuses {
				if !strings.Contains(l.Text, status) {
					return want, fmt.Errorf("%q does not name %s", l.Text, status)
				}
			}
			warned++
		}
	}
	if warned != len(want.Warnings) {
		return want, fmt.Errorf("%d warnings on the page, not %d", warned, len(want.Warnings))
	}
	return want, nil
}

func (p *person) Propose(offer proposal) (project, error) {
	if err := p.choose(offer); err != nil {
		return project{}, err
	}
	if err := p.asked("Send to " + offer.Partner); err != nil {
		return project{}, err
	}
	id := p.b.facts()["Project ID, at both"].Text
	all, err := p.served.Projects()
	i := slices.IndexFunc(all, func(one project) bool { return one.ID == id })
	if err != nil || i < 0 {
		return project{}, fmt.Errorf("the page says that project %q was made: %v %w", id, all, err)
	}
	return all[i], nil
}

// decide opens a page of a project, fills its form in and sends it.
func (p *person) decide(id, page, button string, fill func()) error {
	p.b.goTo("/projects/" + id + "/" + page)
	if no := p.b.refusal(); no != nil {
		return no
	}
	fill()
	return p.asked(button)
}

func (p *person) Withdraw(id, reason string) error {
	return p.decide(id, "withdraw", "Withdraw the offer", func() { p.b.fill("Why", reason) })
}

func (p *person) Decline(id, reason string) error {
	return p.decide(id, "decline", "Decline for good", func() { p.b.fill("Why", reason) })
}

// Accept begins at Home, where an offer waits. One that was accepted before does not wait there: its page is opened again.
func (p *person) Accept(id, email string, agreed bool) error {
	p.b.goTo("/")
	page := "/projects/" + id + "/accept"
	if p.b.has("link", page) {
		p.b.follow(page)
	} else {
		p.b.goTo(page)
	}
	if no := p.b.refusal(); no != nil {
		if strings.Contains(no.Error(), "The project is accepted") {
			return nil // as it was left
		}
		return no
	}
	p.b.fill("E-mail of the person responsible", email)
	p.b.tick("We accept these settings", agreed)
	return p.asked("Accept the project")
}

// Settings ticks what is to change. A box that the page does not have is for the other side.
func (p *person) Settings(id string, s settings) error {
	p.b.goTo("/projects/" + id + "/settings")
	if no := p.b.refusal(); no != nil {
		return no
	}
	boxes := map[string]string{"export": "Change export status", "lock_locations": "Change lock of locations"}
	for _, field := range s.Mask {
		if !p.b.has("box", boxes[field]) {
			return &no{Codes: []string{"party"}, Detail: p.b.text("main")}
		}
		p.b.tick(boxes[field], true)
		switch field {
		case "export":
			p.b.fill("Export status", s.Export)
		case "lock_locations":
			p.b.tick("terms.lock_locations", s.Lock)
		default:
			return fmt.Errorf("the driver does not know %s", field)
		}
	}
	p.b.tick("Update Project Settings", s.Master)
	return p.asked(p.b.text("form#settings p.buttons button"))
}
