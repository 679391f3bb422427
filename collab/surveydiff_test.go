package collab

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func yesNo(points string) []Option {
	return []Option{{"yes", "Yes", points}, {"no", "No", "0"}}
}

// dinner is a small survey; each test changes its own copy.
func dinner() SurveyContent {
	return SurveyContent{
		Name: "Dinner", Distribution: StatusFinalized, Settings: []Setting{{"pay", "12"}, {"language", "en"}},
		Sections: []Section{
			{"s1", "Arrival", []Question{{"q1", "yes_no", "Greeted?", true, yesNo("5")}, {"q2", "text", "By whom?", false, nil}, {"q3", "text", "When?", false, nil}}},
			{"s2", "Table", []Question{{"q4", "yes_no", "Clean?", true, yesNo("5")}}},
		},
		Rules: []Rule{{"greeting", `if answer("q1") == "no" then hide("q2")`}},
	}
}

func TestContentChangesNameEveryDifferenceByItsPath(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		edit func(c *SurveyContent)
		want []Change
	}{
		{"nothing", func(*SurveyContent) {}, nil},
		{"name and distribution", func(c *SurveyContent) { c.Name, c.Distribution = "Lunch", StatusLocked }, []Change{{"name", "Dinner", "Lunch"}, {"distribution", "Finalized", "Locked"}}},
		{"a setting", func(c *SurveyContent) { c.Settings[0].Value = "15" }, []Change{{"settings[pay]", "12", "15"}}},
		{"a new setting without a value", func(c *SurveyContent) { c.Settings = append(c.Settings, Setting{"note", ""}) }, []Change{{"settings[note]", "", ""}}},
		{"a section's name", func(c *SurveyContent) { c.Sections[1].Name = "Seat" }, []Change{{"sections[s2].name", "Table", "Seat"}}},
		{"a question's text", func(c *SurveyContent) { c.Sections[0].Questions[2].Text = "At what time?" }, []Change{{"questions[q3].text", "When?", "At what time?"}}},
		{"an option's points", func(c *SurveyContent) { c.Sections[1].Questions[0].Options[0].Points = "4" }, []Change{{"questions[q4].options[yes].points", "5", "4"}}},
		{"an option goes", func(c *SurveyContent) { c.Sections[1].Questions[0].Options = yesNo("5")[:1] }, []Change{{"questions[q4].options[no]", `{"ID":"no","Text":"No","Points":"0"}`, ""}}},
		{"a question comes", func(c *SurveyContent) {
			c.Sections[1].Questions = append(c.Sections[1].Questions, Question{"q5", "text", "<Why>?", false, nil})
		}, []Change{{"questions[q5]", "", `{"Section":"s2","ID":"q5","Kind":"text","Text":"<Why>?","Required":false,"Options":null}`}}},
		{"a question moves to another section", func(c *SurveyContent) {
			c.Sections[1].Questions = append(c.Sections[1].Questions, c.Sections[0].Questions[2])
			c.Sections[0].Questions = c.Sections[0].Questions[:2]
		}, []Change{{"questions[q3].section", "s1", "s2"}}},
		{"questions change places", func(c *SurveyContent) { slices.Reverse(c.Sections[0].Questions) }, []Change{{"sections[s1].order", "q1, q2, q3", "q3, q2, q1"}}},
		{"sections change places", func(c *SurveyContent) { slices.Reverse(c.Sections) }, []Change{{"sections.order", "s1, s2", "s2, s1"}}},
		{"a rule", func(c *SurveyContent) { c.Rules[0].Script = "" }, []Change{{"rules[greeting]", `if answer("q1") == "no" then hide("q2")`, ""}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			after := dinner()
			tc.edit(&after)
			if diff := cmp.Diff(tc.want, contentChanges(dinner(), after)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if same := dinner().Digest() == after.Digest(); same != (tc.want == nil) {
				t.Errorf("digests equal: %v", same)
			}
		})
	}
}

// drawContent draws content from few ids, so that two draws overlap.
func drawContent(t *rapid.T, label string) SurveyContent {
	some := func(what string, from ...string) []string {
		list := rapid.Permutation(from).Draw(t, label+what)
		return list[:rapid.IntRange(0, len(list)).Draw(t, label+what+" count")]
	}
	word := func(what string) string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, label+what) }
	c := SurveyContent{Name: word("name"), Distribution: rapid.SampledFrom([]Status{StatusFinalized, StatusLocked}).Draw(t, label+"distribution")}
	for _, n := range some("settings", "x", "y", "z") {
		c.Settings = append(c.Settings, Setting{n, word("value")})
	}
	for _, n := range some("rules", "x", "y", "z") {
		c.Rules = append(c.Rules, Rule{n, word("script")})
	}
	for _, id := range some("sections", "s1", "s2", "s3") {
		c.Sections = append(c.Sections, Section{ID: id, Name: word("section")})
	}
	if len(c.Sections) == 0 {
		return c
	}
	for _, id := range some("questions", "q1", "q2", "q3", "q4", "q5") {
		q := Question{ID: id, Kind: word("kind"), Text: word("text"), Required: rapid.Bool().Draw(t, label+"required")}
		for _, o := range some("options", "o1", "o2", "o3") {
			q.Options = append(q.Options, Option{o, word("option"), word("points")})
		}
		at := rapid.IntRange(0, len(c.Sections)-1).Draw(t, label+"place")
		c.Sections[at].Questions = append(c.Sections[at].Questions, q)
	}
	return c
}

