// Package locations keeps the hierarchy of places that two mystery shopping providers must agree on: a client's stores
// and the level values (district, region, country ...) above them.
//
// A Tree is immutable. Build checks nodes; their fingerprints, Print, of each node and of each subtree, are made when they
// are first asked for. Compare finds exactly what differs between the owner's tree and another's copy, byte for byte: missing, extra, changed,
// moved, at another level. PlanPush turns that into the nodes that make the copy equal, and Apply puts nodes into a tree.
// Nothing is deleted: a node that should go becomes inactive, and inactive with nothing active below it counts as
// absent. Two trees have equal roots exactly when Compare finds nothing.
//
// ReadTable reads a client's list of stores from CSV or TSV, told by a Layout which column is what. It refuses single
// rows and says the line and every reason; what only looks odd comes as a warning.
//
// Service does the same over a Store, for one account. Load puts a table into a set, Edit changes nodes by hand. A set
// is shared through projects (Shares): Service.Compare walks down the partner's copy by fingerprints, so that equal
// trees cost one exchange and a small change costs its path; Push hands over the plan, refused as stale when either
// side has moved since. StartPush does so as long work: a PushRun keeps who asked, how far it came, and how it ended;
// Deliver carries it out, and after a failure or a restart goes on where that stood. Service.Inbound is the other end:
// it takes pushes from the set's owner alone, stages them beside the tree and switches over in one step after it has
// checked that the announced root results. A project with a lock leaves a copy to its owner's pushes; otherwise hand
// edits are marked, and a push that would undo them lists them first.
//
// A level value's key is the host's code, or else the path of names above it (PathKey). A location whose row leaves a
// level empty hangs under the nearest level value that is given.
//
// Everything that leaves a View or a Tree is a copy, and lists are ordered by key.
package locations
