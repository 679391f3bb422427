package locations

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Deliver carries out a message of kind KindPush: it compares and pushes everything, page by page, and keeps in the run how
// far it came. Delivered again after a failure it goes on from there. A refusal that trying again does not mend ends the run,
// which says why, and is no error. Anything else leaves the run running with its LastError and comes back, for another try;
// when the courier gives up, the run waits for the message's replay, or for StopPush.
//
// A plan that goes stale meanwhile is made again, unless a person saw another one. A message without a run carries on that of
// its project, or begins one. Its first copy may overwrite what the partner has edited; a later one is refused.
func (s *Service) Deliver(ctx context.Context, m Message) error {
	var p pushPayload
	if m.Kind != KindPush || json.Unmarshal(m.Payload, &p) != nil || p.Project == "" {
		return hopeless{fail(ErrInvalid, "deliver message %s of kind %q", m.Key, m.Kind)}
	}
	run, err := s.runOf(ctx, p)
	if errors.Is(err, ErrNotFound) {
		return hopeless{fail(err, "deliver the push for project %s", p.Project)}
	}
	if err == nil && run.State == RunRunning {
		err = s.carry(ctx, &run)
	}
	if kind := refusalOf(err); kind != "" {
		err = s.refuseRun(ctx, run, kind, err)
	}
	switch {
	case err == nil, errors.Is(err, errEnded):
		return nil
	case !errors.Is(ctx.Err(), context.Canceled): // that would only be a restart
		text := told(err)
		_ = s.saveRun(context.WithoutCancel(ctx), &run, func(r *PushRun) { r.LastError = text }) // the first error is the one to tell
	}
	return fail(err, "deliver the push for project %s", p.Project)
}

// hopeless is an error that another delivery would meet again: the courier puts the message aside.
type hopeless struct{ error }

func (h hopeless) Unwrap() error   { return h.error }
func (h hopeless) Permanent() bool { return true }

// runOf returns the run that a message is for.
func (s *Service) runOf(ctx context.Context, p pushPayload) (PushRun, error) {
	if p.Run != "" {
		return s.PushRun(ctx, p.Run)
	}
	var run PushRun
	fresh := PushRun{ID: RunID(s.cfg.NewID()), Project: p.Project, By: "courier", State: RunRunning, StartedAt: s.now()}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Pushes == nil {
			return ErrUnsupported
		}
		share, err := tx.Shares.Share(ctx, p.Project)
		if err != nil {
			return err
		}
		run = fresh
		run.Set = share.Set
		if err = tx.Pushes.Put(ctx, run); errors.Is(err, ErrConflict) {
			run, err = running(ctx, tx.Pushes, p.Project)
			return err
		}
		run.Version++
		return err
	})
	return run, err
}

// carry takes a run to its end. Our set and the copy may move meanwhile: then it plans anew.
func (s *Service) carry(ctx context.Context, run *PushRun) (err error) {
	if s.cfg.Peer == nil {
		return ErrUnsupported
	}
	for range tries {
		if err = s.tryRun(ctx, run); !errors.Is(err, ErrStale) || errors.Is(err, errSeen) {
			return err
		}
	}
	return err
}

func (s *Service) tryRun(ctx context.Context, run *PushRun) error {
	var share Share
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		share, err = pushing(ctx, nil, v, run.Project)
		return err
	}); err != nil {
		return err
	}
	resumed := run.Staged > 0
	if !run.staged() {
		if synced, err := s.stageRun(ctx, run, share); synced || err != nil {
			return err
		}
	}
	receipt, err := s.commitThere(ctx, share.Partner, run.Commit)
	switch {
	case err == nil:
		return s.finishRun(ctx, run, share, receipt)
	case errors.Is(err, ErrStale), resumed && errors.Is(err, ErrInvalid): // what was staged in an earlier try may be gone
		if err := s.saveRun(ctx, run, (*PushRun).forget); err != nil {
			return err
		}
		return fmt.Errorf("the partner did not take the push of our revision %d: %w", run.Commit.Source, ErrStale)
	}
	return err
}

// stageRun compares, and stages what the partner does not have from us. It reports that a partner is in sync; then the run is done.
func (s *Service) stageRun(ctx context.Context, run *PushRun, share Share) (synced bool, err error) {
	c, err := s.compare(ctx, nil, run.Project)
	if err != nil {
		return false, err
	}
	plan, next := PlanPush(c), *run
	if plan.inSync() {
		next.Seen = PushStamp{} // whatever moved, it has come out as it should be
	}
	if err := next.plan(plan); err != nil {
		return false, err
	}
	if plan.inSync() {
		run.Commit, run.Created, run.Updated, run.Moved, run.Deactivated = next.Commit, 0, 0, 0, 0
		return true, s.finishRun(ctx, run, share, PushReceipt{Revision: plan.Theirs.Revision, Root: plan.Theirs.Root})
	}
	if next.Commit != run.Commit {
		if err := s.saveRun(ctx, run, func(r *PushRun) { *r = next }); err != nil {
			return false, err
		}
	}
	return false, s.stagePages(ctx, share.Partner, run.Commit, plan.Put, run.Staged, func(staged int) error {
		return s.saveRun(ctx, run, func(r *PushRun) { r.Staged = staged })
	})
}
