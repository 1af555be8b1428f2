package schema

import (
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"unicode/utf8"

	"github.com/xeipuuv/gojsonreference"
	"github.com/xeipuuv/gojsonschema"
)

// assertions are the keywords that the engine checks.
var assertions = []string{
	"type", "format", "pattern", "minLength", "maxLength", "required", "minItems", "maxItems", "minProperties", "maxProperties",
	"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
}

// An assertion is one of these keywords without words. The engine writes a text for
// whatever fails, which takes it a hundred times longer than to find out; among
// alternatives, of which all but one fail, nobody reads it.
type assertion func(v any) bool

// quickly compiles assertions that the engine has accepted.
func quickly(checked map[string]any) (all []assertion) {
	for _, key := range assertions {
		if value, ok := checked[key]; ok {
			if a := assert(key, value, checked); a != nil {
				all = append(all, a)
			}
		}
	}
	return all
}

func assert(key string, value any, checked map[string]any) assertion {
	switch key {
	case "type":
		types := typeSet(checked)
		return func(v any) bool { return slices.ContainsFunc(types, func(t string) bool { return isType(v, t) }) }
	case "required":
		list, _ := value.([]any)
		return func(v any) bool {
			object, ok := v.(map[string]any)
			return !ok || !slices.ContainsFunc(list, func(name any) bool {
				s, _ := name.(string)
				_, has := object[s]
				return !has
			})
		}
	case "format":
		name, _ := value.(string)
		return forText(func(s string) bool { return gojsonschema.FormatCheckers.IsFormat(name, s) })
	case "pattern":
		text, _ := value.(string)
		pattern, err := regexp.Compile(text)
		if err != nil {
			return nil
		}
		return forText(pattern.MatchString)
	}
	number, ok := value.(json.Number)
	if !ok {
		return nil // draft 4's exclusiveMinimum: true
	}
	if count, err := number.Int64(); err == nil {
		n := int(count)
		switch key {
		case "minLength":
			return forText(func(s string) bool { return utf8.RuneCountInString(s) >= n })
		case "maxLength":
			return forText(func(s string) bool { return utf8.RuneCountInString(s) <= n })
		case "minItems":
			return forArray(func(size int) bool { return size >= n })
		case "maxItems":
			return forArray(func(size int) bool { return size <= n })
		case "minProperties":
			return forObject(func(size int) bool { return size >= n })
		case "maxProperties":
			return forObject(func(size int) bool { return size <= n })
		}
	}
	bound, _ := new(big.Rat).SetString(number.String())
	switch key {
	case "minimum":
		exclusive := checked["exclusiveMinimum"] == true
		return forNumber(func(n *big.Rat) bool { return n.Cmp(bound) > 0 || n.Cmp(bound) == 0 && !exclusive })
	case "maximum":
		exclusive := checked["exclusiveMaximum"] == true
		return forNumber(func(n *big.Rat) bool { return n.Cmp(bound) < 0 || n.Cmp(bound) == 0 && !exclusive })
	case "exclusiveMinimum":
		return forNumber(func(n *big.Rat) bool { return n.Cmp(bound) > 0 })
	case "exclusiveMaximum":
		return forNumber(func(n *big.Rat) bool { return n.Cmp(bound) < 0 })
	case "multipleOf":
		return forNumber(func(n *big.Rat) bool { return n.Quo(n, bound).IsInt() })
	}
	return nil
}

func forText(check func(string) bool) assertion {
	return func(v any) bool { s, ok := v.(string); return !ok || check(s) }
}

func forArray(check func(size int) bool) assertion {
	return func(v any) bool { list, ok := v.([]any); return !ok || check(len(list)) }
}

func forObject(check func(size int) bool) assertion {
	return func(v any) bool { object, ok := v.(map[string]any); return !ok || check(len(object)) }
}

func forNumber(check func(*big.Rat) bool) assertion {
	return func(v any) bool {
		number, ok := v.(json.Number)
		if !ok {
			return true
		}
		n, ok := new(big.Rat).SetString(number.String())
		return ok && check(n)
	}
}

// source hands a decoded document to the engine.
type source struct{ document any }

func (s source) JsonSource() any                               { return s.document }
func (s source) LoadJSON() (any, error)                        { return s.document, nil }
func (s source) LoaderFactory() gojsonschema.JSONLoaderFactory { return nil }
func (s source) JsonReference() (gojsonreference.JsonReference, error) {
	return gojsonreference.NewJsonReference("#")
}
