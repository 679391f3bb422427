package scenario_test

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/locations"
)

//go:embed testdata/axe/axe.min.js
var axe string

// violation is a rule of accessibility that a page breaks.
type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

// violations asks axe about the page as it stands. It comes through the debugger, which the page's own policy does not concern.
func (b *tab) violations(only ...string) (out []violation) {
	b.t.Helper()
	if !ask[bool](b, `() => !!window.axe`) {
		call(b, "bring axe", func(ctx context.Context) error {
			return second(chromedp.Run(ctx, chromedp.Evaluate[bool](axe+"; true")))
		})
	}
	options := `{resultTypes: ["violations"], preload: false}`
	if len(only) > 0 {
		options = `{resultTypes: ["violations"], preload: false, runOnly: ["` + strings.Join(only, `", "`) + `"]}`
	}
	call(b, "axe", func(ctx context.Context) (err error) {
		out, err = chromedp.Run(ctx, chromedp.Evaluate[[]violation](`axe.run(document, `+options+`).then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.html.slice(0, 160) + " | " + n.failureSummary.replace(/\s+/g, " ").slice(0, 240))})))`, chromedp.EvalAwaitPromise))
		return err
	})
	return out
}

// scheme makes pages light or dark.
func (b *tab) scheme(name string) {
	b.t.Helper()
	call(b, name, func(ctx context.Context) error {
		return second(chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}, // colours change at once
		}}))
	})
}

// resize makes the window that of another look.
func (b *tab) resize(l look) {
	b.t.Helper()
	b.look = l
	call(b, l.name, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height)) })
}

// judged is what axe found on the pages of a test.
type judged struct{ grave, moderate map[string]string }

// judge asks about a page, light and dark. On a phone it looks only whether the page fits, as the parts are the same; with MSPKIT_DEEP=1 it
// asks there as well.
func (j judged) judge(b *tab, page string) {
	b.t.Helper()
	for _, l := range []look{desktop, phone} {
		b.resize(l)
		b.check()
		if l.name == phone.name && !deep() {
			continue
		}
		for _, scheme := range []string{"light", "dark"} {
			b.scheme(scheme)
			var only []string
			if scheme == "dark" {
				only = []string{"color-contrast", "link-in-text-block"} // the rest does not depend on it
			}
			for _, v := range b.violations(only...) {
				to := j.moderate
				if v.Impact == "serious" || v.Impact == "critical" {
					to = j.grave
				}
				what := v.ID + " (" + v.Impact + "): " + v.Help
				to[what] = cmp.Or(to[what], fmt.Sprintf("first on %s, %s, %s: %s", page, l.name, scheme, strings.Join(v.Nodes[:min(2, len(v.Nodes))], "\n\t")))
			}
		}
	}
	b.resize(desktop)
	b.scheme("light")
}

