package bunstore

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/orgoverlay"
)

type people struct{ s *session }

var _ orgoverlay.People = people{}

type personRow struct {
	bun.BaseModel `bun:"table:mspkit_person"`
	Account       string              `bun:",pk"`
	ID            orgoverlay.PersonID `bun:",pk"`
	Name          string
	Version       int64
}

func (r people) People(ctx context.Context, ids []orgoverlay.PersonID) ([]orgoverlay.Person, error) {
	var out []orgoverlay.Person
	err := r.s.rows(ctx, "read people", "SELECT p.id, p.name, p.version FROM mspkit_person AS p WHERE "+r.s.anyOf("p.id")+
		" AND (p.account = ? OR p.account = (SELECT t.directory FROM mspkit_tenant AS t WHERE t.account = ?)"+
		" AND NOT EXISTS (SELECT 1 FROM mspkit_person AS o WHERE o.account = ? AND o.id = p.id)) ORDER BY p.id",
		[]any{listOf(r.s, ids), r.s.account, r.s.account, r.s.account}, func(rows *sql.Rows) error {
			var id string
			var p orgoverlay.Person
			err := rows.Scan(&id, &p.Name, &p.Version)
			p.ID = orgoverlay.PersonID(id)
			out = append(out, p)
			return err
		})
	return out, err
}

func (r people) PutPerson(ctx context.Context, p orgoverlay.Person) error {
	row := personRow{Account: r.s.account, ID: p.ID, Name: p.Name, Version: p.Version + 1}
	if ok, err := put(ctx, r.s, &row, p.Version); !ok {
		return refuse(err, orgoverlay.ErrConflict, "person", string(p.ID))
	}
	return nil
}
