// Package bunstore keeps every domain of mspkit in SQLite or PostgreSQL, through Bun.
//
// New takes a *bun.DB that the host has opened, with whatever driver it likes: the package imports none, and the DB
// stays the host's to close. Migrate brings the tables up to date; their names begin with mspkit_, so that they can
// live beside a host's own. Bind joins a transaction that the host has begun, so that its rows and ours commit together.
//
// # How it writes
//
// Rows are private structs; nested lists are columns of JSON. Every table and every statement names the account. Writes go row by
// row through statements that are prepared once in a transaction; reads are built by Bun, one query for as many as 500 ids. A
// duplicate is met by a unique key and the count of rows affected, never by looking first. Times are whole
// microseconds since 1970, so that they come back exactly as they went in, and sort.
//
// # SQLite
//
// Open one connection for writing and a pool for reading on the same file; with modernc.org/sqlite:
//
//	const dsn = "file:alder.db?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
//		"&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite"
//	write, err := sql.Open("sqlite", dsn)
//	write.SetMaxOpenConns(1)
//	read, err := sql.Open("sqlite", dsn)
//	db, err := bunstore.New(bun.NewDB(write, sqlitedialect.New()), bunstore.Config{Read: bun.NewDB(read, sqlitedialect.New())})
//
// _txlock=immediate is what makes a transaction wait for its turn when it begins, not fail when it first
// writes; views begin read-only, which lets them run beside the writer. synchronous(NORMAL) makes single commits about
// three times as fast, and may lose the last of them when the power fails.
//
// # PostgreSQL
//
// Transactions are serializable, views repeatable reads; ids sort by their bytes. What fails for another's sake is run
// again. A put that replaces a record and meets another record's unique key is a conflict, as everywhere, but PostgreSQL
// then refuses the rest of the transaction: return the conflict.
package bunstore
