package ui

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"
)

// Columns stand beside each other; where there is no room for both, the left one stands above the right one.
type Columns struct{ Left, Right []Part }

// Prose is a text of several lines, as it was written.
type Prose struct{ Text string }

// Picture is an image that stands in the page itself, as a data: address. See Shows.
type Picture struct{ Source, Alt string }

func (Columns) template() string { return "columns" }
func (Prose) template() string   { return "prose" }
func (Picture) template() string { return "picture" }

// safePicture is an image of a type that holds nothing but pixels.
var safePicture = regexp.MustCompile(`^data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+={0,2}$`)

// Shows reports whether a Picture of this address is drawn. An address of another host is not: whoever keeps that host would learn who
// looks at the page, and when.
func Shows(source string) bool { return safePicture.MatchString(source) }

// picture is the address of an image that may be drawn; of any other it is empty.
func picture(source string) template.URL {
	if !Shows(source) {
		return ""
	}
	return template.URL(source)
}

var (
	mailAddress = regexp.MustCompile(`^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$`)
	phoneNumber = regexp.MustCompile(`^\+?[0-9][0-9 ()./-]{2,30}$`)
	phoneBlanks = strings.NewReplacer(" ", "", "(", "", ")", "", ".", "", "/", "", "-", "")
)

// Outside is a text that others wrote and that names a place outside this system: a mail address, a telephone number or an https
// address becomes a link; what is anything else, or does not look quite like one, stays text.
func Outside(text string) Span {
	switch u, err := url.Parse(text); {
	case mailAddress.MatchString(text):
		return Span{Kind: "outside", Text: text, Href: "mailto:" + text}
	case phoneNumber.MatchString(text):
		return Span{Kind: "outside", Text: text, Href: "tel:" + phoneBlanks.Replace(text)}
	case err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil && u.Opaque == "":
		return Span{Kind: "outside", Text: text, Href: u.String()}
	}
	return Text(text)
}

// outside is the address of such a link, once more of the schemes that are let out and no other.
func outside(href string) template.URL {
	for _, scheme := range []string{"https://", "mailto:", "tel:"} {
		if strings.HasPrefix(href, scheme) {
			return template.URL(href)
		}
	}
	return "#"
}
