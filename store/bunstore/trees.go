package bunstore

import (
	"context"
	"fmt"
	"reflect"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/locations"
)

type trees struct{ s *session }

type headRow struct {
	bun.BaseModel `bun:"table:mspkit_head"`
	Account       string          `bun:",pk"`
	SetID         locations.SetID `bun:",pk"`
	Revision      int64
	Root          string
	Nodes         int64
	Source        int64
}

func (r *headRow) head() (locations.Head, error) {
	root, err := locations.ParsePrint(r.Root)
	return locations.Head{Set: r.SetID, Revision: r.Revision, Root: root, Nodes: int(r.Nodes), Source: r.Source}, err
}

// entryCols are the columns that a comparison needs.
type entryCols struct {
	Key      locations.Key `bun:",pk"`
	Parent   locations.Key
	Level    int64
	Inactive bool
	Own      string
	Sub      string
	Edited   bool
}

func (c *entryCols) entry() (locations.Entry, error) {
	own, err := locations.ParsePrint(c.Own)
	if err != nil {
		return locations.Entry{}, err
	}
	sub, err := locations.ParsePrint(c.Sub)
	return locations.Entry{Key: c.Key, Parent: c.Parent, Level: locations.Level(c.Level), Own: own, Sub: sub, Inactive: c.Inactive, Edited: c.Edited}, err
}

// nodeCols are the columns of a node, in the tree as beside it.
type nodeCols struct {
	entryCols
	Name       string
	Address1   string `bun:"address1"`
	Address2   string `bun:"address2"`
	City       string
	Region     string
	Country    string
	PostalCode string
	Phone      string
	AreaCode   string
	Email      string
	Hours      string
	DaysOpen   string
	PlaceGroup string
	Attributes string
}

type storedAttribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func nodeOf(n *locations.Stored) nodeCols {
	p := &n.Place
	return nodeCols{
		entryCols: entryCols{Key: n.Key, Parent: n.Parent, Level: int64(n.Level), Inactive: n.Inactive, Own: n.Own.String(), Sub: n.Sub.String(), Edited: n.Edited},
		Name:      n.Name, Address1: p.Address1, Address2: p.Address2, City: p.City, Region: p.State, Country: p.Country, PostalCode: p.PostalCode,
		Phone: p.Phone, AreaCode: p.AreaCode, Email: p.Email, Hours: p.Hours, DaysOpen: p.DaysOpen, PlaceGroup: p.Group,
		Attributes: pack(each(p.Attributes, func(a locations.Attribute) storedAttribute { return storedAttribute(a) })),
	}
}

func (c *nodeCols) node() (locations.Stored, error) {
	e, err := c.entry()
	if err != nil {
		return locations.Stored{}, err
	}
	attributes, err := unpack[storedAttribute](c.Attributes)
	return locations.Stored{
		Node: locations.Node{Key: e.Key, Parent: e.Parent, Level: e.Level, Name: c.Name, Inactive: e.Inactive, Place: locations.Place{
			Address1: c.Address1, Address2: c.Address2, City: c.City, State: c.Region, Country: c.Country, PostalCode: c.PostalCode,
			Phone: c.Phone, AreaCode: c.AreaCode, Email: c.Email, Hours: c.Hours, DaysOpen: c.DaysOpen, Group: c.PlaceGroup,
			Attributes: each(attributes, func(a storedAttribute) locations.Attribute { return locations.Attribute(a) }),
		}},
		Own: e.Own, Sub: e.Sub, Edited: e.Edited,
	}, err
}

type entryRow struct {
	bun.BaseModel `bun:"table:mspkit_node"`
	entryCols
}

type nodeRow struct {
	bun.BaseModel `bun:"table:mspkit_node"`
	nodeCols
}

type stagedRow struct {
	bun.BaseModel `bun:"table:mspkit_staged"`
	Account       string           `bun:",pk"`
	Push          locations.PushID `bun:",pk"`
	nodeCols
}

func (r *entryRow) entry() (locations.Entry, error)  { return r.entryCols.entry() }
func (r *nodeRow) node() (locations.Stored, error)   { return r.nodeCols.node() }
func (r *stagedRow) node() (locations.Stored, error) { return r.nodeCols.node() }

