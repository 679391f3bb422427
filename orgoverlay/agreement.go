package orgoverlay

import (
	"fmt"
	"time"
)

// ServiceEntry is a service that an account provides to customers. Its provider organization is what customers see.
type ServiceEntry struct {
	ID       ServiceID
	Account  Account
	Name     string
	Provider OrgID // of the same account
	Version  int64
}

// AgreementKind is which of the two kinds of agreement it is.
type AgreementKind uint8

const (
	AgreementNone AgreementKind = iota // invalid
	SLA                                // of a customer with a service; its provider is the service's
	FLSA                               // first-line support; names its provider itself
)

var agreementNames = []string{"", "sla", "flsa"}

func (k AgreementKind) String() string { return nameOf(agreementNames, k) }

// ParseAgreementKind reads what String wrote; an unknown name is AgreementNone.
func ParseAgreementKind(s string) AgreementKind { return parse[AgreementKind](agreementNames, s) }

// Status is where an agreement stands.
type Status uint8

const (
	StatusNone      Status = iota // invalid
	StatusPrepared                // being prepared: its dates mean nothing yet
	StatusScheduled               // becomes active by itself at the beginning of its start date
	StatusActive
	StatusExpired // by itself at the end of its expiry date
)

var statusNames = []string{"", "being_prepared", "scheduled_for_activation", "active", "expired"}

func (s Status) String() string { return nameOf(statusNames, s) }

// ParseStatus reads what String wrote; an unknown name is StatusNone.
func ParseStatus(s string) Status { return parse[Status](statusNames, s) }

// Ref is an organization and the account that owns it.
type Ref struct {
	Account Account
	Org     OrgID
}

// Agreement lets two accounts see an organization of each other. It is registered in the account of its provider.
type Agreement struct {
	ID       AgreementID
	Kind     AgreementKind
	Account  Account   // where it is registered: the provider's
	With     Account   // the account of the customer's side: the customer is registered in it or in its directory
	Service  ServiceID // of an SLA
	Provider Ref       // of an FLSA; of an SLA it is read from the service, and stored nowhere else
	Customer Ref
	// Prepared says that it is still being prepared: it is not active, whatever its dates.
	Prepared bool
	Start    string // a date such as 2026-12-31; required unless Prepared
	Expiry   string // the last day, or empty
	Zone     string // IANA name of the zone that its days are of; default UTC
	// From and Until are the moments between which it is active, made of the dates by Service; a zero Until is no end.
	From, Until time.Time
	Version     int64
}

// Window returns the moments at which the start date begins and the expiry date ends in a zone. A zero until is no end.
func Window(start, expiry string, zone *time.Location) (from, until time.Time, err error) {
	day, err := time.Parse(time.DateOnly, start)
	if err != nil {
		return from, until, fmt.Errorf("start date %q is not a date such as 2026-12-31", start)
	}
	from = beginning(day.Year(), day.Month(), day.Day(), zone)
	if expiry == "" {
		return from, until, nil
	}
	last, err := time.Parse(time.DateOnly, expiry)
	if err != nil {
		return from, until, fmt.Errorf("expiry date %q is not a date such as 2026-12-31", expiry)
	}
	until = beginning(last.Year(), last.Month(), last.Day()+1, zone)
	if !until.After(from) {
		return from, until, fmt.Errorf("expiry date %s is before the start date %s", expiry, start)
	}
	return from, until, nil
}

// beginning is when a day begins in a zone: at midnight, or where clocks leap over that, when they do.
func beginning(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if _, leap := t.ZoneBounds(); t.Hour() > 12 { // still the day before
		t = leap
	}
	return t.UTC()
}

// StatusAt is where the agreement stands at a moment.
func (a Agreement) StatusAt(now time.Time) Status {
	switch {
	case a.Prepared:
		return StatusPrepared
	case now.Before(a.From):
		return StatusScheduled
	case a.Until.IsZero() || now.Before(a.Until):
		return StatusActive
	}
	return StatusExpired
}

// ActiveAt reports whether the agreement counts at a moment.
func (a Agreement) ActiveAt(now time.Time) bool { return a.StatusAt(now) == StatusActive }
