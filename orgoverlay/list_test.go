package orgoverlay_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
	"github.com/mspkit/mspkit/store"
)

func TestListsArePagedByFoldedName(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	for _, name := range []string{"Écho", "alpha", "Bravo", "echo", "delta", "Charlie"} {
		s.org("wdc", name)
	}
	var names []string
	var after string
	for range 10 {
		page, err := s.of("wdc").List(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: 2, After: after})
		require.NoError(t, err)
		for _, r := range page.Records {
			names = append(names, r.Name)
		}
		if after = page.Next; after == "" {
			break
		}
		require.Len(t, page.Records, 2)
	}
	if d := cmp.Diff([]string{"alpha", "Bravo", "Charlie", "delta", "Écho", "echo", "wdc"}, names); d != "" {
		t.Errorf("all pages (-want +got):\n%s", d)
	}
	n, err := s.of("wdc").Count(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: 2, After: after})
	require.NoError(t, err)
	if n != 7 {
		t.Errorf("%d on all pages", n)
	}
	for path, q := range map[string]orgoverlay.ListQuery{"limit": {Limit: 101}, "after": {After: "x"}, "kinds": {Kinds: []orgoverlay.Kind{9}},
		"search": {Search: "\x00"}} {
		_, err := s.of("wdc").List(s.ctx, person("wdc"), q)
		if d := cmp.Diff([]string{path}, paths(t, err)); d != "" {
			t.Errorf("%s (-want +got):\n%s", path, d)
		}
	}
}

func TestListsSelect(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("tier", `{"type":"string"}`))
	s.edit("wdc", giga, remarks("Escalate via J. Doé"))
	s.edit("wdc", giga, financial("wdc-1234"))
	s.edit("wdc", giga, custom("tier", `"gold"`))
	s.edit("gigatera", giga, remarks("margin"))
	s.edit("wdc", s.tied["wdc"], remarks("gold coast"))
	one, all := []string{"gigatera"}, []string{"gigatera", "globalnet", "wdc"}
	for what, c := range map[string]struct {
		q    orgoverlay.ListQuery
		want []string
	}{
		"all":                         {orgoverlay.ListQuery{}, all},
		"internal":                    {orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindInternal}}, all[2:]},
		"trusted or external":         {orgoverlay.ListQuery{Kinds: []orgoverlay.Kind{orgoverlay.KindTrusted, orgoverlay.KindExternal}}, all[:2]},
		"of one owner":                {orgoverlay.ListQuery{Owner: "gigatera"}, one},
		"of an owner who is no-one's": {orgoverlay.ListQuery{Owner: "wna"}, nil},
		"by our remarks":              {orgoverlay.ListQuery{Search: " j. DOE"}, one},
		"by our financial ID":         {orgoverlay.ListQuery{Search: "WDC-12"}, one},
		"by custom value or remarks":  {orgoverlay.ListQuery{Search: "Gold"}, []string{"gigatera", "wdc"}},
		"by the owner's remarks":      {orgoverlay.ListQuery{Search: "margin"}, nil},
		"by name":                     {orgoverlay.ListQuery{Search: "GLOBAL"}, all[1:2]},
		"by a financial ID":           {orgoverlay.ListQuery{FinancialID: " wdc-1234 "}, one},
	} {
		if d := cmp.Diff(c.want, s.names("wdc", c.q)); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
		n, err := s.of("wdc").Count(s.ctx, person("wdc"), c.q)
		require.NoError(t, err)
		if n != int64(len(c.want)) {
			t.Errorf("%s: counted %d, want %d", what, n, len(c.want))
		}
	}
	s.half("gigatera", "wdc", orgoverlay.TrustSuspended)
	for _, q := range []orgoverlay.ListQuery{{Search: "doe"}, {FinancialID: "wdc-1234"}, {Owner: "gigatera"}} {
		if got := s.names("wdc", q); len(got) != 0 {
			t.Errorf("%+v finds what is not seen any more: %q", q, got)
		}
	}
}

// A page costs as many calls of the store as there are in the page of one.
func TestPagesCostTheSameCalls(t *testing.T) {
	t.Parallel()
	s := newStage(t, "wdc")
	for i := range 30 {
		s.org("wdc", fmt.Sprint("org ", i))
	}
	for _, limit := range []int{1, 30} {
		var calls int
		counted := orgoverlay.NewService("wdc", counting{store.Orgoverlay(s.db.For("wdc")), &calls}, s.config)
		page, err := counted.List(s.ctx, person("wdc"), orgoverlay.ListQuery{Limit: limit})
		require.NoError(t, err)
		require.Len(t, page.Records, limit)
		if calls != 2 {
			t.Errorf("a page of %d costs %d calls", limit, calls)
		}
	}
}

// counting counts the calls that lists make.
type counting struct {
	orgoverlay.Store
	calls *int
}

func (c counting) View(ctx context.Context, fn func(context.Context, orgoverlay.View) error) error {
	return c.Store.View(ctx, func(ctx context.Context, v orgoverlay.View) error {
		v.Sight, v.Extensions = countedSight{v.Sight, c.calls}, countedExtensions{v.Extensions, c.calls}
		return fn(ctx, v)
	})
}

type countedSight struct {
	orgoverlay.Sight
	calls *int
}

func (c countedSight) List(ctx context.Context, q orgoverlay.Query) ([]orgoverlay.Listed, error) {
	*c.calls++
	return c.Sight.List(ctx, q)
}

type countedExtensions struct {
	orgoverlay.ExtensionsView
	calls *int
}

func (c countedExtensions) Active(ctx context.Context, category string) (orgoverlay.Extension, error) {
	*c.calls++
	return c.ExtensionsView.Active(ctx, category)
}
