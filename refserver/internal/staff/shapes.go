package staff

import "time"

// Person is somebody who may sign in.
type Person struct {
	ID        string
	Email     string // as it was given
	Name      string
	Home      string // the account that they belong to
	Disabled  bool
	Version   int64 // counts changes of the person and of their roles
	CreatedAt time.Time
	Roles     []string // on the account that was asked for, sorted; else empty
}

// Membership is what somebody holds on one account.
type Membership struct {
	Account string
	Name    string // the account's
	Roles   []string
}

// Account is one that the system hosts.
type Account struct {
	ID, Name string
}

// Kind says what a link is for.
type Kind string

// The kinds of links.
const (
	First  Kind = "first"  // to become the first administrator of the system
	Invite Kind = "invite" // to get roles on an account
	Reset  Kind = "reset"  // to choose a new password
)

// Invitation is what somebody is invited to.
type Invitation struct {
	Email, Name string
	Home        string // Default: Account. Operators alone can give another.
	Account     string
	Roles       []string
}

// Link is what a one-time link is for.
type Link struct {
	ID      string
	Kind    Kind
	Account string
	Email   string // empty for First
	Name    string
	Roles   []string
	Known   bool // an invitation of somebody who has a password: they sign in and accept
	Expires time.Time
}

// Session is one browser in which somebody is signed in.
type Session struct {
	ID      string
	Account string
	Started time.Time // when they signed in
	Seen    time.Time // the last request, to a minute
	Expires time.Time // unless it is used before
	IP      string
	Agent   string // as the browser says, cut to 200 characters
	Current bool   // that of this request
}

// TokenInput is what a token is to be.
type TokenInput struct {
	Name    string
	Roles   []string
	Expires time.Time // zero: never
}

// Token is the entry of a program. It may do what both its roles and its issuer's allow.
type Token struct {
	ID       string
	Account  string
	Name     string
	Roles    []string
	Issuer   string // a person's id
	IssuedBy string // and name
	Created  time.Time
	Expires  time.Time // zero: never
	Used     time.Time // the last use, to an hour; zero: never
}

// Event is something that happened to the people, links, sessions and tokens of an account.
type Event struct {
	ID      string
	At      time.Time
	Account string
	Kind    string // one of the Event constants
	By      string // the id of the person or token; empty: nobody who is known
	ByName  string
	On      string // the id of the person, link or token that it happened to
	OnName  string
	Detail  string // roles, say
	IP      string
}

// What happens.
const (
	EventSignedIn        = "signed_in"
	EventSignInFailed    = "sign_in_failed"
	EventSignedOut       = "signed_out"
	EventSwitched        = "switched"
	EventConfirmed       = "confirmed"
	EventSessionEnded    = "session_ended"
	EventPasswordChanged = "password_changed"
	EventInvited         = "invited"
	EventWithdrawn       = "withdrawn"
	EventJoined          = "joined"
	EventResetMade       = "reset_made"
	EventResetTaken      = "reset_taken"
	EventFirstMade       = "first_made"
	EventRoles           = "roles"
	EventDisabled        = "disabled"
	EventEnabled         = "enabled"
	EventAccountOpened   = "account_opened"
	EventTokenIssued     = "token_issued"
	EventTokenRevoked    = "token_revoked"
)
