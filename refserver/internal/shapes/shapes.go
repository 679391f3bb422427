// Package shapes holds the JSON shapes of the API under /api/: what it takes and what it answers. They are the same for
// package api, which serves them, and apiclient, which asks.
//
// Times are RFC 3339 in UTC. Enumerations go by their names, statuses by theirs ("Client Finalized"). Bytes are base64.
// A version is that of the record that the caller saw; where it is 0 or left out in a decision about a project, none is
// compared. Lists are pages: Next, when it is not empty, is what the next page's after (or before) takes.
package shapes

import "time"

// List is one page of a list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty" doc:"where the next page begins: its after, or before where that is the parameter; absent on the last page"`
}

// Problem is an error (RFC 9457). Code is the stable word for programs.
type Problem struct {
	Type    string     `json:"type" doc:"urn:mspkit: and the code"`
	Title   string     `json:"title"`
	Status  int        `json:"status"`
	Code    string     `json:"code"`
	Detail  string     `json:"detail,omitempty"`
	Fields  []Field    `json:"fields,omitempty" doc:"every field or row that is wrong"`
	Reasons []Problem  `json:"reasons,omitempty" doc:"of a refusal: every reason"`
	Lost    []Change   `json:"lost,omitempty" doc:"of overwrites: what the other side has, and what would take its place"`
	System  string     `json:"system,omitempty" doc:"of module_off: whose module is off; of a partner's refusal: which partner"`
	State   string     `json:"state,omitempty" doc:"of state: the state that the project is in"`
	Need    []string   `json:"need,omitempty" doc:"of state: the states that it would have to be in"`
	Run     string     `json:"run,omitempty" doc:"of running: the run that is under way"`
	Locks   []string   `json:"locks,omitempty" doc:"of locked: the projects that lock the set"`
	After   int        `json:"retry_after,omitzero" doc:"of too_many: seconds to wait; also the header Retry-After"`
	Request string     `json:"request_id,omitempty" doc:"of an internal error: what to look for in the log"`
	Changes []NodeDiff `json:"changes,omitempty" doc:"of overwrites of locations: the other side's own edits"`

	Version      int64           `json:"version,omitzero" doc:"of a conflict about an organization: the present version"`
	Conflicts    []FieldConflict `json:"conflicts,omitempty" doc:"of a conflict about an organization: the fields that both changed; without any, the edit can be tried again on the present version"`
	Organization string          `json:"organization,omitempty" doc:"of in_use: the account's own record that has the financial ID"`
	Retained     bool            `json:"retained,omitzero" doc:"of in_use: it is an overlay on an organization that is not seen at present"`
}

// Field is one field or row that is wrong. Rule is a stable word.
type Field struct {
	Field   string `json:"field,omitempty"`
	Rule    string `json:"rule,omitempty"`
	Message string `json:"message"`
	Line    int    `json:"line,omitzero" doc:"line of the table, from 1"`
	Key     string `json:"key,omitempty" doc:"node that the row or reason is about"`
}

// Change is one value before and after.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Module is the switch of collaboration. With it off, projects, runs and returns answer module_off.
type Module struct {
	On bool `json:"on"`
}

// Self introduces this system, for registering it with a partner.
type Self struct {
	System      string `json:"system"`
	Name        string `json:"name"`
	URL         string `json:"url" doc:"where partners reach the peer protocol"`
	Key         []byte `json:"key" doc:"Ed25519 public key, 32 bytes in base64"`
	KeyID       string `json:"key_id"`
	Fingerprint string `json:"fingerprint" doc:"what two operators compare over the telephone"`
}

// KeyAnnouncement tells partners the next signing key; the present one stays good until OldUntil.
type KeyAnnouncement struct {
	Key      []byte    `json:"key" doc:"the next Ed25519 public key"`
	OldUntil time.Time `json:"old_until"`
}

// Partner is a registered system.
type Partner struct {
	ID       string       `json:"id"`
	Name     string       `json:"name"`
	URL      string       `json:"url"`
	State    string       `json:"state" doc:"pending, active or revoked"`
	Keys     []PartnerKey `json:"keys"`
	PairedAt time.Time    `json:"paired_at"`
	Version  int64        `json:"version"`
}

// PartnerKey is a key by which a partner signs.
type PartnerKey struct {
	ID          string    `json:"id"`
	Fingerprint string    `json:"fingerprint"`
	Key         []byte    `json:"key"`
	Since       time.Time `json:"since"`
	Until       time.Time `json:"until,omitzero"`
}

// Registration enters a partner whose key the operator holds.
type Registration struct {
	Name string   `json:"name,omitempty" doc:"default: its id"`
	URL  string   `json:"url"`
	Keys [][]byte `json:"keys" doc:"Ed25519 public keys, 32 bytes each"`
}

// Invite asks for an invitation for the system at Origin.
type Invite struct {
	Origin string `json:"origin" doc:"the URL that the invited system answers at"`
}

// Invitation is shown once.
type Invitation struct {
	ID        string    `json:"id"`
	Token     string    `json:"token" doc:"the secret for the invited system; shown here and never again"`
	Origin    string    `json:"origin"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Join redeems an invitation of the system at URL.
type Join struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// Confirm says that the operators have compared the fingerprint of this key.
type Confirm struct {
	Key string `json:"key" doc:"the key's id"`
}

// Message is one message to a partner.
type Message struct {
	ID        int64     `json:"id"`
	Domain    string    `json:"domain"`
	Kind      string    `json:"kind"`
	Key       string    `json:"key"`
	Stream    string    `json:"stream"`
	State     string    `json:"state" doc:"waiting, leased, done or parked"`
	Attempts  int       `json:"attempts"`
	NextAt    time.Time `json:"next_at,omitzero"`
	Reason    string    `json:"reason,omitempty" doc:"why the last attempt failed"`
	CreatedAt time.Time `json:"created_at"`
	SettledAt time.Time `json:"settled_at,omitzero"`
}

// Entry is one line of history.
type Entry struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at"`
	Actor       string    `json:"actor"`
	SubjectKind string    `json:"subject_kind,omitempty" doc:"project, shop, survey, client, partner, module or run; absent in the history of locations"`
	SubjectID   string    `json:"subject_id"`
	Project     string    `json:"project,omitempty"`
	Action      string    `json:"action"`
	Changes     []Change  `json:"changes,omitempty"`
	Why         string    `json:"why,omitempty"`
}

// Origin says where a record was first made.
type Origin struct {
	System string `json:"system"`
	ID     string `json:"id"`
}
