package pages

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/mspkit/mspkit/internal/tabular"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// kindWords say what an organization is to the account that looks at it.
var kindWords = map[orgoverlay.Kind]string{orgoverlay.KindInternal: "Internal", orgoverlay.KindExternal: "External", orgoverlay.KindTrusted: "Trusted"}

// agreementWords name the kinds of agreement.
var agreementWords = map[orgoverlay.AgreementKind]string{orgoverlay.SLA: "Service level agreement", orgoverlay.FLSA: "First-line support"}

// statusWords say where an agreement stands, trustWords how a trust does, halfWords one side of it.
var (
	statusWords = map[orgoverlay.Status]string{orgoverlay.StatusPrepared: "Being prepared", orgoverlay.StatusScheduled: "Scheduled", orgoverlay.StatusActive: "Active", orgoverlay.StatusExpired: "Expired"}
	halfWords   = map[orgoverlay.TrustState]string{
		orgoverlay.TrustNone: "Not given", orgoverlay.TrustEstablished: "Established", orgoverlay.TrustSuspended: "Suspended", orgoverlay.TrustEnded: "Ended",
	}
	trustWords = map[orgoverlay.TrustState]string{
		orgoverlay.TrustNone: "Asked for", orgoverlay.TrustEstablished: "Established", orgoverlay.TrustSuspended: "Suspended", orgoverlay.TrustEnded: "Ended",
	}
)

// directionWords say on which side of an agreement an organization stands, as seen from who looks.
func directionWords(d orgoverlay.Direction) string {
	switch d {
	case orgoverlay.AsProvider:
		return "It provides to us."
	case orgoverlay.AsCustomer:
		return "We provide to it."
	case orgoverlay.AsThird:
		return "It is the other organization of first-line support that we take part in."
	}
	return ""
}

// untilSpan says when something ends.
func untilSpan(at time.Time) ui.Span {
	if at.IsZero() {
		return ui.Quiet("no end")
	}
	return ui.When(at)
}

// owner names the account that keeps an organization.
func owner(s orgoverlay.Shared) string {
	if s.AccountName == "" || s.AccountName == string(s.Account) {
		return string(s.Account)
	}
	return s.AccountName + " (" + string(s.Account) + ")"
}

// orgAddress is the page of an organization, or one below it.
func orgAddress(id orgoverlay.OrgID, below ...string) string {
	return at(append([]string{"organizations", string(id)}, below...)...)
}

// writable reports whether the account keeps anything of an organization: of its own, and of those that it sees by agreements. Its directory's are
// kept there alone.
func (v *visit) writable(r orgoverlay.Record) bool {
	return r.Kind == orgoverlay.KindTrusted || r.Account == v.account()
}

// customWords write a custom value as people read it.
func customWords(value []byte) string {
	var v any
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	if len(value) == 0 || d.Decode(&v) != nil {
		return string(value)
	}
	return plainWords(v, value)
}

func plainWords(v any, written []byte) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return map[bool]string{true: "Yes", false: "No"}[v]
	case []any:
		var parts []string
		for _, one := range v {
			switch one.(type) {
			case map[string]any, []any:
				return string(written)
			}
			parts = append(parts, plainWords(one, nil))
		}
		return strings.Join(parts, ", ")
	}
	return string(written)
}

// refusal is an error with what a page says of it instead of the error's own words.
type refusal struct {
	error
	problems []ui.Problem
}

func (r *refusal) Unwrap() error { return r.error }

// said are the reasons of a refusal as lines, for a page whose forms do not have the fields; false when the error is ours to look into.
func said(err error) ([]ui.Line, bool) {
	_, problems := words(err)
	return each(problems, func(p ui.Problem) ui.Line {
		if p.Code == "" || p.Field == "" { // is a sentence
			return ui.Say(ui.Text(p.Text))
		}
		return ui.Say(ui.Strong(strings.ReplaceAll(p.Field, "_", " ")+":"), ui.Text(p.Text))
	}), problems != nil
}

// refuse says one thing about one field.
func refuse(err error, field, text string) error {
	return &refusal{err, []ui.Problem{{Field: field, Text: text}}}
}

// invalidField is a refusal of a field that was not filled in as it has to be.
func invalidField(field, text string) error { return refuse(orgoverlay.ErrInvalid, field, text) }

// orgRefused puts what the service says of an organization's fields in the words of the page. A path within a custom value is told at the
// field, and a financial ID that is taken with the name of who has it.
func orgRefused(v *visit, err error) error {
	var wrong *orgoverlay.Invalid
	var used *orgoverlay.InUse
	var fault *tabular.Error
	switch {
	case errors.As(err, &fault):
		return refuse(err, "file", fmt.Sprintf("The file cannot be read from line %d on: %s.", fault.Line, fault.Text))
	case errors.As(err, &wrong):
		out := &refusal{error: err}
		for _, f := range wrong.Fields {
			field, text := f.Path, cmp.Or(f.Message, f.Rule)
			if rest, ok := strings.CutPrefix(f.Path, "custom."); ok {
				if i := strings.IndexAny(rest, ".[/"); i >= 0 {
					field, text = "custom."+rest[:i], rest[i:]+": "+text
				}
			}
			out.problems = append(out.problems, ui.Problem{Code: f.Rule, Field: field, Text: text})
		}
		return out
	case errors.As(err, &used) && used.Retained:
		return &refusal{err, []ui.Problem{{Code: "in_use", Field: "financial_id", Text: "An organization that is not seen at present, and whose fields are kept, has this ID. Choose another one, or purge what is kept: it stands under Not seen any more."}}}
	case errors.As(err, &used):
		name := string(used.Org)
		svc, actor := v.viewer()
		if r, err := svc.Organization(v.Context(), actor, used.Org); err == nil {
			name = r.Name
		}
		return &refusal{err, []ui.Problem{{Code: "in_use", Field: "financial_id", Text: name + " has this ID already. One ID names one organization."}}}
	}
	return err
}
