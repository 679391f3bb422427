package staff

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How long things may be, in characters.
const (
	maxEmail = 254
	maxName  = 100
	maxID    = 60
	maxAgent = 200
)

// address trims an address.
func address(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// fold is what two spellings of one address have in common.
func fold(email string) string { return strings.ToLower(address(email)) }

// email checks an address and returns it trimmed.
func (e *Invalid) email(s string) string {
	s = address(s)
	local, host, _ := strings.Cut(s, "@")
	switch {
	case s == "":
		e.add("email", RuleRequired, "give an e-mail address")
	case utf8.RuneCountInString(s) > maxEmail:
		e.add("email", RuleLength, "an address has at most "+strconv.Itoa(maxEmail)+" characters")
	case local == "" || host == "" || strings.Contains(host, "@") || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) || !utf8.ValidString(s):
		e.add("email", RuleShape, "this is not an e-mail address")
	}
	return s
}

// name checks the name of somebody or something and returns it trimmed.
func (e *Invalid) name(s string) string {
	s = norm.NFC.String(strings.TrimSpace(s))
	switch {
	case s == "":
		e.add("name", RuleRequired, "give a name")
	case utf8.RuneCountInString(s) > maxName:
		e.add("name", RuleLength, "a name has at most "+strconv.Itoa(maxName)+" characters")
	case !printable(s):
		e.add("name", RuleShape, "a name is made of printable characters")
	}
	return s
}

// CheckAccount refuses an id that no account can have with *Invalid.
func CheckAccount(id string) error {
	wrong := new(Invalid)
	wrong.account(id)
	return wrong.err()
}

// account checks the id of an account that is to be.
func (e *Invalid) account(id string) {
	odd := func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' }
	switch {
	case id == "":
		e.add("account", RuleRequired, "give the account a short name")
	case len(id) > maxID:
		e.add("account", RuleLength, "the short name of an account has at most "+strconv.Itoa(maxID)+" characters")
	case strings.ContainsFunc(id, odd) || strings.HasPrefix(id, "-") || strings.HasSuffix(id, "-"):
		e.add("account", RuleShape, "the short name of an account is made of a to z, 0 to 9 and hyphens between them")
	}
}

func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// cut makes text that a browser sent fit to be kept and shown.
func cut(s string, characters int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(s, " "))
	if runes := []rune(s); len(runes) > characters {
		return string(runes[:characters])
	}
	return s
}
