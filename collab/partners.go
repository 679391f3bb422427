package collab

import (
	"context"
	"crypto/rand"
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
	return s.putPartner(ctx, a.Name, p, "register")
}

func (s *Service) checkPartner(p Partner) error {
	bad := &Invalid{Op: "register partner"}
	if msg := checkText(string(p.ID), 1, MaxName); msg != "" {
		bad.add("system", "text", msg)
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
	if len(p.Keys) == 0 {
		bad.add("key", "required", "a partner needs a key")
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

// putPartner writes a partner over what is stored of it, with history.
func (s *Service) putPartner(ctx context.Context, by string, p Partner, action string) (Partner, error) {
	now := s.now()
	if p.Name == "" {
		p.Name = string(p.ID)
	}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		return s.writePartner(ctx, tx, by, &p, action, now)
	})
	if err != nil {
		return Partner{}, fmt.Errorf("collab: %s partner %s: %w", action, p.ID, err)
	}
	return p, nil
}

func (s *Service) writePartner(ctx context.Context, tx Tx, by string, p *Partner, action string, now time.Time) error {
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

// Invite makes an invitation for the system that answers at origin. The token is shown here and never again.
func (s *Service) Invite(ctx context.Context, a Actor, origin string) (Invitation, Token, error) {
	if err := s.allowOperator(a); err != nil {
		return Invitation{}, Token{}, err
	}
	if msg := checkURL(origin); msg != "" {
		return Invitation{}, Token{}, &Invalid{Op: "invite", Fields: []FieldError{{"origin", "url", msg}}}
	}
	now, token := s.now(), NewToken(rand.Text()+rand.Text())
	inv := Invitation{ID: InvitationID(s.cfg.NewID()), TokenHash: token.Hash(), Origin: origin, CreatedAt: now, ExpiresAt: now.Add(s.cfg.InvitationLife)}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		if err := tx.Partners.PutInvitation(ctx, inv); err != nil {
			return err
		}
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"partner", origin}, "", "invite", "")})
	})
	inv.Version++
	return inv, token, err
}

// Join redeems an invitation that the system at url gave us. Both sides then hold the other's key, pending until
// the operators have compared fingerprints and said so with Confirm.
func (s *Service) Join(ctx context.Context, a Actor, url string, token Token) (Partner, error) {
	if err := s.allowOperator(a); err != nil {
		return Partner{}, err
	}
	if s.cfg.Pairer == nil || s.cfg.URL == "" || len(s.cfg.Key.Public) == 0 {
		return Partner{}, fmt.Errorf("collab: join: Config.Pairer, URL and Key are needed: %w", ErrPeer)
	}
	if msg := checkURL(url); msg != "" {
		return Partner{}, &Invalid{Op: "join", Fields: []FieldError{{"url", "url", msg}}}
	}
	reply, err := s.cfg.Pairer.Pair(ctx, url, PairRequest{Token: token, System: s.system, Name: s.cfg.Name, URL: s.cfg.URL, Key: s.cfg.Key})
	if err != nil {
		return Partner{}, fmt.Errorf("collab: join %s: %w", url, err)
	}
	p := Partner{ID: reply.System, Name: reply.Name, URL: url, State: PartnerPending, Keys: []PartnerKey{{ID: reply.Key.ID, Public: reply.Key.Public}}}
	if err := s.checkPartner(p); err != nil {
		return Partner{}, err
	}
	return s.putPartner(ctx, a.Name, p, "join")
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
		if err := fn(&p); err != nil {
			return err
		}
		return s.writePartner(ctx, tx, a.Name, &p, action, s.now())
	})
	if err != nil {
		return Partner{}, fmt.Errorf("collab: %s partner %s: %w", action, id, err)
	}
	return p, nil
}

