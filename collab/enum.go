package collab

import "fmt"

// Enums are stored and sent by name, never by number.

func (p Party) MarshalText() ([]byte, error)     { return []byte(p.String()), nil }
func (s State) MarshalText() ([]byte, error)     { return []byte(s.String()), nil }
func (t Target) MarshalText() ([]byte, error)    { return []byte(t.String()), nil }
func (d Decision) MarshalText() ([]byte, error)  { return []byte(d.String()), nil }
func (p *Party) UnmarshalText(b []byte) error    { return unmarshalName(p, partyNames, b) }
func (s *State) UnmarshalText(b []byte) error    { return unmarshalName(s, stateNames, b) }
func (t *Target) UnmarshalText(b []byte) error   { return unmarshalName(t, targetNames, b) }
func (d *Decision) UnmarshalText(b []byte) error { return unmarshalName(d, decisionNames, b) }

func unmarshalName[E ~uint8](e *E, names []string, b []byte) error {
	for i, n := range names {
		if n == string(b) {
			*e = E(i)
			return nil
		}
	}
	return fmt.Errorf("collab: unknown name %q: %w", b, ErrInvalid)
}
