package api

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
	"github.com/mspkit/mspkit/store"
)

type listMessages struct {
	State string `query:"state" enum:"waiting,leased,done,parked"`
	After int64  `query:"after"`
	Paged
}

type byNumber struct {
	ID int64 `path:"id"`
}

type listHistory struct {
	Kind    string `query:"subject_kind" doc:"with subject_id"`
	Subject string `query:"subject_id"`
	Project string `query:"project"`
	Before  string `query:"before"`
	Paged
}

// messages serves what goes out to partners, and the history of everything but locations.
func (a *api) messages() {
	const area = "Messages and history"
	handle(a, route("listMessages", "GET messages", area, "Messages to partners, oldest first"), func(ctx context.Context, in *listMessages) (shapes.List[shapes.Message], error) {
		ms, err := a.Queue.List(ctx, store.MessageQuery{Account: a.Self.System, State: store.ParseMessageState(in.State), After: in.After, Limit: in.Limit + 1})
		return page(ms, in.Limit, func(m store.Message) string { return strconv.FormatInt(m.ID, 10) }, toMessage), err
	})
	handle(a, route("replayMessage", "POST messages/{id}/replay", area, "Try a parked message again"), func(ctx context.Context, in *byNumber) (shapes.Message, error) {
		replay := a.Queue.Replay(ctx, a.Self.System, in.ID, time.Now().UTC())
		ms, err := a.Queue.List(ctx, store.MessageQuery{Account: a.Self.System, After: in.ID - 1, Limit: 1})
		if err == nil && (len(ms) == 0 || ms[0].ID != in.ID) {
			err = fmt.Errorf("message %d: %w", in.ID, collab.ErrNotFound)
		}
		if err == nil {
			err = replay
		}
		if err != nil {
			return shapes.Message{}, err
		}
		return toMessage(ms[0]), nil
	})
	handle(a, route("listHistory", "GET history", area, "Who did what, newest first"), func(ctx context.Context, in *listHistory) (shapes.List[shapes.Entry], error) {
		es, err := view(ctx, a, func(ctx context.Context, v store.View) ([]collab.Entry, error) {
			return v.Collab.History.List(ctx, collab.HistoryQuery{
				Subject: collab.Subject{Kind: in.Kind, ID: in.Subject}, Project: collab.ProjectID(in.Project), Before: in.Before, Limit: in.Limit + 1,
			})
		})
		return page(es, in.Limit, func(e collab.Entry) string { return e.ID }, toEntry), err
	})
}

func toMessage(m store.Message) shapes.Message {
	return shapes.Message{
		ID: m.ID, Domain: m.Domain, Kind: m.Kind, Key: m.Key, Stream: m.Stream, State: m.State.String(), Attempts: m.Attempts, NextAt: m.NextAt, Reason: m.Reason,
		CreatedAt: m.CreatedAt, SettledAt: m.SettledAt,
	}
}

func toEntry(e collab.Entry) shapes.Entry {
	return shapes.Entry{
		ID: e.ID, At: e.At, Actor: e.Actor, SubjectKind: e.Subject.Kind, SubjectID: e.Subject.ID, Project: string(e.Project), Action: e.Action,
		Changes: each(e.Changes, toChange), Why: e.Why,
	}
}