func paths(changes []Change) []string {
	var out []string
	for _, c := range changes {
		out = append(out, c.Field)
	}
	return out
}

func TestDiffAndMergeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, theirs, ours := drawContent(t, "base "), drawContent(t, "theirs "), drawContent(t, "ours ")
		changes := contentChanges(theirs, ours)
		if same := theirs.Digest() == ours.Digest(); same != (len(changes) == 0) {
			t.Fatalf("the contents are equal: %v; changes: %v", same, changes)
		}
		if own := contentChanges(ours, ours.Clone()); len(own) != 0 {
			t.Fatalf("content differs from itself: %v", own)
		}
		all := paths(changes)
		if slices.Sort(all); len(slices.Compact(slices.Clone(all))) != len(all) {
			t.Fatalf("a path stands twice: %v", all)
		}

		got, err := merge(theirs, ours, nil)
		if err != nil || got.Digest() != ours.Digest() {
			t.Fatalf("keeping nothing is not ours: %v\n%s", err, cmp.Diff(ours, got))
		}
		got, err = merge(theirs, ours, all)
		if err != nil || got.Digest() != theirs.Digest() {
			t.Fatalf("keeping everything is not theirs: %v\n%s", err, cmp.Diff(theirs, got))
		}

		bring, lost := overwritten(base, theirs, ours)
		if both := paths(append(slices.Clone(bring), lost...)); !sameSet(both, all) {
			t.Fatalf("bring and lost are %v, together they should be %v", both, all)
		}
		if _, lost := overwritten(theirs, theirs, ours); len(lost) != 0 {
			t.Fatalf("they changed nothing, and would lose %v", lost)
		}
		if bring, _ := overwritten(ours, theirs, ours); len(bring) != 0 {
			t.Fatalf("we changed nothing, and bring %v", bring)
		}

		keep := rapid.SliceOfDistinct(rapid.SampledFrom(append(all, "")), rapid.ID).Draw(t, "keep")
		keep = slices.DeleteFunc(keep, func(p string) bool { return p == "" })
		got, err = merge(theirs, ours, keep)
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatal(err)
			}
			return // a question without its section
		}
		for _, c := range contentChanges(theirs, got) {
			if slices.Contains(keep, c.Field) {
				t.Fatalf("kept %s is changed: %+v", c.Field, c)
			}
		}
	})
}

func sameSet(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestOverwrittenFindsLossAboveAndBelowAPath(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name         string
		theirs, ours func(c *SurveyContent)
		lost, bring  []string
	}{
		{"they changed what we did not", func(c *SurveyContent) { c.Settings[0].Value = "15" }, func(*SurveyContent) {}, []string{"settings[pay]"}, nil},
		{"we changed what they did not", func(*SurveyContent) {}, func(c *SurveyContent) { c.Settings[0].Value = "13" }, nil, []string{"settings[pay]"}},
		{"both made the same change", func(c *SurveyContent) { c.Settings[0].Value = "15" }, func(c *SurveyContent) { c.Settings[0].Value = "15" }, nil, nil},
		{"we remove a question that they reworded", func(c *SurveyContent) { c.Sections[1].Questions[0].Options[0].Text = "Sure" }, func(c *SurveyContent) { c.Sections = c.Sections[:1] },
			[]string{"questions[q4]"}, []string{"sections[s2]"}},
		{"they removed a question that we reworded", func(c *SurveyContent) { c.Sections[1].Questions = nil }, func(c *SurveyContent) { c.Sections[1].Questions[0].Text = "Tidy?" },
			[]string{"questions[q4]"}, nil},
		{"both added the same question with other words",
			func(c *SurveyContent) {
				c.Sections[1].Questions = append(c.Sections[1].Questions, Question{ID: "q5", Kind: "text", Text: "A"})
			},
			func(c *SurveyContent) {
				c.Sections[1].Questions = append(c.Sections[1].Questions, Question{ID: "q5", Kind: "text", Text: "B"})
			},
			[]string{"questions[q5].text"}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			theirs, ours := dinner(), dinner()
			tc.theirs(&theirs)
			tc.ours(&ours)
			bring, lost := overwritten(dinner(), theirs, ours)
			if diff := cmp.Diff(tc.lost, paths(lost)); diff != "" {
				t.Errorf("lost: -want +got:\n%s", diff)
			}
			if diff := cmp.Diff(tc.bring, paths(bring)); diff != "" {
				t.Errorf("bring: -want +got:\n%s", diff)
			}
		})
	}
}

