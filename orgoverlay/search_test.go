package orgoverlay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mspkit/mspkit/orgoverlay"
)

func TestSearchReadsWhatPeopleRead(t *testing.T) {
	t.Parallel()
	shared := orgoverlay.Shared{ID: "id", Account: "account", AccountName: "owner", Name: "Widgét", Picture: "https://p",
		Contacts: []orgoverlay.Contact{{Kind: "email", Label: "Désk", Value: "Help@W"}}, Addresses: []orgoverlay.Address{{City: "Oslo"}}}
	local := orgoverlay.Local{Remarks: "Ask É", FinancialID: "W-1", Custom: []orgoverlay.CustomValue{{ID: "c", Value: []byte(`"x"`)}},
		Attachments: []orgoverlay.Attachment{{Name: "a.png"}}}
	for _, c := range []struct{ what, got, want string }{
		{"shared fields", shared.SearchText(), "widget\ndesk\nhelp@w"},
		{"local fields", local.SearchText(), "ask e\nw-1"},
		{"a text", text(`"G\u00f6ld\n"`), "gold\n"},
		{"nested values in one order", text(`{"b": [1.50, {"x": "T"}], "a": true, "c": null, "A": "B"}`), "b\n1.50\nt"},
		{"no JSON", text(`{É`), "{e"},
		{"nothing", text(""), ""},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, d)
		}
	}
}

func text(value string) string { return orgoverlay.CustomValue{Value: []byte(value)}.SearchText() }
