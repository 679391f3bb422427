package scenario_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

var screenshots = flag.String("screenshots", "", "folder that the pictures of the README are written to; nothing else is tested by it")

// TestScreenshots makes the pictures of the README from a story in which alder has shops to import and some that are held, and locations
// that were spelt in another way by each side.
func TestScreenshots(t *testing.T) {
	if *screenshots == "" {
		t.Skip("asks for -screenshots FOLDER")
	}
	w := inPages(desktop)(t)
	alder := w.alder.(*person)
	offer := dineInOffer()
	offer.Unlocked = true
	p := w.shareWithJobs(offer)
	at := w.project(w.birch, p.ID)
	loop := locations.Node{Key: "2003", Parent: "/Midwest/Chicago", Level: 1, Name: "Loop", Place: locations.Place{Address1: "77 Wacker Dr", City: "Chicago", State: "IL"}}
	require.NoError(t, alder.served.EditPlaces(northwind, locations.Rename("3001", "Saint Paul Main"), locations.Rename("1002", "Capitol Hill North"), locations.Put(loop)))
	require.NoError(t, w.birch.(*person).served.EditPlaces(at.Client, locations.Rename("1003", "Pearl St ")))
	for name, page := range map[string]string{"import.png": "/import", "locations.png": "/locations"} {
		alder.b.goTo("/projects/" + p.ID + page)
		if page == "/import" {
			for _, group := range ask[[]string](alder.b, `() => [...document.querySelectorAll("summary")].map(e => e.innerText.replace(/\s+/g, " ").trim())`)[:1] {
				alder.b.unfold(group)
			}
		}
		var picture []byte
		ask[bool](alder.b, `() => { scrollTo(0, 0); return true; }`)
		call(alder.b, name, func(ctx context.Context) (err error) {
			picture, err = chromedp.Run(ctx, chromedp.CaptureScreenshot())
			return err
		})
		require.Less(t, len(picture), 150_000, name)
		require.NoError(t, os.WriteFile(filepath.Join(*screenshots, name), picture, 0o644))
	}
}
