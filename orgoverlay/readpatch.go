package orgoverlay

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"unicode"
	"unicode/utf16"

	"github.com/mspkit/mspkit/internal/textnorm"
)

// ReadPatch reads a patch from JSON. The object may have remarks, financial_id (text or null), custom (an object of values by field
// id; null clears one) and remove_attachments (a list of ids). Everything else that stands in it, everything that stands in it
// twice and everything of another type is named by its path in the *Invalid that is returned; a patch of which anything is wrong
// is empty.
func ReadPatch(data []byte) (Patch, error) {
	wrong := &Invalid{Op: "read a patch"}
	var p Patch
	if err := textnorm.ValidText(string(data)); err != nil {
		wrong.add("", "text", err.Error())
		return p, wrong
	}
	wrong.object("", data, func(name string, value json.RawMessage) {
		switch name {
		case "remarks":
			p.Remarks = wrong.text(name, value)
		case "financial_id":
			p.FinancialID = wrong.text(name, value)
		case "custom":
			p.Custom = map[string]Opt[[]byte]{}
			wrong.object("custom", value, func(id string, value json.RawMessage) {
				wrong.sound("custom."+id, value)
				if string(value) == "null" {
					p.Custom[id] = Clear[[]byte]()
				} else {
					p.Custom[id] = Set([]byte(value))
				}
			})
		case "remove_attachments":
			if isNull(value) || json.Unmarshal(value, &p.Remove) != nil {
				wrong.add(name, "type", "is not a list of ids")
			}
		default:
			wrong.add(name, "unknown", "cannot be edited here")
		}
	})
	if len(wrong.Fields) > 0 {
		return Patch{}, wrong
	}
	return p, nil
}

func isNull(value json.RawMessage) bool { return string(bytes.TrimSpace(value)) == "null" }

// text reads a text, or null, which clears.
func (e *Invalid) text(path string, value json.RawMessage) Opt[string] {
	if isNull(value) {
		return Clear[string]()
	}
	var text string
	if json.Unmarshal(value, &text) != nil {
		e.add(path, "type", "is not a text")
	}
	return Set(text)
}

// object hands out the members of an object, each name once.
func (e *Invalid) object(path string, data []byte, member func(name string, value json.RawMessage)) {
	in := json.NewDecoder(bytes.NewReader(data))
	begin, err := in.Token()
	if err != nil || begin != json.Delim('{') {
		e.add(path, "type", "is not a JSON object")
		return
	}
	seen := map[string]bool{}
	for in.More() {
		token, err := in.Token()
		name, _ := token.(string)
		var value json.RawMessage
		if err == nil {
			err = in.Decode(&value)
		}
		if err != nil {
			e.add(path, "json", "is not JSON: "+err.Error())
			return
		}
		if seen[name] {
			e.add(within(path, name), "duplicate", "stands there twice")
			continue
		}
		seen[name] = true
		member(name, value)
	}
	if _, err := in.Token(); err != nil {
		e.add(path, "json", "is not JSON: "+err.Error())
	} else if _, err := in.Token(); err != io.EOF {
		e.add(path, "json", "is followed by something else")
	}
}

// sound objects to a custom value that readers of JSON do not agree on: names that stand twice, and halves of characters.
func (e *Invalid) sound(path string, value json.RawMessage) {
	e.unique(path, value)
	if halved(value) {
		e.add(path, "text", "holds half of a character")
	}
}

// halved reports whether JSON has an escaped surrogate without its other half.
func halved(value []byte) bool {
	unit := func(i int) uint64 { // of the escape at i; 0 is none
		if i+6 > len(value) || value[i] != '\\' || value[i+1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(value[i+2:i+6]), 16, 16)
		return n
	}
	for i := 0; i < len(value); i++ {
		if value[i] != '\\' {
			continue
		}
		if u := rune(unit(i)); utf16.IsSurrogate(u) {
			if utf16.DecodeRune(u, rune(unit(i+6))) == unicode.ReplacementChar {
				return true
			}
			i += 10
		}
		i++ // what is escaped, such as another backslash
	}
	return false
}

// unique objects to names that stand twice anywhere within a value.
func (e *Invalid) unique(path string, value json.RawMessage) {
	switch value = bytes.TrimSpace(value); {
	case bytes.HasPrefix(value, []byte("{")):
		e.object(path, value, func(name string, inner json.RawMessage) { e.unique(within(path, name), inner) })
	case bytes.HasPrefix(value, []byte("[")):
		var list []json.RawMessage
		if json.Unmarshal(value, &list) != nil {
			return // object has told of it
		}
		for i, inner := range list {
			e.unique(fmt.Sprintf("%s[%d]", path, i), inner)
		}
	}
}

func within(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
