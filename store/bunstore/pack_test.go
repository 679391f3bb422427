package bunstore

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mspkit/mspkit/collab"
)

func TestWhatIsPackedByHandIsReadBack(t *testing.T) {
	t.Parallel()
	texts := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "\x00\x1f", `"\`, "a\tb\r\n", "<&>\u2028", "ß\U0001F600", `\u0041`}))
	rapid.Check(t, func(rt *rapid.T) {
		var answers []collab.Answer
		var scores []collab.SectionScore
		var changes []collab.Change
		for range rapid.IntRange(0, 4).Draw(rt, "n") {
			a, b, c := texts.Draw(rt, "a"), texts.Draw(rt, "b"), texts.Draw(rt, "c")
			answers, scores, changes = append(answers, collab.Answer{Question: a, Value: b, Comment: c}), append(scores, collab.SectionScore{Section: a, Earned: b, Possible: c}),
				append(changes, collab.Change{Field: a, Before: b, After: c})
		}
		same(rt, answers, packAnswers(answers), func(s storedAnswer) collab.Answer { return collab.Answer(s) })
		same(rt, scores, packScores(scores), func(s storedScore) collab.SectionScore { return collab.SectionScore(s) })
		same(rt, changes, packChanges(changes), func(s storedChange) collab.Change { return collab.Change(s) })
	})
}

func same[S, D any](t *rapid.T, want []D, packed string, convert func(S) D) {
	stored, err := unpack[S](packed)
	if err != nil {
		t.Fatalf("%s: %v", packed, err)
	}
	if diff := cmp.Diff(want, each(stored, convert)); diff != "" {
		t.Fatal(packed, diff)
	}
}
