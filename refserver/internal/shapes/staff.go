package shapes

import "time"

// SignIn opens a session by a password.
type SignIn struct {
	Email    string `json:"email"`
	Password string `json:"password" format:"password"`
	Account  string `json:"account,omitempty" doc:"the account to act in; default: the one that the person belongs to, or else the first"`
}

// Session is who asks, in which account. Of a program with a token, person is absent.
type Session struct {
	Person   *Person      `json:"person,omitempty"`
	Token    string       `json:"token,omitempty" doc:"the id of a program's token"`
	Name     string       `json:"name"`
	Account  string       `json:"account" doc:"the account that is acted in"`
	Roles    []string     `json:"roles" doc:"held there"`
	Fresh    bool         `json:"fresh" doc:"the password was given lately; what is dangerous answers confirm without it"`
	Accounts []Membership `json:"accounts,omitempty" doc:"of a person: every account to choose from"`
}

// Membership is the roles that somebody holds in one account.
type Membership struct {
	Account string   `json:"account"`
	Name    string   `json:"name"`
	Roles   []string `json:"roles"`
}

// ChooseAccount goes on in another account.
type ChooseAccount struct {
	Account string `json:"account"`
}

// GivePassword gives the password of who is signed in once more.
type GivePassword struct {
	Password string `json:"password" format:"password"`
}

// Person is somebody who may sign in, with the roles that they hold on the account that is acted in.
type Person struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Home      string    `json:"home" doc:"the account that they belong to"`
	Roles     []string  `json:"roles,omitempty"`
	Disabled  bool      `json:"disabled,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at,omitzero" doc:"when they last acted in the account, to a minute; told by reading people; absent: never"`
	Version   int64     `json:"version"`
}

// ChangeRoles replaces the roles of a person on the account that is acted in; with none they leave it.
type ChangeRoles struct {
	Roles   []string `json:"roles"`
	Version int64    `json:"version"`
}

// Disable shuts a person out, or lets them in again.
type Disable struct {
	Disabled bool  `json:"disabled"`
	Version  int64 `json:"version"`
}

// InvitePerson invites somebody to the account that is acted in.
type InvitePerson struct {
	Email string   `json:"email"`
	Name  string   `json:"name,omitempty"`
	Home  string   `json:"home,omitempty" doc:"the account that they belong to; default: the one that is acted in"`
	Roles []string `json:"roles"`
}

// PersonLink is a one-time link for a person. URL is its secret, and is there only in the answer to who made it.
type PersonLink struct {
	ID        string    `json:"id"`
	URL       string    `json:"url,omitempty" doc:"the link to hand over; shown here and never again"`
	Kind      string    `json:"kind" doc:"first, invite or reset"`
	Account   string    `json:"account"`
	Email     string    `json:"email,omitempty"`
	Name      string    `json:"name,omitempty"`
	Roles     []string  `json:"roles,omitempty"`
	Known     bool      `json:"known,omitempty" doc:"of an invitation: the person has a password; they sign in and accept"`
	ExpiresAt time.Time `json:"expires_at"`
}

// TakeLink uses a one-time link. The link for the first administrator takes an address; an invitation takes a name if it holds none.
type TakeLink struct {
	Email    string `json:"email,omitempty"`
	Name     string `json:"name,omitempty"`
	Password string `json:"password" format:"password" doc:"12 to 200 characters"`
}

// Token is the entry of a program. It may do what both its roles and its issuer's allow.
type Token struct {
	ID        string    `json:"id"`
	Account   string    `json:"account"`
	Name      string    `json:"name"`
	Roles     []string  `json:"roles"`
	IssuedBy  string    `json:"issued_by"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"absent: never"`
	UsedAt    time.Time `json:"used_at,omitzero" doc:"to an hour; absent: never"`
}

// IssueToken makes a token on the account that is acted in.
type IssueToken struct {
	Name      string    `json:"name"`
	Roles     []string  `json:"roles" doc:"some of those that the issuer holds there"`
	ExpiresAt time.Time `json:"expires_at,omitzero" doc:"default: never"`
}

// IssuedToken is a new token with its secret.
type IssuedToken struct {
	Secret string `json:"secret" doc:"goes into the header Authorization, after Bearer; shown here and never again"`
	Token  Token  `json:"token"`
}

// HostedAccount is an account on this system.
type HostedAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// OpenAccount makes one.
type OpenAccount struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Directory string `json:"directory,omitempty" doc:"the directory account above it, for a support domain; it stays"`
}

// StaffEvent is something that happened to the people, links, sessions and tokens of an account.
type StaffEvent struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Kind   string    `json:"kind"`
	By     string    `json:"by,omitempty" doc:"the id of a person or token; absent: nobody who is known"`
	ByName string    `json:"by_name,omitempty"`
	On     string    `json:"on,omitempty" doc:"the id of the person, link or token that it happened to"`
	OnName string    `json:"on_name,omitempty"`
	Detail string    `json:"detail,omitempty"`
	IP     string    `json:"ip,omitempty"`
}
