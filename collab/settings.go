package collab

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Field names one setting of an accepted project.
type Field string

// The fields that UpdateSettings can change, each by one party. Client, survey, Secondary and target are fixed.
const (
	FieldExport        Field = "export"
	FieldExact         Field = "exact"
	FieldExcept        Field = "except"
	FieldLockLocations Field = "lock_locations"
	FieldFeePayer      Field = "fee_payer"
	FieldRules         Field = "rules"
	FieldContact       Field = "contact" // the Secondary's
	FieldSharing       Field = "sharing" // the Secondary's
)

// fieldParty says who may change a field.
var fieldParty = map[Field]Party{
	FieldExport: PartyPrimary, FieldExact: PartyPrimary, FieldExcept: PartyPrimary, FieldLockLocations: PartyPrimary, FieldFeePayer: PartyPrimary,
	FieldRules: PartyPrimary, FieldContact: PartySecondary, FieldSharing: PartySecondary,
}

// Editable lists the settings that a party may change after acceptance, ordered.
func Editable(p Party) []Field {
	var out []Field
	for f, party := range fieldParty {
		if party == p {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// SettingsChange is a change of an accepted project's settings. What Mask does not name stays as it is, whatever the
// other fields say.
type SettingsChange struct {
	Master  bool // the "Update Project Settings" box; a Primary's change without it is refused
	Mask    []Field
	Terms   Terms
	Contact string
	Sharing bool
}

// UpdateSettings changes settings of an accepted or inactive project. A raised or lowered export status concerns only
// shops that are not imported yet.
func (s *Service) UpdateSettings(ctx context.Context, a Actor, id ProjectID, c SettingsChange, version int64) (Project, error) {
	return s.change(ctx, a, id, PartyNone, "settings", "", version, func(ctx context.Context, tx Tx, p *Project, _ time.Time) error {
		if err := p.need(StateAccepted, StateInactive); err != nil {
			return err
		}
		bad := &Invalid{Op: "settings"}
		if p.Party == PartyPrimary && !c.Master {
			bad.add("master", "required", "tick Update Project Settings as well")
		}
		if len(c.Mask) == 0 {
			bad.add("mask", "required", "tick each setting that is to change")
		}
		for _, f := range c.Mask {
			switch party, ok := fieldParty[f]; {
			case !ok:
				bad.add(string(f), "unknown_field", "no such setting")
			case party != p.Party:
				bad.add(string(f), "wrong_party", fmt.Sprintf("only the %s may change it", party))
			default:
				p.set(f, c)
			}
		}
		if p.Party == PartyPrimary {
			survey, err := tx.Surveys.Survey(ctx, p.Survey)
			if err != nil {
				return err
			}
			s.checkTerms(bad, p.Terms, survey.Content)
		} else if slices.Contains(c.Mask, FieldContact) {
			if msg := checkEmail(c.Contact); msg != "" {
				bad.add("contact", "email", msg)
			}
		}
		if err := bad.orNil(); err != nil {
			return wrongParty(err, bad)
		}
		return nil
	})
}

// wrongParty makes an error about another party's setting match ErrParty as well.
func wrongParty(err error, bad *Invalid) error {
	for _, f := range bad.Fields {
		if f.Rule == "wrong_party" {
			return fmt.Errorf("%w: %w", err, ErrParty)
		}
	}
	return err
}

// set takes one field over from a change.
func (p *Project) set(f Field, c SettingsChange) {
	switch f {
	case FieldExport:
		p.Terms.Export = c.Terms.Export
	case FieldExact:
		p.Terms.Exact = c.Terms.Exact
	case FieldExcept:
		p.Terms.Except = slices.Clone(c.Terms.Except)
	case FieldLockLocations:
		p.Terms.LockLocations = c.Terms.LockLocations
	case FieldFeePayer:
		p.Terms.FeePayer = c.Terms.FeePayer
	case FieldRules:
		p.Terms.Rules = c.Terms.Rules
	case FieldContact:
		p.Contact = c.Contact
	case FieldSharing:
		p.Sharing = c.Sharing
	}
}

// Deactivate stops imports, updates and returns of an accepted project. Shops imported earlier stay.
func (s *Service) Deactivate(ctx context.Context, a Actor, id ProjectID, reason string, version int64) (Project, error) {
	return s.change(ctx, a, id, PartyPrimary, "deactivate", reason, version, func(_ context.Context, _ Tx, p *Project, _ time.Time) error {
		if err := p.need(StateAccepted); err != nil {
			return err
		}
		if err := needReason("deactivate", reason); err != nil {
			return err
		}
		p.State, p.Reason = StateInactive, reason
		return nil
	})
}

// Activate makes an inactive project work again, unless another live one shares the same client and survey.
func (s *Service) Activate(ctx context.Context, a Actor, id ProjectID, version int64) (Project, error) {
	return s.change(ctx, a, id, PartyPrimary, "activate", "", version, func(ctx context.Context, tx Tx, p *Project, _ time.Time) error {
		if err := p.need(StateInactive); err != nil {
			return err
		}
		live, err := tx.Projects.List(ctx, ProjectQuery{Party: PartyPrimary, Partner: p.Partner, Client: p.Client, Survey: p.Survey, States: []State{StateProposed, StateAccepted}})
		if err != nil {
			return err
		}
		if len(live) > 0 {
			return fmt.Errorf("project %s shares the same survey and is %s: %w", live[0].ID, live[0].State, ErrDuplicate)
		}
		p.State, p.Reason = StateAccepted, ""
		return nil
	})
}
