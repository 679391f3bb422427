package collab

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// SetModule switches collaboration on or off in this system. Off, the area is absent for everybody but the operator, and
// partners are told so by Hello alone.
func (s *Service) SetModule(ctx context.Context, a Actor, on bool) error {
	if err := s.allowOperator(a); err != nil {
		return err
	}
	now := s.now()
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		m, err := tx.Partners.Module(ctx)
		if err != nil || m.On == on {
			return err
		}
		m.On = on
		if err := tx.Partners.PutModule(ctx, m); err != nil {
			return err
		}
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"module", string(s.system)}, "", onOff(on), "", Change{"on", onOff(!on), onOff(on)})})
	})
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// ModuleOn reports whether collaboration is switched on.
func (s *Service) ModuleOn(ctx context.Context) (on bool, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) error {
		m, err := v.Partners.Module(ctx)
		on = m.On
		return err
	})
	return on, err
}

// Partners lists the registered partners, ordered by id.
func (s *Service) Partners(ctx context.Context) (out []Partner, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) error {
		out, err = v.Partners.List(ctx)
		return err
	})
	return out, err
}

// PartnerByKey returns who signs with a key, for the transport that checks signatures: the partner and the key, if the
// partner is registered, not revoked, and the key valid now; else ErrPartner.
func (s *Service) PartnerByKey(ctx context.Context, id KeyID) (p Partner, k PartnerKey, err error) {
	err = s.view(ctx, func(ctx context.Context, v View) error {
		p, err = v.Partners.PartnerByKey(ctx, id)
		return err
	})
	var valid bool
	if err == nil {
		k, valid = p.Key(id, s.now())
	}
	switch {
	case errors.Is(err, ErrNotFound), err == nil && (!valid || p.State == PartnerRevoked || p.State == PartnerNone):
		return Partner{}, PartnerKey{}, fmt.Errorf("collab: key %s: %w", id, ErrPartner)
	case err != nil:
		return Partner{}, PartnerKey{}, err
	}
	return p, k, nil
}

// Register enters a partner whose key the operator holds already, or renews one: it is active at once.
func (s *Service) Register(ctx context.Context, a Actor, p Partner) (Partner, error) {
	if err := s.allowOperator(a); err != nil {
		return Partner{}, err
	}
	if err := s.checkPartner(p); err != nil {
		return Partner{}, err
	}
	p.State = PartnerActive
	now := s.now()
	if err := s.update(ctx, func(ctx context.Context, tx Tx) error { return s.writePartner(ctx, tx, a.Name, &p, "register", now) }); err != nil {
		return Partner{}, fmt.Errorf("collab: register partner %s: %w", p.ID, err)
	}
	return p, nil
}

// maxKeys is how many keys a partner may have at once: the present one, and what overlaps it for a while.
const maxKeys = 4

func (s *Service) checkPartner(p Partner) error {
	bad := &Invalid{Op: "register partner"}
	if msg := checkID(string(p.ID)); msg != "" {
		bad.add("system", "text", msg)
	} else if p.ID == "" {
		bad.add("system", "required", "must not be empty")
	}
	if p.ID == s.system {
		bad.add("system", "self", "a system is not its own partner")
	}
	if msg := checkText(p.Name, 0, MaxName); msg != "" {
		bad.add("name", "text", msg)
	}
	if msg := checkURL(p.URL); msg != "" {
		bad.add("url", "url", msg)
	}
	if len(p.Keys) == 0 || len(p.Keys) > maxKeys {
		bad.add("key", "count", fmt.Sprintf("are %d; needed are 1 to %d", len(p.Keys), maxKeys))
	}
	for _, k := range p.Keys {
		if k.ID == "" || len(k.ID) > MaxName || len(k.Public) != 32 {
			bad.add("key", "ed25519", "needs an id and the 32 bytes of an Ed25519 public key")
		}
	}
	return bad.orNil()
}

// checkURL says what is wrong with the address of a peer protocol, or nothing. Which networks it may lie in is the
// transport's to say.
func checkURL(s string) string {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Sprintf("%q is not an http(s) address without user, query and fragment", s)
	}
	return ""
}

// writePartner writes a partner over what is stored of it, with history.
func (s *Service) writePartner(ctx context.Context, tx Tx, by string, p *Partner, action string, now time.Time) error {
	if p.Name == "" {
		p.Name = string(p.ID)
	}
	before, err := tx.Partners.Partner(ctx, p.ID)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	p.Version = before.Version
	if p.PairedAt.IsZero() {
		p.PairedAt = now
	}
	for i := range p.Keys {
		if p.Keys[i].Since.IsZero() {
			p.Keys[i].Since = now
		}
		p.Keys[i].Since = p.Keys[i].Since.UTC().Truncate(time.Microsecond)
		p.Keys[i].Until = p.Keys[i].Until.UTC().Truncate(time.Microsecond)
	}
	if err := tx.Partners.PutPartner(ctx, *p); err != nil {
		return err
	}
	p.Version++
	return tx.History.Append(ctx, []Entry{s.entry(now, by, Subject{"partner", string(p.ID)}, "", action, "", partnerChanges(before, *p)...)})
}

func partnerChanges(a, b Partner) []Change {
	var out []Change
	note := func(field, before, after string) {
		if before != after {
			out = append(out, Change{field, before, after})
		}
	}
	keys := func(p Partner) []KeyID {
		var ids []KeyID
		for _, k := range p.Keys {
			ids = append(ids, k.ID)
		}
		return ids
	}
	note("state", a.State.String(), b.State.String())
	note("name", a.Name, b.Name)
	note("url", a.URL, b.URL)
	note("keys", joinText(keys(a)), joinText(keys(b)))
	return out
}

// Confirm makes a pending partner active: the operator has compared the fingerprint of this key with the other one.
func (s *Service) Confirm(ctx context.Context, a Actor, id SystemID, key KeyID) (Partner, error) {
	return s.changePartner(ctx, a, id, "confirm", func(p *Partner) error {
		if p.State != PartnerPending {
			return fmt.Errorf("%s is %s: %w", id, p.State, ErrState)
		}
		if _, ok := p.Key(key, s.now()); !ok {
			return &Invalid{Op: "confirm", Fields: []FieldError{{"key", "unknown", "is not the key that this partner paired with"}}}
		}
		p.State = PartnerActive
		return nil
	})
}

// Revoke ends the trust in a partner at once: nothing of it is answered any more.
func (s *Service) Revoke(ctx context.Context, a Actor, id SystemID) (Partner, error) {
	return s.changePartner(ctx, a, id, "revoke", func(p *Partner) error {
		p.State = PartnerRevoked
		return nil
	})
}

func (s *Service) changePartner(ctx context.Context, a Actor, id SystemID, action string, fn func(*Partner) error) (Partner, error) {
	if err := s.allowOperator(a); err != nil {
		return Partner{}, err
	}
	var p Partner
	err := s.update(ctx, func(ctx context.Context, tx Tx) (err error) {
		if p, err = tx.Partners.Partner(ctx, id); err != nil {
			return err
		}
		before := p.State
		if err := fn(&p); err != nil || p.State == before {
			return err
		}
		return s.writePartner(ctx, tx, a.Name, &p, action, s.now())
	})
	if err != nil {
		return Partner{}, fmt.Errorf("collab: %s partner %s: %w", action, id, err)
	}
	return p, nil
}
