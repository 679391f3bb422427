package collab

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Pairing makes two systems partners: an invitation is redeemed once, keys are exchanged, and the operators compare
// fingerprints (Service.Confirm). Later keys are announced under the present one.

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
// the operators have compared fingerprints and said so with Confirm. A system that answers by the name of another partner is
// ErrState.
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
	now := s.now()
	if err := s.update(ctx, func(ctx context.Context, tx Tx) error { return s.pairWith(ctx, tx, a.Name, &p, "join", now) }); err != nil {
		return Partner{}, fmt.Errorf("collab: join %s: %w", url, err)
	}
	return p, nil
}

// pairWith enters a system that has paired with us, as pending. It says itself who it is, so nobody can take the place of a partner
// by its name: an active one keeps what it has, and one that was revoked or never confirmed is paired anew at its address alone. Pairing
// again with the same key changes nothing.
func (s *Service) pairWith(ctx context.Context, tx Tx, by string, p *Partner, action string, now time.Time) error {
	have, err := tx.Partners.Partner(ctx, p.ID)
	switch {
	case errors.Is(err, ErrNotFound):
	case err != nil:
		return err
	case have.State != PartnerRevoked && have.URL == p.URL && have.holds(p.Keys[0], now):
		*p = have
		return nil
	case have.State == PartnerActive || have.URL != p.URL:
		return fmt.Errorf("%s is %s already, at %s: revoke or register it first: %w", have.ID, have.State, have.URL, ErrState)
	}
	return s.writePartner(ctx, tx, by, p, action, now)
}

// holds reports whether the key is one of the partner's that are valid at the time.
func (p Partner) holds(k PartnerKey, now time.Time) bool {
	have, ok := p.Key(k.ID, now)
	return ok && bytes.Equal(have.Public, k.Public)
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
			if have.State != PartnerRevoked && have.holds(r.Key, now) {
				return nil
			}
			return ErrInvitation
		}
		inv.UsedBy = r.System
		if err := tx.Partners.PutInvitation(ctx, inv); err != nil {
			return err
		}
		if err = s.pairWith(ctx, tx, string(r.System), &p, "paired", now); errors.Is(err, ErrState) {
			return ErrInvitation
		}
		return err
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
