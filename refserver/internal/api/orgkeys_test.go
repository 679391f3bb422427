package api_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// members writes the names of all members of a JSON value, those of the items of a list together.
func members(values ...any) string {
	objects, fields := false, map[string][]any{}
	var items []any
	lists := false
	for _, v := range values {
		switch v := v.(type) {
		case map[string]any:
			objects = true
			for name, inner := range v {
				if name == "schema" { // whatever the account says
					inner = nil
				}
				fields[name] = append(fields[name], inner)
			}
		case []any:
			lists, items = true, append(items, v...)
		}
	}
	switch {
	case lists:
		return "[" + members(items...) + "]"
	case !objects:
		return ""
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		parts = append(parts, name+members(fields[name]...))
	}
	return "{" + strings.Join(parts, " ") + "}"
}

// Everything that answers may have, and have to have.
const (
	whyKeys       = "{account agreement direction kind until}"
	sharedKeys    = "account{id name} addresses[{city country label postal_code state street}] attachments[{id inline name sha256 size type}] contacts[{kind label value}] custom{contact_person credit_note tier} disabled financial_id"
	listedKeys    = "{" + sharedKeys + " id kind name picture remarks revision version whys[" + whyKeys + "]}"
	fieldKeys     = "{id internal label person schema}"
	recordKeys    = "{" + sharedKeys + " form{extension fields[" + fieldKeys + "] flagged[{field message rule}] number} id kind name picture remarks revision version whys[" + whyKeys + "]}"
	ownKeys       = "{addresses[{city country label postal_code state street}] attachments[] contacts[{kind label value}] custom{} disabled financial_id id internal manager name parent picture region remarks revision source source_id version}"
	logKeys       = "[{action actor at changes[{after before internal path}] home id kind subject version why}]"
	tenantKeys    = "{directory id name organization version}"
	trustKeys     = "{account acts[] ours ours_since since state theirs}"
	serviceKeys   = "{id name provider version}"
	agreementKeys = "{account customer{account organization} expiry from id kind prepared provider{account organization} service start status until version with zone}"
	extensionKeys = "{at category disabled fields[" + fieldKeys + "] id name number state version}"
	problemKeys   = "{code detail status title type}"
)

// operations has a good request for each, in an order in which they succeed, and the members of the answer.
var operations = []struct{ id, request, keys string }{
	{"editOrganization", `PATCH organizations/{gt}?version=0 {"remarks":"r","financial_id":"V-100","custom":{"contact_person":196,"tier":"gold"}}`, "{organization" + strings.Replace(strings.Replace(recordKeys, "attachments[{id inline name sha256 size type}]", "attachments[]", 1), "flagged[{field message rule}]", "flagged[]", 1) + " warnings[]}"},
	{"attachFile", "POST organizations/{gt}/attachments?name=a.txt text", "{id inline name sha256 size type}"},
	{"downloadAttachment", "GET organizations/{gt}/attachments/{file}", ""},
	{"listOrganizations", "GET organizations?limit=1", "{items[" + listedKeys + "] next}"},
	{"countOrganizations", "GET organizations/count", "{count}"},
	{"findFinancialID", "GET financial-ids/V-100", "{items[" + listedKeys + "]}"},
	{"explainOrganization", "GET organizations/{gt}/explain", "{items[{account at by by_home layer path version}]}"},
	{"listOrganizationHistory", "GET organizations/{gt}/history?limit=1", "{items" + logKeys + " next}"},
	{"whoSeesOrganization", "GET organizations/{wdc}/who-sees", "{items[{account{id name} whys[" + whyKeys + "]}]}"},
	{"importOrganizations", "POST organizations/import?blank=keep ID,Remarks\nno-such,r\n{gt},again\n", "{created dry_run errors[{code column line message rule}] failed more_outcomes outcomes[{changes[{after before internal path}] errors[{code column line message rule}] line organization outcome version warnings[]}] rows stopped unchanged updated warnings[]}"},
	{"exportOrganizations", "GET organizations/export", ""},
	{"listExtensions", "GET extensions", "{items[" + extensionKeys + "]}"},
	{"tryExtension", `POST extensions/dry-run {"name":"X"}`, "{flagged kept[{message organization path retained rule}] values}"},
	{"saveExtension", `PUT extensions/orgs {"name":"X","fields":[{"id":"tier","label":"T","schema":{"type":"integer"}},{"id":"credit_note","label":"C","schema":{}},{"id":"contact_person","label":"C","schema":{}}]}`, extensionKeys},
	{"activateExtension", `POST extensions/orgs/2/activate {"version":1}`, extensionKeys},
	{"disableExtension", `POST extensions/orgs/2/disable {"version":2}`, extensionKeys},
	{"enableExtension", `POST extensions/orgs/2/enable {"version":3}`, extensionKeys},
	{"getOrganization", "GET organizations/{gt}", recordKeys},
	{"getOwnOrganization", "GET own-organizations/{wdc}", ownKeys},
	{"saveOwnOrganization", `PUT own-organizations/{wdc} {"name":"Widget","contacts":[{"kind":"phone","value":"1"}],"addresses":[{"city":"Delhi"}],"version":3}`, ownKeys},
	{"makeOwnOrganization", `POST own-organizations {"name":"Spain","contacts":[{"kind":"phone","value":"1"}],"addresses":[{"city":"Madrid"}]}`, ownKeys},
	{"deleteOwnOrganization", "DELETE own-organizations/{last}?version=1", ""},
	{"getTenant", "GET tenant", tenantKeys},
	{"saveTenant", `PUT tenant {"name":"WDC","version":2}`, tenantKeys},
	{"saveNamedPerson", `PUT people-of-the-account/7 {"name":"Ada"}`, "{id name version}"},
	{"listNamedPeople", "GET people-of-the-account?id=7,8", "{items[{id name version}]}"},
	{"listTrusts", "GET trusts", "{items[" + trustKeys + "]}"},
	{"saveService", `PUT services/s {"name":"S","provider":"{wdc}"}`, serviceKeys},
	{"listServices", "GET services", "{items[" + serviceKeys + "]}"},
	{"saveAgreement", `PUT agreements/A {"kind":"sla","with":"gigatera","service":"s","customer":{"account":"gigatera","organization":"{gt}"},"start":"2026-01-01"}`, agreementKeys},
	{"getAgreement", "GET agreements/A", agreementKeys},
	{"listAgreements", "GET agreements", "{items[" + agreementKeys + "]}"},
	{"listAgreementsElsewhere", "GET agreements-elsewhere?limit=1", "{items[" + agreementKeys + "] next}"},
	{"whatIf", `POST what-if {"trust":{"account":"gigatera","state":"ended"}}`, "{gains[] losses[{name organization owner viewer}]}"},
	{"setTrust", `PUT trusts/gigatera {"state":"suspended"}`, trustKeys},
	{"readLog", "GET log?limit=100", "{items" + logKeys + "}"},
	{"listDormantOverlays", "GET organizations/dormant?limit=1", "{items[{account hidden_since id version}]}"},
	{"sweep", "POST sweep", "{hidden overlays purged seen}"},
	{"purgeOrganization", `POST organizations/{gt}/purge {"why":"over"}`, "{overlays}"},
	{"purgeAccount", `POST purge {"why":"over"}`, "{overlays}"},
}

