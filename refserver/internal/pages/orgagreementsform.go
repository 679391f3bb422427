package pages

import (
	"cmp"
	"net/url"
	"strings"
	"time"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// given is what the fields of a page's form hold: what was typed into a refused one, or what stands in the address.
func (v *visit) given() url.Values {
	if v.typed != nil {
		return v.typed
	}
	return v.URL.Query()
}

// lookField is in a form that was filled in, so that what it would do is shown.
const lookField = "look"

// readAgreement fills in what a form holds of an agreement.
func readAgreement(q url.Values, g orgoverlay.Agreement) orgoverlay.Agreement {
	line := func(name string) string { return strings.TrimSpace(q.Get(name)) }
	if !q.Has(lookField) {
		return g
	}
	g.Service, g.Prepared = orgoverlay.ServiceID(line("service")), line("prepared") == "yes"
	g.Start, g.Expiry, g.Zone = line("start"), line("expiry"), line("zone")
	if g.Kind == orgoverlay.FLSA {
		g.Provider = readRef(line("provider"))
	}
	g.Customer = readRef(line("customer"))
	if id := line("customer_id"); id != "" {
		g.Customer = orgoverlay.Ref{Account: g.With, Org: orgoverlay.OrgID(id)}
	}
	return g
}

// refText is an organization as the value of a choice; an account's ID has no slash.
func refText(r orgoverlay.Ref) string {
	if r == (orgoverlay.Ref{}) {
		return ""
	}
	return string(r.Account) + "/" + string(r.Org)
}

func readRef(text string) orgoverlay.Ref {
	account, org, _ := strings.Cut(text, "/")
	return orgoverlay.Ref{Account: orgoverlay.Account(account), Org: orgoverlay.OrgID(org)}
}

// agreementFields ask for what an agreement says beside its kind and its other side. What differs from what is saved is said at the field.
func (v *visit) agreementFields(g, was orgoverlay.Agreement) ([]ui.Field, error) {
	svc, actor := v.viewer()
	tenant, err := svc.Tenant(v.Context(), actor)
	if err != nil {
		return nil, err
	}
	var fields []ui.Field
	add := func(f ui.Field, saved string) {
		if was.Version > 0 && f.Value != saved {
			f.Hint = strings.TrimSpace("Saved: " + cmp.Or(optionLabel(f.Options, saved), saved, "(nothing)") + ". " + f.Hint)
		}
		fields = append(fields, f)
	}
	ours := []orgoverlay.Account{svc.Account(), tenant.Directory}
	if g.Kind == orgoverlay.SLA {
		f, err := v.serviceField(string(g.Service))
		if err != nil {
			return nil, err
		}
		add(f, string(was.Service))
	} else {
		options, err := v.orgOptions([]orgoverlay.Ref{g.Provider, was.Provider}, ours...)
		if err != nil {
			return nil, err
		}
		add(ui.Field{Name: "provider", Label: "Our organization that gives the support", Kind: "select", Required: true, Value: refText(g.Provider), Options: options}, refText(was.Provider))
	}
	if g.With != svc.Account() {
		ours = []orgoverlay.Account{g.With}
	}
	options, err := v.orgOptions([]orgoverlay.Ref{g.Customer, was.Customer}, ours...)
	if err != nil {
		return nil, err
	}
	if len(options) > 1 {
		add(ui.Field{Name: "customer", Label: "Customer's organization", Kind: "select", Value: refText(g.Customer), Options: options}, refText(was.Customer))
	}
	if g.With != svc.Account() {
		hint := "Where it is not to be chosen. A new agreement names the organization that is tied to " + string(g.With) + ", whose people read the ID on its page."
		if was.Version > 0 {
			hint = "Where it is not to be chosen: another organization of " + string(g.With) + ", whose people read the ID on its page."
		}
		fields = append(fields, ui.Field{Name: "customer_id", Label: "ID of the customer's organization", Value: v.given().Get("customer_id"), Hint: hint})
	}
	add(ui.Field{Name: "prepared", Label: "State", Kind: "radio", Required: true, Value: yesOrNo(g.Prepared), Options: []ui.Option{
		{Value: "yes", Label: "Being prepared", Hint: "nobody else sees it, and its dates mean nothing yet"},
		{Value: "no", Label: "Ready", Hint: "it is active from its first day to its last"},
	}}, yesOrNo(was.Prepared))
	add(ui.Field{Name: "start", Label: "First day", Kind: "date", Value: g.Start, Hint: "Needed unless it is being prepared."}, was.Start)
	add(ui.Field{Name: "expiry", Label: "Last day", Kind: "date", Value: g.Expiry, Hint: "Empty: no end."}, was.Expiry)
	add(ui.Field{Name: "zone", Label: "Time zone of its days", Value: g.Zone, Hint: "Such as Europe/Paris. Empty: UTC."}, was.Zone)
	return fields, nil
}

func yesOrNo(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }

// optionLabel is what a choice calls a value.
func optionLabel(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return ""
}

// serviceField chooses one of the account's services.
func (v *visit) serviceField(now string) (ui.Field, error) {
	svc, actor := v.viewer()
	list, err := svc.Services(v.Context(), actor, "", maxServices)
	f := ui.Field{Name: "service", Label: "Service", Kind: "select", Required: true, Value: now, Options: []ui.Option{{Label: "Choose one"}}}
	for _, e := range list {
		f.Options = append(f.Options, ui.Option{Value: string(e.ID), Label: e.Name})
	}
	if now != "" && optionLabel(f.Options, now) == "" {
		f.Options = append(f.Options, ui.Option{Value: now, Label: now})
	}
	return f, err
}

// orgOptions are the organizations of some accounts that are seen, and those that are chosen already; the first option is none of them.
func (v *visit) orgOptions(chosen []orgoverlay.Ref, owners ...orgoverlay.Account) ([]ui.Option, error) {
	svc, actor := v.viewer()
	out := []ui.Option{{Label: "Choose one"}}
	for _, owner := range owners {
		q := orgoverlay.ListQuery{Owner: owner, Limit: most}
		for more := owner != ""; more; more = q.After != "" && len(out) <= maxServices {
			page, err := svc.List(v.Context(), actor, q)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Records {
				out = append(out, ui.Option{Value: refText(orgoverlay.Ref{Account: r.Account, Org: r.ID}), Label: r.Name})
			}
			q.After = page.Next
		}
	}
	for _, r := range chosen {
		if r.Org != "" && optionLabel(out, refText(r)) == "" {
			out = append(out, ui.Option{Value: refText(r), Label: string(r.Org) + " of " + string(r.Account)})
		}
	}
	return out, nil
}

// timed is an agreement with the moments that follow from its dates, as far as they follow.
func timed(g orgoverlay.Agreement) orgoverlay.Agreement {
	zone, err := time.LoadLocation(g.Zone)
	if err != nil {
		zone = time.UTC
	}
	g.From, g.Until, _ = orgoverlay.Window(g.Start, g.Expiry, zone) // what is wrong with them is for the service to say
	g.Zone = cmp.Or(g.Zone, "UTC")
	return g
}
