package collab

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLintWarnsOfReferencesThatDoNotCarryOver(t *testing.T) {
	t.Parallel()
	asks := []Section{{ID: "s1", Name: "One", Questions: []Question{{ID: "31", Kind: "text", Text: "?"}, {ID: "greeting", Kind: "text", Text: "?"}}}}
	known := Known{Waves: []string{"Weekday"}, Places: []PlaceKey{"1001"}, Groups: []string{"DT"}}
	for _, tc := range []struct {
		name, script string
		want         []string // code:value@line
	}{
		{"a wave by id is never portable", `if (waveIs(41)) hide("31")`, []string{"wave_by_id:41@1"}},
		{"a wave by a name that the other side has", `waveIs("Weekday")`, nil},
		{"a wave name is compared exactly", `waveIs("weekday"); waveNot('Week end')`, []string{"wave_by_name_unknown:weekday@1", "wave_by_name_unknown:Week end@1"}},
		{"a list of waves", `waveIs(["Weekday", 41])`, []string{"wave_by_id:41@1"}},
		{"locations and groups", "locIDIs(1001, \"9999\")\n.and(groupNot('XX', 'DT'))", []string{"location_unknown:9999@1", "group_unknown:XX@2"}},
		{"questions by number in any spelling of the call", "ifq(31).answered(3)\n.appear(Q(41));", []string{"question_unknown:41@2"}},
		{"ranges and sections", `appear(QRange(31, 99)); hide("s1")`, []string{"question_unknown:99@1"}},
		{"only the first argument of answer is a question", `answer("greeting", "no"); answer("gone")`, []string{"question_unknown:gone@1"}},
		{"comments and texts are no calls", "// waveIs(1)\n/* waveIs(2)\n*/ 'waveIs(3)' + \"waveIs(4)\"\nwaveIs(5)", []string{"wave_by_id:5@4"}},
		{"what is computed is left alone", `waveIs(w); waveIs("Week" + "end"); waveIs(f(41)); waveIs(-41)`, nil},
		{"an escaped quote does not end a text", `waveIs("a\"b")`, []string{`wave_by_name_unknown:a"b@1`}},
		{"a call that never closes ends with its statement", `waveIs(41; waveIs(42)`, []string{"wave_by_id:42@1"}},
		{"a text that never closes ends with its line", "x = \"oops\nwaveIs(41)", []string{"wave_by_id:41@2"}},
		{"nothing of a script is too deep to survive", strings.Repeat("f(", 5000) + "waveIs(1)" + strings.Repeat(")", 5000) + "; waveIs(2)", []string{"wave_by_id:2@1"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, w := range Lint(SurveyContent{Sections: asks, Rules: []Rule{{"r", tc.script}}}, known) {
				got = append(got, w.Code+":"+w.Value+"@"+string(rune('0'+w.Line)))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestLintNamesTheRule(t *testing.T) {
	t.Parallel()
	got := Lint(SurveyContent{Rules: []Rule{{"first", "x()"}, {"second", "\nwaveIs(41)"}}}, Known{})
	want := []LintWarning{{"wave_by_id", "second", 2, "41", "waveIs(41) names a wave by its id, which is another one on each system. Use the wave's name."}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestRulePlacesAreOrderedAndOnce(t *testing.T) {
	t.Parallel()
	got := rulePlaces([]Rule{{"a", `locIDIs("2001", 1001)`}, {"b", `locIDnot("1001"); groupIs("DT")`}})
	if diff := cmp.Diff([]PlaceKey{"1001", "2001"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func FuzzScriptArgs(f *testing.F) {
	for _, s := range []string{`waveIs(41)`, `f(["a", 'b'], g(1))`, "/* f(", "f(\"\\", "f((((]", "`a\n`f(1)//", "\xff(1)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, script string) {
		lines := strings.Count(script, "\n") + 1
		for _, a := range scriptArgs(script) {
			if a.fn == "" || a.index < 0 || a.line < 1 || a.line > lines {
				t.Fatalf("argument %+v of a script of %d lines", a, lines)
			}
			if !strings.Contains(script, a.fn) || (!a.quoted && !strings.Contains(script, a.value)) {
				t.Fatalf("argument %+v is not in the script", a)
			}
		}
		// A call in a statement of its own is found whatever stands before it, unless that left a text or comment open.
		if !strings.ContainsAny(script, "\"'`/\\") {
			args := scriptArgs(script + "\n;waveIs(41)")
			if len(args) == 0 || args[len(args)-1].value != "41" {
				t.Fatalf("the last call is lost: %+v", args)
			}
		}
	})
}
