package docgen

import (
	"encoding/json"
	"strconv"
	"strings"
)

// A searchEntry is one event as the page's search sees it. Text is in lower case:
// the name, the doc, the fields with their descriptions and enum values, the codes.
type searchEntry struct {
	Name    string `json:"n"`
	Version int    `json:"v"`
	Summary string `json:"s"`
	Text    string `json:"t"`
}

// maxSearchText bounds how much of one event is searched.
const maxSearchText = 16 << 10

func (s *site) searchIndex() []byte {
	entries := []searchEntry{}
	for _, e := range s.events {
		var words strings.Builder
		words.WriteString(e.Name + " v" + strconv.Itoa(e.Version) + " " + e.Doc)
		for _, code := range e.Errors {
			words.WriteString(" " + code.Code + " " + string(code.Kind) + " " + code.Description)
		}
		for _, raw := range []json.RawMessage{e.InputSchema, e.OutputSchema} {
			if root, ok := tree(raw, ""); ok {
				root.words(&words)
			}
		}
		text := words.String()
		entries = append(entries, searchEntry{e.Name, e.Version, summary(e.Doc), strings.ToLower(text[:min(len(text), maxSearchText)])})
	}
	return encode(entries)
}

func (f *field) words(to *strings.Builder) {
	to.WriteString(" " + f.Name + " " + f.Description + " " + strings.Join(f.Enum, " "))
	for i := range f.Children {
		f.Children[i].words(to)
	}
}

func encode(v any) []byte {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain data
	}
	return append(body, '\n')
}
