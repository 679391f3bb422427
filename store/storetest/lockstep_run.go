package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/locations"
	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

// Outcomes of a call or a transaction beside the sentinels.
const (
	fine     = "ok"
	panicked = "panic"
	unnamed  = "an error without a sentinel"
)

var errStop = errors.New("storetest: the closure's own error")

// sentinels are what a store may answer.
var sentinels = []struct {
	name string
	err  error
}{
	{"collab.ErrNotFound", collab.ErrNotFound}, {"collab.ErrConflict", collab.ErrConflict}, {"collab.ErrReplayed", collab.ErrReplayed},
	{"collab.ErrInvalid", collab.ErrInvalid}, {"collab.ErrUnsupported", collab.ErrUnsupported},
	{"locations.ErrNotFound", locations.ErrNotFound}, {"locations.ErrConflict", locations.ErrConflict}, {"locations.ErrReplayed", locations.ErrReplayed},
	{"locations.ErrInvalid", locations.ErrInvalid}, {"locations.ErrUnsupported", locations.ErrUnsupported},
	{"orgoverlay.ErrNotFound", orgoverlay.ErrNotFound}, {"orgoverlay.ErrConflict", orgoverlay.ErrConflict}, {"orgoverlay.ErrUnsupported", orgoverlay.ErrUnsupported},
	{"store.ErrNested", store.ErrNested}, {"store.ErrNoAccount", store.ErrNoAccount}, {"store.ErrLeaseLost", store.ErrLeaseLost},
	{"store.ErrBusy", store.ErrBusy}, {"store.ErrFull", store.ErrFull}, {"store.ErrNewer", store.ErrNewer}, {"store.ErrClosed", store.ErrClosed},
	{"context.Canceled", context.Canceled}, {"the closure's error", errStop},
}

// classOf names the sentinels that an error matches.
func classOf(err error) string {
	if err == nil {
		return fine
	}
	var names []string
	for _, s := range sentinels {
		if errors.Is(err, s.err) {
			names = append(names, s.name)
		}
	}
	if names == nil {
		return unnamed
	}
	return strings.Join(names, " and ")
}

// answer is what a call came to: its results, and the class and text of its error.
type answer struct {
	results []any
	class   string
	text    string
}

func answerOf(results []any, err error) answer {
	a := answer{results: results, class: classOf(err)}
	if err != nil {
		a.results, a.text = nil, err.Error() // what comes with an error is nobody's business
	}
	return a
}

// trace is a sequence as the first DB has run it: its steps with every version settled, and the answers to the calls of each, the last
// of them the transaction's own.
type trace struct {
	seed    uint64
	label   string
	steps   []step
	answers [][]answer
}

// mismatch is the first difference of two runs.
type mismatch struct {
	step       int
	what, diff string
}

// record runs a plan on a DB.
func record(ctx context.Context, db store.DB, seed uint64, label string, steps []step) trace {
	tr := trace{seed: seed, label: label}
	r := tr.runner(db)
	known := versions{}
	for _, s := range steps {
		now := known
		settled := s
		answers := r.run(ctx, s, func(n int) call {
			if n == 0 { // also of a closure that runs again
				now, settled.calls = known, nil
			}
			c := s.calls[n]
			args, after := now.settle(s.account, c)
			c.args = args
			settled.calls = append(settled.calls, c)
			r.done = func(a answer) {
				if a.class == fine {
					now = after
				}
			}
			return c
		})
		if s.kind == updateStep && answers[len(answers)-1].class == fine {
			known = now
		}
		tr.steps, tr.answers = append(tr.steps, settled), append(tr.answers, answers)
	}
	r.drain(ctx)
	return tr
}

// compare runs the trace on another DB, up to the first step that differs.
func (tr trace) compare(ctx context.Context, db store.DB) *mismatch {
	r := tr.runner(db)
	defer r.drain(ctx)
	for i, s := range tr.steps {
		got := r.run(ctx, s, func(n int) call { return s.calls[n] })
		if d := differ(s, tr.answers[i], got); d != nil {
			d.step = i
			return d
		}
		for _, a := range got {
			for _, v := range a.results {
				if v := reflect.ValueOf(v); v.IsValid() {
					scribbleAt(v, false)
				}
			}
		}
	}
	return nil
}

