// Package storetest is the conformance suite for implementations of store.DB: those of this module, and a host's own.
//
// It is a table of cases. Each has a name, the rule that it proves in words, and a function that opens transactions on a
// fresh, empty DB and answers with what went against the rule. Run makes a subtest of each case; Check walks the same table
// and returns one error, for programs that are no tests.
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(tb testing.TB) store.DB { return mystore.New(tb.TempDir()) })
//	}
//
// A case opens several transactions, some at once. A DB that keeps its data in a file must be able to read beside its writer.
//
// Lockstep runs random sequences of transactions on two DBs, such as a host's own and memstore, and wants equal answers: it meets
// what nobody thought of when the cases were written.
//
// Faulty wraps a DB to fail at a chosen moment, for crash tests of what is built upon a store.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mspkit/mspkit/store"
)

// Case is one rule of the contract.
type Case struct {
	Name string // topic/idea, unique
	Rule string // what must hold, in words
	// Run tries the rule on an empty DB and returns what went against it.
	Run func(ctx context.Context, db store.DB) error
}

// Cases returns the whole table.
func Cases() []Case {
	return slices.Concat(recordCases(), transactionCases(), uniqueCases(), listCases(), ledgerCases(), shopCases(), manyCases(), inboxCases(), historyCases(),
		treeCases(), bridgeCases(), overlayCases(), sightCases(), outboxCases(), queueCases(), leaseCases())
}

// Run runs every case as a subtest on a DB of its own; open returns an empty one.
func Run(t *testing.T, open func(testing.TB) store.DB) {
	t.Helper()
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if err := c.Run(t.Context(), open(t)); err != nil {
				t.Errorf("rule: %s\n%v", c.Rule, err)
			}
		})
	}
}

// Check runs every case on a DB of its own and returns what went against the rules, all joined; nil when nothing did. open
// returns an empty DB.
func Check(ctx context.Context, open func() (store.DB, error)) error {
	var all []error
	for _, c := range Cases() {
		db, err := open()
		if err != nil {
			return fmt.Errorf("storetest: %s: open: %w", c.Name, err)
		}
		if err := c.Run(ctx, db); err != nil {
			all = append(all, fmt.Errorf("storetest: %s: rule: %s: %w", c.Name, c.Rule, err))
		}
	}
	return errors.Join(all...)
}
