package scenario_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// look is how somebody looks at pages.
type look struct {
	name          string
	width, height int64
	script        bool // scripts run
}

var (
	desktop      = look{"desktop with scripts", 1200, 900, true}
	phonePlain   = look{"phone without scripts", 375, 812, false}
	phone        = look{"phone with scripts", 375, 812, true}
	desktopPlain = look{"desktop without scripts", 1200, 900, false}
)

// browser is the one that all tests use, each in tabs of its own which share nothing.
var browser struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// errNoBrowser says that there is no browser on this machine.
var errNoBrowser = errors.New("no Chromium: install it, or name its binary in MSPKIT_BROWSER")

// thrifty makes a page cost half of what it would: no process of its own, no picture of it while nobody looks. Pages are never taken out
// of a cache when somebody goes back.
var thrifty = map[string]any{
	"disable-features": "Translate,BackForwardCache,PaintHolding,RenderDocument,ProactivelySwapBrowsingInstance,SpareRendererForSitePerProcess",
	"enable-features":  "NetworkServiceInProcess2", "in-process-gpu": true, "disable-site-isolation-trials": true, "renderer-process-limit": "1",
	"disable-partial-raster": true, "disable-threaded-compositing": true, "hide-scrollbars": true,
}

func startBrowser() (context.Context, context.CancelFunc, error) {
	path := os.Getenv("MSPKIT_BROWSER")
	for _, name := range []string{"chromium-headless-shell", "chromium", "google-chrome"} { // the first needs a fraction of the processor
		if path != "" {
			break
		}
		path, _ = exec.LookPath(name)
	}
	if path == "" {
		return nil, nil, errNoBrowser
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)
	if *screenshots == "" {
		for flag, value := range thrifty {
			options = append(options, chromedp.Flag(flag, value))
		}
	}
	ctx, stopProcess := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(ctx)
	stop := func() {
		stopTab()
		stopProcess()
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("start %s: %w", path, err)
	}
	return ctx, stop, nil
}

// needBrowser skips a test where there is no browser, or fails it where there has to be one.
func needBrowser(t *testing.T) context.Context {
	t.Helper()
	browser.once.Do(func() { browser.ctx, browser.stop, browser.err = startBrowser() })
	if errors.Is(browser.err, errNoBrowser) && os.Getenv("MSPKIT_REQUIRE_BROWSER") == "" {
		t.Skip(browser.err)
	}
	require.NoError(t, browser.err)
	return browser.ctx
}

// closeBrowser ends the browser after all tests.
func closeBrowser() {
	if browser.stop != nil {
		browser.stop()
	}
}

// tab is one person's window on one system.
type tab struct {
	t    *testing.T
	ctx  context.Context
	home string
	look look

	mu       sync.Mutex
	blamed   []string // what the browser itself found wrong
	arriving func()   // called on every page that was reached by going or sending
}

// newTab opens a window that shares nothing with others.
func newTab(t *testing.T, home string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(needBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, home: home, look: l}
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height)))
	require.NoError(t, chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && e.Entry.Source != log.EntrySourceNetwork {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.blamed = append(b.blamed, e.Entry.Text)
		}
	}))
	call(b, log.Enable.Method, func(ctx context.Context) error { return second(chromedp.Call(ctx, log.Enable, struct{}{})) })
	call(b, "focus", func(ctx context.Context) error {
		return second(chromedp.Call(ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	})
	call(b, "scripts", func(ctx context.Context) error {
		return second(chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.script}))
	})
	return b
}

// call does something in the tab within patience.
func call(b *tab, what string, do func(context.Context) error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	require.NoError(b.t, do(ctx), "%s, on %s", what, b.home)
}

// ask evaluates a function of the browser's language with arguments, which must change nothing: on a page that is just being replaced it
// is asked again.
func ask[T any](b *tab, function string, args ...any) T {
	b.t.Helper()
	in := make([]string, len(args))
	for i, a := range args {
		text, err := json.Marshal(a)
		require.NoError(b.t, err)
		in[i] = string(text)
	}
	type answer struct {
		Ready bool
		Value T
	}
	whole := `document.readyState === "loading" || !document.body ? {ready: false} : {ready: true, value: (` + function + ")(" + strings.Join(in, ",") + ")}"
	var out answer
	call(b, "ask", func(ctx context.Context) error {
		for {
			one, cancel := context.WithTimeout(ctx, patience/3)
			got, err := chromedp.Run(one, chromedp.Evaluate[answer](whole))
			cancel()
			if out = got; err == nil && out.Ready {
				return nil
			}
			select {
			case <-ctx.Done():
				return errors.Join(err, ctx.Err())
			case <-time.After(20 * time.Millisecond):
			}
		}
	})
	return out.Value
}

