package collab

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ImportOptions adjust an import.
type ImportOptions struct {
	// PageSize is how many shops are taken at a time, at most MaxPage. Default: Config.PageSize.
	PageSize int
	// Plan is the stamp of the plan that a person agreed to; the import is refused with ErrStale if it no longer holds.
	// Default: no plan.
	Plan *ImportStamp
}

// ReimportOptions adjust a re-import.
type ReimportOptions struct {
	ImportOptions
	// Overwrite also replaces shops that were saved here since the last exchange; history keeps their text. Default: they
	// stay, as edited_here.
	Overwrite bool
}

// Import starts an import of every eligible shop of a project and returns its run. The work goes on page by page by
// messages, each page in one transaction with its ledger, and several in one where all of their shops came before; the run counts what was done and, but for shops imported
// before, has an item for each shop that stayed behind. Refusals: ErrParty, ErrState unless the project is accepted,
// ErrModuleOff, ErrPartner, ErrStale, and ErrRunning while another run of the project is under way.
func (s *Service) Import(ctx context.Context, a Actor, id ProjectID, o ImportOptions) (Run, error) {
	return s.startRun(ctx, a, Run{Project: id, Kind: RunImport}, o)
}

// Reimport starts an import of chosen shops of ours again, whatever the ledger says of them, and returns its run. Each
// updates the same shop and gets the status of an imported one. A shop that the project did not bring refuses the whole
// with ErrNotCollab; otherwise as Import.
func (s *Service) Reimport(ctx context.Context, a Actor, id ProjectID, shops []ShopID, o ReimportOptions) (Run, error) {
	return s.startRun(ctx, a, Run{Project: id, Kind: RunReimport, Chosen: distinct(shops), Overwrite: o.Overwrite}, o.ImportOptions)
}

// importPage is the payload of the message that deals with one page of a run.
type importPage struct {
	Run  RunID `json:"run"`
	Page int64 `json:"page"`
}

func runSubject(id RunID) Subject { return Subject{Kind: "run", ID: string(id)} }

func (s *Service) startRun(ctx context.Context, a Actor, run Run, o ImportOptions) (Run, error) {
	if err := s.allow(a); err != nil {
		return Run{}, err
	}
	now := s.now()
	run.ID, run.State, run.By, run.StartedAt = RunID(s.cfg.NewID()), RunRunning, a.Name, now
	if o.PageSize < 0 || o.PageSize > MaxPage {
		return Run{}, &Invalid{Op: "import", Fields: []FieldError{{"page_size", "range", fmt.Sprintf("is %d; needed are 1 to %d, or 0 for the usual size", o.PageSize, MaxPage)}}}
	}
	if run.PageSize = o.PageSize; run.PageSize == 0 {
		run.PageSize = s.cfg.PageSize
	}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		p, err := s.asPrimary(ctx, tx.View(), run.Project)
		if err != nil {
			return err
		}
		if err := p.need(StateAccepted); err != nil {
			return err
		}
		if o.Plan != nil && *o.Plan != stampOf(p) {
			return fmt.Errorf("the plan was made on %+v, the project stands at %+v: %w", *o.Plan, stampOf(p), ErrStale)
		}
		if err := checkChosen(ctx, tx.Ledger, p, run); err != nil {
			return err
		}
		last, err := tx.Runs.List(ctx, p.ID, "", 1)
		if err != nil {
			return err
		}
		if len(last) > 0 && last[0].State == RunRunning {
			return &RunningError{Run: last[0].ID}
		}
		if err := tx.Runs.Put(ctx, run); errors.Is(err, ErrConflict) {
			return fmt.Errorf("%w: %w", ErrRunning, err)
		} else if err != nil {
			return err
		}
		if err := tx.History.Append(ctx, []Entry{s.entry(now, a.Name, runSubject(run.ID), p.ID, "start_"+run.Kind.String(), "")}); err != nil {
			return err
		}
		return s.sendPage(ctx, tx, run, now)
	})
	if err != nil {
		return Run{}, fmt.Errorf("collab: %s project %s: %w", run.Kind, run.Project, err)
	}
	run.Version++
	return run, nil
}

// sendPage writes the message for the page at which a run stands.
func (s *Service) sendPage(ctx context.Context, tx Tx, run Run, now time.Time) error {
	m, err := message(fmt.Sprintf("import/%s/%d", run.ID, run.Pages), "collab/import/"+string(run.Project), KindImportPage, importPage{run.ID, run.Pages}, now)
	if err != nil {
		return err
	}
	return tx.Outbox.Enqueue(ctx, []Message{m})
}