func (t trees) Head(ctx context.Context, set locations.SetID) (locations.Head, error) {
	heads, err := many(ctx, t.s, from[headRow](t.s).Where("set_id = ?", set), (*headRow).head)
	if err != nil || len(heads) == 0 {
		return locations.Head{Set: set}, err
	}
	return heads[0], nil
}

func (t trees) Entries(ctx context.Context, set locations.SetID, keys []locations.Key) ([]locations.Entry, error) {
	return inLists(keys, func(chunk []locations.Key) ([]locations.Entry, error) {
		q := from[entryRow](t.s).Where("set_id = ?", set)
		return many(ctx, t.s, among[entryRow](t.s, q, chunk, "key"), (*entryRow).entry)
	})
}

func (t trees) Children(ctx context.Context, set locations.SetID, parents []locations.Key) ([]locations.Entry, error) {
	return inLists(parents, func(chunk []locations.Key) ([]locations.Entry, error) {
		q := from[entryRow](t.s).Where("set_id = ?", set)
		return many(ctx, t.s, among[entryRow](t.s, q, chunk, "parent", "key"), (*entryRow).entry)
	})
}

func (t trees) Nodes(ctx context.Context, set locations.SetID, keys []locations.Key) ([]locations.Stored, error) {
	return inLists(keys, func(chunk []locations.Key) ([]locations.Stored, error) {
		q := from[nodeRow](t.s).Where("set_id = ?", set)
		return many(ctx, t.s, among[nodeRow](t.s, q, chunk, "key"), (*nodeRow).node)
	})
}

func (t trees) List(ctx context.Context, set locations.SetID, after locations.Key, limit int) ([]locations.Stored, error) {
	q := from[nodeRow](t.s).Where("set_id = ?", set).Where("key > ?", after).Order("key")
	return many(ctx, t.s, page(q, limit), (*nodeRow).node)
}

func (t trees) Stage(ctx context.Context, push locations.PushID, rows []locations.Stored) error {
	return replaceAll(ctx, t.s, rows, func(n *locations.Stored) stagedRow {
		return stagedRow{Account: t.s.account, Push: push, nodeCols: nodeOf(n)}
	}, func(n *locations.Stored, err error) error {
		return refuse(err, locations.ErrConflict, "staged node", string(push), string(n.Key))
	})
}

func (t trees) Staged(ctx context.Context, push locations.PushID, after locations.Key, limit int) ([]locations.Stored, error) {
	q := from[stagedRow](t.s).Where("push = ?", push).Where("key > ?", after).Order("key")
	return many(ctx, t.s, page(q, limit), (*stagedRow).node)
}

func (t trees) Switch(ctx context.Context, push locations.PushID, head locations.Head, expect int64) error {
	what := fmt.Sprintf("switch set %s to push %s", head.Set, push)
	n, err := t.s.exec(ctx, what, "UPDATE mspkit_head SET revision = ?, root = ?, nodes = ?, source = ? WHERE account = ? AND set_id = ? AND revision = ?",
		head.Revision, head.Root.String(), head.Nodes, head.Source, t.s.account, head.Set, expect)
	if err == nil && n == 0 && expect == 0 { // a set that nobody has written yet
		n, err = t.s.exec(ctx, what, "INSERT INTO mspkit_head (account, set_id, revision, root, nodes, source) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			t.s.account, head.Set, head.Revision, head.Root.String(), head.Nodes, head.Source)
	}
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("bunstore: %s: revision is not %d: %w", what, expect, locations.ErrConflict)
	}
	cols := t.s.db.write.Table(reflect.TypeFor[nodeRow]())
	if _, err := t.s.exec(ctx, what, fmt.Sprintf(
		"INSERT INTO mspkit_node (account, set_id, %[1]s) SELECT account, ?, %[1]s FROM mspkit_staged WHERE account = ? AND push = ? "+
			"ON CONFLICT (account, set_id, key) DO UPDATE SET %[2]s",
		eachColumn(cols.Fields, "%s", ", "), eachColumn(cols.DataFields, "%[1]s = excluded.%[1]s", ", ")),
		head.Set, t.s.account, push); err != nil {
		return err
	}
	return t.Drop(ctx, push)
}

func (t trees) Drop(ctx context.Context, push locations.PushID) error {
	_, err := t.s.exec(ctx, "drop staged rows", "DELETE FROM mspkit_staged WHERE account = ? AND push = ?", t.s.account, push)
	return err
}
