package docgen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// A field is a line of the tree that a schema is shown as.
type field struct {
	Name, Type, Description string
	Anchor                  string
	Required, Deprecated    bool
	Bounds                  []string // "at least 1", "pattern ^a"
	Enum                    []string
	Default, Example        string
	Note                    string // why there are no children, as for a recursive type
	Children                []field
}

// tree reads the schema of a payload. Anchor begins the anchors of its fields.
func tree(raw json.RawMessage, anchor string) (root field, ok bool) {
	if len(raw) == 0 {
		return field{}, false
	}
	var s node
	if json.Unmarshal(raw, &s) != nil {
		return field{Type: "see the JSON Schema", Anchor: anchor}, true // valid, but not of the kind that is drawn
	}
	s.left = maxFields
	return s.field(&s, "", anchor, nil), true
}

// A node is as much of a schema as people are shown.
type node struct {
	Ref              string            `json:"$ref"`
	Title            string            `json:"title"`
	Description      string            `json:"description"`
	Type             typeList          `json:"type"`
	Format           string            `json:"format"`
	ContentEncoding  string            `json:"contentEncoding"`
	Pattern          string            `json:"pattern"`
	Enum             []json.RawMessage `json:"enum"`
	Const            json.RawMessage   `json:"const"`
	Minimum          json.Number       `json:"minimum"`
	Maximum          json.Number       `json:"maximum"`
	ExclusiveMinimum json.Number       `json:"exclusiveMinimum"`
	ExclusiveMaximum json.Number       `json:"exclusiveMaximum"`
	MultipleOf       json.Number       `json:"multipleOf"`
	MinLength        json.Number       `json:"minLength"`
	MaxLength        json.Number       `json:"maxLength"`
	MinItems         json.Number       `json:"minItems"`
	MaxItems         json.Number       `json:"maxItems"`
	MinProperties    json.Number       `json:"minProperties"`
	MaxProperties    json.Number       `json:"maxProperties"`
	UniqueItems      bool              `json:"uniqueItems"`
	Deprecated       bool              `json:"deprecated"`
	Default          json.RawMessage   `json:"default"`
	Examples         []json.RawMessage `json:"examples"`
	Properties       members           `json:"properties"`
	Required         []string          `json:"required"`
	Items            *node             `json:"items"`
	Additional       *node             `json:"additionalProperties"`
	AllOf            []*node           `json:"allOf"`
	AnyOf            []*node           `json:"anyOf"`
	OneOf            []*node           `json:"oneOf"`
	Definitions      map[string]*node  `json:"definitions"`

	left int // how many more fields are drawn; counted in the root
}

// maxFields bounds a tree, since a few types that refer to each other can unfold
// into millions of fields.
const maxFields = 2000

// UnmarshalJSON reads a schema; true and false are ones without keywords.
func (n *node) UnmarshalJSON(data []byte) error {
	if string(data) == "true" || string(data) == "false" {
		return nil
	}
	type plain node
	return json.Unmarshal(data, (*plain)(n))
}

type typeList []string