func differ(s step, want, got []answer) *mismatch {
	for i := range max(len(want), len(got)) {
		what := "the end of the " + string(s.kind)
		if i < len(s.calls) && i < len(want)-1 {
			what = showCall(s.calls[i])
		}
		switch {
		case i >= len(want) || i >= len(got):
			return &mismatch{what: what, diff: fmt.Sprintf("%d calls were answered and %d\n", len(want)-1, len(got)-1)}
		case want[i].class != got[i].class:
			return &mismatch{what: what, diff: fmt.Sprintf("-%s %s\n+%s %s\n", want[i].class, want[i].text, got[i].class, got[i].text)}
		case !reflect.DeepEqual(want[i].results, got[i].results):
			if d := cmp.Diff(want[i].results, got[i].results, sameTime, cmpopts.EquateEmpty()); d != "" {
				return &mismatch{what: what, diff: d}
			}
		}
	}
	return nil
}

// runner runs the steps of one sequence on one DB.
type runner struct {
	db       store.DB
	accounts []string
	done     func(answer) // is told of each call's answer
}

func (tr trace) runner(db store.DB) *runner {
	name := func(s string) string { return fmt.Sprintf("lockstep %d%s %s", tr.seed, tr.label, s) }
	return &runner{db: db, accounts: []string{name("one"), name("two"), ""}, done: func(answer) {}}
}

// run runs one step. next returns the n-th call with its arguments.
func (r *runner) run(ctx context.Context, s step, next func(n int) call) (answers []answer) {
	if s.kind == queueStep {
		return r.queue(ctx, s.calls)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	closure := func(inner context.Context, tx reflect.Value) error {
		answers = nil
		var failed error
		for n := range s.calls {
			c := next(n)
			results, err := r.call(inner, tx, c)
			a := answerOf(results, err)
			r.done(a)
			answers = append(answers, a)
			if failed == nil {
				failed = err
			}
		}
		switch s.end {
		case stops:
			return errStop
		case passesError:
			return failed
		case panics:
			panic(errStop)
		case cancels:
			cancel()
		}
		return nil
	}
	end := answer{class: panicked}
	func() {
		defer func() {
			if v := recover(); v != nil && v != any(errStop) {
				end.class = fmt.Sprint(panicked, ": ", v)
			}
		}()
		if s.kind == viewStep {
			end = answerOf(nil, r.db.For(r.accounts[s.account]).View(ctx, func(ctx context.Context, v store.View) error { return closure(ctx, reflect.ValueOf(v)) }))
		} else {
			end = answerOf(nil, r.db.For(r.accounts[s.account]).Update(ctx, func(ctx context.Context, tx store.Tx) error { return closure(ctx, reflect.ValueOf(tx)) }))
		}
	}()
	return append(answers, end)
}

// call calls one method within a transaction, with copies that are written over afterwards.
func (r *runner) call(ctx context.Context, tx reflect.Value, c call) ([]any, error) {
	if c.role == nestedRole {
		return nil, r.nested(ctx, c.method)
	}
	args := []reflect.Value{reflect.ValueOf(ctx)}
	for _, a := range c.args {
		v := copyOf(reflect.ValueOf(a))
		r.name(v)
		args = append(args, v)
	}
	results, err := callOn(tx, c.role, c.method, args)
	for _, a := range args[1:] {
		scribbleAt(a, false)
	}
	return results, err
}

// name gives the accounts and organizations in a value their names in this sequence: organizations' are unique over all accounts.
func (r *runner) name(v reflect.Value) {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			r.name(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.name(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				r.name(v.Field(i))
			}
		}
	case reflect.String:
		switch {
		case v.Type() == reflect.TypeFor[orgoverlay.Account]() && v.String() == accountOne:
			v.SetString(r.accounts[0])
		case v.Type() == reflect.TypeFor[orgoverlay.Account]() && v.String() == accountTwo:
			v.SetString(r.accounts[1])
		case v.Type() == reflect.TypeFor[orgoverlay.OrgID]() && v.Len() > 0:
			v.SetString(r.accounts[0] + " " + v.String())
		}
	}
}

// nested begins what must not begin.
func (r *runner) nested(ctx context.Context, method string) error {
	switch method {
	case "View":
		return r.db.For(r.accounts[0]).View(ctx, func(context.Context, store.View) error { return nil })
	case "Update":
		return r.db.For(r.accounts[1]).Update(ctx, func(context.Context, store.Tx) error { return nil })
	}
	_, err := r.db.Messages().Lease(ctx, "h", day, at(1), 1)
	return err
}

// drain settles all messages, which the sequences to come would meet.
func (r *runner) drain(ctx context.Context) {
	late := day.AddDate(10, 0, 0)
	for range 50 {
		ms, err := r.db.Messages().Lease(ctx, "drain", late, late.Add(time.Hour), 100)
		if err != nil || len(ms) == 0 {
			return
		}
		for _, m := range ms {
			_ = r.db.Messages().Settle(ctx, m.ID, m.Token, store.Settlement{State: store.MessageDone, At: late}) // what fails is leased again, or shows
		}
	}
}
