package pages

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mspkit/mspkit/refserver/internal/api"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// errForm says that a form cannot be read.
var errForm = errors.New("form cannot be read")

// errNoPage says that nothing stands at an address.
var errNoPage = errors.New("no such page")

// errMethod says that something stands at an address, but not for this.
var errMethod = errors.New("no such method")

// ErrForeign says that a page of another site sent a form.
var ErrForeign = errors.New("sent from another site")

// sentences say the codes of the API to a person. A code without a sentence is said by the error's own words.
var sentences = map[string]string{
	"sign_in":     "Sign in first: nobody is signed in here any more. Nothing was changed.",
	"confirm":     "Give your password again before this is done.",
	"forbidden":   "Your roles in this account do not allow this.",
	"link":        "This link was used, has run out or was replaced. Ask for another.",
	"full":        "The disk is full. Nothing was changed; the operator has to make room.",
	"busy":        "The system is busy. Nothing was changed; try again in a moment.",
	"closed":      "The system is stopping. Nothing was changed; try again when it is back.",
	"conflict":    "Somebody has changed this since you opened it. Look at what it says now, then try again.",
	"stale":       "Something has changed since this preview was made. Look at the new preview.",
	"not_below":   "The shop cannot be returned: its saved status is not below the distribution level. Set a lower status, save, and open the shop again.",
	"not_collab":  "The shop did not come from a partner, so there is nobody to return it to.",
	"not_shared":  "The partner does not share its counts.",
	"party":       "This is for the other side to do.",
	"running":     "An import of this project is under way already.",
	"peer":        "The partner cannot be reached now. Nothing was changed; try again in a moment.",
	"timeout":     "It took too long. Try again in a moment.",
	"not_parked":  "The message is not parked any more.",
	"unsupported": "This system cannot do that.",
	"media_type":  "This form cannot be read.",
	"invitation":  "The invitation does not count: it was used, has run out, or is for another address.",
	"locked":      "These locations are locked: only the partner that keeps them changes them, by pushing.",
	"overwrites":  "The other side has changed some of this. Say what is to be kept, or tick that it may be overwritten.",
	"partner":     "The partner is not registered here, or not active. The operator finds it under Partners.",
}

// advice says what to do about codes whose error says in a sentence of its own what stands in the way.
var advice = map[string]string{
	"pending":      "It has to be accepted or withdrawn first.",
	"client_there": "Choose \"Copy the survey to the client that is there\".",
}

// words says an error to a person: the status of the answer and every reason, or none when the error is ours to look into.
func words(err error) (int, []ui.Problem) {
	if errors.Is(err, errForm) {
		return http.StatusBadRequest, []ui.Problem{{Text: "The form could not be read: it is too large, or holds what is not text."}}
	}
	if errors.Is(err, errNoPage) {
		return http.StatusNotFound, []ui.Problem{{Text: "There is no page at this address."}}
	}
	if errors.Is(err, errMethod) {
		return http.StatusMethodNotAllowed, []ui.Problem{{Text: "This cannot be done at this address. Go to the page that it belongs to."}}
	}
	if errors.Is(err, ErrForeign) {
		return http.StatusForbidden, []ui.Problem{{Code: "cross_origin", Text: "This came from a page of another site, which may not act here. Nothing was done."}}
	}
	if errors.Is(err, staff.ErrSignIn) {
		return http.StatusUnauthorized, []ui.Problem{{Code: "password", Text: "The address or the password is wrong."}}
	}
	if e, ok := errors.AsType[*staff.TooMany](err); ok {
		return http.StatusTooManyRequests, []ui.Problem{{Code: "too_many", Text: "There were too many tries from here. Wait for " + wait(e.After) + ", then try again."}}
	}
	p := api.ProblemOf(err)
	if p.Code == api.Internal {
		return p.Status, nil
	}
	if no, ok := errors.AsType[*refusal](err); ok {
		return p.Status, no.problems
	}
	return p.Status, reasons(p)
}

// wait says how long, in whole seconds or minutes.
func wait(d time.Duration) string {
	if d <= time.Minute {
		return plural(max(1, int64(math.Ceil(d.Seconds()))), "second")
	}
	return plural(int64(math.Ceil(d.Minutes())), "minute")
}

func reasons(p shapes.Problem) []ui.Problem {
	var out []ui.Problem
	for _, r := range p.Reasons {
		out = append(out, reasons(r)...)
	}
	for _, f := range p.Fields {
		text := cmp.Or(f.Message, f.Rule)
		if f.Rule == staff.RuleLast {
			text = rolesInWords.Replace(text) + ". Give somebody else the role first."
		}
		out = append(out, ui.Problem{Code: p.Code, Field: f.Field, Text: text})
	}
	if len(out) > 0 {
		return out
	}
	switch {
	case p.Code == "module_off":
		return []ui.Problem{{Code: p.Code, Text: "Collaboration is switched off at " + p.System + ". The operator there can switch it on under Partners."}}
	case p.Code == "state" && p.State != "":
		return []ui.Problem{{Code: p.Code, Text: "The project is " + p.State + ", so this cannot be done now."}}
	case p.Code == "not_found":
		return []ui.Problem{{Code: p.Code, Text: "What you asked for is not here: " + unsaid(p.Detail, p.Title) + "."}}
	case sentences[p.Code] != "":
		return []ui.Problem{{Code: p.Code, Text: sentences[p.Code]}}
	}
	return []ui.Problem{{Code: p.Code, Text: strings.TrimSpace(sentence(p.Detail, p.Title) + " " + advice[p.Code])}}
}

// sentence makes a sentence of an error's words.
func sentence(detail, title string) string {
	s := unsaid(detail, title)
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[size:], ".") + "."
}

// unsaid is an error's words without the package and the operation before them and the kind of error after them.
func unsaid(detail, title string) string {
	s := strings.TrimSuffix(detail, ": "+title)
	for _, below := range []string{": bunstore: ", ": memstore: "} { // says again what is said before it
		s, _, _ = strings.Cut(s, below)
	}
	for {
		from, rest, ok := strings.Cut(s, ": ")
		switch {
		case ok && (from == "bunstore" || from == "memstore" || from == "orgoverlay"):
			s = rest
			continue
		case ok && (from == "collab" || from == "locations"):
			if _, after, ok := strings.Cut(rest, ": "); ok {
				s = after
				continue
			}
		}
		return cmp.Or(s, title)
	}
}

// plural writes a number with its noun: "1 shop", "4 shops".
func plural[N ~int | ~int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.FormatInt(int64(n), 10) + " " + noun + "s"
}
