// Package store holds one transaction over every domain of mspkit.
//
// Each domain package declares the storage that it needs as a struct of roles (collab.Tx, locations.Tx). This
// package is the only one that knows all of them: a Tx bundles them, so that one commit can span domains, and a DB
// opens transactions for one account at a time, in which no role can see another account's rows.
//
// Two implementations come with it, and both pass the suite in storetest, as a host's own must: memstore keeps
// everything in memory, for tests; bunstore keeps it in SQLite or PostgreSQL through Bun, and joins transactions of
// the host (see Join).
//
// What must leave the process is written as a Message in the deciding transaction. The Queue of a DB hands messages
// out under leases; package courier delivers them.
package store
