package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xeipuuv/gojsonschema"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// A Violation tells where a payload breaks a schema.
type Violation struct {
	// Path is a JSON Pointer (RFC 6901) to the value, "" for the whole payload.
	// Keys over 128 bytes, and what would come after 1024 bytes, end in "...".
	Path string `json:"path"`
	// Keyword is the schema's keyword that is not met; or json, uniqueKeys or
	// number for a payload that no schema allows.
	Keyword string `json:"keyword"`
	// Expected is what would be right.
	Expected string `json:"expected"`
	// Got is what is there: its type, or the value if it is short.
	Got string `json:"got"`
}

// String describes v in a line, as a log needs it.
func (v Violation) String() string {
	return fmt.Sprintf("%q: %s: expected %s, got %s", v.Path, v.Keyword, v.Expected, v.Got)
}

const (
	maxKey  = 128
	maxPath = 1024
	maxText = 256
)

// A step is one key or index on the way to a value.
type step struct {
	up    *step
	key   string
	index int // -1 for a key
}

func (s *step) pointer() string {
	var keys []string
	for ; s != nil; s = s.up {
		if s.index >= 0 {
			keys = append(keys, strconv.Itoa(s.index))
		} else {
			keys = append(keys, s.key)
		}
	}
	slices.Reverse(keys)
	return pointer(keys)
}

// pointer is a JSON Pointer of bounded size.
func pointer(keys []string) string {
	var path strings.Builder
	for _, key := range keys {
		if path.Len() > maxPath {
			return path.String() + "/..."
		}
		path.WriteString("/" + scan.PointerToken(cut(key, maxKey)))
	}
	return path.String()
}

func excerpt(s string) string { return cut(s, maxText) }

// cut shortens s to size bytes, at the end of a character.
func cut(s string, size int) string {
	if len(s) <= size {
		return s
	}
	for size > 0 && !utf8.RuneStart(s[size]) {
		size--
	}
	return s[:size] + "..."
}

// inWords puts an error of the engine into the words of the schema that is broken.
func inWords(e gojsonschema.ResultError, schema map[string]any) (keyword, expected, got string) {
	v := e.Value()
	said := func(key string) string { return text(schema[key]) }
	// Draft 4 says of a bound whether it is exclusive; later ones have two.
	exclusive := func(key, inclusive string) string {
		if schema[key] == true {
			return said(inclusive)
		}
		return said(key)
	}
	switch e.Type() {
	case "required":
		return "required", fmt.Sprint(e.Details()["property"]), "nothing"
	case "invalid_type":
		return "type", strings.Join(typeSet(schema), " or "), typeOf(v)
	case "array_min_items":
		return "minItems", "at least " + said("minItems") + " items", count(v)
	case "array_max_items":
		return "maxItems", "at most " + said("maxItems") + " items", count(v)
	case "array_min_properties":
		return "minProperties", "at least " + said("minProperties") + " members", count(v)
	case "array_max_properties":
		return "maxProperties", "at most " + said("maxProperties") + " members", count(v)
	case "string_gte":
		return "minLength", "at least " + said("minLength") + " characters", count(v)
	case "string_lte":
		return "maxLength", "at most " + said("maxLength") + " characters", count(v)
	case "pattern", "format":
		return e.Type(), said(e.Type()), describe(v)
	case "multiple_of":
		return "multipleOf", "a multiple of " + said("multipleOf"), describe(v)
	case "number_gte":
		return "minimum", "at least " + said("minimum"), describe(v)
	case "number_gt":
		return "exclusiveMinimum", "more than " + exclusive("exclusiveMinimum", "minimum"), describe(v)
	case "number_lte":
		return "maximum", "at most " + said("maximum"), describe(v)
	case "number_lt":
		return "exclusiveMaximum", "less than " + exclusive("exclusiveMaximum", "maximum"), describe(v)
	}
	return e.Type(), "another value", describe(v)
}

// count says how large a value is.
func count(v any) string {
	switch t := v.(type) {
	case []any:
		return strconv.Itoa(len(t)) + " items"
	case map[string]any:
		return strconv.Itoa(len(t)) + " members"
	}
	s, _ := v.(string)
	return strconv.Itoa(utf8.RuneCountInString(s)) + " characters"
}

// describe says what a value is, and the value itself if that is short.
func describe(value any) string {
	switch v := value.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		if raw, err := marshal(cut(v, maxText)); err == nil && len(v) <= maxText && len(raw) <= 64 {
			return string(raw)
		}
		return "a longer string"
	case json.Number:
		if len(v) > 64 {
			return "a longer number"
		}
		return v.String()
	}
	return cmp.Or(text(value), "null")
}

// choices lists values as JSON, briefly.
func choices(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		raw, err := marshal(v)
		if err != nil {
			continue
		}
		texts[i] = string(raw)
	}
	return excerpt(strings.Join(texts, ", "))
}
