package bunstore

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/mspkit/mspkit/collab"
)

type ledger struct{ s *session }

type linkRow struct {
	bun.BaseModel `bun:"table:mspkit_link"`
	Account       string          `bun:",pk"`
	Partner       collab.SystemID `bun:",pk"`
	Remote        collab.ShopID   `bun:",pk"`
	Shop          collab.ShopID
	Project       collab.ProjectID
	Epoch         int64
	Rev           int64
	Digest        string
	Saved         int64
	ReturnState   string
	Detail        string
	ChangedAt     int64
	Version       int64
}

func (r *linkRow) link() (collab.Link, error) {
	return collab.Link{Partner: r.Partner, Remote: r.Remote, Shop: r.Shop, Project: r.Project, Epoch: r.Epoch, Rev: r.Rev, Digest: r.Digest,
		Saved: r.Saved, Return: collab.ParseReturnState(r.ReturnState), Detail: r.Detail, At: fromMicros(r.ChangedAt), Version: r.Version}, nil
}

type eventRow struct {
	bun.BaseModel `bun:"table:mspkit_event"`
	Account       string          `bun:",pk"`
	Partner       collab.SystemID `bun:",pk"`
	Remote        collab.ShopID   `bun:",pk"`
	Epoch         int64           `bun:",pk"`
	Kind          string
	Shop          collab.ShopID
	Project       collab.ProjectID
	Run           collab.RunID
	TermsRev      int64
	Digest        string
	HappenedAt    int64
}

func (r *eventRow) event() (collab.Event, error) {
	return collab.Event{Partner: r.Partner, Remote: r.Remote, Epoch: r.Epoch, Kind: collab.ParseEventKind(r.Kind), Shop: r.Shop, Project: r.Project,
		Run: r.Run, TermsRev: r.TermsRev, Digest: r.Digest, At: fromMicros(r.HappenedAt)}, nil
}

// Links is read for every shop of every import, also of one that brings nothing new, and scans by hand what bun would through reflection.
func (l ledger) Links(ctx context.Context, partner collab.SystemID, remote []collab.ShopID) ([]collab.Link, error) {
	return inLists(remote, func(chunk []collab.ShopID) ([]collab.Link, error) {
		if l.s.err != nil {
			return nil, l.s.err
		}
		rows, err := among[linkRow](l.s, from[linkRow](l.s).ExcludeColumn("account", "partner").Where("partner = ?", partner), chunk, "remote").Rows(ctx)
		if err != nil {
			return nil, l.s.fail("read links", err)
		}
		defer rows.Close()
		out := make([]collab.Link, 0, len(chunk))
		for rows.Next() {
			var remote, shop, project, state string
			var at int64
			k := collab.Link{Partner: partner}
			if err := rows.Scan(&remote, &shop, &project, &k.Epoch, &k.Rev, &k.Digest, &k.Saved, &state, &k.Detail, &at, &k.Version); err != nil {
				return nil, l.s.fail("read links", err)
			}
			k.Remote, k.Shop, k.Project = collab.ShopID(remote), collab.ShopID(shop), collab.ProjectID(project)
			k.Return, k.At = collab.ParseReturnState(state), fromMicros(at)
			out = append(out, k)
		}
		if err := rows.Err(); err != nil {
			return nil, l.s.fail("read links", err)
		}
		return out, nil
	})
}

// returnNumber is a link's ReturnState as a number, which takes no memory on its way.
var returnNumber = func() string {
	var b strings.Builder
	b.WriteString("CASE return_state")
	for r := collab.ReturnNone; r.String() != ""; r++ {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", r, r)
	}
	return b.String() + " END"
}()

