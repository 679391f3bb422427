// Package collab lets two mystery-shopping providers share a project.
//
// An MSP here is a mystery-shopping provider; each runs its own System with its own data and its own ids. The Primary
// owns the client. The Secondary schedules and carries out the shops. What they share is a Project: one client and one
// survey of the Primary, one Secondary, and Terms.
//
// # The story of a project
//
// The Primary proposes (Service.Propose); the project reads Pending there and Requires Attention at the Secondary, which
// accepts it with the e-mail of the person responsible (Accept), declines it, or answers with the terms that it would take
// (Counter). Accepting makes the client and the survey at the Secondary and, where the terms say so, sets the
// locations on their way. From then on the Secondary works as it always does.
//
// A shop that reaches the export status may leave. Service.Import starts a run over every eligible shop and returns at
// once; the host's courier then carries it out, page by page, through Service.Deliver. In the Primary an imported shop
// stands in Collaboration Shop by *collabShopper; what stays behind is listed with every Reason. A shop enters once,
// however often messages repeat and whichever project brings it: the Ledger's keys see to that. The Primary reviews it, and
// sends it back with Return when something is amiss. A return opens a new epoch of the shop: the next import brings the
// same shop of the Primary up to date.
//
// # How it is built
//
// Decisions are pure functions over facts. A Service loads the facts, decides and writes, inside one transaction of the
// host's Store, whose roles (Tx) this package declares. Nothing outside is called inside a transaction: what must go out is a
// Message in the same transaction, which the host's courier hands to Service.Deliver. The other system is a Peer; the
// same interface is the receiving half (Service.Inbound). Package collabhttp carries it over HTTP, and collabtest joins
// two services in memory.
//
// Each side's half of a project travels whole under a counter (TermsNotice, AnswerNotice), so messages may be repeated,
// delayed or overtaken. The effect of a message happens once; its delivery may happen more often.
//
// Errors match the sentinels of this package; a refusal lists every reason. Methods that change a record take the version
// that the person saw, 0 for any, and answer ErrConflict when it has changed since; to SaveClient and SaveSurvey 0 means
// a new record, and ErrConflict where its id is taken. Expected outcomes, such as a shop that is held, are data and not errors.
package collab