// TestEveryPageIsAccessible looks at every kind of page, in a story that fills them: forms as they open and as they are refused, lists
// that are empty and full, previews, receipts.
func TestEveryPageIsAccessible(t *testing.T) {
	t.Parallel()
	w := inPages(desktop)(t)
	alder, birch := w.alder.(*person), w.birch.(*person)
	j := judged{map[string]string{}, map[string]string{}}
	defer j.report(t)
	look := func(p *person, paths ...string) {
		for _, path := range paths {
			p.b.goTo(path)
			j.judge(p.b, path)
		}
	}
	look(birch, "/", "/partners", "/projects", "/shops", "/clients", "/messages", "/history", "/locations", "/no/such/page")
	p := w.shareWithJobs(dineInOffer())
	second := dineInOffer()
	second.Survey, second.Target, second.Rules = driveThru, "copy_survey", false
	look(alder, "/projects/new", "/projects/new?partner=birch&client=northwind")
	require.NoError(t, alder.choose(second))
	j.judge(alder.b, "preview of an offer")
	offered, err := alder.served.Propose(second)
	require.NoError(t, err)
	require.Error(t, alder.choose(second))
	j.judge(alder.b, "refused offer")
	w.settle()
	project, theirs := "/projects/"+p.ID, "/projects/"+offered.ID
	look(birch, "/", "/projects", theirs, theirs+"/accept", theirs+"/counter", theirs+"/decline")
	require.Error(t, birch.Accept(offered.ID, "", false))
	j.judge(birch.b, "refused acceptance")
	look(alder, theirs+"/terms", theirs+"/withdraw")

	require.NoError(t, alder.served.EditPlaces(northwind, locations.Rename("3001", "Saint Paul Main"), locations.Rename("1002", "Capitol  Hill"),
		locations.Put(locations.Node{Key: "2003", Parent: "/Midwest/Chicago", Level: 1, Name: "Loop"})))
	look(alder, project+"/import")
	plan, err := alder.PlanImport(p.ID)
	require.NoError(t, err)
	run, err := alder.Import(p.ID, plan)
	require.NoError(t, err)
	r, err := alder.Run(run)
	require.NoError(t, err)
	j.judge(alder.b, "receipt of an import")
	ours := r.Events["501"]
	require.NotEmpty(t, ours)
	look(alder, "/", "/projects", project, project+"/settings", project+"/survey", project+"/deactivate", project+"/reimport?shop="+ours, "/runs", "/shops", "/shops?q=nothing",
		"/shops/"+ours, "/return?shop="+ours, project+"/locations", project+"/locations?kind=changed", project+"/locations/options", project+"/locations/push")
	require.Error(t, alder.Settings(p.ID, settings{Mask: []string{"export"}, Export: "Completed"}))
	j.judge(alder.b, "refused settings")
	w.save(alder, ours, func(s *shop) { s.Status, s.Comments = "Reviewed", "Look again." })
	j.judge(alder.b, "saved shop")
	look(alder, "/return?shop="+ours)
	at := w.project(birch.served, p.ID)
	look(birch, "/projects/"+p.ID, "/projects/"+p.ID+"/settings", "/projects/"+p.ID+"/locations", "/shops/501", "/clients/"+at.Client, "/surveys/"+at.Survey, "/locations/"+at.Client, "/locations/"+at.Client+"/node?key=1001")
	done, err := alder.Push(p.ID, false)
	require.NoError(t, err)
	require.Equal(t, 1, done.Created)
	j.judge(alder.b, "receipt of a push")

	set := "/locations/" + northwind
	look(alder, "/locations", set, set+"?under=%2FWest", set+"?q=pike", set+"/node?key=1001", set+"/node?key=%2FWest", set+"/edit?new=location", set+"/edit?new=level", set+"/load")
	alder.b.fill("File", alder.file(northwindTable))
	alder.b.press("Read the file")
	j.judge(alder.b, "columns of a file")
	alder.b.goTo(set + "/node?key=1001")
	alder.b.fill("ID of the level value above", "nowhere")
	require.Error(t, alder.asked("Save "+alder.b.text("h1")))
	j.judge(alder.b, "refused location")
	look(alder, "/clients", "/clients/new", "/clients/northwind", "/clients/northwind/survey", "/surveys/dine-in", "/surveys/dine-in/edit", "/surveys/dine-in/add", "/surveys/dine-in/copy",
		"/surveys/dine-in/questions/greeting", "/surveys/dine-in/questions/greeting/remove", "/partners", "/partners/birch", "/messages", "/history", "/history?kind=project&id="+p.ID, "/docs")
	alder.b.goTo("/partners")
	alder.b.unfold("Invite a system")
	require.Error(t, alder.asked("Make an invitation"))
	j.judge(alder.b, "refused invitation")
}

// report says what was found, the grave as errors.
func (j judged) report(t *testing.T) {
	t.Helper()
	for _, what := range slices.Sorted(maps.Keys(j.moderate)) {
		t.Logf("moderate: %s\n\t%s", what, j.moderate[what])
	}
	for _, what := range slices.Sorted(maps.Keys(j.grave)) {
		t.Errorf("%s\n\t%s", what, j.grave[what])
	}
}