// Standings reads the range from the first of the shops to the last, which is what a page of them takes up in the ledger. Where much stands in
// between that was not asked for, it asks for the rest by their ids.
func (l ledger) Standings(ctx context.Context, partner collab.SystemID, remote []collab.ShopID) ([]collab.Standing, error) {
	if len(remote) == 0 {
		return nil, nil
	}
	remote = slices.Clone(remote)
	slices.Sort(remote)
	remote = slices.Compact(remote)
	query := func() *bun.SelectQuery {
		return from[linkRow](l.s).Column("remote").ColumnExpr(returnNumber).Where("partner = ?", partner)
	}
	most := 2*len(remote) + 16
	stretch := query().Where("remote BETWEEN ? AND ?", remote[0], remote[len(remote)-1]).Order("remote").Limit(int64(most))
	out, seen, err := l.pick(ctx, make([]collab.Standing, 0, len(remote)), stretch, &remote)
	if err != nil || seen < most {
		return out, err
	}
	for chunk := range slices.Chunk(remote, chunkSize) {
		if out, _, err = l.pick(ctx, out, among[linkRow](l.s, query(), chunk, "remote"), &chunk); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// pick runs a query of remote shops and their return states, in order, and appends those that are wanted. It leaves the wanted ones that lie
// behind the last row, and says how many rows there were. It scans by hand what bun would through reflection.
func (l ledger) pick(ctx context.Context, out []collab.Standing, q *bun.SelectQuery, wanted *[]collab.ShopID) ([]collab.Standing, int, error) {
	if l.s.err != nil {
		return nil, 0, l.s.err
	}
	rows, err := q.Rows(ctx)
	if err != nil {
		return nil, 0, l.s.fail("read links", err)
	}
	defer rows.Close()
	var remote string
	var state int64
	dest := []any{&remote, &state}
	seen := 0
	for ; rows.Next(); seen++ {
		if err := rows.Scan(dest...); err != nil {
			return nil, 0, l.s.fail("read links", err)
		}
		w := *wanted
		for len(w) > 0 && string(w[0]) < remote {
			w = w[1:]
		}
		if len(w) > 0 && string(w[0]) == remote {
			out = append(out, collab.Standing{Remote: w[0], Return: collab.ReturnState(state)})
			w = w[1:]
		}
		*wanted = w
	}
	if err := rows.Err(); err != nil {
		return nil, 0, l.s.fail("read links", err)
	}
	return out, seen, nil
}

func (l ledger) LinksOf(ctx context.Context, shops []collab.ShopID) ([]collab.Link, error) {
	return inLists(shops, func(chunk []collab.ShopID) ([]collab.Link, error) {
		return many(ctx, l.s, among[linkRow](l.s, from[linkRow](l.s), chunk, "shop"), (*linkRow).link)
	})
}

func (l ledger) Events(ctx context.Context, run collab.RunID, partner collab.SystemID, after collab.ShopID, limit int) ([]collab.Event, error) {
	q := from[eventRow](l.s).Where("run = ?", run).Where("partner = ?", partner).Where("remote > ?", after).Order("remote", "epoch")
	return many(ctx, l.s, page(q, limit), (*eventRow).event)
}

func (l ledger) CountEvents(ctx context.Context, run collab.RunID) (map[collab.EventKind]int64, error) {
	var counts []struct {
		Kind  string
		Count int64
	}
	q := from[eventRow](l.s).ColumnExpr("kind, count(*) AS count").Where("run = ?", run).Group("kind")
	if err := l.s.scan(ctx, q, &counts); err != nil {
		return nil, err
	}
	out := make(map[collab.EventKind]int64, len(counts))
	for _, c := range counts {
		out[collab.ParseEventKind(c.Kind)] = c.Count
	}
	return out, nil
}

func (l ledger) PutLinks(ctx context.Context, links []collab.Link) error {
	return putAll(ctx, l.s, links, func(k *collab.Link) int64 { return k.Version }, func(k *collab.Link) linkRow {
		return linkRow{Account: l.s.account, Partner: k.Partner, Remote: k.Remote, Shop: k.Shop, Project: k.Project, Epoch: k.Epoch, Rev: k.Rev,
			Digest: k.Digest, Saved: k.Saved, ReturnState: k.Return.String(), Detail: k.Detail, ChangedAt: micros(k.At), Version: k.Version + 1}
	}, func(k *collab.Link, err error) error {
		return refuse(err, collab.ErrConflict, "link", string(k.Partner), string(k.Remote))
	})
}

func (l ledger) Append(ctx context.Context, events []collab.Event) error {
	return putAll(ctx, l.s, events, always0, func(e *collab.Event) eventRow {
		return eventRow{Account: l.s.account, Partner: e.Partner, Remote: e.Remote, Epoch: e.Epoch, Kind: e.Kind.String(), Shop: e.Shop,
			Project: e.Project, Run: e.Run, TermsRev: e.TermsRev, Digest: e.Digest, HappenedAt: micros(e.At)}
	}, func(e *collab.Event, err error) error {
		return refuse(err, collab.ErrConflict, "event", string(e.Partner), string(e.Remote), strconv.FormatInt(e.Epoch, 10))
	})
}
