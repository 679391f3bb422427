package collab

import (
	"fmt"
	"strings"
	"time"
)

// Sizes of a shop's content, whoever sends it.
const (
	maxAnswers = 5000
	maxContent = 1 << 20 // bytes of all texts together
)

// pair is one field of a shop with its value as text.
type pair struct{ field, value string }

// pairs lists the fields of content in a fixed order: history, conflicts and the digest see content this way.
func (c Content) pairs() []pair {
	out := make([]pair, 0, 18+2*len(c.Answers)+2*len(c.Score.Sections))
	add := func(field, value string) { out = append(out, pair{field, value}) }
	add("place", string(c.Place))
	add("status", string(c.Status))
	add("questions", c.Questions)
	for _, d := range []struct {
		name string
		at   time.Time
	}{
		{"start", c.Dates.Start}, {"due", c.Dates.Due}, {"submit_due", c.Dates.SubmitDue}, {"shopped", c.Dates.Shopped}, {"submitted", c.Dates.Submitted}, {"report", c.Dates.Report},
	} {
		text := ""
		if !d.at.IsZero() {
			text = d.at.UTC().Format(time.RFC3339Nano)
		}
		add("dates."+d.name, text)
	}
	for _, a := range c.Answers {
		name := elementPath("answers", a.Question)
		add(name, a.Value)
		add(name+".comment", a.Comment)
	}
	add("score.earned", c.Score.Earned)
	add("score.possible", c.Score.Possible)
	add("score.by", string(c.Score.By))
	for _, sec := range c.Score.Sections {
		name := elementPath("score.sections", sec.Section)
		add(name, sec.Earned)
		add(name+".possible", sec.Possible)
	}
	add("comments", c.Comments)
	add("reviewer_comments", c.ReviewerComments)
	add("origin.system", string(c.Origin.System))
	add("origin.id", c.Origin.ID)
	return out
}

// Digest returns the SHA-256 of all content in hexadecimal. Equal content on two systems has equal digests.
func (c Content) Digest() string {
	d := newDigest("shop")
	for _, p := range c.pairs() {
		d.text(p.field, p.value)
	}
	return d.sum()
}

// shopChanges lists the fields in which b differs from a, in the order of b; a field that only one has is empty in the other.
func shopChanges(a, b Content) []Change {
	was := map[string]string{}
	for _, p := range a.pairs() {
		was[p.field] = p.value
	}
	var out []Change
	for _, p := range b.pairs() {
		if was[p.field] != p.value {
			out = append(out, Change{p.field, was[p.field], p.value})
		}
		delete(was, p.field)
	}
	for _, p := range a.pairs() {
		if was[p.field] != "" {
			out = append(out, Change{p.field, p.value, ""})
		}
	}
	return out
}

// inStore returns content with its times as stores keep them.
func (c Content) inStore() Content {
	c = c.Clone()
	d := &c.Dates
	for _, at := range []*time.Time{&d.Start, &d.Due, &d.SubmitDue, &d.Shopped, &d.Submitted, &d.Report} {
		*at = at.UTC().Truncate(time.Microsecond)
	}
	return c
}

// travels returns content as it leaves us: its origin and whose score it is are said in full.
func (s *Service) travels(id ShopID, c Content) Content {
	c = c.Clone()
	if c.Origin == (Origin{}) {
		c.Origin = Origin{System: s.system, ID: string(id)}
	}
	if c.Score.By == "" {
		c.Score.By = s.system
	}
	return c
}

// arrives returns a partner's content as we keep it.
func (s *Service) arrives(from SystemID, c Content) Content {
	c = c.inStore()
	switch c.Score.By {
	case "":
		c.Score.By = from
	case s.system:
		c.Score.By = ""
	}
	return c
}

// check notes what no shop may hold, each field named with the prefix before it.
func (c Content) check(prefix string, bad *Invalid, l Ladder) {
	k := contentCheck{prefix: prefix, bad: bad, most: len(bad.Fields) + maxFaults}
	if _, ok := l.Rank(c.Status); !ok {
		k.note("status", "unknown_status", fmt.Sprintf("%.64q is no status", c.Status))
	}
	k.text("place", string(c.Place), 1, MaxName)
	k.text("questions", c.Questions, 0, MaxName)
	k.text("comments", c.Comments, 0, MaxText)
	k.text("reviewer_comments", c.ReviewerComments, 0, MaxText)
	k.text("origin.system", string(c.Origin.System), 0, MaxName)
	k.text("origin.id", c.Origin.ID, 0, MaxName)
	k.text("score.by", string(c.Score.By), 0, MaxName)
	k.decimal("score.earned", c.Score.Earned)
	k.decimal("score.possible", c.Score.Possible)
	if !k.fits("answers", len(c.Answers), maxAnswers) || !k.fits("score.sections", len(c.Score.Sections), maxAnswers) {
		return
	}
	seen := map[string]bool{}
	for i, a := range c.Answers {
		at := fmt.Sprintf("answers[%d]", i)
		k.id(at+".question", a.Question, seen)
		k.text(at+".value", a.Value, 0, MaxText)
		k.text(at+".comment", a.Comment, 0, MaxText)
	}
	seen = map[string]bool{}
	for i, sec := range c.Score.Sections {
		at := fmt.Sprintf("score.sections[%d]", i)
		k.id(at+".section", sec.Section, seen)
		k.decimal(at+".earned", sec.Earned)
		k.decimal(at+".possible", sec.Possible)
	}
	if k.bytes > maxContent {
		k.note("", "too_big", fmt.Sprintf("has %d bytes of text; at most %d are allowed", k.bytes, maxContent))
	}
	for _, at := range []time.Time{c.Dates.Start, c.Dates.Due, c.Dates.SubmitDue, c.Dates.Shopped, c.Dates.Submitted, c.Dates.Report} {
		if y := at.UTC().Year(); !at.IsZero() && (y < 1900 || y > 9999) {
			k.note("dates", "range", fmt.Sprintf("year %d is out of range", y))
		}
	}
}

func (k *contentCheck) decimal(field, value string) {
	if !isDecimal(value) {
		k.note(field, "decimal", fmt.Sprintf("%.64q is not a decimal number", value))
	}
}

// size is about how many bytes content takes on its way.
func (c Content) size() int {
	n := 1000 + len(c.Comments) + len(c.ReviewerComments) + 100*len(c.Score.Sections)
	for _, a := range c.Answers {
		n += len(a.Question) + len(a.Value) + len(a.Comment) + 50
	}
	return n
}

// isDecimal reports whether s is empty or a plain decimal number of at most 30 characters.
func isDecimal(s string) bool {
	if s == "" {
		return true
	}
	whole, fraction, point := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	digits := func(s string) bool {
		return s != "" && strings.Trim(s, "0123456789") == ""
	}
	return len(s) <= 30 && digits(whole) && (!point || digits(fraction))
}
