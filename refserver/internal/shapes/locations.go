package shapes

import "time"

// Head describes a location set as a whole.
type Head struct {
	Set      string `json:"set"`
	Revision int64  `json:"revision" doc:"raised by every change; 0 for a set that nobody has written"`
	Root     string `json:"root" doc:"fingerprint of the whole; equal roots are equal trees"`
	Nodes    int    `json:"nodes"`
	Source   int64  `json:"source,omitzero" doc:"of a copy: the owner's revision that it stands for"`
}

// Node is a location (level 1) or a level value above it.
type Node struct {
	Key      string `json:"key"`
	Parent   string `json:"parent,omitempty"`
	Level    int    `json:"level"`
	Name     string `json:"name"`
	Inactive bool   `json:"inactive,omitzero"`
	Place    Place  `json:"place,omitzero"`
	Edited   bool   `json:"edited,omitzero" doc:"of a copy: changed by hand since the owner's last push"`
}

// Place holds the details of a location.
type Place struct {
	Address1   string      `json:"address1,omitempty"`
	Address2   string      `json:"address2,omitempty"`
	City       string      `json:"city,omitempty"`
	State      string      `json:"state,omitempty"`
	Country    string      `json:"country,omitempty"`
	PostalCode string      `json:"postal_code,omitempty"`
	Phone      string      `json:"phone,omitempty"`
	AreaCode   string      `json:"area_code,omitempty"`
	Email      string      `json:"email,omitempty"`
	Hours      string      `json:"hours,omitempty"`
	DaysOpen   string      `json:"days_open,omitempty"`
	Group      string      `json:"group,omitempty"`
	Attributes []Attribute `json:"attributes,omitempty" doc:"ordered by name"`
}

// Attribute is one named detail.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Edit changes nodes by hand, all or none.
type Edit struct {
	Revision int64      `json:"revision" doc:"the set's revision that was looked at"`
	Edits    []EditNode `json:"edits"`
}

// EditNode changes the named fields of one node.
type EditNode struct {
	Node   Node     `json:"node"`
	Fields []string `json:"fields,omitempty" doc:"such as name, parent, inactive, city; none names all, which a new node needs"`
}

// Layout says which column of a table is what, by header.
type Layout struct {
	ID         string            `json:"id" doc:"the store ID"`
	Fields     map[string]string `json:"fields,omitempty" doc:"header by field, such as name or city"`
	Attributes []string          `json:"attributes,omitempty"`
	Levels     []LevelColumn     `json:"levels,omitempty" doc:"the level values above the store, from the top down"`
}

// LevelColumn is one level above a store.
type LevelColumn struct {
	Name string `json:"name"`
	Code string `json:"code,omitempty"`
}

// LoadResult says what a load did, or would do.
type LoadResult struct {
	Head        Head    `json:"head"`
	Created     int     `json:"created"`
	Updated     int     `json:"updated"`
	Deactivated int     `json:"deactivated"`
	Unchanged   int     `json:"unchanged"`
	Refused     []Field `json:"refused" doc:"rows that did not go in, with every reason"`
	Warnings    []Field `json:"warnings" doc:"what looks odd and went in as it is"`
}

// Comparison is one page of what differs between our set and a partner's copy.
type Comparison struct {
	Ours    Head       `json:"ours"`
	Theirs  Head       `json:"theirs"`
	InSync  bool       `json:"in_sync"`
	Counts  DiffCounts `json:"counts"`
	Changes []NodeDiff `json:"changes" doc:"ordered by key"`
	Hints   []Hint     `json:"hints,omitempty" doc:"near-equal names, of the whole comparison"`
	Next    string     `json:"next,omitempty"`
}

// DiffCounts counts differences by kind.
type DiffCounts struct {
	Missing      int `json:"missing"`
	Extra        int `json:"extra"`
	Changed      int `json:"changed"`
	Moved        int `json:"moved"`
	LevelChanged int `json:"level_changed"`
}

// NodeDiff is one node that differs.
type NodeDiff struct {
	Key    string   `json:"key"`
	Kind   string   `json:"kind" doc:"missing, extra, changed, moved or level_changed"`
	Fields []string `json:"fields,omitempty"`
	Ours   *Node    `json:"ours,omitempty"`
	Theirs *Node    `json:"theirs,omitempty"`
	Closed bool     `json:"closed,omitzero" doc:"ours is inactive with nothing active below it"`
	Edited bool     `json:"edited,omitzero" doc:"they changed it by hand since the last push"`
}

// Hint suggests that two names mean the same.
type Hint struct {
	Ours   string `json:"ours"`
	Theirs string `json:"theirs"`
	Why    string `json:"why,omitempty"`
}

// PushPlan says what a push would do over there.
type PushPlan struct {
	Ours        Head       `json:"ours"`
	Theirs      Head       `json:"theirs"`
	Nodes       int        `json:"nodes" doc:"how many nodes would go out"`
	Created     int        `json:"created"`
	Updated     int        `json:"updated"`
	Moved       int        `json:"moved"`
	Deactivated int        `json:"deactivated"`
	Overwrites  []NodeDiff `json:"overwrites" doc:"their own edits that would be undone"`
}

// Push makes the partner's copy equal to our set.
type Push struct {
	Overwrite bool  `json:"overwrite,omitzero" doc:"also undo the other side's own edits"`
	Ours      int64 `json:"ours,omitzero" doc:"our revision in the plan that a person agreed to; another one is stale"`
	Theirs    int64 `json:"theirs,omitzero" doc:"theirs"`
}

// PushRun is one push as long work: its progress, then its receipt.
type PushRun struct {
	ID          string    `json:"id"`
	Project     string    `json:"project"`
	Set         string    `json:"set"`
	By          string    `json:"by"`
	State       string    `json:"state" doc:"running, done, stopped or refused"`
	Seen        PushStamp `json:"seen" doc:"the revisions in the plan that a person agreed to; 0 stands for any"`
	Overwrite   bool      `json:"overwrite,omitzero"`
	Nodes       int       `json:"nodes" doc:"how many nodes go out"`
	Staged      int       `json:"staged" doc:"how many of them are over there"`
	Created     int       `json:"created"`
	Updated     int       `json:"updated"`
	Moved       int       `json:"moved"`
	Deactivated int       `json:"deactivated"`
	Source      int64     `json:"source,omitzero" doc:"our revision that it brings"`
	Revision    int64     `json:"revision,omitzero" doc:"of the copy, after"`
	Refusal     string    `json:"refusal,omitempty" doc:"stale, overwrites, locked, state, forbidden, not_found, key_reused or invalid"`
	Reason      string    `json:"reason,omitempty" doc:"why it was stopped or refused"`
	LastError   string    `json:"last_error,omitempty" doc:"what its last try met, while it is tried again"`
	StartedAt   time.Time `json:"started_at"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
	Version     int64     `json:"version"`
}

// PushStamp names both sides' revisions.
type PushStamp struct {
	Ours   int64 `json:"ours,omitzero"`
	Theirs int64 `json:"theirs,omitzero"`
}

// PushReceipt says what a push did.
type PushReceipt struct {
	Revision    int64  `json:"revision" doc:"of the copy, after"`
	Root        string `json:"root"`
	Created     int    `json:"created"`
	Updated     int    `json:"updated"`
	Deactivated int    `json:"deactivated"`
}
