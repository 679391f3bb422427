package orgoverlay

import "time"

// TrustState is how far one side, or both, trust each other.
type TrustState uint8

const (
	TrustNone        TrustState = iota // not asked for
	TrustEstablished                   // of one half: this side agrees; of both: the trust is in force
	TrustSuspended                     // nothing is seen while it lasts
	TrustEnded                         // nothing is seen; retention runs
)

var trustNames = []string{"", "established", "suspended", "ended"}

func (s TrustState) String() string { return nameOf(trustNames, s) }

// ParseTrustState reads what String wrote; an unknown name is TrustNone.
func ParseTrustState(s string) TrustState { return parse[TrustState](trustNames, s) }

// TrustHalf is one account's part of a trust. The other account has a half of its own, which it alone writes.
type TrustHalf struct {
	Account Account // whose half
	Other   Account
	State   TrustState
	Since   time.Time // since when it is in this state
	Version int64
}

// Trust is both halves together, and our own half. Of the other half no more is told than follows from these two.
type Trust struct {
	Other     Account
	State     TrustState // of both: ended before suspended before none; established only when both are
	Since     time.Time  // since when
	Ours      TrustState // of our half
	OursSince time.Time
}

// Theirs is the state of the other half as far as it follows from ours and from both together. It does not follow where ours alone makes
// both what they are: whoever has suspended or ended a trust does not learn what the other side does meanwhile.
func (t Trust) Theirs() (state TrustState, known bool) {
	switch {
	case t.State == TrustNone && t.Ours == TrustNone: // there would be no trust without the other half
		return TrustEstablished, true
	case t.State == TrustEstablished, t.State != t.Ours:
		return t.State, true
	}
	return TrustNone, false
}

// Acts are the states that our half can be set to, apart from the one that it has.
func (t Trust) Acts() []TrustState {
	var out []TrustState
	for _, to := range []TrustState{TrustEstablished, TrustSuspended, TrustEnded} {
		if to != t.Ours && leads(t.Ours, to) {
			out = append(out, to)
		}
	}
	return out
}

// leads reports whether one half of a trust may go from one state to another: only what is established can be suspended.
func leads(from, to TrustState) bool {
	return to != TrustSuspended || from == TrustEstablished || from == TrustSuspended
}

// Together joins our half with the other account's; a half that is not there is the zero TrustHalf.
func Together(ours, theirs TrustHalf) Trust {
	t := Trust{Other: ours.Other, Ours: ours.State, OursSince: ours.Since}
	if t.Other == "" {
		t.Other = theirs.Account
	}
	if ours.State == TrustEstablished && theirs.State == TrustEstablished {
		t.State, t.Since = TrustEstablished, ours.Since
		if theirs.Since.After(t.Since) {
			t.Since = theirs.Since
		}
		return t
	}
	for _, state := range []TrustState{TrustEnded, TrustSuspended} {
		switch state {
		case ours.State: // whatever theirs is, and was since when: see Theirs
			t.State, t.Since = state, ours.Since
			return t
		case theirs.State:
			t.State, t.Since = state, theirs.Since
			return t
		}
	}
	return t
}
