package collab

import (
	"slices"
	"time"
)

// Client is an evaluated company. At the Secondary a client that a project made carries its Origin.
type Client struct {
	ID      ClientID
	Name    string
	Origin  Origin // unique where it is set
	Version int64
}

// Survey is a client's questionnaire.
type Survey struct {
	ID       SurveyID
	Client   ClientID
	Content  SurveyContent
	Revision int64  // raised by every change of the content
	Origin   Origin // unique where it is set
	Version  int64
}

// SurveyContent is what a survey consists of, and what travels.
type SurveyContent struct {
	Name         string
	Distribution Status // from which status on the client sees a shop
	Settings     []Setting
	Sections     []Section
	Rules        []Rule // scripts; they travel when the project's terms say so
}

// Setting is one named value, such as the default pay. Names are unique.
type Setting struct{ Name, Value string }

// Section groups questions. IDs are unique within the survey.
type Section struct {
	ID        string
	Name      string
	Questions []Question
}

// Question is one item of a section. IDs are unique within the survey and equal on both systems.
type Question struct {
	ID       string
	Kind     string // multiple_choice, text, narrative, yes_no ...: the host's names
	Text     string
	Required bool
	Options  []Option
}

// Option is one answer to choose. IDs are unique within the question.
type Option struct {
	ID     string
	Text   string
	Points string // decimal text; empty scores nothing
}

// Rule is one script of a survey. Names are unique.
type Rule struct{ Name, Script string }

// Clone returns content that shares no memory with c.
func (c SurveyContent) Clone() SurveyContent {
	c.Settings = slices.Clone(c.Settings)
	c.Rules = slices.Clone(c.Rules)
	c.Sections = slices.Clone(c.Sections)
	for i := range c.Sections {
		c.Sections[i].Questions = slices.Clone(c.Sections[i].Questions)
		for j := range c.Sections[i].Questions {
			q := &c.Sections[i].Questions[j]
			q.Options = slices.Clone(q.Options)
		}
	}
	return c
}

// Exchange is survey content that the two systems of a project exchanged: the base for the next comparison.
type Exchange struct {
	Project   ProjectID
	Rev       int64 // of the Primary's survey; unique within the project
	Content   SurveyContent
	Questions string // digest of the question set in use over there (see QuestionSet); after an update that kept some of theirs it is not Content's
	At        time.Time
}
