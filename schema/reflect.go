package schema

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// For returns the schema of T; see [Of].
func For[T any]() (json.RawMessage, error) { return Of(reflect.TypeFor[T]()) }

// Of returns the JSON Schema, draft-07, of what encoding/json writes for values of
// type t: whatever it writes is valid. Types with a MarshalJSON of their own may
// be anything, unless they are known or say more by [Described], [Enum] or [OneOf].
//
// A field is required unless it is a pointer or has omitempty or omitzero. These
// tags say more of a field:
//
//	title, description, format, pattern
//	required, deprecated                       "true" or "false"
//	minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf
//	minLength, maxLength, minItems, maxItems, minProperties, maxProperties, uniqueItems
//	enum                                       "a,b,c"
//	default, example                           a JSON value, or a string as it is
//
// The error names the field whose type is no JSON, as a channel, or whose tag is
// wrong.
func Of(t reflect.Type) (json.RawMessage, error) {
	r := reflector{made: map[reflect.Type]*definition{}, taken: map[string]bool{}, definitions: map[string]*node{}}
	n, err := r.schema(t, t.String())
	if err != nil {
		return nil, err
	}
	if name, ok := strings.CutPrefix(n.Ref, "#/definitions/"); ok && !r.made[t].recursive {
		n = r.definitions[name]
		delete(r.definitions, name)
	}
	root := *n
	root.Schema, root.Definitions = draft, r.definitions
	if root.raw != nil {
		return root.raw, nil
	}
	return marshal(&root)
}

type reflector struct {
	made        map[reflect.Type]*definition
	taken       map[string]bool
	definitions map[string]*node
}

// A definition is of a type that is written once and referred to.
type definition struct {
	name      string
	building  bool
	recursive bool
}

