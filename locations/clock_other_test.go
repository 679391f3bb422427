//go:build !linux

package locations

import "time"

var began = time.Now()

// clock is the time on the wall, where the share of a thread cannot be asked for.
func clock() time.Duration { return time.Since(began) }