// UnmarshalJSON reads one type or several.
func (t *typeList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = typeList{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

// members keep the order of an object.
type members []member

type member struct {
	name string
	node *node
}

// UnmarshalJSON reads an object.
func (m *members) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if _, err := d.Token(); err != nil {
		return err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		n := new(node)
		if err := d.Decode(n); err != nil {
			return err
		}
		*m = append(*m, member{fmt.Sprint(name), n})
	}
	return nil
}

// field describes n, which stands in the schema root below the references of way.
func (n *node) field(root *node, name, anchor string, way []string) field {
	root.left--
	f := field{Name: name, Anchor: anchor}
	nullable := false
	for n != nil {
		f.take(n)
		switch {
		case n.Ref != "":
			for _, seen := range way {
				if seen == n.Ref {
					f.Type, f.Note = strings.TrimPrefix(n.Ref, "#/definitions/"), "as above"
					return f
				}
			}
			way = append(way[:len(way):len(way)], n.Ref)
			to := root.resolve(n.Ref)
			if to == nil || root.left <= 0 {
				f.Type, f.Note = strings.TrimPrefix(n.Ref, "#/definitions/"), "see the JSON Schema"
				return f
			}
			n = to
			continue
		case len(n.AllOf) == 1:
			n = n.AllOf[0]
			continue
		case len(n.AnyOf) == 2 && n.AnyOf[1].isNull():
			nullable = true
			n = n.AnyOf[0]
			continue
		}
		break
	}
	if n == nil {
		return f
	}
	f.Type = n.typeName(root)
	if nullable {
		f.Type += " or null"
	}
	f.Children = n.children(root, anchor, way)
	return f
}

func (n *node) children(root *node, anchor string, way []string) (children []field) {
	for _, m := range n.Properties {
		child := m.node.field(root, m.name, anchor+"/"+escape(m.name), way)
		for _, required := range n.Required {
			child.Required = child.Required || required == m.name
		}
		children = append(children, child)
	}
	if n.Items != nil {
		item := n.Items.field(root, "[ ]", anchor+"/*", way)
		if len(item.Children) > 0 || item.Note != "" || item.hasDetails() {
			children = append(children, item)
		}
	}
	if n.Additional != nil {
		if value := n.Additional.field(root, "{ }", anchor+"/*", way); value.Type != "" && value.Type != "any" {
			children = append(children, value)
		}
	}
	for i, option := range append(n.OneOf[:len(n.OneOf):len(n.OneOf)], n.AnyOf...) {
		children = append(children, option.field(root, fmt.Sprintf("option %d", i+1), fmt.Sprintf("%s/|%d", anchor, i+1), way))
	}
	return children
}

func (f *field) hasDetails() bool {
	return f.Description != "" || len(f.Bounds) > 0 || len(f.Enum) > 0
}

// take adds what the keywords of n say.
func (f *field) take(n *node) {
	if f.Description == "" {
		f.Description = n.Description
	}
	if f.Description == "" {
		f.Description = n.Title
	}
	f.Deprecated = f.Deprecated || n.Deprecated
	for _, bound := range []struct {
		text  string
		value string
	}{
		{"at least ", string(n.Minimum)}, {"at most ", string(n.Maximum)},
		{"more than ", string(n.ExclusiveMinimum)}, {"less than ", string(n.ExclusiveMaximum)},
		{"multiple of ", string(n.MultipleOf)},
		{"length at least ", string(n.MinLength)}, {"length at most ", string(n.MaxLength)},
		{"items at least ", string(n.MinItems)}, {"items at most ", string(n.MaxItems)},
		{"members at least ", string(n.MinProperties)}, {"members at most ", string(n.MaxProperties)},
		{"pattern ", n.Pattern},
	} {
		if bound.value != "" {
			f.Bounds = append(f.Bounds, bound.text+bound.value)
		}
	}
	if n.UniqueItems {
		f.Bounds = append(f.Bounds, "no item twice")
	}
	for _, v := range n.Enum {
		f.Enum = append(f.Enum, string(v))
	}
	if n.Const != nil {
		f.Enum = append(f.Enum, string(n.Const))
	}
	if f.Default == "" {
		f.Default = string(n.Default)
	}
	if f.Example == "" && len(n.Examples) > 0 {
		f.Example = string(n.Examples[0])
	}
}

func (n *node) isNull() bool { return len(n.Type) == 1 && n.Type[0] == "null" }

func (n *node) typeName(root *node) string {
	var names []string
	for _, t := range n.Type {
		switch {
		case t == "array" && n.Items != nil:
			names = append(names, "array of "+n.Items.short(root))
		case t == "string" && n.Format != "":
			names = append(names, n.Format)
		case t == "string" && n.ContentEncoding != "":
			names = append(names, n.ContentEncoding)
		default:
			names = append(names, t)
		}
	}
	switch {
	case len(names) > 0:
		return strings.Join(names, " or ")
	case len(n.OneOf) > 0:
		return "one of"
	case len(n.AnyOf) > 0:
		return "any of"
	case len(n.Enum) > 0:
		return "one of these"
	}
	return "any"
}

// short names a type without looking into it.
func (n *node) short(root *node) string {
	if n.Ref != "" {
		return strings.TrimPrefix(n.Ref, "#/definitions/")
	}
	return n.typeName(root)
}

func (n *node) resolve(ref string) *node {
	if ref == "#" {
		return n
	}
	name, _ := strings.CutPrefix(ref, "#/definitions/")
	return n.Definitions[name]
}

// escape makes a name part of an anchor, without what an id must not hold.
func escape(name string) string {
	return strings.Join(strings.Fields(scan.PointerToken(name)), "~_")
}
