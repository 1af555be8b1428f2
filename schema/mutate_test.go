package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// A mutation changes a payload so that it breaks its schema.
type mutation struct {
	keyword, at string
	apply       func()
}

// A mutator looks for mutations. It reads schemas in its own, simple way, and only
// those that Of writes, so that it shares no mistake with the package.
type mutator struct {
	root  any
	found []mutation
}

// pick draws a keyword first, so that the rare ones have their turn.
func (m *mutator) pick(g *generator) mutation {
	by := map[string][]mutation{}
	for _, change := range m.found {
		by[change.keyword] = append(by[change.keyword], change)
	}
	keywords := slices.Sorted(maps.Keys(by))
	changes := by[keywords[g.IntN(len(keywords))]]
	return changes[g.IntN(len(changes))]
}

func read(text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// look notes the mutations of v, which set replaces.
func (m *mutator) look(schema, v any, at string, set func(any)) {
	s, nullable := m.resolve(schema)
	change := func(keyword string, to any) {
		m.found = append(m.found, mutation{keyword, at, func() { set(to) }})
	}
	if types := typesOf(s); types != nil {
		if nullable {
			types = append(types, "null")
		}
		for _, other := range []struct {
			name  string
			value any
		}{{"string", "?"}, {"number", json.Number("0.5")}, {"boolean", true}, {"null", nil}, {"array", []any{}}, {"object", map[string]any{}}} {
			if !slices.Contains(types, other.name) {
				change("type", other.value)
			}
		}
	}
	if list, ok := s["enum"].([]any); ok && len(list) > 0 {
		change("enum", "no choice")
		change("enum", json.Number("77"))
	}
	if v == nil {
		return
	}
	for _, by := range [][2]string{{"minimum", "-1"}, {"exclusiveMinimum", "0"}, {"maximum", "1"}, {"exclusiveMaximum", "0"}, {"multipleOf", "1/2"}} {
		if bound, ok := s[by[0]].(json.Number); ok {
			change(by[0], outside(bound, by[1]))
		}
	}
	m.lengths(s, v, change)
	switch t := v.(type) {
	case map[string]any:
		m.object(s, t, at)
	case []any:
		if each, ok := s["items"]; ok {
			for i, item := range t {
				m.look(each, item, fmt.Sprint(at, "/", i), func(to any) { t[i] = to })
			}
		}
	}
}

func outside(bound json.Number, by string) any {
	n, _ := new(big.Rat).SetString(bound.String())
	d, _ := new(big.Rat).SetString(by)
	return json.Number(n.Add(n, d).FloatString(3))
}

func (m *mutator) lengths(s map[string]any, v any, change func(string, any)) {
	text, isText := v.(string)
	if _, ok := s["pattern"]; ok && isText {
		change("pattern", "\n no pattern of this file \n")
	}
	if _, ok := s["format"]; ok && isText {
		change("format", "no @ format")
	}
	if n, ok := s["maxLength"].(json.Number); ok && isText {
		size, _ := n.Int64()
		change("maxLength", text+strings.Repeat("a", int(size)+1))
	}
	if n, ok := s["minLength"].(json.Number); ok && isText && n != "0" {
		change("minLength", "")
	}
	if list, ok := v.([]any); ok {
		if n, ok := s["minItems"].(json.Number); ok && n != "0" {
			change("minItems", []any{})
		}
		if n, ok := s["maxItems"].(json.Number); ok && len(list) > 0 {
			size, _ := n.Int64()
			change("maxItems", slices.Repeat(list[:1], int(size)+1))
		}
		if s["uniqueItems"] == true && len(list) > 0 {
			change("uniqueItems", []any{list[0], list[0]})
		}
	}
	if _, ok := v.(map[string]any); ok {
		if n, ok := s["minProperties"].(json.Number); ok && n != "0" {
			change("minProperties", map[string]any{})
		}
	}
}

func (m *mutator) object(s, v map[string]any, at string) {
	required, _ := s["required"].([]any)
	for _, name := range required {
		m.found = append(m.found, mutation{"required", fmt.Sprint(at, "/", name), func() { delete(v, name.(string)) }})
	}
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		value := v[name]
		each, ok := properties[name]
		if !ok {
			each = s["additionalProperties"]
		}
		if each != nil {
			m.look(each, value, at+"/"+name, func(to any) { v[name] = to })
		}
	}
	if names, ok := s["propertyNames"].(map[string]any); ok && names["pattern"] != nil {
		m.found = append(m.found, mutation{"propertyNames", at, func() { v["no number"] = nil }})
	}
}

// resolve follows references, and takes "or null" and a lone allOf apart.
func (m *mutator) resolve(schema any) (s map[string]any, nullable bool) {
	s, _ = schema.(map[string]any)
	for {
		if ref, ok := s["$ref"].(string); ok {
			if !strings.HasPrefix(ref, "#/definitions/") {
				s, _ = m.root.(map[string]any)
				continue
			}
			definitions := m.root.(map[string]any)["definitions"].(map[string]any)
			s, _ = definitions[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
			if s["$id"] != nil {
				return map[string]any{}, nullable // a schema with references of its own
			}
			continue
		}
		options, _ := s["anyOf"].([]any)
		if len(options) == 2 {
			s, _ = options[0].(map[string]any)
			nullable = true
			continue
		}
		if parts, ok := s["allOf"].([]any); ok {
			s, _ = parts[0].(map[string]any)
			continue
		}
		return s, nullable
	}
}

func typesOf(s map[string]any) (types []string) {
	switch t := s["type"].(type) {
	case string:
		types = []string{t}
	case []any:
		for _, name := range t {
			types = append(types, name.(string))
		}
	}
	return types
}
