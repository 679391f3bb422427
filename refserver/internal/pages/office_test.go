package pages_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/collab/collabtest"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/pages"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/web"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
)

// offices are two systems whose pages a test visits as a person does: alder with Northwind Coffee, and birch.
type offices struct {
	*collabtest.Pair
	alder, birch *desk
}

// desk is one system's pages in a browser that runs no scripts.
type desk struct {
	t       *testing.T
	url     string
	browser *http.Client
}

func newOffices(t *testing.T) *offices {
	t.Helper()
	t.Parallel()
	return openOffices(t)
}

// openOffices is newOffices for a test that does not run beside others.
func openOffices(t *testing.T) *offices {
	t.Helper()
	pair, err := collabtest.NewPair(t.Context(), memstore.New(memstore.Config{}), memstore.New(memstore.Config{}), collabtest.Options{Paired: true})
	require.NoError(t, err)
	require.NoError(t, collabtest.SeedNorthwind(t.Context(), pair.Alder))
	return &offices{pair, deskOf(t, pair.Alder), deskOf(t, pair.Birch)}
}

func deskOf(t *testing.T, s *collabtest.Side, changes ...func(*pages.Config)) *desk {
	t.Helper()
	mux := &web.Mux{}
	closing, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	cfg := pages.Config{Closing: closing, Config: api.Config{
		Collab: s.Collab, Locations: s.Locations, Store: s.DB.For(string(s.ID)), Queue: s.DB.Messages(),
		Orgs: func(account string) *orgoverlay.Service {
			return orgoverlay.NewService(orgoverlay.Account(account), store.Orgoverlay(s.DB.For(account)), orgoverlay.Config{})
		},
		Self: api.Self{System: string(s.ID), Name: string(s.ID), URL: collabtest.URL(s.ID), Key: collabtest.PartnerOf(s.ID).Keys[0]},
		Log:  slog.New(slog.NewTextHandler(t.Output(), nil)),
	}}
	for _, change := range changes {
		change(&cfg)
	}
	pages.Mount(mux, cfg)
	server := httptest.NewUnstartedServer(nil)
	who := staff.Who{Person: "olga", Name: s.Admin.Name, Home: string(s.ID), Account: string(s.ID), Fresh: true,
		Roles: []string{staff.Works, staff.Operates, staff.Administers, string(orgoverlay.RoleSpecialist)}}
	signedIn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mux.ServeHTTP(w, r.WithContext(staff.With(r.Context(), who)))
	})
	server.Config = web.Server(signedIn, web.Config{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Hosts: []string{server.Listener.Addr().String()}})
	server.Start()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	return &desk{t, server.URL, &http.Client{Jar: jar}}
}

// drain lets messages get to the other side.
func (o *offices) drain(t *testing.T) {
	t.Helper()
	require.NoError(t, o.Drain(t.Context()))
}

// page is what a person sees.
type page struct {
	t      *testing.T
	desk   *desk
	Status int
	Path   string // with its query
	HTML   string
}

func (d *desk) open(path string) page {
	d.t.Helper()
	r, err := d.browser.Get(d.url + path)
	require.NoError(d.t, err)
	return d.read(r)
}

func (d *desk) post(path string, values url.Values) page {
	d.t.Helper()
	r, err := d.browser.PostForm(d.url+path, values)
	require.NoError(d.t, err)
	return d.read(r)
}

func (d *desk) read(r *http.Response) page {
	d.t.Helper()
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(r.Body)
	require.NoError(d.t, err)
	return page{d.t, d, r.StatusCode, r.Request.URL.RequestURI(), string(body)}
}

var (
	tags     = regexp.MustCompile(`<[^>]*>`)
	inputs   = regexp.MustCompile(`<input type="(\w+)"[^>]*? name="([^"]*)"(?: value="([^"]*)")?([^>]*)>`)
	selects  = regexp.MustCompile(`(?s)<select[^>]*? name="([^"]*)".*?</select>`)
	choices  = regexp.MustCompile(`<option value="([^"]*)"( selected)?>`)
	areas    = regexp.MustCompile(`(?s)<textarea[^>]*? name="([^"]*)"[^>]*>\n(.*?)</textarea>`)
	attrTick = " checked"
)

// text is what stands in the page, without its markup.
func (p page) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(p.HTML, " "))), " ")
}

// says requires that each of the texts stands in the page.
func (p page) says(texts ...string) page {
	p.t.Helper()
	all := p.text()
	for _, want := range texts {
		if !strings.Contains(all, want) {
			p.t.Fatalf("%s (%d) does not say %q:\n%s", p.Path, p.Status, want, all)
		}
	}
	return p
}

