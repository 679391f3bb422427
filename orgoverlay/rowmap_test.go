package orgoverlay_test

import (
	"fmt"
	"slices"
	"testing"
)

// proofRows is the part that is known by what whole worlds show.
var proofRows = map[string]row{
	"S-parent":              {"the parent of another's organization is hidden", both(testProvidersAppear, testSharedTypesAreClosed)},
	"S-manager":             {"the manager of another's organization is hidden, by id and by name", both(testProvidersAppear, testCanaries)},
	"S-region":              {"the region of another's organization is hidden", testProvidersAppear},
	"S-source":              {"where another's record comes from is hidden", testSharedTypesAreClosed},
	"S-sourceID":            {"under which id another's record came is hidden", testSharedTypesAreClosed},
	"S-ui_extension":        {"the owner's extension is hidden with its fields, labels and schemas, and the viewer's own applies", both(testAnotherVersion, testWhoReads)},
	"S-people":              {"people of another account are hidden", testPeopleOfOurOwn},
	"S-slas":                {"of agreements an account learns those alone that it takes part in", both(testSharedTypesAreClosed, testChain, testAgreementsElsewhere)},
	"S-audit":               {"history of another's record is hidden", testHistoryIsOnesOwn},
	"S-remarks_attachments": {"files within remarks are attachments that are shown there, each account's own", testAttachmentsOfOthers},
}

// noCode says of rows that nothing is to be done for in this package why not.
var noCode = map[string]string{
	"X11":                          "how blanks are written on the wire is the API's; here a patch tells absent, cleared and set apart, which O5 and O7 prove",
	"S-substitute":                 "an organization has no such field",
	"S-business_unit":              "an organization has no such field",
	"S-business_unit_organization": "an organization has no such field",
	"S-order_template":             "an organization has no such field",
	"S-end_user_privacy":           "an organization has no such field",
	"S-created_at":                 "an organization has no such field; when it was made is in its own history, see S-audit",
	"S-custom_fields_attachments":  "custom values are JSON and hold no files; files are attachments of the organization",
}

// rowIDs lists everything that is asked of this package.
func rowIDs() []string {
	var ids []string
	for _, r := range []struct {
		letter string
		last   int
	}{{"V", 19}, {"O", 16}, {"F", 5}, {"X", 11}, {"H", 2}, {"L", 5}} {
		for n := range r.last {
			ids = append(ids, fmt.Sprintf("%s%d", r.letter, n+1))
		}
	}
	for _, f := range []string{"id", "account", "name", "picture", "contacts", "addresses", "disabled", "remarks", "attachments", "remarks_attachments", "financial",
		"custom", "custom_fields_attachments", "ui_extension", "parent", "manager", "substitute", "business_unit", "business_unit_organization", "region",
		"order_template", "end_user_privacy", "source", "sourceID", "people", "slas", "audit", "hidden", "created_at", "updated_at"} {
		ids = append(ids, "S-"+f)
	}
	return append(ids, "X5b")
}

func TestEveryRowIsProved(t *testing.T) {
	t.Parallel()
	ids := rowIDs()
	for _, id := range doubled {
		t.Errorf("row %s stands in two parts, of which one hides the other", id)
	}
	for id := range rows {
		if !slices.Contains(ids, id) {
			t.Errorf("row %s is not asked of this package", id)
		}
	}
	for _, id := range ids {
		r, proved := rows[id]
		why, none := noCode[id]
		switch {
		case proved && none:
			t.Errorf("row %s is both proved and without code", id)
		case !proved && why == "":
			t.Errorf("row %s is neither proved nor without code for a reason", id)
		case proved && (r.sentence == "" || r.test == nil):
			t.Errorf("row %s has no sentence or no test", id)
		}
	}
}
