//go:build !unix

package peerbench

import "time"

var began = time.Now()

// clock is the time on the wall, where the share of a process cannot be asked for.
func clock() time.Duration { return time.Since(began) }
