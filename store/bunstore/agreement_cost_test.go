package bunstore_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
	"github.com/mspkit/mspkit/store/bunstore"
)

// An agreement that changes costs what it touches: one among thousands, which all name the same provider, no more than one among twenty.
func TestAnAgreementCostsWhatItTouches(t *testing.T) {
	t.Parallel()
	db, _ := openFile(t, bunstore.Config{})
	put := func(account string, fn func(context.Context, orgoverlay.Registry, orgoverlay.Organizations) error) {
		require.NoError(t, db.For(account).Update(t.Context(), func(ctx context.Context, tx store.Tx) error {
			return fn(ctx, tx.Orgoverlay.Registry, tx.Orgoverlay.Orgs)
		}))
	}
	put("alder", func(ctx context.Context, r orgoverlay.Registry, o orgoverlay.Organizations) error {
		if err := o.Put(ctx, orgoverlay.Organization{Shared: orgoverlay.Shared{ID: "alder", Name: "Alder"}}); err != nil {
			return err
		}
		return r.PutService(ctx, orgoverlay.ServiceEntry{ID: "desk", Name: "Desk", Provider: "alder"})
	})
	agreement := func(n int) orgoverlay.Agreement {
		customer := orgoverlay.Ref{Account: orgoverlay.Account(fmt.Sprintf("c%05d", n)), Org: orgoverlay.OrgID(fmt.Sprintf("o%05d", n))}
		return orgoverlay.Agreement{ID: orgoverlay.AgreementID(fmt.Sprintf("a%05d", n)), Kind: orgoverlay.SLA, With: customer.Account, Service: "desk", Customer: customer, From: noon}
	}
	register := func(from, to int) {
		put("alder", func(ctx context.Context, r orgoverlay.Registry, _ orgoverlay.Organizations) error {
			for n := from; n < to; n++ {
				if err := r.PutAgreement(ctx, agreement(n)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	version := int64(1)
	cost := func() time.Duration { // the median of changing one agreement
		var took []time.Duration
		put("alder", func(ctx context.Context, r orgoverlay.Registry, _ orgoverlay.Organizations) error {
			for range 21 {
				a := agreement(0)
				a.Version, a.From = version, noon.Add(time.Duration(version)*time.Second)
				start := time.Now()
				if err := r.PutAgreement(ctx, a); err != nil {
					return err
				}
				took = append(took, time.Since(start))
				version++
			}
			return nil
		})
		slices.Sort(took)
		return took[len(took)/2]
	}
	register(0, 20)
	few := cost()
	register(20, 5000)
	ratio := 0.0
	for range 9 { // other tests run beside this one
		if ratio = float64(cost()) / float64(few); ratio < 1.6 {
			return
		}
	}
	t.Errorf("changing an agreement among 5,000 takes %.1f times as long as among 20, want less than 1.6", ratio)
}
