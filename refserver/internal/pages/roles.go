package pages

import (
	"slices"
	"strings"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/refserver/internal/staff"
	"github.com/mspkit/mspkit/refserver/internal/ui"
)

// roleWord is how pages name a role, and what they say it is for.
type roleWord struct{ role, word, means string }

// roleWords are the roles in the order in which pages name them.
var roleWords = []roleWord{
	{staff.Operates, "Operator", "keeps the system: partners, keys, messages, accounts"},
	{staff.Works, "Staff", "works with projects, shops and locations"},
	{staff.Administers, "Administrator", "keeps people, roles and tokens; trusts, agreements and organizations"},
	{string(orgoverlay.RoleServiceLevel), "Service level manager", "together with Specialist: edits what the account keeps of organizations"},
	{string(orgoverlay.RoleSpecialist), "Specialist", "also reads fields that are internal"},
	{string(orgoverlay.RoleAuditor), "Auditor", "also reads fields that are internal, and the whole history"},
	{string(orgoverlay.RoleKeyContact), "Key contact", "reads organizations"},
	{string(orgoverlay.RoleEndUser), "End user", "reads organizations"},
}

// rolesInWords writes the names of roles in a sentence as pages name them.
var rolesInWords = func() *strings.Replacer {
	var pairs []string
	for _, r := range roleWords {
		pairs = append(pairs, r.role, r.word)
	}
	return strings.NewReplacer(pairs...)
}()

// rolesLine says roles in words.
func rolesLine(roles []string) ui.Line {
	line := ui.Line{}
	for _, r := range roleWords {
		if slices.Contains(roles, r.role) {
			line = append(line, ui.Pill(r.word))
		}
	}
	for _, role := range roles {
		if !slices.ContainsFunc(roleWords, func(r roleWord) bool { return r.role == role }) {
			line = append(line, ui.Pill(role))
		}
	}
	return line
}

// rolesField asks for roles, of those that keep allows.
func (v *visit) rolesField(chosen []string, keep func(role string) bool) ui.Field {
	if v.typed != nil {
		chosen = v.typed["roles"]
	}
	f := ui.Field{Name: "roles", Label: "Roles", Kind: "checks", Values: chosen, Required: true}
	for _, r := range roleWords {
		if keep(r.role) {
			f.Options = append(f.Options, ui.Option{Value: r.role, Label: r.word, Hint: r.means})
		}
	}
	return f
}