func TestMergeRefusesAQuestionWithoutItsSection(t *testing.T) {
	t.Parallel()
	ours := dinner()
	ours.Sections = ours.Sections[:1]
	_, err := merge(dinner(), ours, []string{"questions[q4]"})
	require.ErrorIs(t, err, ErrInvalid)
	require.ErrorContains(t, err, "question q4 stands in section s2")
	_, err = merge(dinner(), ours, []string{"questions[q4]", "sections[s2]"})
	require.NoError(t, err)
	_, err = merge(dinner(), ours, []string{"questions[q9]"})
	require.ErrorContains(t, err, `"questions[q9]" does not differ`)
}

func TestQuestionSetCountsQuestionsAndNotWords(t *testing.T) {
	t.Parallel()
	set := QuestionSet(dinner())
	for name, tc := range map[string]struct {
		edit func(c *SurveyContent)
		same bool
	}{
		"text":                {func(c *SurveyContent) { c.Sections[0].Questions[0].Text = "Hello?" }, true},
		"points and settings": {func(c *SurveyContent) { c.Sections[0].Questions[0].Options[0].Points, c.Settings = "9", nil }, true},
		"order and sections": {func(c *SurveyContent) {
			c.Sections = []Section{{"all", "All", append(slices.Clone(c.Sections[1].Questions), c.Sections[0].Questions...)}}
		}, true},
		"kind":     {func(c *SurveyContent) { c.Sections[0].Questions[1].Kind = "narrative" }, false},
		"option":   {func(c *SurveyContent) { c.Sections[0].Questions[0].Options[1].ID = "never" }, false},
		"question": {func(c *SurveyContent) { c.Sections[0].Questions = c.Sections[0].Questions[:2] }, false},
	} {
		c := dinner()
		tc.edit(&c)
		if (QuestionSet(c) == set) != tc.same {
			t.Errorf("%s: the set stays: %v", name, !tc.same)
		}
	}
}

func TestContentCheckNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		edit func(c *SurveyContent)
		want string
	}{
		{"nothing", func(*SurveyContent) {}, ""},
		{"no name", func(c *SurveyContent) { c.Name = "" }, "in.name: must not be empty"},
		{"unknown distribution", func(c *SurveyContent) { c.Distribution = "Done" }, `in.distribution: "Done" is no status`},
		{"a setting twice", func(c *SurveyContent) { c.Settings[1].Name = "pay" }, `in.settings[1].name: "pay" is there twice`},
		{"a question twice, in another section", func(c *SurveyContent) { c.Sections[1].Questions[0].ID = "q1" }, `in.sections[1].questions[0].id: "q1" is there twice`},
		{"a bracket in an id", func(c *SurveyContent) { c.Sections[1].Questions[0].Options[1].ID = "a].b[c" }, "in.sections[1].questions[0].options[1].id: has a bracket, which ids cannot"},
		{"a NUL byte", func(c *SurveyContent) { c.Rules[0].Script = "\x00" }, "in.rules[0].script: has a NUL byte"},
		{"no UTF-8", func(c *SurveyContent) { c.Sections[0].Questions[0].Text = "\xff" }, "in.sections[0].questions[0].text: is not valid UTF-8"},
		{"too many options", func(c *SurveyContent) { c.Sections[0].Questions[0].Options = make([]Option, maxOptions+1) }, "in.sections[0].questions[0].options: are 201; at most 200 are allowed"},
		{"too many questions", func(c *SurveyContent) { c.Sections[0].Questions = make([]Question, maxQuestions) }, "in.questions: are 2001; at most 2000 are allowed"},
		{"too much text", func(c *SurveyContent) {
			for i := range 65 {
				c.Settings = append(c.Settings, Setting{fmt.Sprint(i), strings.Repeat("x", MaxText)})
			}
		}, "in: has 4260123 bytes of text; at most 4194304 are allowed"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := dinner()
			tc.edit(&c)
			bad := &Invalid{Op: "x"}
			c.check("in.", bad, DefaultLadder())
			var got []string
			for _, f := range bad.Fields {
				got = append(got, f.Field+": "+f.Message)
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestContentCheckStopsListingFaults(t *testing.T) {
	t.Parallel()
	c := dinner()
	c.Sections[0].Questions = make([]Question, 1000)
	bad := &Invalid{Op: "x"}
	c.check("", bad, DefaultLadder())
	if len(bad.Fields) != maxFaults {
		t.Errorf("%d faults are listed, not %d", len(bad.Fields), maxFaults)
	}
}
