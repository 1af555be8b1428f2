package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

func (c *comparison) types(path string, a, b map[string]any) {
	before, after := typeSet(a), typeSet(b)
	if slices.Equal(before, after) {
		return
	}
	var e effect
	if !contains(after, before) {
		e |= narrower
	}
	if !contains(before, after) {
		e |= wider
	}
	c.report(path, "type", strings.Join(before, ", "), strings.Join(after, ", "), e)
}

// allTypes is what a schema without the keyword type accepts.
var allTypes = []string{"array", "boolean", "null", "number", "object", "string"}

func typeSet(schema map[string]any) []string {
	var set []string
	switch t := schema["type"].(type) {
	case string:
		set = []string{t}
	case []any:
		for _, name := range t {
			set = append(set, fmt.Sprint(name))
		}
	default:
		return allTypes
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// contains reports whether every type of small is one of big.
func contains(big, small []string) bool {
	for _, t := range small {
		if !slices.Contains(big, t) && !(t == "integer" && slices.Contains(big, "number")) {
			return false
		}
	}
	return true
}

func (c *comparison) enum(path string, a, b map[string]any) {
	before, limitedBefore := values(a)
	after, limitedAfter := values(b)
	switch {
	case !limitedBefore && !limitedAfter:
	case !limitedBefore:
		c.report(path, "enum", "", strings.Join(after, ", "), narrower)
	case !limitedAfter:
		c.report(path, "enum", strings.Join(before, ", "), "", wider)
	default:
		var e effect
		if !contains(after, before) {
			e |= narrower
		}
		if !contains(before, after) {
			e |= wider
		}
		if e != 0 {
			c.report(path, "enum", strings.Join(before, ", "), strings.Join(after, ", "), e)
		}
	}
}

// values are the texts of an enum or a const.
func values(schema map[string]any) ([]string, bool) {
	list, ok := choicesOf(schema)
	var texts []string
	for _, v := range list {
		raw, err := marshal(v)
		if err == nil {
			texts = append(texts, string(raw))
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts), ok
}

// bounds compares the keywords whose greater value accepts less, or more.
func (c *comparison) bounds(path string, a, b map[string]any) {
	for _, key := range []string{"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"} {
		c.bound(path, key, a[key], b[key], narrower, wider)
	}
	for _, key := range []string{"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"} {
		c.bound(path, key, a[key], b[key], wider, narrower)
	}
}

func (c *comparison) bound(path, key string, old, new any, up, down effect) {
	before, hadOne := float(old)
	after, hasOne := float(new)
	switch {
	case text(old) == text(new):
	case old == nil:
		c.report(path, key, old, new, narrower)
	case new == nil:
		c.report(path, key, old, new, wider)
	case !hadOne || !hasOne: // draft 4's exclusiveMinimum: true
		c.report(path, key, old, new, wider|narrower)
	case after > before:
		c.report(path, key, old, new, up)
	case after < before:
		c.report(path, key, old, new, down)
	default:
		c.report(path, key, old, new, wider|narrower)
	}
}

func float(v any) (float64, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	f, err := n.Float64()
	return f, err == nil
}

// opaque compares the keywords of which only presence and equality are understood.
func (c *comparison) opaque(path string, a, b map[string]any) {
	for _, key := range []string{
		"pattern", "format", "multipleOf", "uniqueItems", "contains", "contentEncoding", "propertyNames",
		"patternProperties", "dependencies", "additionalItems", "allOf", "anyOf", "oneOf", "not", "if", "then", "else",
	} {
		switch {
		case key == "uniqueItems" && (a[key] == true) == (b[key] == true):
		case c.same(a[key], b[key], key == "patternProperties" || key == "dependencies", map[[2]uintptr]bool{}):
		case a[key] == nil:
			c.report(path, key, nil, b[key], narrower)
		case b[key] == nil:
			c.report(path, key, a[key], nil, wider)
		default:
			c.report(path, key, a[key], b[key], wider|narrower)
		}
	}
}
