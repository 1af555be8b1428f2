package schema

import (
	"bytes"
	"encoding/json"
	"slices"
)

// draft is what the schemas that this package makes are written in.
const draft = "http://json-schema.org/draft-07/schema#"

// A node is a schema under construction; it is written in this order.
type node struct {
	Schema           string            `json:"$schema,omitempty"`
	Ref              string            `json:"$ref,omitempty"`
	Title            string            `json:"title,omitempty"`
	Description      string            `json:"description,omitempty"`
	Type             types             `json:"type,omitempty"`
	Format           string            `json:"format,omitempty"`
	ContentEncoding  string            `json:"contentEncoding,omitempty"`
	Pattern          string            `json:"pattern,omitempty"`
	Enum             []json.RawMessage `json:"enum,omitempty"`
	Minimum          json.RawMessage   `json:"minimum,omitempty"`
	ExclusiveMinimum json.RawMessage   `json:"exclusiveMinimum,omitempty"`
	Maximum          json.RawMessage   `json:"maximum,omitempty"`
	ExclusiveMaximum json.RawMessage   `json:"exclusiveMaximum,omitempty"`
	MultipleOf       json.RawMessage   `json:"multipleOf,omitempty"`
	MinLength        json.RawMessage   `json:"minLength,omitempty"`
	MaxLength        json.RawMessage   `json:"maxLength,omitempty"`
	Items            *node             `json:"items,omitempty"`
	MinItems         json.RawMessage   `json:"minItems,omitempty"`
	MaxItems         json.RawMessage   `json:"maxItems,omitempty"`
	UniqueItems      bool              `json:"uniqueItems,omitempty"`
	Properties       properties        `json:"properties,omitzero"`
	Required         []string          `json:"required,omitempty"`
	PropertyNames    *node             `json:"propertyNames,omitempty"`
	Additional       json.Marshaler    `json:"additionalProperties,omitempty"`
	MinProperties    json.RawMessage   `json:"minProperties,omitempty"`
	MaxProperties    json.RawMessage   `json:"maxProperties,omitempty"`
	AllOf            []*node           `json:"allOf,omitempty"`
	AnyOf            []*node           `json:"anyOf,omitempty"`
	OneOf            []*node           `json:"oneOf,omitempty"`
	Default          json.RawMessage   `json:"default,omitempty"`
	Examples         []json.RawMessage `json:"examples,omitempty"`
	Deprecated       bool              `json:"deprecated,omitempty"`
	Definitions      map[string]*node  `json:"definitions,omitempty"`
	raw              json.RawMessage   // a type's own schema, written as it is
}

// MarshalJSON writes the schema.
func (n *node) MarshalJSON() ([]byte, error) {
	if n.raw != nil {
		return n.raw, nil
	}
	type plain node
	return marshal((*plain)(n))
}

// bare reports whether n is nothing but a type, so that null can join it.
func (n *node) bare() bool {
	return n.raw == nil && n.Ref == "" && len(n.Type) > 0 && n.AllOf == nil && n.AnyOf == nil && n.OneOf == nil
}

// anything reports whether n accepts every value.
func (n *node) anything() bool {
	return n.raw == nil && n.Ref == "" && len(n.Type) == 0 && n.Enum == nil && n.AllOf == nil && n.AnyOf == nil && n.OneOf == nil
}

// choices returns the values of an enum, null or not.
func (n *node) choices() []json.RawMessage {
	if len(n.AnyOf) == 2 {
		return n.AnyOf[0].Enum
	}
	return n.Enum
}

// nullable returns a schema that accepts null besides what n does.
func (n *node) nullable() *node {
	switch {
	case n.anything(), slices.Contains(n.Type, "null"):
		return n
	case n.bare():
		c := *n
		c.Type = append(slices.Clone(n.Type), "null")
		if n.Enum != nil {
			c.Enum = append(slices.Clone(n.Enum), json.RawMessage("null"))
		}
		return &c
	}
	return &node{AnyOf: []*node{n, {Type: types{"null"}}}}
}

// types is one type or several.
type types []string

// MarshalJSON writes a single type as a string.
func (t types) MarshalJSON() ([]byte, error) {
	if len(t) == 1 {
		return json.Marshal(t[0])
	}
	return json.Marshal([]string(t))
}

// properties keep the order of the fields.
type properties []property

type property struct {
	name string
	node *node
}

// MarshalJSON writes an object.
func (p properties) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, member := range p {
		if i > 0 {
			out = append(out, ',')
		}
		key, err := marshal(member.name)
		if err != nil {
			return nil, err
		}
		value, err := marshal(member.node)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	return append(out, '}'), nil
}

func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
