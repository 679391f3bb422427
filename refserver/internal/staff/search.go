package staff

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// Query is which part of a list is wanted.
type Query struct {
	Search string // text that is searched for, whatever its case and accents; empty: anything
	After  string // where the page before ended; empty: nowhere
	Limit  int    // the most that is returned. Default, and at most: 500.
}

// nameKey is a name as it is searched: kept beside the name, since no two databases fold letters alike.
func nameKey(name string) string { return textnorm.Plain(name) }

// inName and inAddress are patterns of what holds the text that is searched, for like.
func (q Query) inName() string    { return pattern(nameKey(strings.TrimSpace(q.Search))) }
func (q Query) inAddress() string { return pattern(fold(q.Search)) }

// like is what stands behind a column that is searched.
const like = " LIKE ? ESCAPE '!' "

var marks = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func pattern(text string) string { return "%" + marks.Replace(cut(text, maxEmail)) + "%" }

// fillNames writes the keys of the names that were there before there were keys.
func fillNames(ctx context.Context, tx bun.Tx) error {
	for _, table := range []string{"person", "token", "account"} {
		name := bun.Ident("mspkit_staff_" + table)
		rows, err := all[struct{ ID, Name string }](ctx, tx, "SELECT id, name FROM ?", name)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if _, err := exec(ctx, tx, "UPDATE ? SET name_key = ? WHERE id = ?", name, nameKey(r.Name), r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