// AnnounceKey tells every active partner our next signing key. The messages are signed with the present key, which the
// partners take until oldUntil; the host signs with the next key once all have it.
func (s *Service) AnnounceKey(ctx context.Context, a Actor, next PartnerKey, oldUntil time.Time) error {
	if err := s.allowOperator(a); err != nil {
		return err
	}
	now := s.now()
	if next.ID == "" || len(next.Public) != 32 || !oldUntil.After(now) {
		return &Invalid{Op: "announce key", Fields: []FieldError{{"key", "ed25519", "needs an id, 32 bytes, and an overlap that ends in the future"}}}
	}
	return s.update(ctx, func(ctx context.Context, tx Tx) error {
		partners, err := tx.Partners.List(ctx)
		if err != nil {
			return err
		}
		var ms []Message
		for _, p := range partners {
			if p.State != PartnerActive {
				continue
			}
			m, err := message(fmt.Sprintf("key/%s/%s", p.ID, next.ID), "collab/key/"+string(p.ID), KindKey, keyPayload{p.ID, next.ID, next.Public, oldUntil.UTC()}, now)
			if err != nil {
				return err
			}
			ms = append(ms, m)
		}
		if err := tx.Outbox.Enqueue(ctx, ms); err != nil {
			return err
		}
		return tx.History.Append(ctx, []Entry{s.entry(now, a.Name, Subject{"partner", string(s.system)}, "", "announce_key", "", Change{Field: "key", After: string(next.ID)})})
	})
}

type keyPayload struct {
	Partner SystemID  `json:"partner"`
	ID      KeyID     `json:"id"`
	Public  []byte    `json:"public"`
	Until   time.Time `json:"until"`
}

func (s *Service) deliverKey(ctx context.Context, m Message) error {
	var k keyPayload
	if err := unpack(m, &k); err != nil {
		return err
	}
	if s.cfg.Pairer == nil {
		return fmt.Errorf("collab: no Config.Pairer: %w", ErrPeer)
	}
	return s.cfg.Pairer.Rotate(ctx, k.Partner, Call{Key: m.Key}, PartnerKey{ID: k.ID, Public: k.Public}, k.Until)
}

// InboundPairer returns the receiving half of pairing.
func (s *Service) InboundPairer() Pairer { return inbound{s} }

// Pair lets an invited system in, as far as pending. Its caller vouches that the request was signed with its key.
// Why an invitation is not good (unknown, used, expired, for somebody else) is not told.
func (in inbound) Pair(ctx context.Context, _ string, r PairRequest) (PairReply, error) {
	s := in.s
	p := Partner{ID: r.System, Name: r.Name, URL: r.URL, State: PartnerPending, Keys: []PartnerKey{{ID: r.Key.ID, Public: r.Key.Public}}}
	if err := s.checkPartner(p); err != nil {
		return PairReply{}, err
	}
	now := s.now()
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		inv, err := tx.Partners.Invitation(ctx, r.Token.Hash())
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		again := err == nil && inv.UsedBy == r.System // the reply was lost: the same system with the same key may ask again
		if err != nil || inv.Origin != r.URL || now.After(inv.ExpiresAt) || inv.UsedBy != "" && !again {
			return ErrInvitation
		}
		if again {
			have, err := tx.Partners.Partner(ctx, r.System)
			if err != nil {
				return err
			}
			if _, ok := have.Key(r.Key.ID, now); ok && have.State != PartnerRevoked {
				return nil
			}
			return ErrInvitation
		}
		inv.UsedBy = r.System
		if err := tx.Partners.PutInvitation(ctx, inv); err != nil {
			return err
		}
		return s.writePartner(ctx, tx, string(r.System), &p, "paired", now)
	})
	if err != nil {
		return PairReply{}, fmt.Errorf("collab: pair with %s: %w", r.System, err)
	}
	return PairReply{System: s.system, Name: s.cfg.Name, URL: s.cfg.URL, Key: s.cfg.Key}, nil
}

// Rotate takes a partner's next key; its present ones are good until oldUntil, a week at the most.
func (in inbound) Rotate(ctx context.Context, other SystemID, call Call, next PartnerKey, oldUntil time.Time) error {
	s := in.s
	_, err := receive(ctx, s, other, call, "rotate", func(ctx context.Context, tx Tx) (struct{}, error) {
		now := s.now()
		p, err := tx.Partners.Partner(ctx, other)
		if err != nil {
			return struct{}{}, err
		}
		until := oldUntil.UTC()
		if limit := now.Add(7 * 24 * time.Hour); until.After(limit) {
			until = limit
		}
		keys := []PartnerKey{{ID: next.ID, Public: next.Public, Since: now}}
		for _, k := range p.Keys {
			if valid := k.Until.IsZero() || k.Until.After(now); valid && k.ID != next.ID {
				if k.Until.IsZero() || k.Until.After(until) {
					k.Until = until
				}
				keys = append(keys, k)
			}
		}
		p.Keys = keys
		if err := s.checkPartner(p); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, s.writePartner(ctx, tx, string(other), &p, "rotate_key", now)
	})
	return err
}
