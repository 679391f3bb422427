// Package store holds one transaction over every domain of mspkit.
//
// Each domain package declares the storage that it needs as a struct of roles (collab.Tx, locations.Tx, orgoverlay.Tx). This
// package is the only one that knows all of them: a Tx bundles them, so that one commit can span domains, and a DB
// opens transactions for one account at a time, in which no role can see another account's rows.
//
// Two implementations come with it, and both pass the suite in storetest, as a host's own must: memstore keeps
// everything in memory, for tests; bunstore keeps it in SQLite or PostgreSQL through Bun, and joins transactions of
// the host (see Join).
//
// What must leave the process is written as a Message in the deciding transaction. The Queue of a DB hands messages
// out under leases; package courier delivers them.
//
// # How fast it is
//
// Each figure is a quotient of times taken in turns in one run, on two shared and busy virtual CPUs, with Go 1.26.8, modernc.org/sqlite 1.60.0,
// bun 1.3.0, mergo 1.0.2, r3labs/diff 3.0.2 and go-cmp 0.7.0: take its size, not its digits. ".ci/bench" prints them anew, and marks what has become
// worse by a quarter. A shop is four rows (shop, link, event, history) with 1 KB of answers, 500 to a transaction, WAL and synchronous=FULL.
//
//	                                                                goal     5,000 shops  100,000
//	import, speed of kept prepared statements                       >= 0.95  1.6 to 2.0   1.8
//	import, speed of Bun's bulk insert                              >= 1.5   1.7 to 2.1   1.8
//	import, allocations of kept prepared statements                 <= 1.1   0.35         0.35
//	import again, reading links, speed of ON CONFLICT on each row   >= 8     42 to 58     47
//	import again, the whole of it                                   >= 8     31 to 40     30
//	import again, allocations a shop                                <= 4     2.5          2.3
//	import, memory of 90,000 shops more                             < 64 MiB              2 MiB
//	import on PostgreSQL, speed of COPY of the same rows            >= 0.5   0.8 to 1.0
//	import on PostgreSQL, speed of Bun's bulk insert                >= 2.5   2.3 to 3.0                   missed at times
//	import again on PostgreSQL, speed of Bun's bulk insert          >= 8     25 to 39
//	list of 100,000 organizations, time of a plain join             <= 1.2   0.9 to 1.2
//	list of 100,000 organizations, allocations of a plain join      <= 1.1   0.68
//	last page of 100 organizations of 100,000, time of the first    <= 1.5   0.9 to 1.0
//	page of 100 organizations on PostgreSQL, time of a plain join             2.5
//	last page on PostgreSQL, time of the first                      <= 1.5   1.1
//	an organization with an overlay, speed of mergo on maps         >= 40    57 to 68
//	an organization with an overlay, speed of mergo on structs      >= 100   120 to 137
//	an organization with an overlay, allocations                    0        0
//	diff of 1,000,000 ordered nodes, time of a merge by hand        <= 1.3   0.28
//	diff of 1,000,000 nodes with prints, time of a merge by hand    <= 0.1   0.07 to 0.09
//	diff, bytes a node besides the changes                          < 1      0
//	diff, time a node of 1,000,000 for one of 10,000                <= 1.3   1.5                   missed
//	diff with prints, time a node of 1,000,000 for one of 10,000    <= 1.3   1.2
//	diff of unordered nodes, 10,000, time of open addressing        <= 1.3   0.8 to 0.9
//	diff of unordered nodes, 1,000,000, time of open addressing     <= 1.3   0.6 to 0.7
//	diff of 1,000,000 nodes, speed of r3labs/diff                   >= 200   870
//	diff of 1,000,000 nodes, speed of go-cmp                        >= 500   1,700
//	push of 100 changes among 30,000 places for one among 3,000     bytes 1.01, reading and writing statements 1.00
//	push of 100 changes among 32,492 nodes of the public list, for one of all    bytes 0.10, writing statements 0.006
//
// An import hands SQLite what all rows of a page share as part of the statement, so that of the 65 values of a shop the driver binds some 25 one by
// one. Importing again what is there reads of each shop how its link stands, which is one stretch of the ledger for a page, and writes how far
// it came once for up to 16 pages; the partner's headers are made before the clock runs, as the rows of the others are. Both figures were taken on
// a crowded machine, which is kinder to short work than to long: by processor time the whole of it is some 23 times as fast as ON CONFLICT, and an
// import 1.9 times as fast as kept statements and 2.2 times as Bun's bulk insert.
//
// On PostgreSQL (15, on the same two CPUs, without fsync) an import goes by COPY into the four tables with their indexes, and the limit is pgx's COPY of rows
// made before the clock runs: what is left is the server's own work and that of being serializable. That COPY is itself
// no more than 2.8 to 3.0 times as fast as Bun's bulk insert. Without Config.Copy an import is 1.3 times as
// fast as Bun's bulk insert, which makes its rows of the same shops; again, Bun's rows are made before.
//
// Organizations are listed for an account that sees 100,000 of a thousand others by as many agreements, half of them with an overlay. The join that this is
// compared with reads flat tables of as many columns on SQLite, and has nothing to check: neither trust nor agreements. A page of 100 takes 1.3 to
// 1.6 times as long as that of the join, because SQLite has more of a statement to prepare. On PostgreSQL a page, the last too, takes 2.5 to 4 times
// as long as the join's, for the trust that is looked up with each row and a plan that is made anew, and all 100,000, which are sorted there, 4 to 5 times.
//
// What is resolved has thirty fields, of which an overlay sets six: 0.12 µs, written into a record that is kept; mergo, which may keep its map
// too, is given what is private to the owner blank already, because it would let that through. Of 100,000 organizations, half of them with an
// overlay, Resolve is 36 to 59 times as fast as mergo on maps and 43 to 49 times as on structs, which without an overlay is a copy. All are
// counted by processor time.
//
// Diffs begin with trees, as those of the peers begin with maps; both are counted by processor time. Without prints a tree's nodes are compared as runs of
// bytes, which Build writes one behind the other. What is left is to read them: from memory at 1,000,000 nodes, from the caches at 10,000. That is why a node takes
// 1.5 times as long there, 37 ns for 25; a bare loop over the same bytes takes 27 for 15. With both trees built anew, Compare is 12 times as fast as
// r3labs/diff and 25 times as go-cmp: checking the rules of a node and finding its place alone takes more than a merge by hand.
package store
