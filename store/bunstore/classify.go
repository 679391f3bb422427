package bunstore

import "errors"

// Fault is what a driver's error means for a transaction.
type Fault uint8

const (
	FaultOther     Fault = iota // nothing that is known: the error is passed on
	FaultRetry                  // taken back for another transaction's sake: run the closure again
	FaultBusy                   // waited for others as long as the driver is told to: store.ErrBusy
	FaultFull                   // no room is left: store.ErrFull
	FaultDuplicate              // a unique key is there already: a conflict
)

// Classify reads the code of a driver's error, never its text.
func Classify(err error) Fault {
	var pg interface{ SQLState() string }
	if errors.As(err, &pg) {
		switch pg.SQLState() {
		case "40001", "40P01": // serialization failure, deadlock
			return FaultRetry
		case "53300", "57P03": // too many connections, cannot connect now: only met when a transaction begins
			return FaultRetry
		case "55P03": // lock not available: lock_timeout
			return FaultBusy
		case "53100": // disk full
			return FaultFull
		case "23505": // unique violation
			return FaultDuplicate
		}
		return FaultOther
	}
	var lite interface{ Code() int }
	if errors.As(err, &lite) {
		return ClassifySQLite(lite.Code())
	}
	return FaultOther
}

// ClassifySQLite reads an extended result code of SQLite, for a Config.Classify of drivers whose errors keep it elsewhere than in
// a method Code() int, such as github.com/mattn/go-sqlite3.
func ClassifySQLite(code int) Fault {
	switch {
	case code&0xff == 5: // busy, in all its kinds
		return FaultRetry
	case code&0xff == 13: // full
		return FaultFull
	case code == 2067 || code == 1555: // unique, primary key
		return FaultDuplicate
	}
	return FaultOther
}
