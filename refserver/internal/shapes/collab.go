package shapes

import "time"

// Client is an evaluated company.
type Client struct {
	ID      string  `json:"id"`
	Name    string  `json:"name"`
	Origin  *Origin `json:"origin,omitempty" doc:"of a client that a project brought"`
	Version int64   `json:"version"`
}

// SaveClient makes a client (version 0) or renames the one of exactly that version.
type SaveClient struct {
	Name    string `json:"name"`
	Version int64  `json:"version,omitzero"`
}

// Survey is a client's questionnaire.
type Survey struct {
	ID       string        `json:"id"`
	Client   string        `json:"client"`
	Revision int64         `json:"revision"`
	Origin   *Origin       `json:"origin,omitempty" doc:"of a survey that a project brought"`
	Content  SurveyContent `json:"content"`
	Version  int64         `json:"version"`
}

// SaveSurvey makes a survey (version 0) or replaces the content of exactly that version.
type SaveSurvey struct {
	Client  string        `json:"client"`
	Content SurveyContent `json:"content"`
	Version int64         `json:"version,omitzero"`
}

// SurveyContent is what a survey consists of.
type SurveyContent struct {
	Name         string    `json:"name"`
	Distribution string    `json:"distribution" doc:"from which status on the client sees a shop"`
	Settings     []Setting `json:"settings,omitempty"`
	Sections     []Section `json:"sections,omitempty"`
	Rules        []Rule    `json:"rules,omitempty"`
}

// Setting is one named value.
type Setting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Rule is one script.
type Rule struct {
	Name   string `json:"name"`
	Script string `json:"script"`
}

// Section groups questions.
type Section struct {
	ID        string     `json:"id"`
	Name      string     `json:"name,omitempty"`
	Questions []Question `json:"questions,omitempty"`
}

// Question is one item of a section.
type Question struct {
	ID       string   `json:"id"`
	Kind     string   `json:"kind"`
	Text     string   `json:"text,omitempty"`
	Required bool     `json:"required,omitzero"`
	Options  []Option `json:"options,omitempty"`
}

// Option is one answer to choose.
type Option struct {
	ID     string `json:"id"`
	Text   string `json:"text,omitempty"`
	Points string `json:"points,omitempty" doc:"decimal text"`
}

// Terms are the settings of a project.
type Terms struct {
	Export        string   `json:"export" doc:"the status from which shops are released"`
	Exact         bool     `json:"exact" doc:"only that status itself"`
	Except        []string `json:"except,omitempty" doc:"statuses that are never released"`
	CopyLocations bool     `json:"copy_locations"`
	LockLocations bool     `json:"lock_locations"`
	FeePayer      string   `json:"fee_payer" doc:"primary or secondary"`
	Rules         bool     `json:"rules" doc:"the survey's rules travel too"`
}

// TermsInput are terms of which only some are given; the others stay, or take their usual values in a new proposal.
type TermsInput struct {
	Export        *string   `json:"export,omitempty"`
	Exact         *bool     `json:"exact,omitempty"`
	Except        *[]string `json:"except,omitempty"`
	CopyLocations *bool     `json:"copy_locations,omitempty"`
	LockLocations *bool     `json:"lock_locations,omitempty"`
	FeePayer      *string   `json:"fee_payer,omitempty" doc:"primary or secondary"`
	Rules         *bool     `json:"rules,omitempty"`
}

// Proposal is what a Primary offers.
type Proposal struct {
	Partner string     `json:"partner"`
	Client  string     `json:"client"`
	Survey  string     `json:"survey"`
	Target  string     `json:"target" doc:"new_client or copy_survey"`
	Terms   TermsInput `json:"terms,omitzero" doc:"default: export at the recommended status, locations copied and locked, the Primary pays"`
}

// ProposalCheck says what proposing would answer.
type ProposalCheck struct {
	Refused  *Problem  `json:"refused,omitempty" doc:"why it would be refused; absent when it would not"`
	Warnings []Warning `json:"warnings"`
}

// Warning is something that is allowed and often regretted.
type Warning struct {
	Code     string   `json:"code"`
	Text     string   `json:"text"`
	Statuses []string `json:"statuses,omitempty"`
}

