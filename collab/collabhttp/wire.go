package collabhttp

import (
	"time"

	"github.com/mspkit/mspkit/collab"
)

// The shapes on the wire of the collab half. Names once released never change their meaning; golden payloads keep them.

type wireHello struct {
	System       string           `json:"system"`
	Name         string           `json:"name"`
	Protocol     int              `json:"protocol"`
	Capabilities []wireCapability `json:"capabilities,omitempty"`
	ModuleOn     bool             `json:"module_on"`
}

type wireCapability struct {
	Name     string `json:"name"`
	Critical bool   `json:"critical,omitzero"`
}

func toHello(h collab.Hello) wireHello {
	return wireHello{string(h.System), h.Name, h.Protocol, mapSlice(h.Capabilities, func(c collab.Capability) wireCapability { return wireCapability(c) }), h.ModuleOn}
}

func (w wireHello) domain() collab.Hello {
	return collab.Hello{System: collab.SystemID(w.System), Name: w.Name, Protocol: w.Protocol, ModuleOn: w.ModuleOn,
		Capabilities: mapSlice(w.Capabilities, func(c wireCapability) collab.Capability { return collab.Capability(c) })}
}

type wireTerms struct {
	Export        string       `json:"export"`
	Exact         bool         `json:"exact,omitzero"`
	Except        []string     `json:"except,omitempty"`
	CopyLocations bool         `json:"copy_locations,omitzero"`
	LockLocations bool         `json:"lock_locations,omitzero"`
	FeePayer      collab.Party `json:"fee_payer"`
	Rules         bool         `json:"rules,omitzero"`
}

func toTerms(t collab.Terms) wireTerms {
	return wireTerms{string(t.Export), t.Exact, mapSlice(t.Except, text[collab.Status]), t.CopyLocations, t.LockLocations, t.FeePayer, t.Rules}
}

func (w wireTerms) domain() collab.Terms {
	return collab.Terms{Gate: collab.Gate{Export: collab.Status(w.Export), Exact: w.Exact, Except: mapSlice(w.Except, as[collab.Status])},
		CopyLocations: w.CopyLocations, LockLocations: w.LockLocations, FeePayer: w.FeePayer, Rules: w.Rules}
}

type wireNotice struct {
	Project   string        `json:"project"`
	Rev       int64         `json:"rev"`
	State     collab.State  `json:"state"`
	Reason    string        `json:"reason,omitzero"`
	Target    collab.Target `json:"target"`
	Client    string        `json:"client"`
	Name      string        `json:"client_name"`
	Survey    string        `json:"survey"`
	Title     string        `json:"survey_name"`
	Terms     wireTerms     `json:"terms"`
	SurveyRev int64         `json:"survey_rev"`
	Content   *wireContent  `json:"survey_content,omitzero"`
	Heard     int64         `json:"heard"`
}

func toNotice(n collab.TermsNotice) wireNotice {
	w := wireNotice{string(n.Project), n.Rev, n.State, n.Reason, n.Target, string(n.Client), n.Name, string(n.Survey), n.Title, toTerms(n.Terms), n.SurveyRev, nil, n.Heard}
	if n.Content != nil {
		c := toContent(*n.Content)
		w.Content = &c
	}
	return w
}

func (w wireNotice) domain() collab.TermsNotice {
	n := collab.TermsNotice{Project: collab.ProjectID(w.Project), Rev: w.Rev, State: w.State, Reason: w.Reason, Target: w.Target, Client: collab.ClientID(w.Client), Name: w.Name,
		Survey: collab.SurveyID(w.Survey), Title: w.Title, Terms: w.Terms.domain(), SurveyRev: w.SurveyRev, Heard: w.Heard}
	if w.Content != nil {
		c := w.Content.domain()
		n.Content = &c
	}
	return n
}

type wireContent struct {
	Name         string        `json:"name"`
	Distribution string        `json:"distribution"`
	Settings     []wireSetting `json:"settings,omitempty"`
	Sections     []wireSection `json:"sections,omitempty"`
	Rules        []wireRule    `json:"rules,omitempty"`
}

type wireSetting struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type wireSection struct {
	ID        string         `json:"id"`
	Name      string         `json:"name"`
	Questions []wireQuestion `json:"questions,omitempty"`
}

type wireQuestion struct {
	ID       string       `json:"id"`
	Kind     string       `json:"kind"`
	Text     string       `json:"text"`
	Required bool         `json:"required,omitzero"`
	Options  []wireOption `json:"options,omitempty"`
}

type wireOption struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Points string `json:"points,omitzero"`
}

type wireRule struct {
	Name   string `json:"name"`
	Script string `json:"script"`
}

func toContent(c collab.SurveyContent) wireContent {
	return wireContent{c.Name, string(c.Distribution),
		mapSlice(c.Settings, func(s collab.Setting) wireSetting { return wireSetting(s) }),
		mapSlice(c.Sections, func(s collab.Section) wireSection {
			return wireSection{s.ID, s.Name, mapSlice(s.Questions, func(q collab.Question) wireQuestion {
				return wireQuestion{q.ID, q.Kind, q.Text, q.Required, mapSlice(q.Options, func(o collab.Option) wireOption { return wireOption(o) })}
			})}
		}),
		mapSlice(c.Rules, func(r collab.Rule) wireRule { return wireRule(r) })}
}

