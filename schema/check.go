package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

// A check applies rules to one payload. It is either loud, and goes on until it has
// found enough, or quiet, and stops at the first violation.
type check struct {
	quiet  bool
	checks Check
	found  []Violation
	// What is known of a rule and an array or object: schemas and payloads that
	// are nested would otherwise be tried again and again at each level.
	known map[visit]bool
	told  map[visit]bool
}

type visit struct {
	rule *rule
	at   uintptr
	size int
}

// visitOf returns false for values that have no identity.
func visitOf(r *rule, v any) (visit, bool) {
	switch t := v.(type) {
	case map[string]any:
		return visit{r, reflect.ValueOf(t).Pointer(), -1}, true
	case []any:
		return visit{r, reflect.ValueOf(t).Pointer(), len(t)}, true
	}
	return visit{}, false
}

func (c *check) done() bool { return c.quiet || len(c.found) >= maxViolations }

func (c *check) report(at *step, keyword, expected, got string) bool {
	if !c.done() {
		c.found = append(c.found, Violation{at.pointer(), keyword, excerpt(expected), got})
	}
	return false
}

// holds reports whether v meets r.
func (c *check) holds(r *rule, v any) bool {
	key, container := visitOf(r, v)
	if known, ok := c.known[key]; ok && container {
		return known
	}
	quiet := check{quiet: true, checks: c.checks, known: c.known}
	ok := quiet.value(r, v, nil)
	if container {
		c.known[key] = ok
	}
	return ok
}

// value checks v and all that is within it.
func (c *check) value(r *rule, v any, at *step) bool {
	switch {
	case r.never:
		return c.report(at, "false", "nothing", describe(v))
	case r.to != nil && r.back:
		return c.again(r.to, v, at)
	case r.to != nil:
		return c.value(r.to, v, at)
	}
	fits, typed := c.itself(r, v, at)
	if !typed || !fits && c.done() {
		return false
	}
	ok := c.combined(r, v, at) && fits
	if !ok && c.done() {
		return false
	}
	switch t := v.(type) {
	case map[string]any:
		return c.object(r, t, at) && ok
	case []any:
		return c.array(r, t, at) && ok
	}
	return ok
}

// again checks v against a rule on whose way we are, once.
func (c *check) again(r *rule, v any, at *step) bool {
	key, container := visitOf(r, v)
	if !container {
		return c.value(r, v, at)
	}
	if known, ok := c.known[key]; ok && (known || c.quiet) {
		return known
	}
	if c.quiet {
		return c.holds(r, v)
	}
	if c.told[key] {
		return false
	}
	ok := c.value(r, v, at)
	if ok {
		c.known[key] = true
	} else {
		c.told[key] = true
	}
	return ok
}

// itself checks what the rule says of the value, not of what is within it.
func (c *check) itself(r *rule, v any, at *step) (ok, typed bool) {
	ok, typed = true, true
	if c.quiet {
		for _, holds := range r.quick {
			if !holds(v) {
				return false, false
			}
		}
	} else if r.engine != nil {
		result, err := r.engine.Validate(gojsonschema.NewRawLoader(v))
		if err != nil {
			return c.report(at, "internal", "a value that can be checked", describe(v)), false
		}
		for _, e := range result.Errors() {
			if _, isNumber := v.(json.Number); isNumber && e.Type() == "format" {
				continue // formats are for strings; the engine applies them to numbers too
			}
			if e.Type() == "invalid_type" {
				typed = false
			}
			keyword, expected, got := inWords(e, r.checked)
			ok = c.report(at, keyword, expected, got)
		}
	}
	if r.enum == nil && r.constant == "" {
		return ok, typed
	}
	is := canonical(v)
	if r.enum != nil && !slices.Contains(r.enum, is) {
		ok = c.report(at, "enum", "one of "+r.enumText, describe(v))
	}
	if r.constant != "" && r.constant != is {
		ok = c.report(at, "const", r.constText, describe(v))
	}
	return ok, typed
}

func (c *check) combined(r *rule, v any, at *step) bool {
	ok := true
	for _, part := range r.all {
		if ok = c.value(part, v, at) && ok; !ok && c.done() {
			return false
		}
	}
	if r.any != nil && !slices.ContainsFunc(r.any, func(option *rule) bool { return c.holds(option, v) }) {
		ok = c.none("anyOf", "at least one of several", r.any, v, at)
	}
	if r.one != nil {
		met := 0
		for _, option := range r.one {
			if c.holds(option, v) {
				met++
			}
		}
		if met == 0 {
			ok = c.none("oneOf", "exactly one of several", r.one, v, at)
		} else if met > 1 {
			ok = c.report(at, "oneOf", "exactly one of several", fmt.Sprint(met, " of them"))
		}
	}
	if r.not != nil && c.holds(r.not, v) {
		ok = c.report(at, "not", "something else", describe(v))
	}
	if r.condition != nil {
		follows := r.otherwise
		if c.holds(r.condition, v) {
			follows = r.then
		}
		if follows != nil {
			ok = c.value(follows, v, at) && ok
		}
	}
	return ok
}

// none reports that v meets none of the options: if only one of them is for values
// of its type, what is wrong with that one.
func (c *check) none(keyword, expected string, options []*rule, v any, at *step) bool {
	if c.done() {
		return false
	}
	var fitting []*rule
	var types []string
	for _, option := range options {
		if allowed := option.allowed(); allowed == nil || slices.ContainsFunc(allowed, func(t string) bool { return isType(v, t) }) {
			fitting = append(fitting, option)
		} else {
			types = append(types, allowed...)
		}
	}
	switch len(fitting) {
	case 0:
		slices.Sort(types)
		return c.report(at, "type", strings.Join(slices.Compact(types), " or "), typeOf(v))
	case 1:
		return c.value(fitting[0], v, at)
	}
	return c.report(at, keyword, expected, describe(v))
}

// allowed returns the types of the values that r can accept, nil for any.
func (r *rule) allowed() []string {
	for r.to != nil {
		r = r.to
	}
	return r.types
}

func isType(v any, name string) bool {
	if n, ok := v.(json.Number); ok && name == "integer" {
		return !strings.ContainsAny(n.String(), ".eE") // decode writes integers plainly
	}
	return typeOf(v) == name
}

func typeOf(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case json.Number:
		return "number"
	case bool:
		return "boolean"
	}
	return "null"
}
