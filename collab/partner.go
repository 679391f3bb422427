package collab

import (
	"slices"
	"time"
)

// Module says whether collaboration is switched on in this system.
type Module struct {
	On      bool
	Version int64
}

// PartnerState is how far a partner may go.
type PartnerState uint8

const (
	PartnerNone    PartnerState = iota // invalid
	PartnerPending                     // keys exchanged, fingerprints not compared yet: nothing is answered
	PartnerActive                      // fingerprints compared by the operators
	PartnerRevoked                     // nothing is answered any more; final until paired anew
)

var partnerStateNames = []string{"", "pending", "active", "revoked"}

func (s PartnerState) String() string { return nameOf(partnerStateNames, int(s)) }

// ParsePartnerState reads what String wrote; an unknown name is PartnerNone.
func ParsePartnerState(s string) PartnerState { return PartnerState(indexOf(partnerStateNames, s)) }

// Partner is another system that we are registered with.
type Partner struct {
	ID       SystemID
	Name     string
	URL      string // where its peer protocol answers
	State    PartnerState
	Keys     []PartnerKey // one, or two while a rotation overlaps; key ids are unique over all partners
	PairedAt time.Time
	Version  int64
}

// PartnerKey is a public key by which a partner signs.
type PartnerKey struct {
	ID     KeyID
	Public []byte // Ed25519, 32 bytes
	Since  time.Time
	Until  time.Time // zero: no end
}

// Clone returns a partner that shares no memory with p.
func (p Partner) Clone() Partner {
	p.Keys = slices.Clone(p.Keys)
	for i := range p.Keys {
		p.Keys[i].Public = slices.Clone(p.Keys[i].Public)
	}
	return p
}

// Key returns the partner's key of that id if it is valid at the time.
func (p Partner) Key(id KeyID, now time.Time) (PartnerKey, bool) {
	for _, k := range p.Keys {
		if k.ID == id && !now.Before(k.Since) && (k.Until.IsZero() || now.Before(k.Until)) {
			return k, true
		}
	}
	return PartnerKey{}, false
}

// Invitation lets one other system pair with us, once. Only the token's hash is kept.
type Invitation struct {
	ID        InvitationID
	TokenHash string // SHA-256 of the token, hexadecimal; unique
	Origin    string // the URL that the invited system must answer at
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedBy    SystemID // empty until used
	Version   int64
}