// lacks requires that none of the texts stands in the page.
func (p page) lacks(texts ...string) page {
	p.t.Helper()
	all := p.text()
	for _, no := range texts {
		if strings.Contains(all, no) {
			p.t.Fatalf("%s (%d) says %q:\n%s", p.Path, p.Status, no, all)
		}
	}
	return p
}

// is requires the status of the answer.
func (p page) is(status int) page {
	p.t.Helper()
	if p.Status != status {
		p.t.Fatalf("%s is %d, not %d:\n%s", p.Path, p.Status, status, p.text())
	}
	return p
}

// formOf finds the form with this button: its markup, and what it would send as it stands.
func (p page) formOf(button string) (markup string, values url.Values) {
	p.t.Helper()
	for _, f := range strings.Split(p.HTML, "<form ")[1:] {
		markup, _, _ = strings.Cut(f, "</form>")
		if strings.Contains(markup, ">"+html.EscapeString(button)+"</button>") {
			return markup, filled(markup)
		}
	}
	p.t.Fatalf("%s has no button %q:\n%s", p.Path, button, p.text())
	return "", nil
}

// filled is what a form would send.
func filled(markup string) url.Values {
	values := url.Values{}
	for _, m := range inputs.FindAllStringSubmatch(markup, -1) {
		if tick := m[1] == "checkbox" || m[1] == "radio"; tick && !strings.Contains(m[4], attrTick) {
			continue
		}
		values.Add(m[2], html.UnescapeString(m[3]))
	}
	for _, m := range selects.FindAllStringSubmatch(markup, -1) {
		options := choices.FindAllStringSubmatch(m[0], -1)
		for i, o := range options {
			if o[2] != "" || i == 0 {
				values.Set(m[1], html.UnescapeString(o[1]))
			}
		}
	}
	for _, m := range areas.FindAllStringSubmatch(markup, -1) {
		values.Set(m[1], html.UnescapeString(m[2]))
	}
	return values
}

var (
	action = regexp.MustCompile(`^[^>]* action="([^"]*)"`)
	method = regexp.MustCompile(`^[^>]*method="(\w+)"`)
)

// press fills in a form and presses its button. Each change is a name and its value; the value "-" unticks.
func (p page) press(button string, changes ...string) page {
	p.t.Helper()
	markup, values := p.formOf(button)
	for i := 0; i+1 < len(changes); i += 2 {
		if changes[i+1] == "-" {
			values.Del(changes[i])
		} else {
			values.Set(changes[i], changes[i+1])
		}
	}
	to := p.Path
	if m := action.FindStringSubmatch(markup); m != nil {
		to = html.UnescapeString(m[1])
	}
	if m := method.FindStringSubmatch(markup); m != nil && m[1] == "get" {
		to, _, _ = strings.Cut(to, "?")
		return p.desk.open(to + "?" + values.Encode())
	}
	return p.desk.post(to, values)
}

// follow opens the first link of this text.
func (p page) follow(text string) page {
	p.t.Helper()
	m := regexp.MustCompile(`<a href="([^"]*)"[^>]*>` + regexp.QuoteMeta(html.EscapeString(text)) + `</a>`).FindStringSubmatch(p.HTML)
	if m == nil {
		p.t.Fatalf("%s has no link %q:\n%s", p.Path, text, p.text())
	}
	return p.desk.open(html.UnescapeString(m[1]))
}

// accepted walks Dine-In from the offer to its acceptance, and gives birch its eight jobs.
func (o *offices) accepted(t *testing.T) collab.Project {
	t.Helper()
	terms := o.Alder.Collab.DefaultTerms()
	terms.Rules = true
	p, err := o.Alder.Collab.Propose(t.Context(), o.Alder.Staff, collab.Proposal{
		Partner: collabtest.Birch, Client: collabtest.Northwind, Survey: collabtest.DineIn, Target: collab.TargetNewClient, Terms: terms,
	})
	require.NoError(t, err)
	o.drain(t)
	at, err := o.Birch.Collab.Accept(t.Context(), o.Birch.Staff, p.ID, collab.Acceptance{Email: "ops@birch.example", Agreed: true}, 0)
	require.NoError(t, err)
	o.drain(t)
	_, err = o.Birch.Collab.CreateShops(t.Context(), o.Birch.Staff, collabtest.NorthwindShops(at.Client, at.Survey))
	require.NoError(t, err)
	return p
}
