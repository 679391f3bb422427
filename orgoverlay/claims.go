package orgoverlay

import (
	"context"
	"fmt"
	"slices"
)

// FindFinancial returns the records that the account has under a financial ID and sees now, own ones among them, ordered by name
// and id, with every reason why they are seen; more than one only where Config.FinancialWarn let it be. None is ErrNotFound.
func (s *Service) FindFinancial(ctx context.Context, a Actor, id string) ([]Record, error) {
	if err := s.enter(a); err != nil {
		return nil, err
	}
	key := s.cfg.FinancialKey(id)
	if key == "" {
		return nil, missing("financial ID", id)
	}
	query, err := s.query(ListQuery{FinancialID: id, Limit: MaxPage})
	if err != nil {
		return nil, err
	}
	var out []Record
	err = s.view(ctx, func(ctx context.Context, v View) error {
		lens, err := s.lens(ctx, v, a)
		if err != nil {
			return err
		}
		list, err := v.Sight.List(ctx, query)
		if err != nil {
			return fmt.Errorf("orgoverlay: find financial ID: %w", err)
		}
		if len(list) == 0 {
			return missing("financial ID", id)
		}
		out = lens.records(list)
		return reasons(ctx, v, query.Now, out)
	})
	return out, err
}

// claim is what a sheet claims: nothing without a financial ID.
func (d *desk) claim(o *sheet) []Claim {
	key := d.s.cfg.FinancialKey(o.local.FinancialID)
	if key == "" {
		return nil
	}
	return []Claim{d.claimOf(key, o.ID)}
}

func (d *desk) claimOf(key string, org OrgID) Claim {
	c := Claim{Key: key, Org: org}
	if d.s.cfg.FinancialWarn {
		c.Slot = string(org)
	}
	return c
}

// rekey gives a sheet another financial ID, or none, if no other record of the account has it; or with a warning.
func (d *desk) rekey(ctx context.Context, o *sheet, key string) ([]Warning, error) {
	var warnings []Warning
	others := slices.DeleteFunc(slices.Clone(d.claims[key]), func(c Claim) bool { return c.Org == o.ID })
	if key != "" && len(others) > 0 {
		used, err := d.inUse(ctx, key, others[0].Org)
		if err != nil {
			return nil, err
		}
		if !d.s.cfg.FinancialWarn {
			return nil, used
		}
		message := fmt.Sprintf("is also that of organization %q", used.Org)
		if used.Retained {
			message = "is also that of a retained overlay"
		}
		warnings = []Warning{{"financial_id", message}}
	}
	before := d.s.cfg.FinancialKey(o.local.FinancialID)
	d.claims[before] = slices.DeleteFunc(d.claims[before], func(c Claim) bool { return c.Org == o.ID })
	if key != "" {
		d.claims[key] = append(d.claims[key], d.claimOf(key, o.ID))
	}
	o.rekeyed = true
	return warnings, nil
}

// inUse names the record that has a financial ID, as far as the account sees it.
func (d *desk) inUse(ctx context.Context, key string, org OrgID) (*InUse, error) {
	if d.sheets[org] != nil {
		return &InUse{Key: key, Org: org}, nil
	}
	seen, err := sighted(ctx, d.v, d.now, []OrgID{org})
	if err != nil {
		return nil, err
	}
	if len(seen) == 0 {
		return &InUse{Key: key, Retained: true}, nil
	}
	return &InUse{Key: key, Org: org}, nil
}
