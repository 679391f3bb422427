package scenario_test

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/collab"
	"github.com/mspkit/mspkit/refserver/internal/apiclient"
	"github.com/mspkit/mspkit/refserver/internal/shapes"
)

// waiting waits until a message of this kind waits for another try, and returns it.
func waiting(t *testing.T, p *process, kind string) (out shapes.Message) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := apiclient.Wait(ctx, func() (bool, error) {
		ms, err := p.Messages(ctx, "waiting", 0, every)
		for _, m := range ms.Items {
			if m.Kind == kind && m.Attempts > 0 {
				out = m
				return true, err
			}
		}
		return false, err
	})
	require.NoError(t, err, "no message %s waits", kind)
	return out
}

func TestPartnerThatIsDown(t *testing.T) {
	t.Parallel()
	w, alder, birch, p, pending := two(t)
	ctx := t.Context()
	was := everything(t, birch)
	require.NoError(t, birch.stop(patience), "Ctrl-C ends it with 0")

	before := everything(t, alder)
	for name, ask := range map[string]func() error{
		"offer":                 func() error { return offer(alder, "birch", dineIn, "copy_survey") },
		"plan of an import":     func() error { return second(alder.PlanImport(ctx, p.ID)) },
		"comparison":            func() error { return second(alder.CompareLocations(ctx, p.ID, "", 0)) },
		"push":                  func() error { return second(alder.PushLocations(ctx, p.ID, shapes.Push{})) },
		"start of a push":       func() error { return second(alder.StartPush(ctx, p.ID, shapes.Push{})) },
		"plan of survey update": func() error { return second(alder.PlanSurveyUpdate(ctx, p.ID)) },
	} {
		require.True(t, apiclient.Is(ask(), "peer"), "%s: %v", name, ask())
		w.same(before, everything(t, alder), name+" has changed alder")
	}

	// What needs no answer at once is decided here and sent when birch is back: a withdrawal, new settings, an import.
	require.NoError(t, w.alder.Withdraw(pending.ID, "too late in the year"))
	require.NoError(t, w.alder.Settings(p.ID, settings{Master: true, Mask: []string{"export"}, Export: "Reviewed"}))
	require.Contains(t, waiting(t, alder, collab.KindTerms).Reason, collab.ErrPeer.Error())
	started, err := alder.Import(ctx, p.ID, shapes.Import{})
	require.NoError(t, err)
	require.Contains(t, waiting(t, alder, collab.KindImportPage).Reason, collab.ErrPeer.Error())
	require.True(t, apiclient.Is(second(alder.Import(ctx, p.ID, shapes.Import{})), "running"))

	// alder itself may stop and start in the meantime.
	require.NoError(t, alder.stop(patience))
	alder.start()
	birch.start()
	w.same(was["shops?limit=500"], everything(t, birch)["shops?limit=500"], "birch kept its shops")
	ended, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := alder.WaitRun(ended, started.ID)
	require.NoError(t, err)
	require.Equal(t, "done", r.State, r.Reason)
	w.settle()
	w.imports(p.ID) // birch may have heard of the new export status after the first import asked
	require.Len(t, w.shopsByOrigin(), 5, "Reviewed passes too")
	require.Equal(t, "Withdrawn", w.project(w.birch, pending.ID).Label)
	require.Equal(t, "Reviewed", w.project(w.birch, p.ID).Export)
}

func TestPartnerThatAnswersRubbish(t *testing.T) {
	t.Parallel()
	w, alder, birch, p, _ := two(t)
	ctx := t.Context()
	self, err := birch.Self(ctx)
	require.NoError(t, err)
	var rubbish atomic.Value
	rubbish.Store("")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = rw.Write([]byte(rubbish.Load().(string)))
	}))
	t.Cleanup(elsewhere.Close)
	liar := self
	liar.URL = elsewhere.URL
	require.NoError(t, second(alder.Register(ctx, liar)))
	before := everything(t, alder)
	for name, body := range map[string]string{
		"nothing": "", "an empty answer": `{}`, "no JSON": "<html>", "an endless answer": strings.Repeat("[", 40<<20),
		"an answer that would do": `{"system":"birch","name":"birch","protocol":1,"module_on":true}`,
	} {
		rubbish.Store(body)
		for _, ask := range []func() error{
			func() error { return offer(alder, "birch", dineIn, "copy_survey") },
			func() error { return second(alder.PlanImport(ctx, p.ID)) },
			func() error { return second(alder.CompareLocations(ctx, p.ID, "", 0)) },
		} {
			err := ask()
			require.True(t, apiclient.Is(err, "signature") || apiclient.Is(err, "peer"), "%s: %v", name, err)
		}
	}
	w.same(before, everything(t, alder), "alder has changed")

	// A key that is not birch's: what birch signs is not believed; and birch does not believe a stranger either.
	forged := self
	forged.Key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	require.NoError(t, second(alder.Register(ctx, forged)))
	err = second(alder.PlanImport(ctx, p.ID))
	require.True(t, apiclient.Is(err, "signature"), "%v", err)
	require.NoError(t, second(alder.Register(ctx, self)))
	require.NoError(t, second(birch.Revoke(ctx, "alder")))
	err = second(alder.PlanImport(ctx, p.ID))
	require.True(t, apiclient.Is(err, "partner"), "%v", err)
	mine, err := alder.Self(ctx)
	require.NoError(t, err)
	require.NoError(t, second(birch.Register(ctx, mine)))
	w.same(counts{Imported: 4, Held: held("below_export_status", 4)}, w.imports(p.ID).Counts, "friends again")
}
