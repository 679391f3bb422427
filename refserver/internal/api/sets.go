package api

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/refserver/internal/web"
)

type listNodes struct {
	Set   string `path:"set" doc:"the client's id"`
	After string `query:"after"`
	Paged
}

type oneNode struct {
	Set string `path:"set"`
	Key string `query:"key" required:"true"`
}

type ofSet struct {
	Set string `path:"set"`
}

type setHistory struct {
	Set    string `path:"set"`
	Before string `query:"before"`
	Paged
}

type loadTable struct {
	Set        string `path:"set"`
	Layout     string `query:"layout" doc:"a Layout as JSON; default: the columns Store Number, Store Name, Street Address, City, State/Province, Country, Postcode, Phone Number, with the levels Country, State/Province and City"`
	Deactivate bool   `query:"deactivate" doc:"make every node inactive that the table does not name"`
	Preview    bool   `query:"preview" doc:"say what would be done, and do nothing"`
	RawBody    []byte `contentType:"text/csv" doc:"CSV or TSV in UTF-8 with a header line"`
}

type editSet struct {
	Set  string `path:"set"`
	Body shapes.Edit
}

// maxTable is the greatest table in bytes.
const maxTable = 32 << 20

// sets serves location hierarchies. A client's set has the client's id.
func (a *api) sets() {
	const area = "Locations"
	handle(a, route("getSet", "GET sets/{set}", area, "The head of a set"), func(ctx context.Context, in *ofSet) (shapes.Head, error) {
		return head(a.Locations.Head(ctx, locations.SetID(in.Set)))
	})
	handle(a, route("listNodes", "GET sets/{set}/nodes", area, "Nodes by key"), func(ctx context.Context, in *listNodes) (shapes.List[shapes.Node], error) {
		rows, err := a.Locations.List(ctx, locations.SetID(in.Set), locations.Key(in.After), in.Limit+1)
		return page(rows, in.Limit, func(r locations.Stored) string { return string(r.Key) }, toStored), err
	})
	handle(a, route("getNode", "GET sets/{set}/node", area, "One node"), func(ctx context.Context, in *oneNode) (shapes.Node, error) {
		row, err := a.Locations.Node(ctx, locations.SetID(in.Set), locations.Key(in.Key))
		return toStored(row), err
	})
	load := route("loadTable", "POST sets/{set}/load", area, "Load a client's list of stores")
	load.MaxBodyBytes, load.BodyReadTimeout = maxTable, web.FileTime
	handle(a, load, func(ctx context.Context, in *loadTable) (shapes.LoadResult, error) {
		layout, err := layoutOf(in.Layout)
		if err != nil {
			return shapes.LoadResult{}, err
		}
		r, err := a.Locations.LoadTable(ctx, a.Keeper(ctx), locations.SetID(in.Set), bytes.NewReader(in.RawBody), layout, locations.LoadOptions{Deactivate: in.Deactivate, Preview: in.Preview})
		return shapes.LoadResult{
			Head: toHead(r.Head), Created: r.Created, Updated: r.Updated, Deactivated: r.Deactivated, Unchanged: r.Unchanged,
			Refused: each(r.Refused, toRowProblem), Warnings: each(r.Warnings, toRowProblem),
		}, err
	})
	handle(a, route("editSet", "POST sets/{set}/edits", area, "Change nodes by hand, all or none"), func(ctx context.Context, in *editSet) (shapes.Head, error) {
		edits := make([]locations.Edit, len(in.Body.Edits))
		for i, e := range in.Body.Edits {
			fields, err := fieldsOf(e.Fields)
			if err != nil {
				return shapes.Head{}, err
			}
			edits[i] = locations.Edit{Node: fromNode(e.Node), Fields: fields}
		}
		return head(a.Locations.Edit(ctx, a.Keeper(ctx), locations.SetID(in.Set), in.Body.Revision, edits...))
	})
	handle(a, route("listSetHistory", "GET sets/{set}/history", area, "What was done to a set, newest first"), func(ctx context.Context, in *setHistory) (shapes.List[shapes.Entry], error) {
		rs, err := a.Locations.History(ctx, locations.SetID(in.Set), in.Before, in.Limit+1)
		return page(rs, in.Limit, func(r locations.Record) string { return r.ID }, toRecord), err
	})
}

