package collab

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// change is how people change a project: actor, party and version are checked, fn decides, and the record, its history
// and the message to the partner are written together. fn is given the project under the revision that it will have; when
// it changes nothing else, nothing is written, so that doing a thing twice is doing it once.
func (s *Service) change(ctx context.Context, a Actor, id ProjectID, we Party, action, why string, version int64, fn func(context.Context, Tx, *Project, time.Time) error) (Project, error) {
	if err := s.allow(a); err != nil {
		return Project{}, err
	}
	now := s.now()
	var out Project
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if err := s.moduleOn(ctx, tx.Partners); err != nil {
			return err
		}
		before, err := tx.Projects.Project(ctx, id)
		if err != nil {
			return err
		}
		if we != PartyNone && before.Party != we {
			return fmt.Errorf("only the %s of project %s may do this: %w", we, id, ErrParty)
		}
		if err := checkVersion(version, before.Version, "project "+string(id)); err != nil {
			return err
		}
		p := before.Clone()
		p.ChangedAt = now
		if p.Party == PartyPrimary {
			p.TermsRev++
		} else {
			p.AnswerRev++
		}
		if err := fn(ctx, tx, &p, now); err != nil {
			return err
		}
		if out = before; len(projectChanges(before, p)) == 0 {
			return nil
		}
		if err := tx.Projects.Put(ctx, p); err != nil {
			return err
		}
		p.Version++
		out = p
		if err := tx.History.Append(ctx, []Entry{s.entry(now, a.Name, projectSubject(id), id, action, why, projectChanges(before, p)...)}); err != nil {
			return err
		}
		if p.Party == PartyPrimary {
			return s.sendTerms(ctx, tx, p, now)
		}
		return s.sendAnswer(ctx, tx, p, now)
	})
	if err != nil {
		return Project{}, fmt.Errorf("collab: %s project %s: %w", action, id, err)
	}
	return out, nil
}

// projectChanges lists what differs between two versions of a project, as history shows it.
func projectChanges(a, b Project) []Change {
	var out []Change
	note := func(field, before, after string) {
		if before != after {
			out = append(out, Change{field, before, after})
		}
	}
	note("state", a.State.String(), b.State.String())
	note("reason", a.Reason, b.Reason)
	note("attention", a.Attention.String(), b.Attention.String())
	note("confirmed", strconv.FormatBool(a.Confirmed), strconv.FormatBool(b.Confirmed))
	note("contact", a.Contact, b.Contact)
	note("sharing", strconv.FormatBool(a.Sharing), strconv.FormatBool(b.Sharing))
	note("client", string(a.Client), string(b.Client))
	note("survey", string(a.Survey), string(b.Survey))
	note("their_client", string(a.TheirClient), string(b.TheirClient))
	note("their_survey", string(a.TheirSurvey), string(b.TheirSurvey))
	note("survey_revision", strconv.FormatInt(a.SurveyRev, 10), strconv.FormatInt(b.SurveyRev, 10))
	out = append(out, termsChanges(a.Terms, b.Terms)...)
	var askA, askB Ask
	if a.Asked != nil {
		askA = *a.Asked
	}
	if b.Asked != nil {
		askB = *b.Asked
	}
	note("asked.note", askA.Note, askB.Note)
	for _, c := range termsChanges(askA.Terms, askB.Terms) {
		note("asked."+c.Field, c.Before, c.After)
	}
	return out
}

// termsChanges lists what differs between two terms.
func termsChanges(a, b Terms) []Change {
	var out []Change
	note := func(field, before, after string) {
		if before != after {
			out = append(out, Change{"terms." + field, before, after})
		}
	}
	note("export", string(a.Export), string(b.Export))
	note("exact", strconv.FormatBool(a.Exact), strconv.FormatBool(b.Exact))
	note("except", joinText(a.Except), joinText(b.Except))
	note("copy_locations", strconv.FormatBool(a.CopyLocations), strconv.FormatBool(b.CopyLocations))
	note("lock_locations", strconv.FormatBool(a.LockLocations), strconv.FormatBool(b.LockLocations))
	note("fee_payer", a.FeePayer.String(), b.FeePayer.String())
	note("rules", strconv.FormatBool(a.Rules), strconv.FormatBool(b.Rules))
	return out
}
