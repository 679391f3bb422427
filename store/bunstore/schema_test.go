package bunstore_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/internal/pgtest"
	"github.com/mspkit/mspkit/store/bunstore"
)

// column is one column of a table, its type in SQLite's words.
type column struct {
	Table, Name, Type string
	Nullable          bool
	Key               int // its place in the primary key, from 1
}

// index is one index that is not the primary key's. Where is its condition, in which both databases write what they like between
// the words and the values.
type index struct {
	Table, Name, Columns, Where string
	Unique                      bool
}

func TestBothDatabasesHaveOneSchema(t *testing.T) {
	t.Parallel()
	pgtest.Need(t)
	_, lite := openFile(t, bunstore.Config{})
	_, pg := openPostgres(t, bunstore.Config{})
	columns, indexes := liteSchema(t, lite)
	pgColumns, pgIndexes := pgSchema(t, pg)
	require.Empty(t, cmp.Diff(columns, pgColumns), "columns (-SQLite +PostgreSQL)")
	require.Empty(t, cmp.Diff(indexes, pgIndexes), "indexes (-SQLite +PostgreSQL)")
	require.Greater(t, len(columns), 200)
	require.Greater(t, len(indexes), 20)

	for name, change := range map[string]string{ // the comparison sees each of these
		"type":      "ALTER TABLE mspkit_client ALTER COLUMN name TYPE VARCHAR(9)",
		"order":     "ALTER TABLE mspkit_client ALTER COLUMN name TYPE TEXT",
		"null":      "ALTER TABLE mspkit_client ALTER COLUMN name DROP NOT NULL",
		"column":    "ALTER TABLE mspkit_client ADD COLUMN more INT",
		"key":       "ALTER TABLE mspkit_exchange DROP CONSTRAINT mspkit_exchange_pkey, ADD PRIMARY KEY (account, rev, project)",
		"index":     "DROP INDEX mspkit_shop_client",
		"unique":    "DROP INDEX mspkit_link_shop; CREATE INDEX mspkit_link_shop ON mspkit_link (account, shop)",
		"condition": "DROP INDEX mspkit_run_running; CREATE UNIQUE INDEX mspkit_run_running ON mspkit_run (account, project) WHERE state = 'done'",
	} {
		tx, err := pg.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), change)
		require.NoError(t, err, name)
		columns2, indexes2 := pgSchema(t, tx)
		require.NotEqual(t, [2]any{columns, indexes}, [2]any{columns2, indexes2}, name)
		require.NoError(t, tx.Rollback())
	}
}

// words is a condition without what databases write differently: brackets, casts, and IN for a list of values.
func words(condition string) string {
	condition = regexp.MustCompile(`::\w+(\[\])?`).ReplaceAllString(condition, "")
	condition = strings.NewReplacer("= ANY (ARRAY[", "IN (", "])", ")").Replace(condition)
	return strings.Join(strings.FieldsFunc(condition, func(r rune) bool { return strings.ContainsRune("(), \n\t", r) }), " ")
}

func liteSchema(t *testing.T, db bun.IDB) (columns []column, indexes []index) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, db.NewRaw(`SELECT m.name AS "table", c.name, upper(c.type) AS type, c."notnull" = 0 AND c.pk = 0 AS nullable, c.pk AS key
		FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.name LIKE 'mspkit_%' AND m.type = 'table' ORDER BY m.name, c.name`).Scan(ctx, &columns))
	for i, c := range columns {
		if c.Table == "mspkit_message" && c.Name == "id" {
			require.Equal(t, "INTEGER", c.Type)
			columns[i].Type = "BIGINT" // only INTEGER counts up in SQLite; both have 64 bits
		}
	}
	require.NoError(t, db.NewRaw(`SELECT m.name AS "table", i.name, i."unique", (SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns,
		coalesce((SELECT sql FROM sqlite_master WHERE name = i.name), '') AS "where"
		FROM sqlite_master AS m, pragma_index_list(m.name) AS i WHERE m.name LIKE 'mspkit_%' AND m.type = 'table' AND i.origin <> 'pk' ORDER BY i.name`).Scan(ctx, &indexes))
	for i := range indexes {
		_, where, _ := strings.Cut(indexes[i].Where, "WHERE")
		indexes[i].Where = words(where)
	}
	return columns, indexes
}

func pgSchema(t *testing.T, db bun.IDB) (columns []column, indexes []index) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, db.NewRaw(`SELECT k.relname AS "table", a.attname AS name, NOT a.attnotnull AS nullable,
		CASE WHEN a.attcollation = 0 OR k.relname = 'mspkit_migration' OR o.collname = 'C' THEN upper(format_type(a.atttypid, a.atttypmod)) ELSE 'not by bytes' END AS type,
		coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0) AS key
		FROM pg_class AS k JOIN pg_attribute AS a ON a.attrelid = k.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_collation AS o ON o.oid = a.attcollation
		LEFT JOIN pg_index AS i ON i.indrelid = k.oid AND i.indisprimary
		WHERE k.relkind = 'r' AND k.relname LIKE 'mspkit_%' ORDER BY k.relname COLLATE "C", a.attname COLLATE "C"`).Scan(ctx, &columns))
	for i := range columns {
		if columns[i].Type == "BYTEA" {
			columns[i].Type = "BLOB"
		}
	}
	require.NoError(t, db.NewRaw(`SELECT k.relname AS "table", n.relname AS name, i.indisunique AS "unique", coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS "where",
		(SELECT string_agg(a.attname, ' ' ORDER BY array_position(i.indkey::int2[], a.attnum)) FROM pg_attribute AS a WHERE a.attrelid = k.oid AND a.attnum = ANY (i.indkey)) AS columns
		FROM pg_index AS i JOIN pg_class AS k ON k.oid = i.indrelid JOIN pg_class AS n ON n.oid = i.indexrelid
		WHERE k.relname LIKE 'mspkit_%' AND NOT i.indisprimary ORDER BY n.relname COLLATE "C"`).Scan(ctx, &indexes))
	for i := range indexes {
		indexes[i].Where = words(indexes[i].Where)
	}
	return columns, indexes
}
