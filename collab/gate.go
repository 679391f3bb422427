package collab

import (
	"cmp"
	"slices"
)

// What becomes of a shop on offer is decided here, by facts alone: before an import to show it, and again inside the
// transaction that carries it out.

// standard is what every shop of a run is measured by.
type standard struct {
	moduleOn  bool
	project   Project
	questions []string // digests of the question sets that the project's systems exchanged
	ladder    Ladder
	kind      RunKind
	overwrite bool
}

// offer is one shop of the partner with what we know of it.
type offer struct {
	header Header
	flaw   string // why the header cannot be right; empty when it can
	link   *Link  // if it was imported before
	ours   *Shop  // the linked shop, where the decision needs it
	here   bool   // the same shop has come by another way, or is our own
	print  string // of the place here; empty when there is none such
}

// verdict is what becomes of an offer.
type verdict struct {
	kind    EventKind // EventNone: it stays behind
	epoch   int64     // that the import would write
	reasons []Reason  // all that hold it, in the order in which they are checked
	notes   []Reason  // information that holds nothing
}

// reasonOrder is the order in which reasons are checked.
var reasonOrder = []Reason{
	ReasonModuleDisabled, ReasonProjectNotAccepted, ReasonProjectInactive, ReasonSurveyMismatch, ReasonBelowExport, ReasonReturnedPending,
	ReasonLocationMissing, ReasonLocationDiffers, ReasonAlreadyImported, ReasonEditedHere, ReasonUnreadable, ReasonNotAvailable, ReasonWaveIgnored,
}

// maxEpoch bounds what a partner may call an epoch: no shop is returned that often.
const maxEpoch = 1 << 40

// decide judges one offer and gives every reason.
func (st standard) decide(o offer) verdict {
	h, p := o.header, st.project
	if o.flaw != "" {
		return heldFor(ReasonUnreadable)
	}
	var v verdict
	hold := func(when bool, r Reason) {
		if when && !slices.Contains(v.reasons, r) {
			v.reasons = append(v.reasons, r)
		}
	}
	hold(!st.moduleOn, ReasonModuleDisabled)
	hold(p.State == StateInactive, ReasonProjectInactive)
	hold(p.State != StateAccepted && p.State != StateInactive, ReasonProjectNotAccepted)
	hold(!slices.Contains(st.questions, h.Questions), ReasonSurveyMismatch)
	for _, r := range h.Held {
		hold(true, secondaryReason(r))
	}
	hold(h.Status != "" && !st.ladder.Passes(p.Terms.Gate, h.Status), ReasonBelowExport)
	hold(h.Status == "" && len(h.Held) == 0, ReasonUnreadable) // released, and yet without a status
	hold(o.print == "" || h.Print == "", ReasonLocationMissing)
	hold(o.print != "" && h.Print != "" && o.print != h.Print, ReasonLocationDiffers)
	st.ledger(o, &v, hold)
	if h.HasWave {
		v.notes = append(v.notes, ReasonWaveIgnored)
	}
	if len(v.reasons) > 0 {
		v.kind, v.epoch = EventNone, 0
	}
	slices.SortStableFunc(v.reasons, func(a, b Reason) int {
		return cmp.Compare(slices.Index(reasonOrder, a), slices.Index(reasonOrder, b))
	})
	return v
}

// ledger judges an offer by what was imported before.
func (st standard) ledger(o offer, v *verdict, hold func(bool, Reason)) {
	h := o.header
	switch {
	case o.link == nil && st.kind == RunReimport:
		hold(true, ReasonNotAvailable)
		return
	case o.link == nil:
		v.kind, v.epoch = EventImported, h.Epoch
		hold(o.here, ReasonAlreadyImported)
		return
	}
	sending, returned := o.link.Return == ReturnSending, o.link.Return.returned()
	switch {
	case st.kind == RunReimport:
		// Over there an undelivered return is about to open an epoch of its own: the two must not meet.
		hold(sending && h.Epoch <= o.link.Epoch, ReasonReturnedPending)
		v.kind, v.epoch = EventReimported, max(o.link.Epoch+1, h.Epoch)
	case returned && h.Epoch <= o.link.Epoch:
		hold(true, ReasonReturnedPending)
		return
	case returned && h.Epoch == o.link.Epoch+1:
		v.kind, v.epoch = EventUpdated, h.Epoch
	default: // also a higher epoch that no return of ours opened
		hold(true, ReasonAlreadyImported)
		return
	}
	hold(o.ours == nil, ReasonNotAvailable)
	hold(o.ours != nil && o.ours.Version != o.link.Saved && !st.overwrite, ReasonEditedHere)
}

// secondaryReason takes over a reason that a Secondary gives; what only the Primary can know is no reason of its.
func secondaryReason(r Reason) Reason {
	switch r {
	case ReasonModuleDisabled, ReasonProjectNotAccepted, ReasonProjectInactive, ReasonBelowExport, ReasonReturnedPending:
		return r
	}
	return ReasonUnreadable
}

func heldFor(r Reason) verdict { return verdict{reasons: []Reason{r}} }

// standing is the one reason under which a held shop is counted.
func standing(reasons []Reason) Reason {
	for _, first := range []Reason{ReasonAlreadyImported, ReasonReturnedPending} {
		if slices.Contains(reasons, first) {
			return first
		}
	}
	return reasons[0]
}

// all is what is shown of a verdict: what holds the shop, then what is notable.
func (v verdict) all() []Reason { return slices.Concat(v.reasons, v.notes) }

// note counts one shop, once.
func (c *Counts) note(v verdict) {
	switch {
	case v.kind == EventImported:
		c.Imported++
	case v.kind != EventNone:
		c.Updated++
	case standing(v.reasons) == ReasonAlreadyImported:
		c.Already++
	default:
		r := standing(v.reasons)
		i, found := slices.BinarySearchFunc(c.Held, r, func(rc ReasonCount, r Reason) int { return cmp.Compare(rc.Reason, r) })
		if !found {
			c.Held = slices.Insert(c.Held, i, ReasonCount{Reason: r})
		}
		c.Held[i].Count++
	}
}

// Total is how many shops the counts stand for.
func (c Counts) Total() int64 {
	n := c.Imported + c.Updated + c.Already
	for _, h := range c.Held {
		n += h.Count
	}
	return n
}
