package locations

import (
	"context"
	"errors"
	"fmt"
)

// StartPush starts to make the partner of a project equal to our set, as work that a person can leave and come back to, and
// returns its run; Deliver carries it out. Seen are the revisions of the plan that the person agreed to: they must hold when
// it starts, and when it is carried out. What would be refused is refused at once: ErrForbidden unless the set is ours,
// ErrState unless the project is accepted, ErrStale, an OverwritesError, and a RunningError while another push of the
// project runs. A first copy may always overwrite.
func (s *Service) StartPush(ctx context.Context, actor Actor, project ProjectID, seen PushStamp, opts PushOptions) (PushRun, error) {
	run, err := s.startPush(ctx, actor, project, seen, opts)
	if err != nil {
		return PushRun{}, fail(err, "start a push for project %s", project)
	}
	return run, nil
}

func (s *Service) startPush(ctx context.Context, actor Actor, project ProjectID, seen PushStamp, opts PushOptions) (PushRun, error) {
	if err := s.view(ctx, func(ctx context.Context, v View) error {
		_, err := pushing(ctx, &actor, v, project)
		return err
	}); err != nil {
		return PushRun{}, err
	}
	c, err := s.compare(ctx, &actor, project)
	if err != nil {
		return PushRun{}, err
	}
	plan := PlanPush(c)
	run := PushRun{
		ID: RunID(s.cfg.NewID()), Project: project, Set: plan.Ours.Set, By: actor.Name, State: RunRunning, Seen: seen, Overwrite: opts.Overwrite, StartedAt: s.now(),
	}
	if err := run.plan(plan); err != nil {
		return PushRun{}, err
	}
	if plan.inSync() { // there is nothing to commit
		run.Commit = PushCommit{}
	}
	record := Record{ID: s.cfg.NewID(), At: run.StartedAt, Actor: actor.Name, Set: run.Set, Project: project, Action: "start_push"}
	err = s.update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Outbox == nil || tx.Pushes == nil {
			return ErrUnsupported
		}
		if _, err := pushing(ctx, &actor, tx.View(), project); err != nil {
			return err
		}
		head, err := tx.Trees.Head(ctx, run.Set)
		if err != nil {
			return err
		}
		if head != plan.Ours {
			return fmt.Errorf("our set is at revision %d, the plan is for %d: %w", head.Revision, plan.Ours.Revision, ErrStale)
		}
		if err := tx.Pushes.Put(ctx, run); errors.Is(err, ErrConflict) {
			other, err := running(ctx, tx.Pushes, project)
			if err != nil {
				return err
			}
			return &RunningError{Run: other.ID}
		} else if err != nil {
			return err
		}
		if err := tx.History.Append(ctx, []Record{record}); err != nil {
			return err
		}
		return tx.Outbox.Enqueue(ctx, []Message{run.message()})
	})
	run.Version++
	return run, err
}

// pushing returns the share of a project for which we may push.
func pushing(ctx context.Context, actor *Actor, v View, project ProjectID) (Share, error) {
	share, err := owned(ctx, actor, v, project)
	if err == nil {
		err = live(share)
	}
	return share, err
}

// running returns the run of a project that is under way, or ErrNotFound.
func running(ctx context.Context, pushes PushesView, project ProjectID) (PushRun, error) {
	const limit = 100
	for before := RunID(""); ; {
		list, err := pushes.List(ctx, project, before, limit)
		if err != nil {
			return PushRun{}, err
		}
		for _, r := range list {
			if r.State == RunRunning {
				return r, nil
			}
		}
		if len(list) < limit {
			return PushRun{}, fmt.Errorf("no push of project %s is running: %w", project, ErrNotFound)
		}
		before = list[limit-1].ID
	}
}

// RequestPush asks for the partner of a project to be made equal to our set, in the background and whatever both sides look
// like by then: Deliver makes a run of it. While another run is under way, it comes after that.
func (s *Service) RequestPush(ctx context.Context, actor Actor, project ProjectID) error {
	at := s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Outbox == nil {
			return ErrUnsupported
		}
		share, err := pushing(ctx, &actor, tx.View(), project)
		if err != nil {
			return err
		}
		record := Record{ID: s.cfg.NewID(), At: at, Actor: actor.Name, Set: share.Set, Project: project, Action: "request_push"}
		if err := tx.History.Append(ctx, []Record{record}); err != nil {
			return err
		}
		return tx.Outbox.Enqueue(ctx, []Message{PushMessage(project, at)})
	})
	if err != nil {
		return fail(err, "request a push for project %s", project)
	}
	return nil
}

// StopPush ends a running push where it stands, for a reason, and returns it. What is staged at the partner is never switched
// over, and goes with the next push; but when the partner is doing so at this moment, the run ends as done.
// A run that has ended is ErrState.
func (s *Service) StopPush(ctx context.Context, actor Actor, id RunID, why string) (PushRun, error) {
	if why == "" || len(why) > maxReason {
		return PushRun{}, fail(ErrInvalid, "stop push %s: a reason of at most %d bytes is needed", id, maxReason)
	}
	run, err := s.endRun(ctx, id, Record{Actor: actor.Name, Action: "stop_push", Note: why}, func(account Account, r *PushRun) error {
		if err := belongs(actor, account); err != nil {
			return err
		}
		if r.State != RunRunning {
			return fmt.Errorf("it is %s: %w", r.State, ErrState)
		}
		r.State, r.Reason = RunStopped, why
		return nil
	})
	if err != nil {
		return PushRun{}, fail(err, "stop push %s", id)
	}
	return run, nil
}

// PushRun returns one run, or ErrNotFound.
func (s *Service) PushRun(ctx context.Context, id RunID) (run PushRun, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		if v.Pushes == nil {
			return ErrUnsupported
		}
		run, err = v.Pushes.Push(ctx, id)
		return err
	})
	if err != nil {
		return PushRun{}, fail(err, "push %s", id)
	}
	return run, nil
}

// Pushes returns up to limit (1 to 1000) runs of a project, newest first, that are older than the run before; an empty
// before begins with the newest, and an empty project asks for all.
func (s *Service) Pushes(ctx context.Context, project ProjectID, before RunID, limit int) (runs []PushRun, err error) {
	limit = min(max(limit, 1), pageSize)
	err = s.view(ctx, func(ctx context.Context, v View) (err error) {
		if v.Pushes == nil {
			return ErrUnsupported
		}
		runs, err = v.Pushes.List(ctx, project, before, limit)
		return err
	})
	if err != nil {
		return nil, fail(err, "pushes of project %s", project)
	}
	return runs, nil
}
