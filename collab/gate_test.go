package collab

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// circumstance is one way to hold a shop or let it pass: what it does to the facts, and the reason that it must give.
type circumstance struct {
	name   string
	set    func(*standard, *offer)
	reason Reason // empty: holds nothing
}

// circumstances, one group for each check in the order of checking; of each group one holds.
var circumstances = [][]circumstance{
	{{"module on", func(*standard, *offer) {}, ""}, {"module off", func(st *standard, _ *offer) { st.moduleOn = false }, ReasonModuleDisabled}},
	{
		{"accepted", func(*standard, *offer) {}, ""},
		{"inactive", func(st *standard, _ *offer) { st.project.State = StateInactive }, ReasonProjectInactive},
		{"proposed", func(st *standard, _ *offer) { st.project.State = StateProposed }, ReasonProjectNotAccepted},
	},
	{{"known questions", func(*standard, *offer) {}, ""}, {"other questions", func(_ *standard, o *offer) { o.header.Questions = "q9" }, ReasonSurveyMismatch}},
	{
		{"passes", func(*standard, *offer) {}, ""},
		{"held by status there, not shared", func(_ *standard, o *offer) { o.header.Status, o.header.Held = "", []Reason{ReasonBelowExport} }, ReasonBelowExport},
		{"held by status here alone", func(_ *standard, o *offer) { o.header.Status = StatusReviewed }, ReasonBelowExport},
		{"status nobody knows", func(_ *standard, o *offer) { o.header.Status = "Splendid" }, ReasonBelowExport},
	},
	{
		{"not awaited", func(*standard, *offer) {}, ""},
		{"awaits a save", func(_ *standard, o *offer) { o.header.Held = append(o.header.Held, ReasonReturnedPending) }, ReasonReturnedPending},
	},
	{
		{"in step", func(*standard, *offer) {}, ""},
		{"missing here", func(_ *standard, o *offer) { o.print = "" }, ReasonLocationMissing},
		{"missing there", func(_ *standard, o *offer) { o.header.Print = "" }, ReasonLocationMissing},
		{"missing on both", func(_ *standard, o *offer) { o.header.Print, o.print = "", "" }, ReasonLocationMissing},
		{"differs", func(_ *standard, o *offer) { o.print = "p9" }, ReasonLocationDiffers},
	},
	{
		{"new", func(*standard, *offer) {}, ""},
		{"here by another way", func(_ *standard, o *offer) { o.here = true }, ReasonAlreadyImported},
		{"imported", func(_ *standard, o *offer) { link(o, 0, ReturnNone, 1) }, ReasonAlreadyImported},
		{"re-imported here since", func(_ *standard, o *offer) { link(o, 2, ReturnNone, 1) }, ReasonAlreadyImported},
		{"an epoch that nobody here opened", func(_ *standard, o *offer) { link(o, 0, ReturnNone, 1); o.header.Epoch = 1 }, ReasonAlreadyImported},
		{"an epoch too many", func(_ *standard, o *offer) { link(o, 0, ReturnDone, 1); o.header.Epoch = 2 }, ReasonAlreadyImported},
		{"return on its way", func(_ *standard, o *offer) { link(o, 0, ReturnSending, 1) }, ReasonReturnedPending},
		{"return on its way after a re-import", func(_ *standard, o *offer) { link(o, 2, ReturnSending, 1) }, ReasonReturnedPending},
		{"return not heard of there", func(_ *standard, o *offer) { link(o, 3, ReturnDone, 1); o.header.Epoch = 3 }, ReasonReturnedPending},
		{"return refused", func(_ *standard, o *offer) { link(o, 0, ReturnRefused, 1) }, ReasonAlreadyImported},
		{"back from return", func(_ *standard, o *offer) { link(o, 0, ReturnDone, 1); o.header.Epoch = 1 }, ""},
		{"back, its receipt lost", func(_ *standard, o *offer) { link(o, 0, ReturnSending, 1); o.header.Epoch = 1 }, ""},
		{"back, and edited here", func(_ *standard, o *offer) { link(o, 0, ReturnDone, 2); o.header.Epoch = 1 }, ReasonEditedHere},
	},
	{{"no wave", func(*standard, *offer) {}, ""}, {"wave", func(_ *standard, o *offer) { o.header.HasWave = true }, ""}},
}

// link makes an offer one that was imported at an epoch when our shop had version 1; it has version now.
func link(o *offer, epoch int64, r ReturnState, version int64) {
	o.link = &Link{Remote: o.header.Shop, Shop: "77", Epoch: epoch, Return: r, Saved: 1}
	o.ours = &Shop{ID: "77", Version: version}
}

