package collabhttp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
)

// routes is the whole protocol: what each operation is called, takes and answers.
func (h *handler) routes(mux *http.ServeMux) {
	peer, pairer, places := h.cfg.Peer, h.cfg.Pairer, h.cfg.Places
	const project = Prefix + "projects/{project}/"

	mux.HandleFunc("POST "+Prefix+"pair", h.pair)
	mux.HandleFunc("POST "+Prefix+"key", tell(h, func(ctx context.Context, r *request, b wireRotate) (wireNothing, error) {
		if string(b.Next.ID) != KeyID(b.Next.Public) {
			return wireNothing{}, badField("next.id", "key_id", "is not the id of this key")
		}
		return wireNothing{}, pairer.Rotate(ctx, r.from, r.call, collab.PartnerKey{ID: collab.KeyID(b.Next.ID), Public: b.Next.Public}, b.OldUntil)
	}))
	mux.HandleFunc("POST "+Prefix+"hello", tell(h, func(ctx context.Context, r *request, b wireHello) (wireHello, error) {
		hello, err := peer.Hello(ctx, r.from, b.domain())
		return toHello(hello), err
	}))
	mux.HandleFunc("PUT "+project+"terms", tell(h, func(ctx context.Context, r *request, b wireNotice) (wireNothing, error) {
		if err := r.names(b.Project); err != nil {
			return wireNothing{}, err
		}
		return wireNothing{}, peer.Terms(ctx, r.from, r.call, b.domain())
	}))
	mux.HandleFunc("PUT "+project+"answer", tell(h, func(ctx context.Context, r *request, b wireAnswer) (wireAnswerReply, error) {
		if err := r.names(b.Project); err != nil {
			return wireAnswerReply{}, err
		}
		reply, err := peer.Answer(ctx, r.from, r.call, b.domain())
		out := wireAnswerReply{Taken: reply.Taken}
		if reply.Terms != nil {
			n := toNotice(*reply.Terms)
			out.Terms = &n
		}
		return out, err
	}))
	mux.HandleFunc("GET "+project+"shops", ask(h, func(ctx context.Context, r *request) (wireHeaderPage, error) {
		limit, err := queryInt(r.query, "limit")
		if err != nil {
			return wireHeaderPage{}, err
		}
		page, err := peer.Shops(ctx, r.from, collab.HeaderQuery{Project: r.project(), After: collab.ShopID(r.query.Get("after")), Limit: limit})
		return wireHeaderPage{mapSlice(page.Headers, toHeader), string(page.Next)}, err
	}, "after", "limit"))
	mux.HandleFunc("POST "+project+"shops/headers", tell(h, func(ctx context.Context, r *request, b wireShopIDs) (wireHeaderPage, error) {
		page, err := peer.Shops(ctx, r.from, collab.HeaderQuery{Project: r.project(), Only: mapSlice(b.Shops, as[collab.ShopID])})
		return wireHeaderPage{mapSlice(page.Headers, toHeader), string(page.Next)}, err
	}))
	mux.HandleFunc("POST "+project+"shops/snapshots", tell(h, func(ctx context.Context, r *request, b wireShopIDs) (wireSnapshots, error) {
		snaps, err := peer.Snapshots(ctx, r.from, r.project(), mapSlice(b.Shops, as[collab.ShopID]))
		return wireSnapshots{mapSlice(snaps, func(s collab.Snapshot) wireSnapshot {
			return wireSnapshot{string(s.Shop), s.Epoch, s.Rev, toShop(s.Content)}
		})}, err
	}))
	mux.HandleFunc("PUT "+project+"shops/{shop}/return", tell(h, func(ctx context.Context, r *request, b wireReturn) (wireReturnReply, error) {
		reply, err := peer.Return(ctx, r.from, r.call, collab.ReturnNotice{Project: r.project(), Shop: collab.ShopID(r.PathValue("shop")), Epoch: b.Epoch, Rev: b.Rev,
			Content: b.Content.domain(), Overwrite: b.Overwrite, Check: b.Check, By: b.By})
		return wireReturnReply{reply.Done, reply.Rev, mapSlice(reply.Lost, func(c collab.Change) wireChange { return wireChange(c) })}, err
	}))
	mux.HandleFunc("GET "+project+"survey", ask(h, func(ctx context.Context, r *request) (wireSurvey, error) {
		s, err := peer.Survey(ctx, r.from, r.project())
		return wireSurvey{string(s.Survey), s.Version, s.Rev, toContent(s.Content)}, err
	}))
	mux.HandleFunc("PUT "+project+"survey", tell(h, func(ctx context.Context, r *request, b wireSurveyNotice) (wireNothing, error) {
		return wireNothing{}, peer.UpdateSurvey(ctx, r.from, r.call, collab.SurveyNotice{Project: r.project(), Rev: b.Rev, Expect: b.Expect, Content: b.Content.domain(), By: b.By})
	}))
	mux.HandleFunc("GET "+project+"progress", ask(h, func(ctx context.Context, r *request) (wireProgress, error) {
		counts, err := peer.Progress(ctx, r.from, r.project())
		return wireProgress{mapSlice(counts, func(c collab.StatusCount) wireCount { return wireCount{string(c.Status), c.Count} })}, err
	}))
	mux.HandleFunc("POST "+project+"locations/look", tell(h, func(ctx context.Context, r *request, b wireLookQuery) (wireLook, error) {
		from, id, _, err := h.place(ctx, r)
		if err != nil {
			return wireLook{}, err
		}
		look, err := places.Look(ctx, from, id, mapSlice(b.Parents, as[locations.Key]))
		return toLook(look), err
	}))
	mux.HandleFunc("POST "+project+"locations/nodes", tell(h, func(ctx context.Context, r *request, b wireKeys) (wireNodes, error) {
		from, id, _, err := h.place(ctx, r)
		if err != nil {
			return wireNodes{}, err
		}
		nodes, err := places.Nodes(ctx, from, id, mapSlice(b.Keys, as[locations.Key]))
		return toNodes(nodes), err
	}))
	mux.HandleFunc("POST "+project+"locations/pushes/{push}/pages", tell(h, func(ctx context.Context, r *request, b wirePage) (wireNothing, error) {
		from, id, call, err := h.place(ctx, r)
		if err != nil {
			return wireNothing{}, err
		}
		return wireNothing{}, places.Stage(ctx, from, call, locations.PushPage{Project: id, Push: locations.PushID(r.PathValue("push")), Nodes: mapSlice(b.Nodes, wireNode.domain)})
	}))
	mux.HandleFunc("PUT "+project+"locations/pushes/{push}", tell(h, func(ctx context.Context, r *request, b wireCommit) (wireReceipt, error) {
		from, id, call, err := h.place(ctx, r)
		if err != nil {
			return wireReceipt{}, err
		}
		root, err := locations.ParsePrint(b.Root)
		if err != nil {
			return wireReceipt{}, err
		}
		receipt, err := places.Commit(ctx, from, call, locations.PushCommit{Project: id, Push: locations.PushID(r.PathValue("push")), Total: b.Total, Source: b.Source, Expect: b.Expect,
			Root: root, Overwrite: b.Overwrite})
		return wireReceipt{receipt.Revision, receipt.Root.String(), receipt.Created, receipt.Updated, receipt.Deactivated}, err
	}))
	mux.HandleFunc("/", h.unknown)
}

// names refuses a body that is about another project than its path.
func (r *request) names(project string) error {
	if project != string(r.project()) {
		return badField("project", "path", "is not the project of the address")
	}
	return nil
}

// queryOf reads the query of a request, in which each of the names may stand once and nothing else.
func queryOf(r *http.Request, names []string) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badField("query", "syntax", "cannot be read")
	}
	for name, values := range query {
		if !slices.Contains(names, name) || len(values) != 1 {
			return nil, badField("query", "unknown", fmt.Sprintf("%.64q is not known here, or stands more than once", name))
		}
	}
	return query, nil
}

func queryInt(query url.Values, name string) (int, error) {
	s := query.Get(name)
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0, badField(name, "number", "is not a whole number")
	}
	return n, nil
}

// badField refuses one field of a request.
func badField(field, rule, message string) error {
	return &collab.Invalid{Op: "peer", Fields: []collab.FieldError{{Field: field, Rule: rule, Message: message}}}
}
