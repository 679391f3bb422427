package scenario_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabhttp"
)

// person works on one system's pages. What is only read to be compared with what is wanted, and what pages do not offer (jobs that
// a Secondary makes by itself), goes over the API; every refusal is read on a page.
type person struct {
	*served
	b      *tab
	listed []project // as the page has shown them
}

func newPerson(t *testing.T, at host, l look) *person {
	t.Helper()
	return &person{served: &served{t.Context(), at.Client}, b: signedIn(t, at.home, l)}
}

// done wants what was just asked for to be refused with reasons, or to be said in a receipt. Where the password is asked for before, because
// it was given a while ago, it is given.
func (p *person) done() error {
	p.b.t.Helper()
	if no := p.b.refusal(); no != nil {
		return no
	}
	if len(p.b.receipts()) > 0 {
		return nil
	}
	if p.b.has("button", "Confirm and go on") {
		p.b.fill("Your password", operatorPassword)
		return p.asked("Confirm and go on")
	}
	return fmt.Errorf("%s gives no receipt: %s", p.b.path(), p.b.text("main"))
}

// asked presses a button and says what came of it.
func (p *person) asked(button string) error {
	p.b.t.Helper()
	p.b.press(button)
	return p.done()
}

func (p *person) Module() (bool, error) {
	p.b.goTo("/partners")
	return slices.Contains(p.b.pills(), "On"), nil
}

func (p *person) Switch(on bool) error {
	is, err := p.Module()
	if err != nil || is == on {
		return err
	}
	if on {
		return p.asked("Switch collaboration on")
	}
	return p.asked("Switch collaboration off")
}

func (p *person) Card() (card, error) {
	p.b.goTo("/partners")
	f := p.b.facts()
	key, err := base64.StdEncoding.DecodeString(f["Public key"].Text)
	if err != nil {
		return card{}, err
	}
	return card{System: f["Name"].Text, URL: f["Address"].Text, KeyID: collabhttp.KeyID(key), Key: key}, nil
}

func (p *person) Register(c card) error {
	p.b.goTo("/partners")
	p.b.unfold("Register a system whose key you have")
	p.b.fill("Its name", c.System)
	p.b.fill("Its address", c.URL)
	p.b.fill("Its public key", base64.StdEncoding.EncodeToString(c.Key))
	return p.asked("Register partner")
}

func (p *person) Invite(origin string) (string, error) {
	p.b.goTo("/partners")
	p.b.unfold("Invite a system")
	p.b.fill("Address of the system that you invite", origin)
	if err := p.asked("Make an invitation"); err != nil {
		return "", err
	}
	return p.b.text(".receipt code"), nil
}

func (p *person) Join(url, token string) (partner, error) {
	p.b.goTo("/partners")
	p.b.unfold("Take up an invitation")
	p.b.fill("Address of the system that invited you", url)
	p.b.fill("The invitation", token)
	if err := p.asked("Pair with this system"); err != nil {
		return partner{}, err
	}
	return p.partner(p.b.text("h1"))
}

// partner is one of the registered partners, in the state that its page shows.
func (p *person) partner(id string) (partner, error) {
	p.b.goTo("/partners/" + id)
	state := p.b.facts()["State"].Text
	all, err := p.Partners()
	for _, one := range all {
		if one.ID == id && strings.EqualFold(one.State, state) {
			return one, nil
		}
	}
	return partner{}, fmt.Errorf("partner %s is not %s: %v %w", id, state, all, err)
}

// Confirm trusts the key that the page shows. Another one cannot be confirmed there, so that goes over the API.
func (p *person) Confirm(id, key string) (partner, error) {
	p.b.goTo("/partners/" + id)
	if p.b.hidden("key") != key {
		return p.served.Confirm(id, key)
	}
	if err := p.asked("The fingerprints are equal: trust " + id); err != nil {
		return partner{}, err
	}
	return p.partner(id)
}

func (p *person) SaveClient(id, name string) error {
	p.b.goTo("/clients")
	p.b.follow("New client")
	p.b.fill("Name", name)
	p.b.fill("Client ID", id)
	return p.asked("Make the client")
}

// SaveSurvey makes a survey from one that is there with the same questions; others, with answers to choose from, come over the API.
func (p *person) SaveSurvey(s collab.Survey) error {
	all, err := p.c.Surveys(p.ctx, string(s.Client))
	if err != nil {
		return err
	}
	for _, like := range all.Items {
		asks := []string{}
		for _, sec := range like.Content.Sections {
			for _, q := range sec.Questions {
				asks = append(asks, q.ID)
			}
		}
		wanted := []string{}
		for _, sec := range s.Content.Sections {
			for _, q := range sec.Questions {
				wanted = append(wanted, q.ID)
			}
		}
		if like.ID != string(s.ID) && like.Content.Distribution == string(s.Content.Distribution) && slices.Equal(asks, wanted) {
			p.b.goTo("/surveys/" + like.ID)
			p.b.follow("New survey from this one")
			p.b.fill("Name", s.Content.Name)
			p.b.fill("Survey ID", string(s.ID))
			return p.asked("Make the survey")
		}
	}
	return p.served.SaveSurvey(s)
}

// Projects reads the list, and wants the page to name the same projects with the same labels, whenever they are others.
func (p *person) Projects() ([]project, error) {
	all, err := p.served.Projects()
	if on, _ := p.served.Module(); err != nil || !on || slices.Equal(all, p.listed) {
		return all, err
	}
	p.listed = all
	p.b.goTo("/projects?state=all")
	var wanted, shown []string
	for _, one := range all {
		wanted = append(wanted, one.ClientName+" "+one.SurveyName+" "+one.Partner+" "+one.Label)
	}
	for _, g := range p.b.grids() {
		for _, r := range g.Rows {
			shown = append(shown, r.Cells[0].Text+" "+r.Cells[1].Text+" "+r.Cells[2].Text+" "+r.Cells[3].Text)
		}
	}
	slices.Sort(wanted)
	slices.Sort(shown)
	if !slices.Equal(wanted, shown) {
		return nil, fmt.Errorf("projects are %q, the page shows %q", wanted, shown)
	}
	return all, nil
}

// file writes a table where a browser can take it from.
func (p *person) file(table string) string {
	name := filepath.Join(p.b.t.TempDir(), "stores.csv")
	if err := os.WriteFile(name, []byte(table), 0o600); err != nil {
		p.b.t.Fatal(err)
	}
	return name
}
