package shapes

import "time"

// Shop is one evaluation of one location. ID may be left out of a new one; Client, Epoch, Awaiting, SavedBy, SavedAt and
// Link are the server's and are not taken from a caller.
type Shop struct {
	ID      string  `json:"id,omitempty"`
	Client  string  `json:"client,omitempty"`
	Survey  string  `json:"survey,omitempty"`
	Shopper string  `json:"shopper,omitempty"`
	Wave    string  `json:"wave,omitempty"`
	Pay     string  `json:"pay,omitempty" doc:"decimal text"`
	Payable bool    `json:"payable,omitzero"`
	Content Content `json:"content"`

	Epoch    int64     `json:"epoch,omitzero" doc:"how many times it was returned to us"`
	Awaiting bool      `json:"awaiting,omitzero" doc:"returned and not saved since"`
	SavedBy  string    `json:"saved_by,omitempty"`
	SavedAt  time.Time `json:"saved_at,omitzero"`
	Version  int64     `json:"version,omitzero"`
	Link     *Link     `json:"link,omitempty" doc:"of an imported shop, where one shop is asked for: the cross-reference to the partner's"`
}

// Content is the part of a shop that travels.
type Content struct {
	Place            string   `json:"place"`
	Status           string   `json:"status"`
	Questions        string   `json:"questions,omitempty" doc:"digest of the question set; empty takes the survey's present one"`
	Dates            Dates    `json:"dates,omitzero"`
	Answers          []Answer `json:"answers,omitempty"`
	Score            Score    `json:"score,omitzero"`
	Comments         string   `json:"comments,omitempty"`
	ReviewerComments string   `json:"reviewer_comments,omitempty"`
	Origin           *Origin  `json:"origin,omitempty"`
}

// Dates of a shop.
type Dates struct {
	Start     time.Time `json:"start,omitzero"`
	Due       time.Time `json:"due,omitzero"`
	SubmitDue time.Time `json:"submit_due,omitzero"`
	Shopped   time.Time `json:"shopped,omitzero"`
	Submitted time.Time `json:"submitted,omitzero"`
	Report    time.Time `json:"report,omitzero"`
}