// deliverImportPage deals with the page at which a run stands, and with those after it as long as all of their shops came before. A page that is dealt with already is left alone. What another try cannot
// mend stops the run and says why.
func (s *Service) deliverImportPage(ctx context.Context, m Message) error {
	var at importPage
	if err := unpack(m, &at); err != nil {
		return err
	}
	var run Run
	var p Project
	if err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if run, err = v.Runs.Run(ctx, at.Run); err != nil {
			return err
		}
		p, err = v.Projects.Project(ctx, run.Project)
		return err
	}); err != nil {
		return fmt.Errorf("collab: run %s: %w", at.Run, err)
	}
	if !run.standsAt(at) {
		return nil
	}
	err := s.importPage(ctx, p, run, at)
	if err == nil {
		return nil
	}
	err = fmt.Errorf("collab: run %s, page %d: %w", run.ID, at.Page, err)
	if !stops(err) {
		return err
	}
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		run, err2 := tx.Runs.Run(ctx, at.Run)
		if err2 != nil || !run.standsAt(at) {
			return err2
		}
		return s.endRun(ctx, tx, run, RunStopped, run.By, told(err), s.now())
	})
}

func (r Run) standsAt(at importPage) bool { return r.State == RunRunning && r.Pages == at.Page }

// endRun writes the end of a run.
func (s *Service) endRun(ctx context.Context, tx Tx, run Run, end RunState, by, why string, now time.Time) error {
	run.State, run.EndedAt = end, now
	if why != "" {
		run.Reason = why
	}
	if err := tx.Runs.Put(ctx, run); err != nil {
		return err
	}
	return tx.History.Append(ctx, []Entry{s.entry(now, by, runSubject(run.ID), run.Project, end.String(), run.Reason, run.Counts.changes()...)})
}

// changes lists counts as history shows them.
func (c Counts) changes() []Change {
	out := []Change{{"imported", "", fmt.Sprint(c.Imported)}, {"updated", "", fmt.Sprint(c.Updated)}, {"already_imported", "", fmt.Sprint(c.Already)}}
	for _, h := range c.Held {
		out = append(out, Change{"held." + string(h.Reason), "", fmt.Sprint(h.Count)})
	}
	return out
}

// StopRun ends a running import where it stands. What it imported stays.
func (s *Service) StopRun(ctx context.Context, a Actor, id RunID, why string) (Run, error) {
	if err := s.allow(a); err != nil {
		return Run{}, err
	}
	if err := needReason("stop run", why); err != nil {
		return Run{}, err
	}
	now := s.now()
	var run Run
	err := s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
		if run, err = tx.Runs.Run(ctx, id); err != nil {
			return err
		}
		if run.State != RunRunning {
			return fmt.Errorf("it is %s: %w", run.State, ErrState)
		}
		if err := s.endRun(ctx, tx, run, RunStopped, a.Name, why, now); err != nil {
			return err
		}
		run, err = tx.Runs.Run(ctx, id)
		return err
	})
	if err != nil {
		return Run{}, fmt.Errorf("collab: stop run %s: %w", id, err)
	}
	return run, nil
}

// importPage asks, judges, fetches and writes. What the first judgement holds stays behind: if it passes a moment later, the next import
// takes it. What it lets pass is judged again inside the transaction that writes.
func (s *Service) importPage(ctx context.Context, p Project, run Run, at importPage) error {
	seen, err := s.look(ctx, p, run)
	if err != nil {
		return err
	}
	snaps, err := s.fetch(ctx, p, seen.shops)
	if err != nil {
		return err
	}
	now := s.now()
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		stored, err := tx.Runs.Run(ctx, at.Run)
		if err != nil || !stored.standsAt(at) {
			return err
		}
		run := seen.run.Clone()
		st, js, err := s.judgeBatch(ctx, tx.View(), run, seen.passing())
		if err != nil {
			return err
		}
		if err := st.project.need(StateAccepted); err != nil {
			return err
		}
		e := effects{s: s, run: &run, standard: st, now: now}
		for _, was := range seen.shops {
			j := was
			if was.kind != EventNone {
				j, js = js[0], js[1:]
			}
			e.take(j, snaps)
		}
		if len(e.flaws) > 0 && run.Reason == "" {
			run.Reason = e.flaws[0]
		}
		if err := e.write(ctx, tx); err != nil {
			return err
		}
		if seen.last {
			return s.endRun(ctx, tx, run, RunDone, run.By, "", now)
		}
		if err := tx.Runs.Put(ctx, run); err != nil {
			return err
		}
		return s.sendPage(ctx, tx, run, now)
	})
}

// stops reports whether a run that met err cannot go on until somebody changes something.
func stops(err error) bool {
	return hopeless(err) || errors.Is(err, ErrModuleOff) || errors.Is(err, ErrPartner) || errors.Is(err, ErrState)
}
