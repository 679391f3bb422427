// Package rivercourier lets River wake a courier (package courier) as soon as there is a message to deliver.
//
// The transaction that writes a message row also writes a River job, which carries nothing but the row's id. When the
// transaction commits there are both, and within a moment a worker calls courier.Courier.One with that id; when it
// rolls back there is neither. The row remains the truth: the job may vanish, run twice or come late, and the
// worst of it is a delay, because every few seconds, and at the time of the next retry, the Waker also looks for
// messages that are due. So it needs neither River's retries nor its rescue of jobs that a killed process left
// behind, nor unique jobs, which such a job would block.
//
//	pool, err := sql.Open("sqlite", dsn)            // a pool for River alone
//	driver := riversqlite.New(pool)                 // riverdatabasesql.New on PostgreSQL
//	err = rivercourier.Migrate(ctx, driver)
//	waker, err := rivercourier.New(driver, rivercourier.Config{})
//	db, err := bunstore.New(write, bunstore.Config{OnMessages: waker.OnMessages})
//	c := courier.New(db.Messages(), deliver, courier.Config{Holder: keyID})
//	err = waker.Start(ctx, c)
//	...
//	err = waker.Stop(ctx) // before the databases are closed
//
// # On SQLite
//
// River gets an *sql.DB of its own on the same file, with one connection, WAL, a busy timeout and immediate
// transactions, for instance
//
//	file:alder.db?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate&_time_format=sqlite
//
// so that its polling (Config.Poll) and the host's writers wait for each other in SQLite and not for connections.
// River retries what it could not do while a long transaction held the file.
//
// # On PostgreSQL
//
// riverdatabasesql takes a pool of the database/sql driver pgx on the same database. River looks for jobs there by polling too.
//
// # Beside a host's own River
//
// Jobs are of one kind, in the queue "mspkit". River's leader looks after the jobs of every client on the same tables
// and discards stuck ones of kinds that it does not know; a host that runs River itself therefore gives this package
// tables of another schema or file, or keeps its own jobs under River's hour for stuck ones.
package rivercourier