func (w wireContent) domain() collab.SurveyContent {
	return collab.SurveyContent{Name: w.Name, Distribution: collab.Status(w.Distribution),
		Settings: mapSlice(w.Settings, func(s wireSetting) collab.Setting { return collab.Setting(s) }),
		Sections: mapSlice(w.Sections, func(s wireSection) collab.Section {
			return collab.Section{ID: s.ID, Name: s.Name, Questions: mapSlice(s.Questions, func(q wireQuestion) collab.Question {
				return collab.Question{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required, Options: mapSlice(q.Options, func(o wireOption) collab.Option { return collab.Option(o) })}
			})}
		}),
		Rules: mapSlice(w.Rules, func(r wireRule) collab.Rule { return collab.Rule(r) })}
}

type wireAsk struct {
	Terms wireTerms `json:"terms"`
	Note  string    `json:"note,omitzero"`
}

type wireAnswer struct {
	Project  string          `json:"project"`
	Rev      int64           `json:"rev"`
	TermsRev int64           `json:"terms_rev"`
	Decision collab.Decision `json:"decision"`
	Reason   string          `json:"reason,omitzero"`
	Contact  string          `json:"contact,omitzero"`
	Sharing  bool            `json:"sharing,omitzero"`
	Asked    *wireAsk        `json:"asked,omitzero"`
	Client   string          `json:"client,omitzero"`
	Survey   string          `json:"survey,omitzero"`
}

func toAnswer(n collab.AnswerNotice) wireAnswer {
	w := wireAnswer{string(n.Project), n.Rev, n.TermsRev, n.Decision, n.Reason, n.Contact, n.Sharing, nil, string(n.Client), string(n.Survey)}
	if n.Asked != nil {
		w.Asked = &wireAsk{toTerms(n.Asked.Terms), n.Asked.Note}
	}
	return w
}

func (w wireAnswer) domain() collab.AnswerNotice {
	n := collab.AnswerNotice{Project: collab.ProjectID(w.Project), Rev: w.Rev, TermsRev: w.TermsRev, Decision: w.Decision, Reason: w.Reason, Contact: w.Contact, Sharing: w.Sharing,
		Client: collab.ClientID(w.Client), Survey: collab.SurveyID(w.Survey)}
	if w.Asked != nil {
		n.Asked = &collab.Ask{Terms: w.Asked.Terms.domain(), Note: w.Asked.Note}
	}
	return n
}

type wireAnswerReply struct {
	Taken bool        `json:"taken"`
	Terms *wireNotice `json:"terms,omitzero"`
}

type wireHeader struct {
	Shop      string      `json:"shop"`
	Epoch     int64       `json:"epoch"`
	Rev       int64       `json:"rev"`
	Status    string      `json:"status,omitzero"`
	Place     string      `json:"place"`
	Print     string      `json:"print,omitzero"`
	Questions string      `json:"questions"`
	Origin    *wireOrigin `json:"origin,omitzero"`
	HasWave   bool        `json:"has_wave,omitzero"`
	Held      []string    `json:"held,omitempty"`
}

type wireOrigin struct {
	System string `json:"system"`
	ID     string `json:"id"`
}

func toOrigin(o collab.Origin) *wireOrigin {
	if o == (collab.Origin{}) {
		return nil
	}
	return &wireOrigin{string(o.System), o.ID}
}

func (w *wireOrigin) domain() collab.Origin {
	if w == nil {
		return collab.Origin{}
	}
	return collab.Origin{System: collab.SystemID(w.System), ID: w.ID}
}

func toHeader(h collab.Header) wireHeader {
	return wireHeader{string(h.Shop), h.Epoch, h.Rev, string(h.Status), string(h.Place), h.Print, h.Questions, toOrigin(h.Origin), h.HasWave, mapSlice(h.Held, text[collab.Reason])}
}

func (w wireHeader) domain() collab.Header {
	return collab.Header{Shop: collab.ShopID(w.Shop), Epoch: w.Epoch, Rev: w.Rev, Status: collab.Status(w.Status), Place: collab.PlaceKey(w.Place), Print: w.Print, Questions: w.Questions,
		Origin: w.Origin.domain(), HasWave: w.HasWave, Held: mapSlice(w.Held, as[collab.Reason])}
}

type wireHeaderPage struct {
	Headers []wireHeader `json:"headers"`
	Next    string       `json:"next,omitzero"`
}

type wireShopIDs struct {
	Shops []string `json:"shops"`
}

type wireSnapshot struct {
	Shop    string   `json:"shop"`
	Epoch   int64    `json:"epoch"`
	Rev     int64    `json:"rev"`
	Content wireShop `json:"content"`
}

