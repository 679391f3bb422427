//go:build unix

package peerbench

import (
	"syscall"
	"time"
)

// clock is what this process has had of the processors: other programs on the machine do not count.
func clock() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
