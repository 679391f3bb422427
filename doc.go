// Package mspkit is a library for firms whose systems work together: each keeps its own software and database, and embeds
// what it needs of the packages below. This package holds no code; it says where things are.
//
// # Four domains
//
// Two trades call themselves MSP, and the library serves both. Each domain is a package of its own and needs none of the
// others.
//
// For mystery shopping providers:
//
//   - collab: two providers share a project. One proposes, the other accepts; the shops that the other has carried out
//     pass a gate and are imported exactly once, and can be returned and imported again.
//   - locations: the hierarchy of places that both sides must agree on. Differences are exact, a push removes them.
//
// For managed service providers:
//
//   - orgoverlay: organization records of accounts that trust each other, with private fields laid over them.
//   - onboarding, still to come: a new client's way in, by phases and approvals, with an export to IT Glue.
//
// # How to embed
//
// A domain decides in pure functions and acts through a Service, which runs over a Store: an interface that the domain
// declares, opened for one account, whose closures are transactions. There are three ways to have one:
//
//   - Take one of ours: store/memstore for tests, and for databases store/bunstore, which joins a transaction that the
//     host has begun, so that the host's rows and ours are committed together.
//   - Replace one role of ours. A transaction is a struct of small interfaces; a host that has its own clients or its
//     own places puts its own value into that field.
//   - Write your own, and let store/storetest say whether it keeps the rules.
//
// Nothing outside the process is called within a transaction. What must go out is written as a message row, and
// store/courier delivers it later, as often as it takes; receivers are safe against repeats.
//
// A host that imports one domain links this module and golang.org/x/text, nothing else. Database drivers, HTTP and
// job engines come in only with the packages that are named for them.
//
// # Where to start reading
//
// The documentation of collab tells its story from proposal to import; that of collab/collabhttp defines the protocol
// between two systems, so that others can speak it. store shows how one transaction spans domains. refserver is a
// complete small application, and each folder under examples tells one story.
package mspkit