type wireShop struct {
	Place            string             `json:"place"`
	Status           string             `json:"status"`
	Questions        string             `json:"questions"`
	Dates            wireDates          `json:"dates,omitzero"`
	Answers          []wireReply        `json:"answers,omitempty"`
	Score            wireScore          `json:"score,omitzero"`
	Sections         []wireSectionScore `json:"section_scores,omitempty"`
	Comments         string             `json:"comments,omitzero"`
	ReviewerComments string             `json:"reviewer_comments,omitzero"`
	Origin           *wireOrigin        `json:"origin,omitzero"`
}

type wireDates struct {
	Start     time.Time `json:"start,omitzero"`
	Due       time.Time `json:"due,omitzero"`
	SubmitDue time.Time `json:"submit_due,omitzero"`
	Shopped   time.Time `json:"shopped,omitzero"`
	Submitted time.Time `json:"submitted,omitzero"`
	Report    time.Time `json:"report,omitzero"`
}

type wireReply struct {
	Question string `json:"question"`
	Value    string `json:"value"`
	Comment  string `json:"comment,omitzero"`
}

type wireScore struct {
	Earned   string `json:"earned,omitzero"`
	Possible string `json:"possible,omitzero"`
	By       string `json:"by,omitzero"`
}

type wireSectionScore struct {
	Section  string `json:"section"`
	Earned   string `json:"earned"`
	Possible string `json:"possible"`
}

func toShop(c collab.Content) wireShop {
	return wireShop{string(c.Place), string(c.Status), c.Questions, wireDates(c.Dates),
		mapSlice(c.Answers, func(a collab.Answer) wireReply { return wireReply(a) }),
		wireScore{c.Score.Earned, c.Score.Possible, string(c.Score.By)},
		mapSlice(c.Score.Sections, func(s collab.SectionScore) wireSectionScore { return wireSectionScore(s) }),
		c.Comments, c.ReviewerComments, toOrigin(c.Origin)}
}

func (w wireShop) domain() collab.Content {
	d := w.Dates
	for _, t := range []*time.Time{&d.Start, &d.Due, &d.SubmitDue, &d.Shopped, &d.Submitted, &d.Report} {
		*t = t.UTC().Truncate(time.Microsecond)
	}
	return collab.Content{Place: collab.PlaceKey(w.Place), Status: collab.Status(w.Status), Questions: w.Questions, Dates: collab.Dates(d),
		Answers: mapSlice(w.Answers, func(a wireReply) collab.Answer { return collab.Answer(a) }),
		Score: collab.Score{Earned: w.Score.Earned, Possible: w.Score.Possible, By: collab.SystemID(w.Score.By),
			Sections: mapSlice(w.Sections, func(s wireSectionScore) collab.SectionScore { return collab.SectionScore(s) })},
		Comments: w.Comments, ReviewerComments: w.ReviewerComments, Origin: w.Origin.domain()}
}

type wireSnapshots struct {
	Snapshots []wireSnapshot `json:"snapshots"`
}

type wireReturn struct {
	Epoch     int64    `json:"epoch"`
	Rev       int64    `json:"rev"`
	Content   wireShop `json:"content"`
	Overwrite bool     `json:"overwrite,omitzero"`
	Check     bool     `json:"check,omitzero"`
	By        string   `json:"by"`
}

type wireReturnReply struct {
	Done bool         `json:"done"`
	Rev  int64        `json:"rev"`
	Lost []wireChange `json:"lost,omitempty"`
}

type wireChange struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

type wireSurvey struct {
	Survey  string      `json:"survey"`
	Version int64       `json:"version"`
	Rev     int64       `json:"rev"`
	Content wireContent `json:"content"`
}

type wireSurveyNotice struct {
	Rev     int64       `json:"rev"`
	Expect  int64       `json:"expect"`
	Content wireContent `json:"content"`
	By      string      `json:"by"`
}

type wireProgress struct {
	Statuses []wireCount `json:"statuses"`
}

type wireCount struct {
	Status string `json:"status"`
	Count  int64  `json:"count"`
}

type wireKey struct {
	ID     string `json:"id"`
	Public []byte `json:"public"` // base64
}

type wirePair struct {
	Token  string  `json:"token"`
	System string  `json:"system"`
	Name   string  `json:"name"`
	URL    string  `json:"url"`
	Key    wireKey `json:"key"`
}

type wirePaired struct {
	System string  `json:"system"`
	Name   string  `json:"name"`
	URL    string  `json:"url"`
	Key    wireKey `json:"key"`
}

type wireRotate struct {
	Next     wireKey   `json:"next"`
	OldUntil time.Time `json:"old_until"`
}

// wireNothing is an empty object: the reply of an operation that has nothing to say.
type wireNothing struct{}

// mapSlice maps a slice; an empty one becomes nil.
func mapSlice[A, B any](in []A, f func(A) B) []B {
	if len(in) == 0 {
		return nil
	}
	out := make([]B, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}

func text[T ~string](v T) string { return string(v) }

func as[T ~string](v string) T { return T(v) }