// Project is one side's record of a shared project.
type Project struct {
	ID          string    `json:"id"`
	Party       string    `json:"party" doc:"which side this system is: primary or secondary"`
	Partner     string    `json:"partner"`
	State       string    `json:"state" doc:"proposed, accepted, declined, withdrawn or inactive"`
	Label       string    `json:"label" doc:"the state in the words of this side, such as Requires Attention"`
	Reason      string    `json:"reason,omitempty"`
	Attention   string    `json:"attention,omitempty" doc:"who must act next"`
	Client      string    `json:"client,omitempty" doc:"this system's; at the Secondary empty until accepted"`
	Survey      string    `json:"survey,omitempty"`
	ClientName  string    `json:"client_name"`
	SurveyName  string    `json:"survey_name"`
	TheirClient string    `json:"their_client,omitempty"`
	TheirSurvey string    `json:"their_survey,omitempty"`
	Target      string    `json:"target"`
	Terms       Terms     `json:"terms"`
	Contact     string    `json:"contact,omitempty"`
	Sharing     bool      `json:"sharing"`
	Asked       *Ask      `json:"asked,omitempty" doc:"the Secondary's counter-offer"`
	Confirmed   bool      `json:"confirmed" doc:"the other side knows of the acceptance"`
	TermsRev    int64     `json:"terms_rev"`
	AnswerRev   int64     `json:"answer_rev"`
	SurveyRev   int64     `json:"survey_rev"`
	CreatedAt   time.Time `json:"created_at"`
	ChangedAt   time.Time `json:"changed_at"`
	Version     int64     `json:"version"`
}

// Ask is a counter-offer.
type Ask struct {
	Terms Terms  `json:"terms"`
	Note  string `json:"note,omitempty"`
}

// EditProposal changes the terms of a project that is not accepted yet.
type EditProposal struct {
	Terms   TermsInput `json:"terms"`
	Version int64      `json:"version,omitzero"`
}

// Accept accepts a project.
type Accept struct {
	Email   string `json:"email,omitempty" doc:"of the person responsible"`
	Agreed  bool   `json:"agreed,omitzero" doc:"the tick"`
	Version int64  `json:"version,omitzero"`
}

// Reasoned is a decision that needs a reason.
type Reasoned struct {
	Reason  string `json:"reason,omitempty"`
	Version int64  `json:"version,omitzero"`
}

// Counter asks for other terms.
type Counter struct {
	Terms   TermsInput `json:"terms,omitzero"`
	Note    string     `json:"note,omitempty"`
	Version int64      `json:"version,omitzero"`
}

// Versioned is a decision that needs nothing else.
type Versioned struct {
	Version int64 `json:"version,omitzero"`
}

// Settings changes an accepted project. Only what Mask names changes.
type Settings struct {
	Master  bool       `json:"master,omitzero" doc:"the box Update Project Settings, which a Primary needs to tick"`
	Mask    []string   `json:"mask,omitempty" doc:"export, exact, except, lock_locations, fee_payer, rules (Primary); contact, sharing (Secondary)"`
	Terms   TermsInput `json:"terms,omitzero"`
	Contact string     `json:"contact,omitempty"`
	Sharing bool       `json:"sharing,omitzero"`
	Version int64      `json:"version,omitzero"`
}

// StatusCount is how many shops stand in a status.
type StatusCount struct {
	Status string `json:"status"`
	Count  int64  `json:"count"`
}

// SurveyStamp says on what a survey plan was made.
type SurveyStamp struct {
	Ours     int64 `json:"ours"`
	Theirs   int64 `json:"theirs"`
	TermsRev int64 `json:"terms_rev"`
}

// SurveyPlan says what an update of the survey would do over there.
type SurveyPlan struct {
	Stamp   SurveyStamp `json:"stamp"`
	Changes []Change    `json:"changes"`
	Lost    []Change    `json:"lost" doc:"what the Secondary changed and the update would overwrite"`
	Added   int         `json:"added"`
	Changed int         `json:"changed"`
	Removed int         `json:"removed"`
	Lint    []Lint      `json:"lint,omitempty"`
}

// Lint is a reference in a rule that may not carry over.
type Lint struct {
	Code  string `json:"code"`
	Rule  string `json:"rule"`
	Line  int    `json:"line"`
	Value string `json:"value"`
	Text  string `json:"text"`
}

// SurveyUpdate carries a survey plan out.
type SurveyUpdate struct {
	Stamp     SurveyStamp `json:"stamp"`
	Overwrite bool        `json:"overwrite,omitzero"`
	Keep      []string    `json:"keep,omitempty" doc:"paths of the plan at which the Secondary's value stays"`
}
