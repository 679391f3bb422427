package storetest_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/memstore"
	"github.com/mspkit/mspkit/store/storetest"
)

func named(name string, db store.DB) storetest.NamedDB { return storetest.NamedDB{Name: name, DB: db} }

// memory waits long enough to begin for a busy machine, and not long where a mutant lets transactions nest.
func memory() store.DB { return memstore.New(memstore.Config{BeginTimeout: time.Second}) }

// What Lockstep proves depends on what its sequences meet.
func TestLockstepReachesEveryMethodAndSentinel(t *testing.T) {
	if testing.Short() {
		t.Skip("counts what hundreds of sequences find")
	}
	t.Parallel()
	tally, err := storetest.Lockstep(t.Context(), storetest.LockstepConfig{Sequences: 500}, named("one", memory()), named("other", memory()))
	require.NoError(t, err)
	t.Logf("500 sequences\n%s", tally)
	seen := map[string]int{}
	for method, classes := range tally {
		for class, n := range classes {
			seen[class] += n
		}
		switch {
		case strings.HasPrefix(method, "Nested."):
			require.Positive(t, classes["store.ErrNested"], method)
		default:
			require.Positive(t, classes["ok"], "%s never went well", method)
		}
	}
	for _, class := range []string{"collab.ErrNotFound", "collab.ErrConflict", "collab.ErrReplayed", "locations.ErrNotFound", "locations.ErrConflict",
		"locations.ErrReplayed", "orgoverlay.ErrNotFound", "orgoverlay.ErrConflict", "store.ErrNested", "store.ErrNoAccount", "store.ErrLeaseLost", "context.Canceled", "the closure's error", "panic"} {
		require.Positive(t, seen[class], class)
	}
	for _, refusing := range []string{"Collab.Partners.PutModule", "Collab.Partners.PutPartner", "Collab.Partners.PutInvitation", "Collab.Clients.Put",
		"Collab.Surveys.Put", "Collab.Projects.Put", "Collab.Shops.Put", "Collab.Ledger.PutLinks", "Collab.Ledger.Append", "Collab.Runs.Put", "Collab.Inbox.Keep",
		"Collab.History.Append", "Locations.Trees.Switch", "Locations.Inbox.Keep", "Locations.Pushes.Put", "Locations.History.Append",
		"Orgoverlay.Registry.PutTenant", "Orgoverlay.Registry.PutHalf", "Orgoverlay.Registry.PutService", "Orgoverlay.Registry.PutAgreement", "Orgoverlay.Orgs.Put",
		"Orgoverlay.Overlays.Put", "Orgoverlay.Claims.Take", "Orgoverlay.Extensions.Put", "Orgoverlay.People.PutPerson", "Orgoverlay.History.Append"} {
		domain, _, _ := strings.Cut(refusing, ".")
		require.Positive(t, tally[refusing][strings.ToLower(domain)+".ErrConflict"], "%s never met a conflict", refusing)
	}
	for d := range reflect.TypeFor[store.Tx]().NumField() {
		domain, tx := reflect.TypeFor[store.Tx]().Field(d).Name, reflect.TypeFor[store.Tx]().Field(d).Type
		for i := range tx.NumField() {
			if role := tx.Field(i); role.Type.Kind() == reflect.Interface {
				for j := range role.Type.NumMethod() {
					require.Contains(t, tally, domain+"."+role.Name+"."+role.Type.Method(j).Name)
				}
			}
		}
	}
}

// Of the suite's mutants a few need more than 400 sequences, lists longer than Lockstep's, or transactions beside each other.
func TestLockstepFindsMutants(t *testing.T) {
	if testing.Short() {
		t.Skip("counts what hundreds of sequences find")
	}
	t.Parallel()
	mutants := slices.Concat(transactionMutants, roleMutants, orgMutants)
	var mu sync.Mutex
	var missed []string
	t.Run("each", func(t *testing.T) {
		for _, m := range mutants {
			t.Run(m.fault, func(t *testing.T) {
				t.Parallel()
				_, err := storetest.Lockstep(t.Context(), storetest.LockstepConfig{Sequences: 400}, named("memory", memory()), named("mutant", m.make(memory())))
				if err == nil {
					mu.Lock()
					defer mu.Unlock()
					missed = append(missed, m.fault)
					return
				}
				require.ErrorContains(t, err, "memory and mutant differ with seed")
			})
		}
	})
	t.Logf("%d of %d found; not found: %q", len(mutants)-len(missed), len(mutants), missed)
	require.LessOrEqual(t, len(missed), len(mutants)/6, "too many mutants are not found: %q", missed)
}

// forgetting loses changes of one survey.
type forgetting struct{ collab.Surveys }

func (r forgetting) Put(ctx context.Context, s collab.Survey) error {
	if old, err := r.Survey(ctx, "a"); err == nil && s.ID == "a" && s.Version == old.Version {
		return nil
	}
	return r.Surveys.Put(ctx, s)
}

func TestLockstepShowsTheShortestSequence(t *testing.T) {
	t.Parallel()
	mutant := roles(func(tx *store.Tx) { tx.Collab.Surveys = forgetting{tx.Collab.Surveys} })
	_, err := storetest.Lockstep(t.Context(), storetest.LockstepConfig{}, named("memory", memory()), named("mutant", mutant(memory())))
	require.ErrorContains(t, err, "memory and mutant differ with seed")
	calls := strings.Count(err.Error(), "\n    ")
	require.Equal(t, 3, calls, "a put, a change, and what shows that it is lost:\n%v", err)
	require.Equal(t, calls, strings.Count(err.Error(), "\n    Collab.Surveys."), "nothing beside them:\n%v", err)
}

func TestLockstepEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("enough"))
	_, err := storetest.Lockstep(ctx, storetest.LockstepConfig{}, named("one", memory()), named("other", memory()))
	require.ErrorIs(t, err, context.Canceled)
}
