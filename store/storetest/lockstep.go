package storetest

import (
	"context"
	"fmt"

	"github.com/mspkit/mspkit/store"
)

// LockstepConfig says what Lockstep runs. The zero LockstepConfig works.
type LockstepConfig struct {
	// Seed of the first sequence; those after it have the numbers that follow. Default: 0.
	Seed uint64
	// Sequences is how many are run. Default: 200.
	Sequences int
	// Steps is how many transactions and calls of the queue a sequence has. Default: 10.
	Steps int
}

// NamedDB is a DB and what a report calls it.
type NamedDB struct {
	Name string
	DB   store.DB
}

// Lockstep runs random sequences of transactions on two DBs and compares everything that they answer: the result of each call, which
// sentinels its error matches, how each transaction ends, and at the end of a sequence all that its accounts hold. It calls every method of
// every role and of the queue with values out of small pools, so that they clash; transactions go on after errors, or are rolled
// back by an error, a panic or a canceled ctx.
//
// The first DB is the measure for the other; both must be empty and in nobody else's use. Every sequence has two accounts of its own. A
// difference ends the run: the error names the seed, which makes the same sequence again, and the steps that are left when all without
// which the DBs still differ are taken away. The Tally says what was called, also when there is an error.
func Lockstep(ctx context.Context, cfg LockstepConfig, first, other NamedDB) (Tally, error) {
	if cfg.Sequences <= 0 {
		cfg.Sequences = 200
	}
	if cfg.Steps <= 0 {
		cfg.Steps = 10
	}
	tally := newTally()
	for n := range cfg.Sequences {
		seed := cfg.Seed + uint64(n)
		tr := record(ctx, first.DB, seed, "", plan(seed, cfg.Steps))
		found := tr.compare(ctx, other.DB)
		if err := ctx.Err(); err != nil {
			return tally, fmt.Errorf("storetest: lockstep: %w", err)
		}
		tally.add(tr)
		if found != nil {
			d := &difference{first: first, other: other, seed: seed, steps: tr.steps[:found.step+1], found: found}
			d.shrink(ctx)
			return tally, d
		}
	}
	return tally, nil
}

// difference is a sequence that two DBs answer differently.
type difference struct {
	seed         uint64
	steps        []step
	found        *mismatch
	first, other NamedDB
	tries        int
}

func (d *difference) Error() string {
	return fmt.Sprintf("storetest: lockstep: %s and %s differ with seed %d; the shortest sequence that shows it:\n%s%s (-%s +%s):\n%s",
		d.first.Name, d.other.Name, d.seed, showSteps(d.steps), d.found.what, d.first.Name, d.other.Name, d.found.diff)
}

// shrink takes away steps, and then calls, for as long as the two still differ.
func (d *difference) shrink(ctx context.Context) {
	for shorter := true; shorter; {
		shorter = false
		for i := len(d.steps) - 1; i >= 0; i-- {
			if i < len(d.steps) && d.try(ctx, without(d.steps, i)) {
				shorter = true
			}
		}
		for i := len(d.steps) - 1; i >= 0; i-- {
			for j := len(d.steps[i].calls) - 1; j >= 0; j-- {
				if i >= len(d.steps) || j >= len(d.steps[i].calls) {
					continue // a difference that comes earlier has cut the rest off
				}
				fewer := append([]step(nil), d.steps...)
				fewer[i].calls = without(fewer[i].calls, j)
				if d.try(ctx, fewer) {
					shorter = true
				}
			}
		}
	}
}

// try keeps the steps up to the first difference, and reports whether there is one.
func (d *difference) try(ctx context.Context, steps []step) bool {
	const most = 2000
	if d.tries++; d.tries > most || ctx.Err() != nil {
		return false
	}
	tr := record(ctx, d.first.DB, d.seed, fmt.Sprintf(" try %d", d.tries), steps)
	found := tr.compare(ctx, d.other.DB)
	if found == nil || ctx.Err() != nil {
		return false
	}
	d.found, d.steps = found, steps[:found.step+1]
	return true
}

func without[E any](s []E, i int) []E {
	return append(append([]E(nil), s[:i]...), s[i+1:]...)
}
