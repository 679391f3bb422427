package bunstore

import (
	"encoding/json"
	"fmt"
	"time"
)

// micros is how a time is stored. The zero time has its own number, so every time comes back as it went in.
func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// pack stores nested values as JSON; nothing is the empty text.
func pack[E any](v []E) string {
	if len(v) == 0 {
		return ""
	}
	return packOne(v)
}

func packOne(v any) string {
	b, err := json.Marshal(v)
	if err != nil { // our shapes are text, numbers and slices of them: they always marshal
		panic(err)
	}
	return string(b)
}

// unpack reads what pack wrote.
func unpack[E any](s string) ([]E, error) {
	if s == "" {
		return nil, nil
	}
	var v []E
	if err := unpackOne(s, &v); err != nil {
		return nil, err
	}
	return v, nil
}

func unpackOne(s string, dest any) error {
	if err := json.Unmarshal([]byte(s), dest); err != nil {
		return fmt.Errorf("bunstore: read a stored value: %w", err)
	}
	return nil
}

// each converts a slice.
func each[A, B any](in []A, f func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, a := range in {
		out[i] = f(a)
	}
	return out
}
