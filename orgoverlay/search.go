package orgoverlay

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// SearchKey writes a text the way it is searched: without case and accents. Stores look for one such text within another.
func SearchKey(text string) string { return textnorm.Plain(text) }

// SearchText is what is searched of the shared fields: the name, and the labels and values of the contacts, a line each.
func (s Shared) SearchText() string {
	lines := []string{s.Name}
	for _, c := range s.Contacts {
		lines = append(lines, c.Label, c.Value)
	}
	return SearchKey(strings.Join(lines, "\n"))
}

// SearchText is what is searched of the local fields beside the custom ones: the remarks and the financial ID.
func (l Local) SearchText() string { return SearchKey(l.Remarks + "\n" + l.FinancialID) }

// SearchText is what is searched of a custom value: every text and number in its JSON, a line each. What is no JSON is searched as it is.
func (v CustomValue) SearchText() string {
	d := json.NewDecoder(bytes.NewReader(v.Value))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil {
		return SearchKey(string(v.Value))
	}
	return SearchKey(strings.Join(texts(nil, value), "\n"))
}

func texts(to []string, value any) []string {
	switch value := value.(type) {
	case string:
		to = append(to, value)
	case json.Number:
		to = append(to, value.String())
	case []any:
		for _, v := range value {
			to = texts(to, v)
		}
	case map[string]any:
		keys := make([]string, 0, len(value))
		for k := range value {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			to = texts(to, value[k])
		}
	}
	return to
}