var (
	marshaler       = reflect.TypeFor[json.Marshaler]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textMarshaler   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// known are types of the standard library that marshal themselves.
func known(t reflect.Type) *node {
	switch t {
	case reflect.TypeFor[time.Time]():
		return &node{Type: types{"string"}, Format: "date-time"}
	case reflect.TypeFor[json.RawMessage](), reflect.TypeFor[any]():
		return &node{}
	case reflect.TypeFor[json.Number]():
		return &node{Type: types{"number"}}
	case reflect.TypeFor[*big.Int](): // a big.Int by value is {}: its methods have pointer receivers
		return &node{Type: types{"integer", "null"}}
	}
	return nil
}

// schema describes t; at says where it was found.
func (r *reflector) schema(t reflect.Type, at string) (*node, error) {
	if n := known(t); n != nil {
		return n, nil
	}
	if t.Kind() == reflect.Interface {
		return &node{}, nil
	}
	if n, err := r.selfDescribed(t, at); n != nil || err != nil {
		return n, err
	}
	if t.Kind() == reflect.Pointer {
		if custom := marshalsItself(t); custom != nil && marshalsItself(t.Elem()) == nil {
			return custom.nullable(), nil
		}
		return r.define(t, at, false, func() (*node, error) {
			n, err := r.schema(t.Elem(), at)
			if err != nil {
				return nil, err
			}
			return n.nullable(), nil
		})
	}
	if custom := marshalsItself(t); custom != nil {
		return custom, nil
	}
	if marshalsItself(reflect.PointerTo(t)) != nil {
		return &node{}, nil // what is written depends on where the value stands
	}
	return r.define(t, at, t.Kind() == reflect.Struct, func() (*node, error) { return r.byKind(t, at) })
}

// define builds a named type's schema and refers to it if it must: always, or if
// it contains itself.
func (r *reflector) define(t reflect.Type, at string, always bool, build func() (*node, error)) (*node, error) {
	if t.Name() == "" {
		return build()
	}
	if d := r.made[t]; d != nil {
		d.recursive = d.recursive || d.building
		if d.name == "" {
			d.name = r.definitionName(t)
		}
		return &node{Ref: "#/definitions/" + d.name}, nil
	}
	d := &definition{building: true}
	r.made[t] = d
	if always {
		d.name = r.definitionName(t)
	}
	n, err := build()
	d.building = false
	if err != nil || d.name == "" {
		delete(r.made, t)
		return n, err
	}
	r.definitions[d.name] = n
	return &node{Ref: "#/definitions/" + d.name}, nil
}

// marshalsItself describes a type that encoding/json does not look into, or may
// read from something else than it writes.
func marshalsItself(t reflect.Type) *node {
	switch {
	case t.Implements(marshaler), t.Implements(unmarshaler):
		return &node{}
	case t.Implements(textMarshaler):
		return &node{Type: types{"string"}}
	case t.Implements(textUnmarshaler):
		return &node{}
	}
	return nil
}

func (r *reflector) byKind(t reflect.Type, at string) (*node, error) {
	switch k := t.Kind(); k {
	case reflect.Bool:
		return &node{Type: types{"boolean"}}, nil
	case reflect.String:
		return &node{Type: types{"string"}}, nil
	case reflect.Float32, reflect.Float64:
		return &node{Type: types{"number"}}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return integer(t), nil
	case reflect.Slice:
		return r.slice(t, at)
	case reflect.Array:
		items, err := r.schema(t.Elem(), at+"[]")
		size := json.RawMessage(fmt.Sprint(t.Len()))
		return &node{Type: types{"array"}, Items: items, MinItems: size, MaxItems: size}, err
	case reflect.Map:
		return r.mapping(t, at)
	case reflect.Struct:
		return r.object(t, at)
	}
	return nil, fmt.Errorf("schema: %s: %s is not JSON", at, t)
}

func integer(t reflect.Type) *node {
	n := &node{Type: types{"integer"}}
	switch t.Kind() {
	case reflect.Int8, reflect.Int16, reflect.Int32:
		limit := int64(1) << (t.Bits() - 1)
		n.Minimum, n.Maximum = json.RawMessage(fmt.Sprint(-limit)), json.RawMessage(fmt.Sprint(limit-1))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		n.Minimum, n.Maximum = json.RawMessage("0"), json.RawMessage(fmt.Sprint(int64(1)<<t.Bits()-1))
	case reflect.Uint, reflect.Uint64, reflect.Uintptr:
		n.Minimum = json.RawMessage("0")
	}
	return n
}

func (r *reflector) slice(t reflect.Type, at string) (*node, error) {
	elem := t.Elem()
	if p := reflect.PointerTo(elem); elem.Kind() == reflect.Uint8 && !p.Implements(marshaler) && !p.Implements(textMarshaler) {
		return &node{Type: types{"string", "null"}, ContentEncoding: "base64"}, nil
	}
	items, err := r.schema(elem, at+"[]")
	return &node{Type: types{"array", "null"}, Items: items}, err
}

func (r *reflector) mapping(t reflect.Type, at string) (*node, error) {
	n := &node{Type: types{"object", "null"}}
	switch key := t.Key(); {
	case key.Kind() == reflect.String, key.Implements(textMarshaler):
	case quotable(key) && key.Kind() != reflect.Bool && key.Kind() != reflect.Float32 && key.Kind() != reflect.Float64:
		n.PropertyNames = &node{Pattern: "^-?[0-9]+$"}
		if integer(key).Minimum != nil && string(integer(key).Minimum) == "0" {
			n.PropertyNames = &node{Pattern: "^[0-9]+$"}
		}
	default:
		return nil, fmt.Errorf("schema: %s: a map's key is a string, an integer or an encoding.TextMarshaler, not %s", at, key)
	}
	values, err := r.schema(t.Elem(), at+"{}")
	if err == nil && !values.anything() {
		n.Additional = values
	}
	return n, err
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

// definitionName is the type's name, made different from others of that name.
func (r *reflector) definitionName(t reflect.Type) string {
	short := regexp.MustCompile(`[A-Za-z0-9_./-]*/`).ReplaceAllString(t.Name(), "")
	name := strings.Trim(notInName.ReplaceAllString(short, "_"), "_")
	unique := name
	for i := 2; r.taken[unique]; i++ {
		unique = fmt.Sprint(name, i)
	}
	r.taken[unique] = true
	return unique
}