func passing() (standard, offer) {
	st := standard{
		moduleOn: true, ladder: DefaultLadder(), kind: RunImport, questions: []string{"q1", "q2"},
		project: Project{State: StateAccepted, Terms: Terms{Gate: Gate{Export: StatusFinalized}}},
	}
	h := Header{Shop: "501", Rev: 1, Status: StatusFinalized, Place: "1001", Print: "p1", Questions: "q2", Origin: Origin{"birch", "501"}}
	return st, offer{header: h, print: "p1"}
}

// Every combination of circumstances gives every reason, in the order of checking, and is counted under the right one.
func TestDecideGivesEveryReason(t *testing.T) {
	t.Parallel()
	combinations := 0
	var walk func(group int, chosen []circumstance)
	walk = func(group int, chosen []circumstance) {
		if group < len(circumstances) {
			for _, c := range circumstances[group] {
				walk(group+1, append(slices.Clip(chosen), c))
			}
			return
		}
		combinations++
		st, o := passing()
		var want []Reason
		name := ""
		for _, c := range chosen {
			c.set(&st, &o)
			name += c.name + ", "
			if c.reason != "" && !slices.Contains(want, c.reason) {
				want = append(want, c.reason)
			}
		}
		// A return on its way is told by the ledger last, but has its place beside the partner's own word for it.
		if i := slices.Index(want, ReasonReturnedPending); i > 0 && (want[i-1] == ReasonLocationMissing || want[i-1] == ReasonLocationDiffers) {
			want[i-1], want[i] = want[i], want[i-1]
		}
		v := st.decide(o)
		if d := cmp.Diff(want, v.reasons); d != "" {
			t.Fatalf("%s: reasons (-want +got):\n%s", name, d)
		}
		if (v.kind == EventNone) != (len(want) > 0) {
			t.Fatalf("%s: held for %v and yet %s", name, want, v.kind)
		}
		if got := slices.Contains(v.all(), ReasonWaveIgnored); got != o.header.HasWave {
			t.Fatalf("%s: wave noted: %v", name, got)
		}
		var c Counts
		c.note(v)
		if d := cmp.Diff(counted(v.kind, want), c); d != "" {
			t.Fatalf("%s: counts (-want +got):\n%s", name, d)
		}
	}
	walk(0, nil)
	if combinations != 2*3*2*4*2*5*13*2 {
		t.Fatalf("%d combinations", combinations)
	}
}

// counted is the count that one shop makes: already imported goes before all, then a pending return, then the first reason.
func counted(kind EventKind, reasons []Reason) Counts {
	switch {
	case kind == EventImported:
		return Counts{Imported: 1}
	case kind != EventNone:
		return Counts{Updated: 1}
	case slices.Contains(reasons, ReasonAlreadyImported):
		return Counts{Already: 1}
	case slices.Contains(reasons, ReasonReturnedPending):
		return Counts{Held: []ReasonCount{{ReasonReturnedPending, 1}}}
	}
	return Counts{Held: []ReasonCount{{reasons[0], 1}}}
}

