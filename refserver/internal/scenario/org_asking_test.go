package scenario_test

import (
	"iter"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// about is what is asked about, whether there is such a thing and whether it is seen.
type about struct{ orgs, accounts, files, words, agreements, services, people []string }

// reads are the requests that change nothing: of the API, and pages for people.
func (q about) reads() []string {
	out := []string{
		"/api/organizations?limit=3", "/api/organizations?limit=100&kind=trusted", "/api/organizations?enabled=false", "/api/organizations?limit=1&kind=internal,external", "/api/organizations/count",
		"/api/tenant", "/api/trusts", "/api/services", "/api/agreements?limit=2", "/api/log?limit=7", "/api/log?kind=agreement&limit=100", "/api/extensions", "/api/organizations/export", "/api/organizations/export?dormant=true", "/api/organizations/dormant?limit=1",
		"/api/organizations/export?separator=tab&since=2026-06-01T00:00:00Z", "/api/people", "/api/people/invitations", "/api/staff-events?limit=500", "/api/tokens", "/api/accounts", "/api/session", "/api/none",
		"/organizations", "/organizations?kind=trusted", "/organizations/new", "/organizations/import", "/organizations/export", "/organizations/history", "/organizations/what-if", "/trusts", "/agreements", "/extensions",
		"/agreements/new", "/agreements/new?kind=sla&with=a99", "/services", "/services/new", "/organizations/dormant", "/extensions/new", "/extensions/document",
		"/people", "/tokens", "/accounts", "/me", "/none",
	}
	if len(q.people) > 0 {
		out = append(out, "/api/people-of-the-account?id="+strings.Join(q.people, ","))
	}
	for _, w := range q.words {
		w = url.QueryEscape(w)
		out = append(out, "/api/organizations?search="+w, "/api/organizations/count?search="+w, "/api/organizations?financial_id="+w, "/api/financial-ids/"+w, "/organizations?q="+w, "/organizations?financial_id="+w)
	}
	for _, a := range q.accounts {
		out = append(out, "/api/organizations?owner="+a, "/organizations?account="+a, "/trusts/change?state=ended&with="+a, "/organizations/what-if?trust=established&other="+a, "/organizations/what-if?trust=ended&other="+a, "/agreements/new?kind=flsa&with="+a)
		e := canary("extension", a, 0)
		out = append(out, "/extensions/new?id="+e, "/extensions/"+e+"/1/activate", "/extensions/"+e+"/1/change", "/extensions/"+e+"/1/disable", "/extensions/"+e+"/1/enable")
	}
	for _, g := range q.agreements {
		out = append(out, "/api/agreements/"+g, "/organizations/what-if?act=endless&agreement="+g, "/agreements/"+g+"/change", "/agreements/"+g+"/end", "/agreements/"+g+"/end?look=yes&version=1&date=2026-12-31")
	}
	for _, e := range q.services {
		out = append(out, "/services/"+e+"/change")
	}
	for _, o := range q.orgs {
		at := "/organizations/" + o
		out = append(out, "/api"+at, "/api"+at+"/explain", "/api"+at+"/history?limit=2", "/api"+at+"/who-sees", "/api/own-organizations/"+o, at, at+"/edit", at+"/history", at+"/sees", at+"/record", at+"/purge",
			"/agreements/new?kind=flsa&with=a99&look=yes&zone=UTC&prepared=yes&customer_id="+o, "/services/none/change?look=yes&name=n&provider=x/"+o)
		for _, f := range q.files {
			out = append(out, "/api"+at+"/attachments/"+f)
		}
		if len(q.files) > 0 {
			out = append(out, at+"/files/"+q.files[0], at+"/files/"+q.files[0]+"/remove")
		}
	}
	for i, path := range out {
		out[i] = "GET " + path
	}
	for _, a := range q.accounts {
		out = append(out, `POST /api/what-if {"trust":{"account":"`+a+`","state":"ended"}}`, `POST /api/what-if {"trust":{"account":"`+a+`","state":"established"}}`)
	}
	table := "ID,Organization Account,Name,Remarks,Financial ID\n"
	for _, o := range q.orgs {
		table += o + ",,,tried," + slices.Concat(q.words, []string{"x"})[0] + "\n"
		out = append(out, `POST /api/what-if {"service":{"id":"none","name":"n","provider":"`+o+`"}}`)
	}
	for _, a := range q.accounts {
		table += "," + a + ",Data Center 0,tried,\n," + a + ",hidden,tried,\n"
	}
	return append(out, "POST /api/organizations/import?blank=keep&dry_run=true "+table, `POST /api/extensions/dry-run {"name":"none"}`)
}

// writes are requests that change something, or are refused; those that need a version have %VERSION% in its place, which is the present one of
// the organization that they name.
func (q about) writes() []string {
	var out []string
	for i, o := range q.orgs {
		at := "/api/organizations/" + o
		out = append(out, "PATCH "+at+`?version=%VERSION% {"remarks":"ours `+o+`"}`, "PATCH "+at+`?version=7 {"remarks":"never"}`, "PATCH "+at+`?version=%VERSION% {"name":"never"}`,
			"PATCH "+at+`?version=%VERSION% {"remove_attachments":["none"]}`, "PATCH "+at+`?version=%VERSION% {"custom":{"none":1}}`, "POST "+at+"/attachments?name=x.txt content",
			"DELETE /api/own-organizations/"+o+"?version=1", `PUT /api/own-organizations/`+o+` {"name":"taken over","version":1}`, `POST /api/own-organizations {"name":"child `+o+`","parent":"`+o+`"}`,
			`PUT /api/services/by-`+o+` {"name":"n","provider":"`+o+`"}`, `PUT /api/tenant {"name":"n","organization":"`+o+`","version":2}`,
			"POST /organizations/"+o+"/edit version=%VERSION%&remarks=paged&was.remarks=x", "POST /organizations/"+o+"/record name=paged&version=1", "POST /organizations/"+o+"/files/none/remove ", "POST /organizations/"+o+"/purge why=asked")
		for _, w := range q.words {
			out = append(out, "PATCH "+at+`?version=%VERSION% {"financial_id":"`+w+`"}`)
		}
		a := slices.Concat(q.accounts, []string{"none"})[i%(len(q.accounts)+1)]
		out = append(out, `PUT /api/agreements/new-`+o+` {"kind":"flsa","with":"`+a+`","provider":{"account":"`+a+`","organization":"`+o+`"},"customer":{"account":"`+a+`","organization":"`+o+`"},"start":"2026-01-01"}`)
		out = append(out, "POST /agreements/new kind=flsa&look=yes&prepared=yes&with="+a+"&id=paged-"+o+"&provider="+a+"/"+o+"&customer_id="+o, "POST /services/new look=yes&name=paged&id=paged-"+o+"&provider="+a+"/"+o)
		for _, e := range q.services {
			out = append(out, `PUT /api/agreements/by-`+e+`-`+o+` {"kind":"sla","with":"`+a+`","service":"`+e+`","customer":{"account":"`+a+`","organization":"`+o+`"},"start":"2026-01-01"}`)
		}
		if i%3 == 2 {
			out = append(out, "POST "+at+`/purge {"why":"asked"}`)
		}
	}
	for _, p := range q.people {
		out = append(out, `POST /api/own-organizations {"name":"managed","manager":"`+p+`"}`, `PUT /api/people-of-the-account/`+p+` {"name":"n"}`)
	}
	for _, e := range q.services {
		out = append(out, `PUT /api/services/`+e+` {"name":"taken over","provider":"none","version":1}`)
	}
	table := "ID,Organization Account,Name,Remarks\n"
	for _, o := range q.orgs {
		table += o + ",,,imported\n"
	}
	for _, a := range []string{"a99", "a88"} { // the first is in one of two twins
		for _, state := range []string{"suspended", "established", "ended"} {
			out = append(out, "PUT /api/trusts/"+a+` {"state":"`+state+`"}`, "POST /trusts/change with="+a+"&state="+state)
		}
		table += "," + a + ",Data Center 0,imported\n"
	}
	return append(out, "POST /api/organizations/import?blank=keep "+table, "POST /api/sweep", "POST /api/session/account {\"account\":\"a99\"}", "POST /account account=a99", `POST /api/accounts {"id":"a99","name":"n"}`)
}

// obtain asks everything that can be read, page after page.
func (p *colleague) obtain(q about) iter.Seq2[string, answer] {
	return func(yield func(string, answer) bool) {
		for _, request := range q.reads() {
			for next := request; next != ""; {
				a := p.ask(next)
				if !yield(next, a) {
					return
				}
				next = following(request, a)
			}
		}
	}
}

// following is the request for the next page of a list, if there is one.
func following(request string, a answer) string {
	var list struct {
		Next string `json:"next"`
	}
	if !strings.HasPrefix(request, "GET /api/") || json.Unmarshal([]byte(a.body), &list) != nil || list.Next == "" {
		return ""
	}
	name := "after"
	if strings.Contains(request, "/history") || strings.Contains(request, "/log") || strings.Contains(request, "/staff-events") {
		name = "before"
	}
	return request + map[bool]string{true: "&", false: "?"}[strings.Contains(request, "?")] + name + "=" + url.QueryEscape(list.Next)
}

// word is an answer as bytes, without what differs from one answer to the next by design: when it was sent, the id of the request, and the
// cookie of a session; and of a form that makes something, the word by which it is known when it is sent twice.
func (a answer) word() string {
	var b strings.Builder
	b.WriteString(http.StatusText(a.status))
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		if name != "Date" && name != "X-Request-Id" && name != "Set-Cookie" {
			b.WriteString("\n" + name + ": " + strings.Join(a.header[name], "; "))
		}
	}
	return b.String() + "\n\n" + onceWord.ReplaceAllString(a.body, "")
}

var onceWord = regexp.MustCompile(`<input type="hidden" name="form" value="[A-Z2-7]{26}">`)
