package schema

import (
	"encoding/json"
	"reflect"
)

func (r *reflector) object(t reflect.Type, at string) (*node, error) {
	n := &node{Type: types{"object"}}
	for _, f := range fieldsOf(t) {
		at := at + "." + f.sf.Name
		p, err := r.schema(f.sf.Type, at)
		if err != nil {
			return nil, err
		}
		if f.quoted {
			p = quoted(f.sf.Type, p)
		}
		tags := &tagged{tag: f.sf.Tag, at: at, text: f.quoted && p.Pattern == quotedText, required: !f.omit && !f.optional && f.sf.Type.Kind() != reflect.Pointer}
		if p, err = tags.apply(p); err != nil {
			return nil, err
		}
		n.Properties = append(n.Properties, property{f.name, p})
		if tags.required {
			n.Required = append(n.Required, f.name)
		}
	}
	return n, nil
}

// quotedText is the pattern of a string in a string.
const quotedText = `^".*"$`

// quoted describes a field with the option ",string" whose type is described by p.
// Types that marshal themselves ignore the option.
func quoted(t reflect.Type, p *node) *node {
	elem := t
	if t.Kind() == reflect.Pointer {
		elem = t.Elem()
	}
	number := elem == reflect.TypeFor[json.Number]()
	if !number && (marshalsItself(elem) != nil || marshalsItself(reflect.PointerTo(elem)) != nil) {
		return p
	}
	if p.Ref != "" || p.OneOf != nil || len(p.AnyOf) > 0 && p.choices() == nil {
		return p // their authors know what is written
	}
	n := &node{Type: types{"string"}}
	switch kind := elem.Kind(); {
	case p.choices() != nil:
		n.Type = nil
		for _, value := range p.choices() {
			if raw, err := marshal(string(value)); err == nil {
				n.Enum = append(n.Enum, raw)
			}
		}
	case kind == reflect.Bool:
		n.Pattern = "^(true|false)$"
	case kind == reflect.String && !number:
		n.Pattern = quotedText
	case kind == reflect.String, kind == reflect.Float32, kind == reflect.Float64:
		n.Pattern = `^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$`
	default:
		n.Pattern = "^-?[0-9]+$"
	}
	if t.Kind() == reflect.Pointer {
		return n.nullable()
	}
	return n
}
