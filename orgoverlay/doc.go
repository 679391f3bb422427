// Package orgoverlay lets managed service providers read each other's organization records and keep private fields over them.
//
// An organization belongs to one account. Another account sees it while an active agreement that it takes part in names the
// organization and trust with the owner is in force: of an SLA the customer's side sees the provider and the provider's side
// the customer, of first-line support each side sees both. Visible is that rule, a pure function of Facts and a moment; stores answer
// lists exactly as it would.
//
// What is seen is Shared: name, picture, contacts, addresses, the owner, whether it is disabled. What an account keeps for itself is Local:
// remarks, a financial ID, custom fields of its own extension, attachments. Of its own organizations these stand in the record; of others'
// they stand in an Overlay that nobody else can read. A Record puts the two side by side. Nothing is merged: a field that
// the viewer has not set is blank, and the owner's private fields have no way to the viewer, because what crosses accounts goes through
// the role Sight, whose types cannot hold them. Lens.Resolve is that rule, pure again, for hosts that read organizations by ways of their own.
//
// A Service works for one account over a Store that is opened for it:
//
//   - SaveTenant, SaveOrganization, SetTrust, SaveService, SaveAgreement and SavePerson keep what the account registers;
//   - List, Count, Organization, Explain and FindFinancial read what it sees;
//   - Edit lays fields over it, by a Patch that leaves alone, clears or sets each; ReadPatch reads one from JSON;
//   - Attach and Download keep files, SaveExtension and its kin the form of custom fields;
//   - Import and Export move overlays as tables, and a dry run tells of each row what it would change; History tells who changed what;
//   - WhoSees and WhatIf tell an owner who sees a record, and what a change would open or close;
//   - Dormant lists what is kept of organizations that are no longer seen; Sweep and Purge end it.
//
// An account begins with SaveTenant: before that it can keep no organization, and SaveOrganization is ErrNotFound. For it to be a customer
// its tenant names its organization, which makes that record internal and raises its version. When both sides have set their half of the
// trust, the provider registers a service and its SLA, or a first-line support agreement. Organizations of the account's own directory are seen
// without an agreement, and take no overlay: they are edited there.
//
// Every method takes the Actor who asks. An actor who acts nowhere, or elsewhere, is refused with ErrAccount. What an account does
// not see and what does not exist are one ErrNotFound in the same words; so are people, names and rows of a table.
//
// Ids of organizations are made by the service, never chosen: they are one space over all accounts, and a refusal would tell which are
// taken. Which account lies below which directory is said when an account is first saved, and is the host's to decide.
//
// examples/orgview tells a story of four accounts with all of this.
package orgoverlay
