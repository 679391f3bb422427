package bunstore

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun/schema"
)

// uniqueKey is a unique index of a versioned record, beside its primary key: the columns after account, and for which rows it
// is, where words in braces are columns.
type uniqueKey struct {
	columns []string
	when    string
}

// whenOrigin is originSet in that form.
const whenOrigin = "({origin_system} <> '' OR {origin_id} <> '')"

var uniqueKeys = map[string][]uniqueKey{
	"mspkit_invitation":   {{[]string{"token_hash"}, "TRUE"}},
	"mspkit_client":       {{[]string{"origin_system", "origin_id"}, whenOrigin}},
	"mspkit_survey":       {{[]string{"origin_system", "origin_id"}, whenOrigin}},
	"mspkit_shop":         {{[]string{"origin_system", "origin_id"}, whenOrigin}},
	"mspkit_link":         {{[]string{"shop"}, "TRUE"}},
	"mspkit_run":          {{[]string{"project"}, "{state} = 'running'"}},
	"mspkit_push_run":     {{[]string{"project"}, "{state} = 'running'"}},
	"mspkit_organization": {{[]string{"name"}, "NOT {deleted}"}},
	"mspkit_extension":    {{[]string{"category"}, "{state} = 'active'"}},
	"mspkit_project": {
		{[]string{"partner", "client", "survey"}, "{party} = 'primary' AND {state} IN ('proposed', 'accepted')"},
		{[]string{"partner", "client"}, "{party} = 'primary' AND {state} = 'proposed' AND {target} = 'new_client'"},
	},
}

// unlessTaken is the part of a replacing UPDATE that finds no row when another record has one of its unique keys. SQLite
// takes back such a statement alone, PostgreSQL would refuse the rest of the transaction. The parameters are those of the
// UPDATE, by their numbers.
func unlessTaken(t *schema.Table) string {
	var params []string
	for i, f := range slices.Concat(t.DataFields, t.PKs) {
		params = append(params, "{"+f.Name+"}", "$"+strconv.Itoa(i+1))
	}
	ours, theirs := strings.NewReplacer(params...), strings.NewReplacer("{", "o.", "}", "")
	var b strings.Builder
	for _, k := range uniqueKeys[t.Name] {
		same, itself := []string{"o.account = {account}"}, []string{}
		for _, c := range k.columns {
			same = append(same, "o."+c+" = {"+c+"}")
		}
		for _, f := range t.PKs {
			itself = append(itself, "o."+f.Name+" = {"+f.Name+"}")
		}
		fmt.Fprintf(&b, " AND NOT (%s AND EXISTS (SELECT 1 FROM %s AS o WHERE %s AND %s AND NOT (%s)))", ours.Replace(k.when), t.SQLName,
			ours.Replace(strings.Join(same, " AND ")), theirs.Replace(k.when), ours.Replace(strings.Join(itself, " AND ")))
	}
	return b.String()
}

// meanwhile is a unique key that was free when the statement looked, and taken when it wrote: another transaction has just
// committed. What runs again sees that.
type meanwhile struct{ error }

func (m meanwhile) Unwrap() error { return m.error }