// Answer is the response to one question.
type Answer struct {
	Question string `json:"question"`
	Value    string `json:"value,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// Score is what a shop earned, decimal text.
type Score struct {
	Earned   string         `json:"earned,omitempty"`
	Possible string         `json:"possible,omitempty"`
	By       string         `json:"by,omitempty" doc:"whose calculation it is; empty is our own"`
	Sections []SectionScore `json:"sections,omitempty"`
}

// SectionScore is the score of one section.
type SectionScore struct {
	Section  string `json:"section"`
	Earned   string `json:"earned,omitempty"`
	Possible string `json:"possible,omitempty"`
}

// NewShops enters shops of our own, all or none.
type NewShops struct {
	Shops []Shop `json:"shops"`
}

// SetStatus gives shops another status, all or none.
type SetStatus struct {
	Shops  []string `json:"shops"`
	Status string   `json:"status"`
}

// Link ties a partner's shop to ours.
type Link struct {
	Partner string    `json:"partner"`
	Remote  string    `json:"remote" doc:"the partner's shop"`
	Shop    string    `json:"shop" doc:"ours"`
	Project string    `json:"project"`
	Epoch   int64     `json:"epoch"`
	Return  string    `json:"return" doc:"none, sending, returned, conflict or refused"`
	Detail  string    `json:"detail,omitempty"`
	At      time.Time `json:"at"`
	Version int64     `json:"version"`
}

// ImportStamp says on what an import plan was made.
type ImportStamp struct {
	TermsRev  int64 `json:"terms_rev"`
	SurveyRev int64 `json:"survey_rev"`
}

// Counts of a plan or a run; every shop stands in exactly one of them.
type Counts struct {
	Imported int64         `json:"imported"`
	Updated  int64         `json:"updated"`
	Already  int64         `json:"already"`
	Held     []ReasonCount `json:"held"`
}

// ReasonCount is how many shops are held for a reason.
type ReasonCount struct {
	Reason string `json:"reason"`
	Help   string `json:"help" doc:"what the reason means and what to do about it"`
	Count  int64  `json:"count"`
}

// ImportPlan is what an import would do now.
type ImportPlan struct {
	Stamp  ImportStamp `json:"stamp"`
	Counts Counts      `json:"counts"`
	Items  []PlanItem  `json:"items"`
}

// PlanItem is what an import would do with one shop.
type PlanItem struct {
	Remote  string   `json:"remote"`
	Shop    string   `json:"shop,omitempty"`
	Place   string   `json:"place,omitempty"`
	Status  string   `json:"status,omitempty"`
	Kind    string   `json:"kind,omitempty" doc:"imported, updated or reimported; absent when it would stay behind"`
	Reasons []string `json:"reasons,omitempty"`
}

// Import starts an import.
type Import struct {
	PageSize int          `json:"page_size,omitzero" doc:"how many shops are taken at a time, at most 500"`
	Stamp    *ImportStamp `json:"stamp,omitempty" doc:"of the plan that a person agreed to; refused as stale when it no longer holds"`
}

// PlanReimport asks what a re-import would do.
type PlanReimport struct {
	Shops     []string `json:"shops" doc:"ours"`
	Overwrite bool     `json:"overwrite,omitzero"`
}

// Reimport starts a re-import of chosen shops.
type Reimport struct {
	Shops     []string     `json:"shops" doc:"ours"`
	Overwrite bool         `json:"overwrite,omitzero" doc:"also replace shops that were saved here since the last exchange"`
	PageSize  int          `json:"page_size,omitzero"`
	Stamp     *ImportStamp `json:"stamp,omitempty"`
}

// Run is one import: its progress, then its receipt.
type Run struct {
	ID        string        `json:"id"`
	Project   string        `json:"project"`
	Kind      string        `json:"kind" doc:"import or reimport"`
	State     string        `json:"state" doc:"running, done or stopped"`
	Reason    string        `json:"reason,omitempty"`
	By        string        `json:"by"`
	StartedAt time.Time     `json:"started_at"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
	Cursor    string        `json:"cursor,omitempty"`
	Pages     int64         `json:"pages"`
	PageSize  int           `json:"page_size"`
	Chosen    int           `json:"chosen,omitzero" doc:"of a re-import: how many shops were chosen"`
	Counts    Counts        `json:"counts"`
	Ledger    *LedgerCounts `json:"ledger,omitempty" doc:"where one run is asked for: what the ledger has of it"`
	Version   int64         `json:"version"`
}

// LedgerCounts are the ledger's events of a run by kind.
type LedgerCounts struct {
	Imported   int64 `json:"imported"`
	Updated    int64 `json:"updated"`
	Reimported int64 `json:"reimported"`
}

// RunItem is a shop that a run left behind, with every reason.
type RunItem struct {
	Remote  string   `json:"remote"`
	Place   string   `json:"place,omitempty"`
	Status  string   `json:"status,omitempty"`
	Reasons []string `json:"reasons"`
}

// Event is one effect of an import in the ledger.
type Event struct {
	Partner string    `json:"partner"`
	Remote  string    `json:"remote"`
	Epoch   int64     `json:"epoch"`
	Kind    string    `json:"kind"`
	Shop    string    `json:"shop"`
	Project string    `json:"project"`
	At      time.Time `json:"at"`
}

// ReturnStamp says on which versions a return was planned.
type ReturnStamp struct {
	Shop    string `json:"shop"`
	Version int64  `json:"version"`
	Link    int64  `json:"link"`
}

// PlanReturn asks what a return would overwrite.
type PlanReturn struct {
	Shops []string `json:"shops" doc:"ours"`
}

// ReturnPlan says what a return would do, shop by shop.
type ReturnPlan struct {
	Items []ReturnItem `json:"items"`
}

// ReturnItem is what a return would do with one shop.
type ReturnItem struct {
	Shop    string      `json:"shop"`
	Remote  string      `json:"remote,omitempty"`
	Project string      `json:"project,omitempty"`
	Refused *Problem    `json:"refused,omitempty"`
	Lost    []Change    `json:"lost,omitempty"`
	Seen    ReturnStamp `json:"seen"`
}

// Return sends shops back, all or none.
type Return struct {
	Shops     []string      `json:"shops" doc:"ours"`
	Overwrite bool          `json:"overwrite,omitzero" doc:"also override what the Secondary changed since the last exchange"`
	Plan      []ReturnStamp `json:"plan,omitempty" doc:"seen of each item of the plan that a person agreed to"`
}

// Links answers a return: how each stands.
type Links struct {
	Links []Link `json:"links"`
}
