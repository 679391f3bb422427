package orgoverlay

import "slices"

// Tenant is what an account says of itself.
type Tenant struct {
	ID   Account
	Name string
	// Directory is the directory account above this support domain; empty for an account that stands alone or is a directory.
	Directory Account
	// Organization is the organization tied to the account: organizations below it are internal.
	Organization OrgID
	Version      int64
}

// Role is what a person may do in one account. It is held on that account, whatever account the person belongs to.
type Role string

// The roles that orgoverlay knows. Others mean no more than access to the account.
const (
	RoleAdministrator Role = "account_administrator"
	RoleServiceLevel  Role = "service_level_manager" // needs RoleSpecialist beside it
	RoleAuditor       Role = "auditor"
	RoleSpecialist    Role = "specialist"
	RoleKeyContact    Role = "key_contact"
	RoleEndUser       Role = "end_user"
)

// Actor is who does something, in which account, with which roles there.
type Actor struct {
	ID    PersonID
	Name  string
	Home  Account // the account that the person belongs to
	On    Account // the account that is acted in; a Service of another account refuses it
	Roles []Role  // held on On
}

// Holds reports whether the actor has one of these roles.
func (a Actor) Holds(roles ...Role) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return slices.Contains(a.Roles, r) })
}

// Edits reports whether the actor may lay fields over organizations: an account administrator, or a specialist who is a
// service level manager.
func (a Actor) Edits() bool {
	return a.Holds(RoleAdministrator) || a.Holds(RoleServiceLevel) && a.Holds(RoleSpecialist)
}

// SeesInternal reports whether the actor may read fields that are marked internal.
func (a Actor) SeesInternal() bool {
	return a.Holds(RoleAdministrator, RoleAuditor, RoleSpecialist)
}

// Administers reports whether the actor may import, export, purge, change extensions, trusts and agreements.
func (a Actor) Administers() bool { return a.Holds(RoleAdministrator) }

// Audits reports whether the actor may read history in bulk.
func (a Actor) Audits() bool { return a.Holds(RoleAdministrator, RoleAuditor) }
