package schema

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/xeipuuv/gojsonschema"
)

// An Enum lists the values that its type may have.
type Enum interface{ Enum() []any }

// A OneOf lists values of the types of which a value of its type is exactly one,
// as a struct with a Marshaler of its own that holds one of several.
type OneOf interface{ OneOf() []any }

// A Described type writes its schema itself.
type Described interface{ JSONSchema() json.RawMessage }

// selfDescribed asks a value of t for its schema.
func (r *reflector) selfDescribed(t reflect.Type, at string) (*node, error) {
	if t.Kind() == reflect.Pointer {
		return nil, nil
	}
	switch v := reflect.New(t).Interface().(type) {
	case Described:
		return r.define(t, at, true, func() (*node, error) { return described(v.JSONSchema(), t, at) })
	case Enum:
		return enum(v.Enum(), at)
	case OneOf:
		return r.define(t, at, false, func() (*node, error) { return r.oneOf(v.OneOf(), at) })
	}
	return nil, nil
}

func (r *reflector) oneOf(options []any, at string) (*node, error) {
	n := &node{}
	for _, option := range options {
		if option == nil {
			return nil, fmt.Errorf("schema: %s: its OneOf must list values, got nil", at)
		}
		o, err := r.schema(reflect.TypeOf(option), at)
		if err != nil {
			return nil, err
		}
		n.OneOf = append(n.OneOf, o)
	}
	return n, nil
}

// described takes a schema as it is. Its references lead to places within it, which
// takes an id of its own where it becomes part of another schema.
func described(raw json.RawMessage, t reflect.Type, at string) (*node, error) {
	s, err := Compile(raw)
	if err != nil {
		return nil, fmt.Errorf("schema: %s: its JSONSchema: %w", at, err)
	}
	document, _ := decode(s.raw)
	if d, err := draftOf(document, gojsonschema.Draft7); err != nil || d != gojsonschema.Draft7 {
		return nil, fmt.Errorf("schema: %s: its JSONSchema must be of draft 7", at)
	}
	object, _ := document.(map[string]any)
	if object["$id"] != nil || !hasReference(document) {
		return &node{raw: raw}, nil
	}
	if ref, ok := object["$ref"]; ok { // beside which an id would be ignored
		object["allOf"] = []any{map[string]any{"$ref": ref}}
		delete(object, "$ref")
	}
	object["$id"] = "type:" + t.PkgPath() + "." + notInName.ReplaceAllString(t.Name(), "_")
	raw, err = marshal(object)
	return &node{raw: raw}, err
}

func enum(values []any, at string) (*node, error) {
	n := &node{Enum: []json.RawMessage{}}
	for _, v := range values {
		raw, err := marshal(v)
		if err != nil {
			return nil, fmt.Errorf("schema: %s: its Enum: %w", at, err)
		}
		n.Enum = append(n.Enum, raw)
	}
	return n, nil
}
