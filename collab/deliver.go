package collab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kinds of messages that Deliver carries out.
const (
	KindTerms      = "terms"
	KindAnswer     = "answer"
	KindImportPage = "import_page"
	KindReturn     = "return"
	KindKey        = "key"
)

// Deliver carries out one message of ours: it calls the partner outside any transaction, then writes what
// came of it in one of its own. It can be repeated. An error is worth another try unless it says Permanent.
func (s *Service) Deliver(ctx context.Context, m Message) error {
	var err error
	switch m.Kind {
	case KindTerms:
		err = s.deliverTerms(ctx, m)
	case KindAnswer:
		err = s.deliverAnswer(ctx, m)
	case KindImportPage:
		err = s.deliverImportPage(ctx, m)
	case KindReturn:
		err = s.deliverReturn(ctx, m)
	case KindKey:
		err = s.deliverKey(ctx, m)
	default:
		return permanentError{fmt.Errorf("collab: message %s of unknown kind %q: %w", m.Key, m.Kind, ErrInvalid)}
	}
	if err != nil && hopeless(err) {
		return permanentError{err}
	}
	return err
}

// hopeless reports whether another try would meet the same refusal.
func hopeless(err error) bool {
	for _, sentinel := range []error{ErrInvalid, ErrKeyReused, ErrProtocol, ErrNotFound, ErrParty, ErrForbidden} {
		if errors.Is(err, sentinel) {
			return true
		}
	}
	return false
}

// permanentError tells the courier not to try again.
type permanentError struct{ error }

func (e permanentError) Unwrap() error   { return e.error }
func (e permanentError) Permanent() bool { return true }

// message makes a message of a kind; payload is our own shape, as JSON.
func message(key, stream, kind string, payload any, due time.Time) (Message, error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return Message{}, fmt.Errorf("collab: message %s: %w", key, err)
	}
	return Message{Key: key, Stream: stream, Kind: kind, Payload: body, Due: due}, nil
}

func unpack(m Message, into any) error {
	if err := json.Unmarshal(m.Payload, into); err != nil {
		return permanentError{fmt.Errorf("collab: message %s: payload: %w", m.Key, err)}
	}
	return nil
}

// projectStream keeps a project's messages in order.
func projectStream(id ProjectID) string { return "collab/project/" + string(id) }
