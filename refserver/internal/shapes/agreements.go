package shapes

import "time"

// Trust is how far the asking account and another trust each other, both halves together, and its own half.
type Trust struct {
	Account   string     `json:"account" doc:"the other"`
	State     *string    `json:"state" doc:"established, suspended or ended; null while only one side has asked"`
	Since     *time.Time `json:"since"`
	Ours      *string    `json:"ours" doc:"of the asking account's half: established, suspended or ended; null where it has none"`
	OursSince *time.Time `json:"ours_since"`
	Theirs    *string    `json:"theirs" doc:"of the other half, as far as it follows: none, established, suspended or ended; null where the asking account's half alone decides"`
	Acts      []string   `json:"acts" doc:"what the asking account's half can be set to: established, suspended, ended"`
}

// SetTrust sets the asking account's half.
type SetTrust struct {
	State string `json:"state" doc:"established, suspended or ended"`
}

// Service is a service that the asking account provides.
type Service struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Provider string `json:"provider" doc:"the organization that customers see"`
	Version  int64  `json:"version"`
}

// SaveService makes a service (version 0) or replaces the one of exactly that version.
type SaveService struct {
	Name     string `json:"name"`
	Provider string `json:"provider" doc:"one of the account's own organizations"`
	Version  int64  `json:"version,omitzero"`
}

// OrganizationRef is an organization and the account that owns it.
type OrganizationRef struct {
	Account      string `json:"account"`
	Organization string `json:"organization"`
}

// Agreement is one that is registered in the asking account; or in another with the asking account as the customer's side, and then without its
// service and version, and without its provider unless that is seen.
type Agreement struct {
	ID       string           `json:"id"`
	Account  string           `json:"account" doc:"where it is registered"`
	Kind     string           `json:"kind" doc:"sla or flsa"`
	With     string           `json:"with" doc:"the account of the customer's side"`
	Service  *string          `json:"service" doc:"of an sla"`
	Provider *OrganizationRef `json:"provider" doc:"of an sla that of its service; null where it is registered elsewhere and the provider is not seen"`
	Customer OrganizationRef  `json:"customer"`
	Prepared bool             `json:"prepared" doc:"still being prepared: not active, whatever its dates"`
	Start    *string          `json:"start" doc:"a date such as 2026-12-31"`
	Expiry   *string          `json:"expiry" doc:"the last day; null for no end"`
	Zone     string           `json:"zone" doc:"of the days, such as Europe/Paris"`
	From     *time.Time       `json:"from" doc:"when the start date begins"`
	Until    *time.Time       `json:"until" doc:"when the expiry date ends"`
	Status   string           `json:"status" doc:"now: being_prepared, scheduled_for_activation, active or expired"`
	Version  int64            `json:"version"`
}

// SaveAgreement registers an agreement (version 0) or replaces the one of exactly that version.
type SaveAgreement struct {
	Kind     string           `json:"kind" doc:"sla or flsa"`
	With     string           `json:"with" doc:"the account of the customer's side"`
	Service  *string          `json:"service,omitempty" doc:"of an sla, and only there"`
	Provider *OrganizationRef `json:"provider,omitempty" doc:"of an flsa; that of an sla is its service's"`
	Customer OrganizationRef  `json:"customer"`
	Prepared bool             `json:"prepared,omitzero"`
	Start    *string          `json:"start,omitempty" doc:"a date such as 2026-12-31; required unless prepared"`
	Expiry   *string          `json:"expiry,omitempty" doc:"the last day"`
	Zone     *string          `json:"zone,omitempty" doc:"of the days; default: UTC"`
	Version  int64            `json:"version,omitzero"`
}

// Supposition is one change that is thought of: exactly one of agreement, trust and service.
type Supposition struct {
	Agreement *SupposedAgreement `json:"agreement,omitempty"`
	Trust     *SupposedTrust     `json:"trust,omitempty"`
	Service   *SupposedService   `json:"service,omitempty"`
	At        *time.Time         `json:"at,omitempty" doc:"the moment that is looked at; default: now"`
}

// SupposedAgreement is an agreement as it would be saved.
type SupposedAgreement struct {
	ID string `json:"id,omitempty"`
	SaveAgreement
}

// SupposedTrust is the state that the asking account's half would have.
type SupposedTrust struct {
	Account string `json:"account" doc:"the other"`
	State   string `json:"state" doc:"established, suspended or ended"`
}

// SupposedService is a service as it would be saved.
type SupposedService struct {
	ID string `json:"id"`
	SaveService
}

// Forecast says who would gain or lose sight of what.
type Forecast struct {
	Gains  []Glimpse `json:"gains"`
	Losses []Glimpse `json:"losses"`
}

// Glimpse is one organization that one account comes to see, or sees no more.
type Glimpse struct {
	Viewer       string  `json:"viewer"`
	Owner        string  `json:"owner"`
	Organization string  `json:"organization" doc:"empty of another's that no agreement of the asking account names"`
	Name         *string `json:"name" doc:"null of another's organization that the asking account does not see now"`
}
