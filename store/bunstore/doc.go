// Package bunstore keeps every domain of mspkit in SQLite or PostgreSQL, through Bun.
//
// New takes a *bun.DB that the host has opened, with whatever driver it likes: the package imports none, and the DB
// stays the host's to close. Migrate brings the tables up to date; their names begin with mspkit_, so that they can
// live beside a host's own. Bind joins a transaction that the host has begun, so that its rows and ours commit together.
//
// # How it writes
//
// Rows are private structs; nested lists are columns of JSON. Every table and every statement names the account; statements about
// organizations that several accounts share name the one that looks. Writes go row by
// row through statements that are prepared once in a transaction, new rows of a call several at a time; reads are built by Bun, one query for as many as 500 ids. A
// duplicate is met by a unique key and the count of rows affected, never by looking first. Times are whole
// microseconds since 1970, so that they come back exactly as they went in, and sort.
//
// What an account may see of others' organizations has rows of its own, in the order of lists, which whoever writes an agreement, a service or an
// organization keeps up to date in the same transaction. A page reads them from where it begins, and checks trust and the moment as it
// reads: it costs the same at any depth, and an organization that no agreement names costs nothing. What lists read of every organization is kept
// as texts behind their lengths, not as JSON, so that reading them makes no value of a field of its own.
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
// What orgoverlay purges is deleted from every table, but its bytes stay in the file where they were, and in the log that was written before. Where they
// must not, add _pragma=secure_delete(1) to the text of both pools before anything is written: what is freed is then overwritten, which makes
// updates and deletes write more. And after a purge empty the log, while no reader stands in it: PRAGMA wal_checkpoint(TRUNCATE) on the
// writing pool, whose first column is 0 when it has. A test of orgoverlay reads the files for what was purged. Copies of the file are the host's.
//
// With github.com/mattn/go-sqlite3 the names are other ones, readers need a text of their own because that driver begins read-only
// transactions as it begins the rest, and Config.Classify has to call ClassifySQLite with the ExtendedCode of its errors:
//
//	file:alder.db?_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate
//	file:alder.db?_busy_timeout=5000&_journal_mode=WAL&_foreign_keys=1&_txlock=deferred&_query_only=1
//
// # PostgreSQL
//
// One pool serves both, with pgdialect and the database/sql driver of github.com/jackc/pgx/v5/stdlib:
//
//	write, err := sql.Open("pgx", "postgres://host/alder?lock_timeout=10000&default_query_exec_mode=exec")
//	db, err := bunstore.New(bun.NewDB(write, pgdialect.New()), bunstore.Config{Copy: pgxcopy.Copy})
//
// With Config.Copy, calls that store many new records send them by one COPY each, at about twice the speed. Bun writes values into its queries, so
// that hardly two are alike: default_query_exec_mode=exec keeps the driver from preparing each on the server.
//
// Transactions are serializable, views repeatable reads; what the database takes back for another's sake is run again as a
// whole. The queue's steps are single statements that name all they decide by, so they read what is committed, leave to
// others what those are leasing, and take nobody's transaction back. Ids sort by their bytes, whatever the database's collation. lock_timeout, in milliseconds, bounds the wait for rows
// that another transaction has written, which ends in store.ErrBusy.
//
// What orgoverlay purges is deleted from every table. Its bytes stay in the pages until these are used again, or written anew by VACUUM FULL; and in
// the write-ahead log, replicas and backups for as long as the host keeps those.
package bunstore