// goTo opens an address of the system, as by typing it, and returns the answer's status.
func (b *tab) goTo(path string) int64 {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.home + path
	}
	return b.arrive("open "+path, chromedp.Navigate(path))
}

// arrive does what leads to another page, and looks at it.
func (b *tab) arrive(what string, step chromedp.Action[struct{}]) int64 {
	b.t.Helper()
	var resp *network.Response
	call(b, what, func(ctx context.Context) (err error) {
		resp, err = chromedp.RunResponse(ctx, step)
		return err
	})
	require.NotNil(b.t, resp, what)
	require.Less(b.t, resp.Status, int64(500), "%s: %s", what, b.text("main"))
	b.check()
	if b.arriving != nil {
		b.arriving()
	}
	return resp.Status
}

// check wants of every page that nothing is wider than the window but tables, and that the browser had nothing to complain of.
func (b *tab) check() {
	b.t.Helper()
	wide := ask[struct {
		Path     string
		Width    int64
		Culprits []string
	}](b, `() => {
		const most = document.documentElement.clientWidth;
		const culprits = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > most + 1 && !e.closest(".wide") && !e.closest(".skip, .hear"));
		return {path: location.pathname + location.search, width: document.documentElement.scrollWidth, culprits: culprits.slice(0, 3).map(e => e.outerHTML.slice(0, 120))};
	}`)
	require.LessOrEqual(b.t, wide.Width, b.look.width, "%s scrolls sideways: %q", wide.Path, wide.Culprits)
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.blamed, "the browser complains on %s", wide.Path)
}

// text is the words of the first element of a selector; "" where there is none.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return ask[string](b, `s => { const e = document.querySelector(s); return e ? e.innerText.replace(/\s+/g, " ").trim() : ""; }`, selector)
}

// path is the address of the page, without the system.
func (b *tab) path() string {
	b.t.Helper()
	return ask[string](b, `() => location.pathname + location.search`)
}

// target is something on the page to point at.
type target struct {
	ID, Kind, Value string
	On              bool
	X, Y            float64
	Many            int // how many there are of the name
	Covered         string
}

// finder finds what a person would point at: a button or link by its words, a field or box by its label or name. It opens nothing and
// scrolls to it.
const finder = `(what, name, within) => {
	const root = within ? document.querySelector(within) : document;
	const shown = e => e.checkVisibility ? e.checkVisibility() : e.offsetParent !== null;
	const words = e => e.innerText.replace(/\s+/g, " ").trim();
	const label = e => { const c = e.cloneNode(true); for (const x of c.querySelectorAll("small, .need, input, select, textarea")) x.remove(); return c.textContent.replace(/\s+/g, " ").trim(); };
	let found = [];
	if (!root) return {many: 0};
	if (what === "button") found = [...root.querySelectorAll("button")].filter(e => shown(e) && words(e) === name);
	if (what === "link") found = [...root.querySelectorAll("a[href]")].filter(e => shown(e) && (words(e) === name || e.getAttribute("href") === name));
	if (what === "summary") found = [...root.querySelectorAll("summary")].filter(e => shown(e) && words(e).startsWith(name));
	if (what === "field" || what === "box") {
		const fits = e => e && (what === "box") === (e.type === "checkbox" || e.type === "radio");
		found = [...root.querySelectorAll("label")].filter(e => shown(e) && label(e) === name).map(e => e.control || e.querySelector("input, select, textarea")).filter(fits);
		if (!found.length) found = [...root.querySelectorAll("[name]")].filter(e => shown(e) && e.type !== "hidden" && e.name === name).filter(fits);
	}
	found = [...new Set(found)];
	if (what === "link") found = found.slice(0, 1);
	if (found.length !== 1) return {many: found.length};
	const e = found[0];
	e.scrollIntoView({block: "center", behavior: "instant"});
	const box = [...e.getClientRects()][0];
	const x = box.x + Math.min(box.width / 2, 40), y = box.y + box.height / 2;
	const top = document.elementFromPoint(x, y);
	const open = !top || !(e === top || e.contains(top) || top.contains(e));
	if (what === "summary") return {many: 1, on: e.parentElement.open, x, y, covered: open ? String(top && top.outerHTML.slice(0, 80)) : ""};
	return {many: 1, id: e.id, kind: e.tagName === "INPUT" ? e.type : e.tagName.toLowerCase(), value: e.value || "", on: !!e.checked, x, y, covered: open ? String(top && top.outerHTML.slice(0, 80)) : ""};
}`

