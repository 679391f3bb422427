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

// Trust is both halves together.
type Trust struct {
	Other Account
	State TrustState // of both: ended before suspended before none; established only when both are
	Since time.Time  // since when
}

// Together joins our half with the other account's; a half that is not there is the zero TrustHalf.
func Together(ours, theirs TrustHalf) Trust {
	t := Trust{Other: ours.Other}
	if t.Other == "" {
		t.Other = theirs.Account
	}
	pick := func(s TrustState) bool {
		var since time.Time
		for _, h := range []TrustHalf{ours, theirs} {
			if h.State == s && (since.IsZero() || h.Since.Before(since)) {
				since = h.Since
			}
		}
		if since.IsZero() && ours.State != s && theirs.State != s {
			return false
		}
		t.State, t.Since = s, since
		return true
	}
	if ours.State == TrustEstablished && theirs.State == TrustEstablished {
		t.State, t.Since = TrustEstablished, ours.Since
		if theirs.Since.After(t.Since) {
			t.Since = theirs.Since
		}
		return t
	}
	if pick(TrustEnded) || pick(TrustSuspended) {
		return t
	}
	t.State, t.Since = TrustNone, time.Time{}
	return t
}
