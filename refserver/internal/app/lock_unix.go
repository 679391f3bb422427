//go:build unix

package app

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the lock that keeps a second process off an SQLite database, and holds it until the returned file is closed or the
// process ends. The lock is on a file beside the database, which stays: removing it would let two processes lock two files.
func lockFile(database string) (*os.File, error) {
	f, err := os.OpenFile(database+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock database (-db): %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = errors.New("it is in use by another process: stop that, or choose another database")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock database %s: %w", database, err), f.Close())
	}
	return f, nil
}