// find points at something; the zero target is not there.
func (b *tab) find(what, name, within string) target {
	b.t.Helper()
	found := ask[target](b, finder, what, name, within)
	require.LessOrEqual(b.t, found.Many, 1, "%s %q is there more than once on %s", what, name, b.path())
	require.Empty(b.t, found.Covered, "%s %q on %s is covered", what, name, b.path())
	return found
}

// must is find for what has to be there.
func (b *tab) must(what, name, within string) target {
	b.t.Helper()
	found := b.find(what, name, within)
	require.Equal(b.t, 1, found.Many, "no %s %q on %s:\n%s", what, name, b.path(), b.text("main"))
	return found
}

func (b *tab) has(what, name string) bool {
	b.t.Helper()
	return b.find(what, name, "").Many == 1
}

// press presses a button and returns the status of the page that follows.
func (b *tab) press(button string) int64 {
	b.t.Helper()
	at := b.must("button", button, "")
	return b.arrive("press "+button, chromedp.MouseClickXY(at.X, at.Y))
}

// follow follows a link, named by its words or its address.
func (b *tab) follow(link string) int64 {
	b.t.Helper()
	at := b.must("link", link, "")
	return b.arrive("follow "+link, chromedp.MouseClickXY(at.X, at.Y))
}

// unfold opens a group by its summary.
func (b *tab) unfold(summary string) {
	b.t.Helper()
	if at := b.must("summary", summary, ""); !at.On {
		call(b, "unfold "+summary, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)) })
	}
}

// fill types into a field, or chooses from it; the field is named by its label or its name.
func (b *tab) fill(field, value string) { b.fillIn("", field, value) }

func (b *tab) fillIn(form, field, value string) {
	b.t.Helper()
	at := b.must("field", field, form)
	switch at.Kind {
	case "file":
		call(b, "choose a file", func(ctx context.Context) error {
			return chromedp.Do(ctx, chromedp.SetUploadFiles(chromedp.ID(at.ID), []string{value}))
		})
	case "select":
		if at.Value == value {
			return
		}
		require.True(b.t, ask[bool](b, `(id, value) => {
			const e = document.getElementById(id), o = [...e.options].find(o => o.value === value || o.text === value);
			if (o) { e.value = o.value; e.dispatchEvent(new Event("change", {bubbles: true})); }
			return !!o;
		}`, at.ID, value), "%s offers no %q", field, value)
	default:
		ask[bool](b, `id => { const e = document.getElementById(id); e.focus(); e.select(); return document.activeElement === e; }`, at.ID)
		call(b, "type into "+field, func(ctx context.Context) error {
			if value == "" {
				return chromedp.Do(ctx, chromedp.KeyEvent("\b"))
			}
			return second(chromedp.Call(ctx, input.InsertText, input.InsertTextParams{Text: value}))
		})
	}
}

// tick sets or clears a box, or chooses one of several.
func (b *tab) tick(box string, on bool) { b.tickIn("", box, on) }

func (b *tab) tickIn(form, box string, on bool) {
	b.t.Helper()
	at := b.must("box", box, form)
	require.Contains(b.t, []string{"checkbox", "radio"}, at.Kind, box)
	if at.On == on {
		return
	}
	call(b, "tick "+box, func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.MouseClickXY(at.X, at.Y)) })
	require.Equal(b.t, on, b.must("box", box, form).On, "%s does not take a click", box)
}

// until reads something again and again, until it is as wanted. A page that is just changing is read the next time.
func until[T any](b *tab, what string, read func() T, good func(T) bool) T {
	b.t.Helper()
	var last T
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if last = read(); good(last) {
			return last
		}
	}
	b.t.Fatalf("%s does not come about on %s: %v", what, b.home, last)
	return last
}