// layoutOf reads a layout; none is that of a store list.
func layoutOf(text string) (locations.Layout, error) {
	if text == "" {
		return locations.StoreListLayout(), nil
	}
	var in shapes.Layout
	if err := json.Unmarshal([]byte(text), &in, json.RejectUnknownMembers(true)); err != nil {
		return locations.Layout{}, fmt.Errorf("layout: %w: %w", errBody, err)
	}
	out := locations.Layout{ID: in.ID, Fields: map[locations.Fields]string{}, Attributes: in.Attributes, Levels: each(in.Levels, func(l shapes.LevelColumn) locations.LevelColumn {
		return locations.LevelColumn(l)
	})}
	for _, name := range slices.Sorted(maps.Keys(in.Fields)) {
		f, err := fieldsOf([]string{name})
		if err != nil {
			return locations.Layout{}, err
		}
		out.Fields[f] = in.Fields[name]
	}
	return out, nil
}

// fieldsOf reads the names of fields; none means all.
func fieldsOf(names []string) (locations.Fields, error) {
	if len(names) == 0 {
		return locations.AllFields, nil
	}
	var out locations.Fields
	for _, name := range names {
		f, ok := fieldNames[name]
		if !ok {
			return 0, locations.Problems{{Field: name, Rule: "unknown_field", Message: "no such field"}}
		}
		out |= f
	}
	return out, nil
}

var fieldNames = func() map[string]locations.Fields {
	m := map[string]locations.Fields{}
	for _, f := range locations.Fields(locations.AllFields).Each() {
		m[f.String()] = f
	}
	return m
}()

func head(h locations.Head, err error) (shapes.Head, error) { return toHead(h), err }

func toHead(h locations.Head) shapes.Head {
	return shapes.Head{Set: string(h.Set), Revision: h.Revision, Root: h.Root.String(), Nodes: h.Nodes, Source: h.Source}
}

func toNode(n locations.Node) shapes.Node {
	p := n.Place
	return shapes.Node{Key: string(n.Key), Parent: string(n.Parent), Level: int(n.Level), Name: n.Name, Inactive: n.Inactive, Place: shapes.Place{
		Address1: p.Address1, Address2: p.Address2, City: p.City, State: p.State, Country: p.Country, PostalCode: p.PostalCode, Phone: p.Phone, AreaCode: p.AreaCode,
		Email: p.Email, Hours: p.Hours, DaysOpen: p.DaysOpen, Group: p.Group,
		Attributes: each(p.Attributes, func(a locations.Attribute) shapes.Attribute { return shapes.Attribute(a) }),
	}}
}

func toStored(s locations.Stored) shapes.Node {
	n := toNode(s.Node)
	n.Edited = s.Edited
	return n
}

func fromNode(n shapes.Node) locations.Node {
	p := n.Place
	return locations.Node{Key: locations.Key(n.Key), Parent: locations.Key(n.Parent), Level: locations.Level(n.Level), Name: n.Name, Inactive: n.Inactive, Place: locations.Place{
		Address1: p.Address1, Address2: p.Address2, City: p.City, State: p.State, Country: p.Country, PostalCode: p.PostalCode, Phone: p.Phone, AreaCode: p.AreaCode,
		Email: p.Email, Hours: p.Hours, DaysOpen: p.DaysOpen, Group: p.Group,
		Attributes: each(p.Attributes, func(a shapes.Attribute) locations.Attribute { return locations.Attribute(a) }),
	}}
}

func toRowProblem(p locations.Problem) shapes.Field {
	return shapes.Field{Field: p.Field, Rule: string(p.Rule), Message: p.Message, Line: p.Line, Key: string(p.Key)}
}

func toRecord(r locations.Record) shapes.Entry {
	return shapes.Entry{
		ID: r.ID, At: r.At, Actor: r.Actor, SubjectKind: "set", SubjectID: string(r.Set), Project: string(r.Project), Action: r.Action, Why: r.Note,
		Changes: each(r.Changes, func(c locations.FieldChange) shapes.Change {
			return shapes.Change{Field: string(c.Key) + "." + c.Field, Before: c.Before, After: c.After}
		}),
	}
}
