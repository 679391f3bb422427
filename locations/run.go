package locations

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// RunID names one push as long work. Ids ascend with time, as text.
type RunID string

// RunState is where a push run stands.
type RunState uint8

// The states of a push run.
const (
	RunNone    RunState = iota // invalid
	RunRunning                 // under way, or waiting for its next try; one a project at a time
	RunDone                    // the partner has our set
	RunStopped                 // ended by a person
	RunRefused                 // ended by a refusal that trying again does not mend
)

var runStateNames = [...]string{"", "running", "done", "stopped", "refused"}

// String returns the stable name of the state, "" for what is none.
func (s RunState) String() string {
	if int(s) >= len(runStateNames) {
		return ""
	}
	return runStateNames[s]
}

// ParseRunState reads what String wrote; an unknown name is RunNone.
func ParseRunState(name string) RunState {
	for s := RunRunning; int(s) < len(runStateNames); s++ {
		if runStateNames[s] == name {
			return s
		}
	}
	return RunNone
}

// PushStamp is what a person saw of both sides before a push: their revisions. 0 stands for any.
type PushStamp struct{ Ours, Theirs int64 }

// PushRun is one push of a set for a project: its progress while it runs, its receipt afterwards.
type PushRun struct {
	ID        RunID
	Project   ProjectID
	Set       SetID
	By        string // who asked for it; "courier" where a message did
	State     RunState
	Seen      PushStamp
	Overwrite bool // the other side's hand edits may be undone
	// Commit is the plan under way, in the form that the partner is asked to switch over to: Total is the number of nodes that
	// go out, Source our revision that they bring. Zero while nothing is planned yet.
	Commit PushCommit
	Staged int // how many of the nodes are at the partner
	// What the plan does over there, by number of nodes; of a run that is done, what it did.
	Created, Updated, Moved, Deactivated int
	Revision                             int64     // of the partner's copy, after; 0 until it is done
	Refusal                              Refusal   // of a run that is refused: the kind of refusal
	Reason                               string    // why it ended, of a run that is stopped or refused, in a person's words
	LastError                            string    // of a run that is running: what its last try met; empty when that went well
	StartedAt, EndedAt                   time.Time // EndedAt is zero while it runs
	Version                              int64
}

// plan takes up a plan, from its beginning unless it is the one under way, or refuses it.
func (r *PushRun) plan(p Plan) error {
	if (r.Seen.Ours != 0 && r.Seen.Ours != p.Ours.Revision) || (r.Seen.Theirs != 0 && r.Seen.Theirs != p.Theirs.Revision) {
		return fmt.Errorf("our set is at revision %d and theirs at %d, %d and %d were seen: %w", p.Ours.Revision, p.Theirs.Revision, r.Seen.Ours, r.Seen.Theirs, errSeen)
	}
	c, err := p.commit(r.Overwrite || p.Theirs.Source == 0)
	if err != nil || c == r.Commit {
		return err
	}
	r.Commit, r.Staged = c, 0
	r.Created, r.Updated, r.Moved, r.Deactivated = p.Created, p.Updated, p.Moved, p.Deactivated
	return nil
}

// staged reports whether the partner has everything, and perhaps has switched over already.
func (r *PushRun) staged() bool { return r.Commit.Push != "" && r.Staged == r.Commit.Total }

// forget gives up the plan under way.
func (r *PushRun) forget() {
	r.Commit, r.Staged = PushCommit{}, 0
	r.Created, r.Updated, r.Moved, r.Deactivated = 0, 0, 0, 0
}

// errEnded stops the work on a run that somebody else has ended.
var errEnded = errors.New("the run has ended")

// saveRun keeps a change of a running run: errEnded when it has ended meanwhile, ErrConflict when another delivery carries it.
func (s *Service) saveRun(ctx context.Context, run *PushRun, change func(*PushRun)) error {
	next := *run
	next.LastError = ""
	change(&next)
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if tx.Pushes == nil {
			return ErrUnsupported
		}
		now, err := tx.Pushes.Push(ctx, run.ID)
		if err != nil {
			return err
		}
		if now.State != RunRunning {
			return errEnded
		}
		return tx.Pushes.Put(ctx, next)
	})
	if err != nil {
		return err
	}
	next.Version++
	*run = next
	return nil
}

// endRun writes the end of a run as decide makes it of what is kept, with its history record.
func (s *Service) endRun(ctx context.Context, id RunID, record Record, decide func(Account, *PushRun) error) (PushRun, error) {
	var run PushRun
	record.ID, record.At = s.cfg.NewID(), s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
		if tx.Pushes == nil {
			return ErrUnsupported
		}
		if run, err = tx.Pushes.Push(ctx, id); err != nil {
			return err
		}
		if err := decide(tx.Account, &run); err != nil {
			return err
		}
		run.EndedAt, run.LastError = record.At, ""
		if err := tx.Pushes.Put(ctx, run); err != nil {
			return err
		}
		run.Version++
		record.Set, record.Project = run.Set, run.Project
		return tx.History.Append(ctx, []Record{record})
	})
	return run, err
}

// finishRun ends a run whose set has arrived, also one that was stopped too late.
func (s *Service) finishRun(ctx context.Context, run *PushRun, share Share, receipt PushReceipt) error {
	_, err := s.endRun(ctx, run.ID, s.pushed(run.By, share, run.Commit, receipt), func(_ Account, r *PushRun) error {
		if r.State == RunDone {
			return errEnded
		}
		version := r.Version
		*r = *run
		r.Version, r.State, r.Staged, r.Revision = version, RunDone, run.Commit.Total, receipt.Revision
		return nil
	})
	return err
}

// refuseRun ends a run that cannot succeed.
func (s *Service) refuseRun(ctx context.Context, run PushRun, kind Refusal, why error) error {
	reason := kind.Help() + " (" + told(why) + ")"
	_, err := s.endRun(ctx, run.ID, Record{Actor: run.By, Action: "refuse_push", Note: reason}, func(_ Account, r *PushRun) error {
		if r.State != RunRunning {
			return errEnded
		}
		r.State, r.Refusal, r.Reason = RunRefused, kind, reason
		return nil
	})
	return err
}
