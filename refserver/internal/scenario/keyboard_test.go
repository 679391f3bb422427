package scenario_test

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// key presses a key and stays on the page.
func (b *tab) key(keys string) {
	b.t.Helper()
	call(b, "a key", func(ctx context.Context) error { return chromedp.Do(ctx, chromedp.KeyEvent(keys)) })
}

// focused is what the next key goes to, and how it shows.
type focused struct {
	Tag, Name, Text, Href, Outline string
	Shown                          bool
}

func (b *tab) focused() focused {
	b.t.Helper()
	return ask[focused](b, `() => {
		const e = document.activeElement, s = getComputedStyle(e), box = e.getBoundingClientRect();
		return {tag: e.tagName, name: e.name || "", text: e.innerText || "", href: e.getAttribute("href") || "", outline: s.outlineStyle + " " + s.outlineWidth,
			shown: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && box.bottom > 0 && box.top < innerHeight};
	}`)
}

// tabTo presses Tab until what is wanted has the focus, and wants to see the focus on every step.
func (b *tab) tabTo(what string, is func(focused) bool) {
	b.t.Helper()
	for range 80 {
		b.key(kb.Tab)
		at := b.focused()
		require.True(b.t, at.Tag == "BODY" || at.Shown, "focus does not show on %+v of %s", at, b.path())
		if is(at) {
			return
		}
	}
	b.t.Fatalf("Tab does not come to %s on %s", what, b.path())
}

// A project is accepted without a pointer: from Home to its receipt by Tab, Space and Enter.
func TestAProjectIsAcceptedByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	t.Parallel()
	w := inPages(desktop)(t)
	birch := w.birch.(*person)
	w.swiftly(func() {
		w.meet()
		w.seed()
	})
	offered, err := w.alder.(*person).served.Propose(dineInOffer())
	require.NoError(t, err)
	w.settle()
	b := birch.b
	b.goTo("/")
	b.key(kb.Tab)
	require.Equal(t, "#main", b.focused().Href, "the first Tab leads past the bar")
	link := "/projects/" + offered.ID + "/accept"
	b.tabTo("the offer", func(f focused) bool { return f.Href == link })
	b.arrive("Enter on the offer", chromedp.KeyEvent(kb.Enter))
	require.Equal(t, link, b.path())

	// Sent as it is, it is refused, and what stands in the way is read first.
	b.tabTo("the button", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Accept the project" })
	b.arrive("Space on the button", chromedp.KeyEvent(" "))
	w.refused("invalid", b.refusal())
	until(b, "the focus on the reasons", func() string { return ask[string](b, `() => document.activeElement.className`) }, func(class string) bool { return class == "problems" })
	b.tabTo("the e-mail", func(f focused) bool { return f.Name == "email" })
	b.key("ops@birch.example")
	b.tabTo("the tick", func(f focused) bool { return f.Name == "agreed" })
	b.key(" ")
	b.tabTo("the button", func(f focused) bool { return f.Tag == "BUTTON" && f.Text == "Accept the project" })
	b.arrive("Enter on the button", chromedp.KeyEvent(kb.Enter))
	require.NoError(t, birch.done())
	w.settle()
	require.Equal(t, []string{"Accepted", "ops@birch.example"}, []string{w.project(w.birch, offered.ID).Label, w.project(w.birch, offered.ID).Contact})
}
