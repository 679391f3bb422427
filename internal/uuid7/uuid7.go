// Package uuid7 mints UUIDs of version 7 (RFC 9562) as text. They begin with the time of their making, so that keys made
// one after another lie near each other in an index. Two of the same millisecond stand in no order.
package uuid7

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// New returns the UUID of the instant now (whole milliseconds count), with 74 random bits read from random: 36 characters,
// lower-case. The error is that of reading random, or says that now lies outside what 48 bits of milliseconds since 1970 hold.
func New(now time.Time, random io.Reader) (string, error) {
	ms := now.UnixMilli()
	if ms < 0 || ms >= 1<<48 {
		return "", fmt.Errorf("uuid7: the time %s cannot be held", now.UTC().Format(time.RFC3339))
	}
	var b [16]byte
	if _, err := io.ReadFull(random, b[6:]); err != nil {
		return "", fmt.Errorf("uuid7: read random bits: %w", err)
	}
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70 // version 7
	b[8] = b[8]&0x3f | 0x80 // variant of RFC 9562
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:], nil
}

// Make returns a UUID of the present instant from the system's source of random bits, which never fails.
func Make() string {
	s, err := New(time.Now(), rand.Reader)
	if err != nil {
		panic(err) // a machine whose clock stands before 1970
	}
	return s
}
