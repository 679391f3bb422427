package bunstore

import "github.com/mspkit/mspkit/collab"

// The content column of a survey. Leaves convert to and from the domain's types as they are, so that a field which is
// added there does not compile until it is added here.
type (
	storedSurvey struct {
		Name         string          `json:"name"`
		Distribution collab.Status   `json:"distribution"`
		Settings     []storedSetting `json:"settings,omitempty"`
		Sections     []storedSection `json:"sections,omitempty"`
		Rules        []storedRule    `json:"rules,omitempty"`
	}
	storedSetting struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	storedSection struct {
		ID        string           `json:"id"`
		Name      string           `json:"name"`
		Questions []storedQuestion `json:"questions,omitempty"`
	}
	storedQuestion struct {
		ID       string         `json:"id"`
		Kind     string         `json:"kind"`
		Text     string         `json:"text"`
		Required bool           `json:"required,omitempty"`
		Options  []storedOption `json:"options,omitempty"`
	}
	storedOption struct {
		ID     string `json:"id"`
		Text   string `json:"text"`
		Points string `json:"points"`
	}
	storedRule struct {
		Name   string `json:"name"`
		Script string `json:"script"`
	}
)

func packSurvey(c collab.SurveyContent) string {
	return packOne(storedSurvey{
		Name: c.Name, Distribution: c.Distribution,
		Settings: each(c.Settings, func(s collab.Setting) storedSetting { return storedSetting(s) }),
		Sections: each(c.Sections, func(s collab.Section) storedSection {
			return storedSection{ID: s.ID, Name: s.Name, Questions: each(s.Questions, func(q collab.Question) storedQuestion {
				return storedQuestion{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required,
					Options: each(q.Options, func(o collab.Option) storedOption { return storedOption(o) })}
			})}
		}),
		Rules: each(c.Rules, func(r collab.Rule) storedRule { return storedRule(r) }),
	})
}

func unpackSurvey(text string) (collab.SurveyContent, error) {
	var c storedSurvey
	if err := unpackOne(text, &c); err != nil {
		return collab.SurveyContent{}, err
	}
	return collab.SurveyContent{
		Name: c.Name, Distribution: c.Distribution,
		Settings: each(c.Settings, func(s storedSetting) collab.Setting { return collab.Setting(s) }),
		Sections: each(c.Sections, func(s storedSection) collab.Section {
			return collab.Section{ID: s.ID, Name: s.Name, Questions: each(s.Questions, func(q storedQuestion) collab.Question {
				return collab.Question{ID: q.ID, Kind: q.Kind, Text: q.Text, Required: q.Required,
					Options: each(q.Options, func(o storedOption) collab.Option { return collab.Option(o) })}
			})}
		}),
		Rules: each(c.Rules, func(r storedRule) collab.Rule { return collab.Rule(r) }),
	}, nil
}
