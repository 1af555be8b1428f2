package wiretest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Check compares an answer with the one that the case expects.
func (c Case) Check(answer []byte) error {
	if c.open {
		return fmt.Errorf("%w\ngot:  %s", errOpen, answer)
	}
	if c.exact || len(c.want) == 0 {
		if !bytes.Equal(answer, c.want) {
			return fmt.Errorf("the bytes differ\ngot:  %s\nwant: %s", answer, c.want)
		}
		return nil
	}
	want, err := read(c.want)
	if err != nil {
		return err
	}
	got, err := read(answer)
	if err == nil {
		err = (&matcher{ids: map[string]string{}}).match("", want, got)
	}
	if err != nil {
		return fmt.Errorf("%w\ngot:  %s\nwant: %s", err, answer, c.want)
	}
	return nil
}

// read decodes one JSON document, numbers as their text. Unlike json.Unmarshal it
// refuses a member that is there twice, which a map would hide.
func read(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readValue(d)
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("more text after the JSON document")
	}
	return v, nil
}

func readValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		object := map[string]any{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			name := key.(string)
			if _, twice := object[name]; twice {
				return nil, fmt.Errorf("the member %q is there twice", name)
			}
			if object[name], err = readValue(d); err != nil {
				return nil, err
			}
		}
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		array := []any{}
		for d.More() {
			element, err := readValue(d)
			if err != nil {
				return nil, err
			}
			array = append(array, element)
		}
		_, err = d.Token()
		return array, err
	}
	return t, nil
}

// A matcher compares values and remembers the ids that were met.
type matcher struct{ ids map[string]string }

func (m *matcher) match(path string, want, got any) error {
	switch w := want.(type) {
	case map[string]any:
		return m.matchObject(path, w, got)
	case []any:
		return m.matchArray(path, w, got)
	case string:
		if strings.HasPrefix(w, "$") {
			return m.matchPlaceholder(path, w, got)
		}
	}
	if want != got {
		return differ(path, want, got)
	}
	return nil
}

func (m *matcher) matchObject(path string, want map[string]any, got any) error {
	object, ok := got.(map[string]any)
	if !ok {
		return differ(path, want, got)
	}
	for key := range object {
		if _, ok := want[key]; !ok {
			return fmt.Errorf("at %s/%s: a member that is not expected", path, key)
		}
	}
	for key, w := range want {
		g, ok := object[key]
		if !ok {
			return fmt.Errorf("at %s/%s: the member is missing", path, key)
		}
		if err := m.match(path+"/"+key, w, g); err != nil {
			return err
		}
	}
	return nil
}

func (m *matcher) matchArray(path string, want []any, got any) error {
	array, ok := got.([]any)
	if !ok || len(array) != len(want) {
		return differ(path, want, got)
	}
	for i := range want {
		if err := m.match(fmt.Sprintf("%s/%d", path, i), want[i], array[i]); err != nil {
			return err
		}
	}
	return nil
}

func (m *matcher) matchPlaceholder(path, want string, got any) error {
	if !stands(want, got) {
		return differ(path, want, got)
	}
	name, named := strings.CutPrefix(want, "$id:")
	if !named {
		return nil
	}
	text := got.(string) // as stands says
	for other, id := range m.ids {
		if (other == name) != (id == text) {
			return fmt.Errorf("at %s: %q for $id:%s, but $id:%s was %q", path, text, name, other, id)
		}
	}
	m.ids[name] = text
	return nil
}

// stands reports whether the string want, which begins with $, may stand for got.
func stands(want string, got any) bool {
	text, isText := got.(string)
	switch want {
	case "$any":
		return true
	case "$number":
		_, ok := got.(json.Number)
		return ok
	case "$time":
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	}
	if strings.HasPrefix(want, "$$") {
		return isText && text == want[1:]
	}
	return isText && text != "" // $text, $id and $id:x
}

// checkPlaceholders finds misspelt placeholders when the script is read.
func checkPlaceholders(want any) error {
	switch w := want.(type) {
	case map[string]any:
		for _, v := range w {
			if err := checkPlaceholders(v); err != nil {
				return err
			}
		}
	case []any:
		for _, v := range w {
			if err := checkPlaceholders(v); err != nil {
				return err
			}
		}
	case string:
		known := slices.Contains([]string{"$any", "$text", "$id", "$time", "$number"}, w)
		if strings.HasPrefix(w, "$") && !known && !strings.HasPrefix(w, "$id:") && !strings.HasPrefix(w, "$$") {
			return fmt.Errorf("unknown placeholder %q", w)
		}
	}
	return nil
}

func differ(path string, want, got any) error {
	return fmt.Errorf("at %s: got %s, want %s", path, show(got), show(want))
}

func show(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
