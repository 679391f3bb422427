package api_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/refserver/internal/web"
)

// cut divides "GET path body".
func cut(request string) (pattern, body string) {
	method, rest, _ := strings.Cut(request, " ")
	path, body, _ := strings.Cut(rest, " ")
	return method + " " + path, body
}

// What somebody does not see and what is not there are answered with the same bytes: two worlds, in one of which the organization was
// never made.
func TestInvisibleAndAbsentAreTheSameBytes(t *testing.T) {
	t.Parallel()
	full, empty := newWorld(t), newWorld(t)
	hidden := must(full.client("outsider", administrator).MakeOwnOrganization(t.Context(), saved("Hidden"))).ID
	bases := [2]string{full.as("wdc", administrator), empty.as("wdc", administrator)}
	for _, id := range []string{hidden, "no-such"} {
		for _, r := range []string{
			"GET organizations/{id}", `PATCH organizations/{id}?version=0 {"remarks":"x"}`, `PATCH organizations/{id}?version=7 {"remarks":null,"custom":{"a":1}}`,
			"GET organizations/{id}/explain", "GET organizations/{id}/history", "GET organizations/{id}/who-sees", "POST organizations/{id}/attachments?name=a.txt text",
			"GET organizations/{id}/attachments/1", `POST organizations/{id}/purge {"why":"x"}`, "GET own-organizations/{id}",
			`PUT own-organizations/{id} {"name":"X","version":1}`, "DELETE own-organizations/{id}?version=1", "GET organizations?search=hidden", "GET organizations/count?owner=outsider",
			"GET organizations", "GET organizations/export", "GET organizations/export?dormant=true", "GET organizations/dormant?after={id}", `PUT services/s {"name":"S","provider":"{id}"}`, `PUT tenant {"name":"X","organization":"{id}","version":2}`,
			`POST own-organizations {"name":"X","parent":"{id}"}`,
			`POST what-if {"service":{"id":"s","name":"S","provider":"{id}"}}`,
			`PUT agreements/A {"kind":"flsa","with":"gigatera","provider":{"account":"outsider","organization":"{id}"},"customer":{"account":"outsider","organization":"{id}"},"start":"2026-01-01"}`,
		} {
			pattern, body := cut(strings.ReplaceAll(r, "{id}", id))
			var got [2]answer
			for i, base := range bases {
				got[i] = ask(t, base, pattern, body)
				for _, h := range []string{"Date", web.IDHeader} {
					got[i].header.Del(h)
				}
			}
			require.Equal(t, got[1].status, got[0].status, pattern)
			require.Equal(t, got[1].body, got[0].body, pattern)
			require.Equal(t, slices.Sorted(maps.Keys(got[1].header)), slices.Sorted(maps.Keys(got[0].header)), pattern)
			require.NotContains(t, got[0].body, "Hidden", pattern)
		}
		var imports [2]string
		for i, base := range bases {
			imports[i] = good(t, base, "POST organizations/import?blank=keep", "ID,Remarks\n"+id+",x\n", "Content-Type", "text/csv").body
		}
		const unseen = `"errors":[{"line":2,"column":null,"code":"not_found","rule":"not_found","message":"no such trusted organization"}]`
		require.Contains(t, imports[0], `"outcomes":[{"line":2,"organization":null,"outcome":"failed","version":0,"changes":[],`+unseen+`,"warnings":[]}]`)
		require.Contains(t, imports[0], `"failed":1,`+unseen)
		require.Equal(t, imports[1], imports[0])
	}
}

// Private fields of each account hold a word of its own. No answer to another account has it.
func TestNoAnswerHoldsAnothersPrivateFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gt := w.tied["gigatera"]
	good(t, w.as("wdc", administrator), "PATCH organizations/"+gt+"?version=0", `{"remarks":"canary-wdc","financial_id":"canary-wdc"}`)
	for _, account := range []string{"gigatera", "outsider", "globalnet"} {
		base := w.as(account, administrator)
		for _, r := range []string{
			"GET organizations", "GET organizations?search=canary", "GET organizations/" + gt, "GET organizations/" + w.tied["wdc"], "GET organizations/" + gt + "/explain",
			"GET organizations/" + gt + "/history", "GET organizations/" + gt + "/who-sees", "GET own-organizations/" + gt, "GET financial-ids/canary-wdc", "GET organizations/export?dormant=true", "GET organizations/dormant", "GET log?limit=100",
			`PATCH organizations/` + gt + `?version=0 {"financial_id":"canary-wdc"}`, "GET trusts", "GET agreements", "GET agreements-elsewhere", "POST sweep",
		} {
			pattern, body := cut(r)
			a := ask(t, base, pattern, body)
			if strings.HasPrefix(pattern, "GET financial-ids") || strings.HasPrefix(pattern, "PATCH") {
				continue // says again what was asked
			}
			require.NotContains(t, a.body, "canary-wdc", "%s %s", account, pattern)
		}
	}
}
