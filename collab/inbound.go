package collab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Inbound returns the receiving half of the service: what partners may ask. Its callers vouch for who other is.
// A partner reaches only its own projects: any other id is ErrNotFound.
func (s *Service) Inbound() Peer { return inbound{s} }

type inbound struct{ s *Service }

// MaxKey is the greatest length of an idempotency key in bytes.
const MaxKey = 255

// receive carries out one write of a partner: once for its key, however often it arrives. The effect, the nonce and the
// reply commit together. A refusal stores no reply, so that the same key can be tried again; its nonce is used up
// all the same.
func receive[R any](ctx context.Context, s *Service, from SystemID, call Call, op string, fn func(context.Context, Tx) (R, error)) (R, error) {
	var reply, none R
	if call.Key == "" || len(call.Key) > MaxKey {
		return none, &Invalid{Op: op, Fields: []FieldError{{"idempotency_key", "length", fmt.Sprintf("needs 1 to %d bytes", MaxKey)}}}
	}
	err := s.update(ctx, func(ctx context.Context, tx Tx) error {
		reply = none
		if err := s.admit(ctx, tx.Partners, from); err != nil {
			return err
		}
		if call.Nonce != "" {
			if err := tx.Inbox.UseNonce(ctx, from, call.Nonce, call.Expires); err != nil {
				return err
			}
		}
		kept, err := tx.Inbox.Reply(ctx, from, call.Key)
		switch {
		case err == nil && kept.Digest != call.Digest:
			return fmt.Errorf("key %q: %w", call.Key, ErrKeyReused)
		case err == nil:
			return json.Unmarshal(kept.Body, &reply)
		case !errors.Is(err, ErrNotFound):
			return err
		}
		if reply, err = fn(ctx, tx); err != nil {
			return err
		}
		body, err := json.Marshal(reply)
		if err != nil {
			return err
		}
		return tx.Inbox.Keep(ctx, from, Reply{Key: call.Key, Digest: call.Digest, Body: body, At: s.now()})
	})
	if err != nil {
		if call.Nonce != "" && !errors.Is(err, ErrReplayed) && !errors.Is(err, ErrPartner) {
			if burn := s.update(ctx, func(ctx context.Context, tx Tx) error {
				return tx.Inbox.UseNonce(ctx, from, call.Nonce, call.Expires)
			}); burn != nil && !errors.Is(burn, ErrReplayed) {
				err = errors.Join(err, burn)
			}
		}
		return none, fmt.Errorf("collab: %s from %s: %w", op, from, err)
	}
	return reply, nil
}

// KeepReplies is how long a reply is kept for a partner that repeats its call: far longer than any courier tries.
const KeepReplies = 90 * 24 * time.Hour

// Forget deletes what need not be remembered any more of partners' calls: nonces that no clock would accept again, and replies older
// than KeepReplies. A host calls it now and then, say once an hour. What makes effects happen once is the ledger, which stays.
func (s *Service) Forget(ctx context.Context) (n int, err error) {
	now := s.now()
	err = s.update(ctx, func(ctx context.Context, tx Tx) error {
		n, err = tx.Inbox.Forget(ctx, now, now.Add(-KeepReplies))
		return err
	})
	return n, err
}

// read carries out one read of a partner.
func read[R any](ctx context.Context, s *Service, from SystemID, op string, fn func(context.Context, View) (R, error)) (R, error) {
	var reply R
	err := s.view(ctx, func(ctx context.Context, v View) (err error) {
		if err = s.admit(ctx, v.Partners, from); err != nil {
			return err
		}
		reply, err = fn(ctx, v)
		return err
	})
	if err != nil {
		var none R
		return none, fmt.Errorf("collab: %s from %s: %w", op, from, err)
	}
	return reply, nil
}

// admit lets an active partner in while the module is on.
func (s *Service) admit(ctx context.Context, v PartnersView, from SystemID) error {
	if _, err := active(ctx, v, from); err != nil {
		return err
	}
	return s.moduleOn(ctx, v)
}

// partnersProject returns a project of this partner in which we are the given party.
func partnersProject(ctx context.Context, v ProjectsView, from SystemID, id ProjectID, we Party) (Project, error) {
	p, err := v.Project(ctx, id)
	if err != nil {
		return Project{}, err
	}
	if p.Partner != from || p.Party != we {
		return Project{}, fmt.Errorf("project %s: %w", id, ErrNotFound)
	}
	return p, nil
}

// need answers a StateError unless the project is in one of the states.
func (p Project) need(states ...State) error {
	for _, st := range states {
		if p.State == st {
			return nil
		}
	}
	return &StateError{Project: p.ID, State: p.State, Need: states}
}

// Hello answers whether we can work together. It is answered also while the module is off, and says so.
func (in inbound) Hello(ctx context.Context, other SystemID, h Hello) (Hello, error) {
	s := in.s
	ours := Hello{System: s.system, Name: s.cfg.Name, Protocol: Protocol}
	err := s.view(ctx, func(ctx context.Context, v View) error {
		if _, err := active(ctx, v.Partners, other); err != nil {
			return err
		}
		m, err := v.Partners.Module(ctx)
		ours.ModuleOn = m.On
		return err
	})
	if err == nil {
		err = h.spoken()
	}
	if err != nil {
		return Hello{}, fmt.Errorf("collab: hello from %s: %w", other, err)
	}
	return ours, nil
}

// spoken refuses a protocol version or a critical capability that we do not know.
func (h Hello) spoken() error {
	if h.Protocol != Protocol {
		return fmt.Errorf("%s speaks version %d, we speak %d: %w", h.System, h.Protocol, Protocol, ErrProtocol)
	}
	for _, c := range h.Capabilities {
		if c.Critical {
			return fmt.Errorf("%s needs capability %q: %w", h.System, c.Name, ErrProtocol)
		}
	}
	return nil
}
