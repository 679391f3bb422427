package collab

import (
	"context"
	"fmt"
)

// ImportStamp says on what a plan was made on our side. What the partner does with its shops in the meantime makes no plan
// stale: every shop is judged again when it is imported.
type ImportStamp struct {
	TermsRev  int64
	SurveyRev int64
}

func stampOf(p Project) ImportStamp {
	return ImportStamp{TermsRev: p.TermsRev, SurveyRev: p.SurveyRev}
}

// ImportPlan is what an import would do now.
type ImportPlan struct {
	Project ProjectID
	Stamp   ImportStamp
	Counts  Counts
	Items   []PlanItem // every shop, in the order in which they would be dealt with
}

// PlanItem is what an import would do with one shop.
type PlanItem struct {
	Remote ShopID // the partner's
	Shop   ShopID // ours, if it was imported before
	Place  PlaceKey
	Status Status    // as far as the partner shares it
	Kind   EventKind // EventNone: it would stay behind
	// Reasons hold the shop, all of them in the order of checking; on a shop that would be imported they only inform.
	Reasons []Reason
}

// HeldBy is the one reason under which Counts have a shop that would stay behind; "" for one that would come in.
func (it PlanItem) HeldBy() Reason {
	if it.Kind != EventNone {
		return ""
	}
	return standing(it.Reasons)
}

// PlanImport asks the partner for its shops and says what an import would do with each. It changes nothing. It also
// answers for a project that is not accepted: then every shop says so.
func (s *Service) PlanImport(ctx context.Context, a Actor, id ProjectID) (ImportPlan, error) {
	return s.plan(ctx, a, id, Run{Kind: RunImport})
}

// PlanReimport says what a re-import of these shops of ours would do. overwrite plans it with consent to replace what
// was edited here. A shop that this project did not bring is ErrNotCollab.
func (s *Service) PlanReimport(ctx context.Context, a Actor, id ProjectID, shops []ShopID, overwrite bool) (ImportPlan, error) {
	return s.plan(ctx, a, id, Run{Kind: RunReimport, Chosen: distinct(shops), Overwrite: overwrite})
}

// plan walks through the pages of a run that is never written.
func (s *Service) plan(ctx context.Context, a Actor, id ProjectID, run Run) (ImportPlan, error) {
	if err := s.allow(a); err != nil {
		return ImportPlan{}, err
	}
	run.Project, run.PageSize = id, s.cfg.PageSize
	plan := ImportPlan{Project: id}
	var p Project
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if p, err = s.asPrimary(ctx, v, id); err != nil {
			return err
		}
		plan.Stamp = stampOf(p)
		return checkChosen(ctx, v.Ledger, p, run)
	})
	for last := false; err == nil && !last; run.Pages++ {
		var b batch
		var js []judged
		if b, err = s.nextBatch(ctx, p, run); err != nil {
			break
		}
		err = s.view(ctx, func(ctx context.Context, v View) error {
			_, js, err = s.judgeBatch(ctx, v, run, b)
			return err
		})
		for _, j := range js {
			plan.Counts.note(j.verdict)
			plan.Items = append(plan.Items, j.item())
		}
		run.Cursor, last = b.cursor, b.last
	}
	if err != nil {
		return ImportPlan{}, fmt.Errorf("collab: plan import of project %s: %w", id, err)
	}
	return plan, nil
}

// asPrimary returns a project of ours as Primary while the module is on and the partner active, in whatever state.
func (s *Service) asPrimary(ctx context.Context, v View, id ProjectID) (Project, error) {
	if err := s.moduleOn(ctx, v.Partners); err != nil {
		return Project{}, err
	}
	p, err := v.Projects.Project(ctx, id)
	if err != nil {
		return Project{}, err
	}
	if p.Party != PartyPrimary {
		return Project{}, fmt.Errorf("only the Primary of project %s may do this: %w", id, ErrParty)
	}
	_, err = active(ctx, v.Partners, p.Partner)
	return p, err
}

// checkChosen refuses a re-import of shops that the project's partner did not bring, naming each.
func checkChosen(ctx context.Context, v LedgerView, p Project, run Run) error {
	if run.Kind != RunReimport {
		return nil
	}
	if err := atMost("reimport", len(run.Chosen), maxChosen); err != nil {
		return err
	}
	links, err := v.LinksOf(ctx, run.Chosen)
	if err != nil {
		return err
	}
	from := map[ShopID]bool{}
	for _, l := range links {
		from[l.Shop] = l.Project == p.ID && l.Partner == p.Partner
	}
	no := &Refusal{Op: "reimport"}
	for _, id := range run.Chosen {
		if !from[id] {
			no.Reasons = append(no.Reasons, fmt.Errorf("shop %s was not imported by project %s: %w", id, p.ID, ErrNotCollab))
		}
	}
	if len(no.Reasons) > 0 {
		return no
	}
	return nil
}

// maxChosen is how many shops one re-import takes.
const maxChosen = 10000
