package orgoverlay

// Account is a tenant: a subdomain word such as wdc. Every overlay belongs to one.
type Account string

// OrgID names an organization. It is unique over all accounts, and the stable key of everything that is laid over it.
type OrgID string

// Ids of the other records. Each is unique within its account.
type (
	ServiceID    string
	AgreementID  string
	ExtensionID  string
	PersonID     string
	AttachmentID string
)
