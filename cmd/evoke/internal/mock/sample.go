package mock

import (
	"encoding/json"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/evoke-rpc/evoke/schema"
)

const (
	maxValues   = 1000 // in a sample
	maxText     = 1000 // bytes of a string in it
	maxOptional = 4    // levels down to which optional members are there
	maxLevels   = 64   // levels at all
)

// Sample makes up a payload that a schema allows, the same one whenever it is asked
// for. It returns false if it finds none: what patterns, bounds and combinations
// can ask for, it tries to meet, but does not solve.
func Sample(raw json.RawMessage) (json.RawMessage, bool) {
	s, err := schema.Compile(raw)
	if err != nil {
		return nil, false
	}
	root, err := decode(raw)
	if err != nil {
		return nil, false
	}
	// Optional members may be what does not fit.
	for _, optional := range []int{maxOptional, 0} {
		m := maker{root: root, optional: optional, left: maxValues}
		payload, err := json.Marshal(m.value(root, 0))
		if err == nil && string(payload) != "null" && s.Validate(payload) == nil {
			return payload, true
		}
	}
	return nil, false
}

type maker struct {
	root     any
	optional int
	left     int // how many more values there may be
}

type object = map[string]any

// value makes a value for a schema at a level; null where it must end.
func (m *maker) value(schema any, level int) any {
	s, _ := schema.(object)
	if m.left--; m.left < 0 || level > maxLevels {
		return nil
	}
	for _, key := range []string{"enum", "examples"} {
		if list, _ := s[key].([]any); len(list) > 0 {
			return list[0]
		}
	}
	for _, key := range []string{"const", "default"} {
		if v, ok := s[key]; ok {
			return v
		}
	}
	if ref, ok := s["$ref"].(string); ok {
		return m.value(m.resolve(ref), level+1)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		if option, ok := first(s[key]); ok {
			return joined(m.own(s, level), m.value(option, level+1))
		}
	}
	return m.own(s, level)
}

// own makes a value by the keywords of s itself, and those of all its parts.
func (m *maker) own(s object, level int) any {
	v := m.typed(s, level)
	parts, _ := s["allOf"].([]any)
	for _, part := range parts {
		v = joined(v, m.value(part, level+1))
	}
	return v
}

// joined has the members of both, if both are objects.
func joined(a, b any) any {
	x, ok := a.(object)
	y, both := b.(object)
	if !ok || !both {
		return b
	}
	maps.Copy(x, y)
	return x
}

// first returns the first schema of a list that is not for null.
func first(list any) (any, bool) {
	options, _ := list.([]any)
	for _, option := range options {
		if s, _ := option.(object); s["type"] != "null" {
			return option, true
		}
	}
	return nil, false
}

func (m *maker) typed(s object, level int) any {
	switch typeOf(s) {
	case "array":
		return m.array(s, level)
	case "string":
		return text(s)
	case "integer", "number":
		return number(s)
	case "boolean":
		return true
	case "null":
		return nil
	}
	return m.object(s, level)
}

// typeOf is the type of values to make: the first that is not null.
func typeOf(s object) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		for _, name := range t {
			if name, _ := name.(string); name != "null" {
				return name
			}
		}
	}
	if s["items"] != nil {
		return "array"
	}
	return "object"
}

func (m *maker) object(s object, level int) any {
	made := object{}
	properties, _ := s["properties"].(object)
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if level < m.optional || slices.Contains(required, any(name)) {
			made[name] = m.value(properties[name], level+1)
		}
	}
	for _, name := range required {
		if name, ok := name.(string); ok && properties[name] == nil {
			made[name] = m.value(s["additionalProperties"], level+1)
		}
	}
	return made
}

func (m *maker) array(s object, level int) any {
	made := []any{}
	if tuple, ok := s["items"].([]any); ok {
		for _, item := range tuple {
			made = append(made, m.value(item, level+1))
		}
		return made
	}
	least, _ := bound(s, "minItems")
	if level < m.optional && s["maxItems"] != json.Number("0") {
		least = max(least, 1)
	}
	for range int(min(least, maxValues)) {
		made = append(made, m.value(s["items"], level+1))
	}
	return made
}

func bound(s object, key string) (float64, bool) {
	n, _ := s[key].(json.Number)
	f, err := n.Float64()
	return f, err == nil
}

// number is 1 if the schema allows it, else what is next to a bound.
func number(s object) any {
	n := 1.0
	if step, ok := bound(s, "multipleOf"); ok {
		n = step
	}
	if least, ok := bound(s, "minimum"); ok {
		n = max(n, least)
	}
	if least, ok := bound(s, "exclusiveMinimum"); ok && n <= least {
		n = math.Floor(least) + 1
	}
	if most, ok := bound(s, "maximum"); ok {
		n = min(n, most)
	}
	if most, ok := bound(s, "exclusiveMaximum"); ok && n >= most {
		n = math.Ceil(most) - 1
	}
	if typeOf(s) == "integer" && math.Abs(n) < 1<<53 {
		return int64(math.Round(n))
	}
	return n
}

// format returns a text of a format of JSON Schema, with names and addresses that are
// kept for examples; "" for a format that it does not know.
func format(name string) string {
	switch name {
	case "date-time":
		return "2026-01-01T00:00:00Z"
	case "date":
		return "2026-01-01"
	case "time":
		return "00:00:00Z"
	case "email", "idn-email":
		return "somebody@example.com"
	case "hostname", "idn-hostname":
		return "example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "uri", "iri", "uri-reference", "iri-reference", "uri-template":
		return "https://example.com/"
	case "uuid":
		return "00000000-0000-4000-8000-000000000000"
	case "json-pointer":
		return "/a"
	case "relative-json-pointer":
		return "0"
	case "regex":
		return "a"
	}
	return ""
}

func text(s object) string {
	name, _ := s["format"].(string)
	if v := format(name); v != "" {
		return v
	}
	v := "text" // which is base64, too
	if pattern, ok := s["pattern"].(string); ok {
		v = matching(pattern, v)
	}
	if least, ok := bound(s, "minLength"); ok && least <= maxText {
		v += strings.Repeat(v[len(v)-1:], max(0, int(least)-len(v)))
	}
	if most, ok := bound(s, "maxLength"); ok && most >= 0 && most < float64(len(v)) {
		v = v[:int(most)]
	}
	return v
}

// matching returns the first of a few texts that a pattern allows, otherwise if it
// allows none.
func matching(pattern, otherwise string) string {
	expression, err := regexp.Compile(pattern)
	if err != nil {
		return otherwise
	}
	for _, v := range []string{otherwise, "1", "a", "A", "TEXT", "a-1", "A1"} {
		if expression.MatchString(v) {
			return v
		}
	}
	return otherwise
}

// resolve follows a reference to the schema itself or to one of its definitions.
func (m *maker) resolve(ref string) any {
	if ref == "#" {
		return m.root
	}
	root, _ := m.root.(object)
	definitions, _ := root["definitions"].(object)
	name, _ := strings.CutPrefix(ref, "#/definitions/")
	return definitions[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
}
