package collab

import (
	"slices"
	"time"
)

// Shop is one evaluation of one location under one survey.
type Shop struct {
	ID      ShopID
	Client  ClientID
	Survey  SurveyID
	Shopper string // who performs it; on an imported shop the placeholder *collabShopper
	Wave    string // the system's own bucket; never travels
	Pay     string // shopper pay, decimal text; never travels
	Payable bool   // may be invoiced to the shopper; never true on an imported shop
	Content Content

	Epoch    int64 // how many times the shop was returned to us (Secondary)
	Awaiting bool  // returned to us and not saved since: held back from import
	SavedBy  string
	SavedAt  time.Time
	Version  int64
}

// Content is the part of a shop that travels between systems. It cannot hold the shopper, the pay or the wave.
type Content struct {
	Place            PlaceKey
	Status           Status
	Questions        string // digest of the question set that it was answered under
	Dates            Dates
	Answers          []Answer
	Score            Score
	Comments         string // the shopper's
	ReviewerComments string
	Origin           Origin // zero at the system that made it, then set for good, through any chain
}

// Dates of a shop, all in UTC; a zero one is not set.
type Dates struct {
	Start, Due, SubmitDue, Shopped, Submitted, Report time.Time
}

// Answer is the response to one question. Multiple values are joined by ^.
type Answer struct {
	Question string
	Value    string
	Comment  string
}

// Score is what a shop earned, decimal text. Imported scores are carried, not recalculated.
type Score struct {
	Earned, Possible string
	By               SystemID // whose calculation it is; empty is our own
	Sections         []SectionScore
}

// SectionScore is the score of one section.
type SectionScore struct{ Section, Earned, Possible string }

// Clone returns content that shares no memory with c.
func (c Content) Clone() Content {
	c.Answers = slices.Clone(c.Answers)
	c.Score.Sections = slices.Clone(c.Score.Sections)
	return c
}

// Clone returns a shop that shares no memory with s.
func (s Shop) Clone() Shop {
	s.Content = s.Content.Clone()
	return s
}

// StatusCount is how many shops stand in a status.
type StatusCount struct {
	Status Status
	Count  int64
}