// Each operation answers exactly these members, blank or not: nothing of the owner's private fields has a name.
func TestAnswersHaveTheseMembersAndNoOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.extension("wdc")
	base := w.as("wdc", administrator, "auditor", "specialist")
	last := map[string]string{"{gt}": w.tied["gigatera"], "{wdc}": w.tied["wdc"]}
	for _, o := range operations {
		request := o.request
		for name, value := range last {
			request = strings.ReplaceAll(request, name, value)
		}
		pattern, body := cut(request)
		kind := "application/json"
		if o.id == "importOrganizations" {
			kind = "text/csv"
		}
		a := good(t, base, pattern, body, "Content-Type", kind)
		if a.header.Get("Content-Type") != "application/json" {
			require.Empty(t, o.keys, o.id)
			continue
		}
		var v any
		require.NoError(t, json.Unmarshal([]byte(a.body), &v))
		require.Equal(t, o.keys, members(v), o.id)
		if m, ok := v.(map[string]any); ok {
			if id, ok := m["id"].(string); ok {
				last["{last}"] = id
				if o.id == "attachFile" {
					last["{file}"] = id
				}
			}
		}
	}
	for _, r := range []string{"GET organizations/none", "PATCH organizations/none?version=0 {}", "GET financial-ids/none", "GET own-organizations/none", "GET agreements/none"} {
		pattern, body := cut(r)
		a := ask(t, base, pattern, body)
		require.Equal(t, 404, a.status)
		var v any
		require.NoError(t, json.Unmarshal([]byte(a.body), &v))
		require.Equal(t, problemKeys, members(v), r)
	}
}

// The document and the page of it have every operation, and the tests above every operation of the document.
func TestEveryOperationIsDocumentedAndTried(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string   `json:"operationId"`
			Tags        []string `json:"tags"`
			RequestBody struct {
				Content map[string]any `json:"content"`
			} `json:"requestBody"`
		} `json:"paths"`
	}
	base := w.as("wdc")
	require.NoError(t, json.Unmarshal([]byte(good(t, base, "GET ../openapi.json", "").body), &doc))
	tried := map[string]bool{}
	for _, o := range operations {
		tried[o.id] = true
	}
	page := good(t, base, "GET ../docs", "").body
	content := map[string]string{}
	documented := 0
	for _, methods := range doc.Paths {
		for _, o := range methods {
			require.Contains(t, page, `id="`+o.OperationID+`"`)
			content[o.OperationID] = strings.Join(slices.Sorted(maps.Keys(o.RequestBody.Content)), " ")
			if slices.Contains([]string{"Organizations", "Own organizations", "Trusts and agreements", "UI extensions", "Organizations in bulk"}, o.Tags[0]) {
				documented++
				require.True(t, tried[o.OperationID], "%s has no request in operations", o.OperationID)
			}
		}
	}
	require.Equal(t, len(operations), documented)
	require.Equal(t, "application/json application/merge-patch+json", content["editOrganization"])
	require.Equal(t, "application/octet-stream multipart/form-data", content["attachFile"])
	require.Equal(t, "text/csv text/tab-separated-values", content["importOrganizations"])
	require.Contains(t, page, `<a href="#shape-OrganizationPatch">OrganizationPatch</a>`)
}

// What an owner does not share moves nothing that others can see: no version, no moment, no byte.
func TestHiddenEditsMoveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base, gt := w.as("wdc", administrator), w.tied["gigatera"]
	before := good(t, base, "GET organizations/"+gt, "")
	list := good(t, base, "GET organizations", "").body
	theirs := w.of("gigatera")
	w.clock = w.clock.Add(time.Hour)
	_, _, err := theirs.Edit(t.Context(), admin("gigatera"), orgoverlay.OrgID(gt), orgoverlay.Patch{Remarks: orgoverlay.Set("margin 31%"), FinancialID: orgoverlay.Set("GT-ACC-9")}, 3)
	require.NoError(t, err)
	after := good(t, base, "GET organizations/"+gt, "")
	require.Equal(t, before.body, after.body)
	require.Equal(t, before.header.Get("ETag"), after.header.Get("ETag"))
	require.Equal(t, list, good(t, base, "GET organizations", "").body)
}