func TestDecideKindAndEpoch(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		set   func(*standard, *offer)
		kind  EventKind
		epoch int64
		held  []Reason
	}{
		{"a new shop keeps its epoch", func(_ *standard, o *offer) { o.header.Epoch = 4 }, EventImported, 4, nil},
		{"after a return the partner's epoch counts", func(_ *standard, o *offer) { link(o, 4, ReturnDone, 1); o.header.Epoch = 5 }, EventUpdated, 5, nil},
		{"consent replaces what was edited here", func(st *standard, o *offer) { st.overwrite = true; link(o, 4, ReturnDone, 2); o.header.Epoch = 5 }, EventUpdated, 5, nil},
		{"a chosen shop opens the next epoch", func(st *standard, o *offer) { st.kind = RunReimport; link(o, 4, ReturnNone, 1) }, EventReimported, 5, nil},
		{"a chosen shop follows the partner's epoch", func(st *standard, o *offer) {
			st.kind = RunReimport
			link(o, 4, ReturnNone, 1)
			o.header.Epoch = 9
		}, EventReimported, 9, nil},
		{"a chosen shop that was edited here stays", func(st *standard, o *offer) { st.kind = RunReimport; link(o, 4, ReturnNone, 2) }, EventNone, 0, []Reason{ReasonEditedHere}},
		{"a chosen shop on its way back waits", func(st *standard, o *offer) { st.kind = RunReimport; link(o, 0, ReturnSending, 1) }, EventNone, 0, []Reason{ReasonReturnedPending}},
		{"a chosen shop whose return was refused comes", func(st *standard, o *offer) { st.kind = RunReimport; link(o, 0, ReturnRefused, 1) }, EventReimported, 1, nil},
		{"a chosen shop without a link is not to be had", func(st *standard, _ *offer) { st.kind = RunReimport }, EventNone, 0, []Reason{ReasonNotAvailable}},
		{"a linked shop that is gone here cannot be updated", func(_ *standard, o *offer) { link(o, 0, ReturnDone, 1); o.header.Epoch, o.ours = 1, nil }, EventNone, 0, []Reason{ReasonNotAvailable}},
		{"a released shop says its status", func(_ *standard, o *offer) { o.header.Status = "" }, EventNone, 0, []Reason{ReasonUnreadable}},
		{"a Secondary cannot say what only we know", func(_ *standard, o *offer) { o.header.Held = []Reason{ReasonAlreadyImported} }, EventNone, 0, []Reason{ReasonUnreadable}},
		{"a flawed header holds its shop alone", func(_ *standard, o *offer) { o.flaw = "epoch -1" }, EventNone, 0, []Reason{ReasonUnreadable}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			st, o := passing()
			tc.set(&st, &o)
			if d := cmp.Diff(verdict{kind: tc.kind, epoch: tc.epoch, reasons: tc.held}, st.decide(o), cmp.AllowUnexported(verdict{})); d != "" {
				t.Errorf("verdict (-want +got):\n%s", d)
			}
		})
	}
}

// Whatever a partner sends and whatever we hold, every shop stands in exactly one count, and one that comes in breaks no rule.
func TestCountsSumToShops(t *testing.T) {
	t.Parallel()
	ladder := DefaultLadder()
	rapid.Check(t, func(t *rapid.T) {
		var counts Counts
		n := rapid.IntRange(0, 60).Draw(t, "shops")
		for i := range n {
			st, o := passing()
			st.moduleOn = rapid.IntRange(0, 9).Draw(t, "module") > 0
			st.project.State = rapid.SampledFrom([]State{StateAccepted, StateAccepted, StateAccepted, StateInactive, StateProposed, StateNone}).Draw(t, "state")
			st.kind = rapid.SampledFrom([]RunKind{RunImport, RunReimport}).Draw(t, "kind")
			st.overwrite = rapid.Bool().Draw(t, "overwrite")
			h := &o.header
			h.Shop = ShopID(fmt.Sprint(i))
			h.Status = rapid.SampledFrom([]Status{StatusFinalized, StatusLocked, StatusReviewed, "", "x"}).Draw(t, "status")
			h.Epoch = rapid.Int64Range(-1, 4).Draw(t, "epoch")
			h.Print = rapid.SampledFrom([]string{"p1", "p1", "p2", ""}).Draw(t, "print")
			h.Held = rapid.SliceOfN(rapid.SampledFrom(append([]Reason{"rubbish"}, reasonOrder...)), 0, 3).Draw(t, "held")
			o.here = rapid.Bool().Draw(t, "here")
			o.flaw = h.flaw()
			if rapid.Bool().Draw(t, "linked") {
				link(&o, rapid.Int64Range(0, 3).Draw(t, "linkEpoch"), ReturnState(rapid.IntRange(0, 4).Draw(t, "return")), rapid.Int64Range(1, 2).Draw(t, "version"))
			}
			v := st.decide(o)
			counts.note(v)
			if (v.kind == EventNone) == (len(v.reasons) == 0) {
				t.Fatalf("%s with reasons %v", v.kind, v.reasons)
			}
			if v.kind == EventNone {
				continue
			}
			if !st.moduleOn || st.project.State != StateAccepted || !ladder.Passes(st.project.Terms.Gate, h.Status) || len(h.Held) > 0 || h.Print != o.print {
				t.Fatalf("%+v came in", o)
			}
			if o.link != nil && v.epoch <= o.link.Epoch {
				t.Fatalf("epoch %d after %d", v.epoch, o.link.Epoch)
			}
		}
		if counts.Total() != int64(n) {
			t.Fatalf("%d shops counted as %+v", n, counts)
		}
		if !slices.IsSortedFunc(counts.Held, func(a, b ReasonCount) int { return strings.Compare(string(a.Reason), string(b.Reason)) }) {
			t.Fatalf("held out of order: %+v", counts.Held)
		}
	})
}
