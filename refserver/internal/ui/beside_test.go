package ui

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// drawn is a page with these parts.
func drawn(t *testing.T, parts ...Part) string {
	t.Helper()
	w := httptest.NewRecorder()
	require.NoError(t, Site{Name: "alder"}.Write(w, httptest.NewRequest("GET", "/", nil), Page{Title: "Record", Parts: parts}))
	_, body, _ := strings.Cut(w.Body.String(), "<h1>")
	return body
}

func TestOnlySafeAddressesLeadOutside(t *testing.T) {
	t.Parallel()
	for text, href := range map[string]string{
		"support@gigatera.example":     "mailto:support@gigatera.example",
		"+1 (555) 010-0199":            "tel:+15550100199",
		"https://gigatera.example/a?b": "https://gigatera.example/a?b",
	} {
		html := drawn(t, P(Outside(text)))
		require.Contains(t, html, `<a href="`+strings.ReplaceAll(href, "+", "&#43;")+`" rel="noopener noreferrer nofollow">`, text)
	}
	for _, text := range []string{
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "http://gigatera.example", "data:text/html,x", "//gigatera.example", "https:gigatera.example",
		"https://user:word@gigatera.example", "a@b?subject=x", "a@b, c@d", "tel:1", "", " https://gigatera.example", "<script>alert(1)</script>",
	} {
		html := drawn(t, P(Outside(text)))
		require.NotContains(t, html, "<a ", text)
		require.NotContains(t, html, "<script", text)
	}
	require.Contains(t, drawn(t, P(Span{Kind: "outside", Text: "x", Href: "javascript:alert(1)"})), `<a href="#"`)
}

func TestPicturesOfOtherHostsAreNotLoaded(t *testing.T) {
	t.Parallel()
	require.Contains(t, drawn(t, Picture{Source: "data:image/png;base64,iVBORw0KGgo=", Alt: `<"GigaTera">`}),
		`<img class="picture" src="data:image/png;base64,iVBORw0KGgo=" alt="&lt;&#34;GigaTera&#34;&gt;">`)
	for _, source := range []string{
		"https://gigatera.example/logo.png", "data:image/svg+xml;base64,PHN2Zz4=", "data:text/html;base64,PHN2Zz4=", "javascript:alert(1)", "",
		`data:image/png;base64,AA" onerror="alert(1)`, "data:image/png;base64,AA==\n", "data:image/png,AA",
	} {
		require.NotContains(t, drawn(t, Picture{Source: source}), "<img", source)
		require.False(t, Shows(source), source)
	}
}

// A form that stands in a column shows what is wrong with its fields as any other does.
func TestProblemsReachFieldsInColumns(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	require.NoError(t, Site{}.Write(w, httptest.NewRequest("GET", "/", nil), Page{
		Problems: []Problem{{Field: "a", Text: "left is wrong"}, {Field: "b", Text: "right is wrong"}},
		Parts: []Part{Columns{
			Left:  []Part{Form{ID: "l", Fields: []Field{{Name: "a", Label: "A"}}}, Prose{"one\n<b>two"}},
			Right: []Part{Section{Parts: []Part{Form{ID: "r", Fields: []Field{{Name: "b", Label: "B"}}}}}},
		}},
	}))
	for _, want := range []string{`href="#f-l-a"`, `href="#f-r-b"`, "A: left is wrong", "B: right is wrong", "one\n&lt;b&gt;two"} {
		require.Contains(t, w.Body.String(), want)
	}
}
