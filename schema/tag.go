package schema

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// tagged adds what the tags of a field say to its schema.
type tagged struct {
	tag      reflect.StructTag
	at       string
	text     bool // a string in a string
	required bool
	err      error
}

func (t *tagged) apply(p *node) (*node, error) {
	var add node
	add.Title, add.Description, add.Format = t.tag.Get("title"), t.tag.Get("description"), t.tag.Get("format")
	if add.Pattern = t.tag.Get("pattern"); add.Pattern != "" {
		if _, err := regexp.Compile(add.Pattern); err != nil {
			return nil, fmt.Errorf("schema: %s: the tag pattern: %w", t.at, err)
		}
	}
	for key, dst := range map[string]*json.RawMessage{
		"minimum": &add.Minimum, "maximum": &add.Maximum, "multipleOf": &add.MultipleOf,
		"exclusiveMinimum": &add.ExclusiveMinimum, "exclusiveMaximum": &add.ExclusiveMaximum,
	} {
		t.number(key, dst, false)
	}
	for key, dst := range map[string]*json.RawMessage{
		"minLength": &add.MinLength, "maxLength": &add.MaxLength, "minItems": &add.MinItems, "maxItems": &add.MaxItems,
		"minProperties": &add.MinProperties, "maxProperties": &add.MaxProperties,
	} {
		t.number(key, dst, true)
	}
	t.boolean("uniqueItems", &add.UniqueItems)
	t.boolean("deprecated", &add.Deprecated)
	t.boolean("required", &t.required)
	if values, ok := t.tag.Lookup("enum"); ok {
		of := p
		if p.Items != nil {
			of = p.Items
		}
		for v := range strings.SplitSeq(values, ",") {
			add.Enum = append(add.Enum, t.value(of, v))
		}
	}
	if v, ok := t.tag.Lookup("default"); ok {
		add.Default = t.value(p, v)
	}
	if v, ok := t.tag.Lookup("example"); ok {
		add.Examples = []json.RawMessage{t.value(p, v)}
	}
	if t.text && (add.Pattern != "" || add.Format != "" || add.MinLength != nil || add.MaxLength != nil) {
		t.err = fmt.Errorf("schema: %s: no tag about a text goes with the option string of the tag json", t.at)
	}
	if t.err != nil {
		return nil, t.err
	}
	if add.Enum != nil && p.Items != nil && slices.Contains(p.Type, "array") {
		items := node{Enum: add.Enum}
		add.Enum = nil
		c := *p
		c.Items, p = merge(p.Items, &items), &c
	}
	return merge(p, &add), nil
}

func (t *tagged) number(key string, dst *json.RawMessage, count bool) {
	s, ok := t.tag.Lookup(key)
	if !ok {
		return
	}
	var err error
	if count {
		_, err = strconv.ParseUint(s, 10, 63)
	} else {
		_, err = strconv.ParseFloat(s, 64)
	}
	if err != nil || !json.Valid([]byte(s)) {
		t.err = fmt.Errorf("schema: %s: the tag %s must be a number, got %q", t.at, key, s)
	}
	*dst = json.RawMessage(s)
}

func (t *tagged) boolean(key string, dst *bool) {
	s, ok := t.tag.Lookup(key)
	if !ok {
		return
	}
	if s != "true" && s != "false" {
		t.err = fmt.Errorf(`schema: %s: the tag %s must be "true" or "false", got %q`, t.at, key, s)
	}
	*dst = s == "true"
}

// value reads a tag's text as JSON, unless the field is a string or it is none.
func (t *tagged) value(p *node, s string) json.RawMessage {
	if !slices.Contains(p.Type, "string") && json.Valid([]byte(s)) {
		return json.RawMessage(s)
	}
	raw, err := marshal(s)
	if err == nil && t.text {
		raw, err = marshal(string(raw))
	}
	if err != nil {
		return nil
	}
	return raw
}

// merge adds the keywords of add to p. Beside a $ref, draft-07 ignores all others.
func merge(p, add *node) *node {
	if reflect.DeepEqual(*add, node{}) {
		return p
	}
	if !p.bare() && !p.anything() {
		add.AllOf = []*node{p}
		return add
	}
	merged := *p
	from, to := reflect.ValueOf(add).Elem(), reflect.ValueOf(&merged).Elem()
	for i := range from.NumField() {
		if to.Type().Field(i).IsExported() && !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	if slices.Contains(p.Type, "null") && add.Enum != nil {
		merged.Enum = append(merged.Enum, json.RawMessage("null"))
	}
	return &merged
}
