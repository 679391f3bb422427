package orgoverlay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mspkit/mspkit/orgoverlay"
)

// An edit, a patch that is read and a row of a table refuse the same custom values.
func testCustomValuesAreSound(t *testing.T) {
	t.Parallel()
	s := triple(t)
	giga := s.tied["gigatera"]
	s.form("wdc", false, field("any", `{}`))
	for value, want := range map[string]string{
		`{"a":1,"a":2}`:               "custom.any.a",
		`[{"b":{"a":1,"a":2}}]`:       "custom.any[0].b.a",
		`"\ud800"`:                    "custom.any",
		`"\udc00\ud800"`:              "custom.any",
		`"\ud800x"`:                   "custom.any",
		`{"\uD83D":1}`:                "custom.any",
		`"\\\ud83d"`:                  "custom.any",
		`{"a":1,"b":{"a":2}}`:         "",
		`"\ud83d\ude00 and \\ud800 "`: "",
		`"` + "\U0001F600" + `\\"`:    "",
	} {
		var wanted []string
		if want != "" {
			wanted = []string{want}
		}
		told := func(how string, err error) {
			t.Helper()
			var got []string
			if err != nil {
				got = paths(t, err)
			}
			if d := cmp.Diff(wanted, got); d != "" {
				t.Errorf("%s %s (-want +got):\n%s", how, value, d)
			}
		}
		_, err := orgoverlay.ReadPatch([]byte(`{"custom":{"any":` + value + `}}`))
		told("read", err)
		table := "ID,Custom Fields\n" + string(giga) + `,"[{""id"":""any"",""value"":` + strings.ReplaceAll(value, `"`, `""`) + `}]"` + "\n"
		out := s.loaded("wdc", table, orgoverlay.BlankKeep)
		if refused := len(out.Errors) > 0; refused != (want != "") || out.Failed != len(wanted) {
			t.Errorf("import %s: %+v", value, out.Errors)
		}
		now := s.record("wdc", giga)
		_, _, err = s.of("wdc").Edit(s.ctx, admin("wdc"), giga, custom("any", value), now.Version)
		told("edit", err)
		require.Equal(t, now, s.record("wdc", giga))
	}
}
