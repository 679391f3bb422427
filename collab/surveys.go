package collab

import (
	"context"
	"fmt"
)

// SaveClient stores a client of ours. Version 0 makes a new one, under its ID or a minted one; any other replaces exactly
// that version, else ErrConflict. Only the name can change. It returns the client as stored.
func (s *Service) SaveClient(ctx context.Context, a Actor, c Client) (Client, error) {
	bad := &Invalid{Op: "save client"}
	if msg := checkID(string(c.ID)); msg != "" {
		bad.add("id", "text", msg)
	}
	if msg := checkText(c.Name, 1, MaxName); msg != "" {
		bad.add("name", "text", msg)
	}
	if err := s.maySave(a, bad); err != nil {
		return Client{}, err
	}
	if c.ID == "" && c.Version == 0 {
		c.ID = ClientID(s.cfg.NewID())
	}
	now := s.now()
	var out Client
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		action, before := "create", Client{ID: c.ID}
		if c.Version != 0 {
			var err error
			if before, err = tx.Clients.Client(ctx, c.ID); err != nil {
				return err
			}
			action = "save"
		}
		if err := savedVersion(c.Version, before.Version); err != nil {
			return err
		}
		out = before
		out.Name = c.Name
		if action == "save" && out == before {
			return nil
		}
		if err := tx.Clients.Put(ctx, out); err != nil {
			return err
		}
		out.Version++
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"client", string(c.ID)}, "", action, "", Change{"name", before.Name, out.Name})})
	})
	if err != nil {
		return Client{}, fmt.Errorf("collab: save client %s: %w", c.ID, err)
	}
	return out, nil
}

// SaveSurvey stores a survey of ours, also one that a project brought. Version 0 makes a new one for its Client, under its
// ID or a minted one; any other replaces the content of exactly that version, else ErrConflict. A changed content raises the
// revision; projects that share the survey go on with what was exchanged until UpdateSurvey. It returns the survey as stored.
func (s *Service) SaveSurvey(ctx context.Context, a Actor, sv Survey) (Survey, error) {
	bad := &Invalid{Op: "save survey"}
	if msg := checkID(string(sv.ID)); msg != "" {
		bad.add("id", "text", msg)
	}
	sv.Content.check("", bad, s.cfg.Ladder)
	if err := s.maySave(a, bad); err != nil {
		return Survey{}, err
	}
	if sv.ID == "" && sv.Version == 0 {
		sv.ID = SurveyID(s.cfg.NewID())
	}
	now := s.now()
	var out Survey
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		action, before := "create", Survey{ID: sv.ID, Client: sv.Client}
		var err error
		if sv.Version == 0 {
			_, err = tx.Clients.Client(ctx, sv.Client)
		} else {
			action = "save"
			before, err = tx.Surveys.Survey(ctx, sv.ID)
		}
		if err != nil {
			return err
		}
		if err := savedVersion(sv.Version, before.Version); err != nil {
			return err
		}
		if sv.Client != before.Client {
			return &Invalid{Op: "save survey", Fields: []FieldError{{"client", "fixed", "a survey stays with its client"}}}
		}
		out = before
		out.Content = sv.Content.Clone()
		if action == "save" && out.Content.Digest() == before.Content.Digest() {
			return nil
		}
		out.Revision++
		if err := tx.Surveys.Put(ctx, out); err != nil {
			return err
		}
		out.Version++
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"survey", string(sv.ID)}, "", action, "", contentChanges(before.Content, out.Content)...)})
	})
	if err != nil {
		return Survey{}, fmt.Errorf("collab: save survey %s: %w", sv.ID, err)
	}
	return out, nil
}

// maySave refuses the wrong actor first, then wrong fields.
func (s *Service) maySave(a Actor, bad *Invalid) error {
	if err := s.allow(a); err != nil {
		return err
	}
	return bad.orNil()
}

func savedVersion(saw, is int64) error {
	if saw != is {
		return fmt.Errorf("was version %d and is %d: %w", saw, is, ErrConflict)
	}
	return nil
}
