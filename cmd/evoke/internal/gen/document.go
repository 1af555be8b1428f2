package gen

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An object is a JSON object that keeps the order of its members, which is that of
// the fields of the type it describes.
type object struct {
	keys    []string
	members map[string]any // nil, bool, string, json.Number, []any or *object
}

// parse reads JSON that is known to be valid.
func parse(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return next(d)
}

func next(d *json.Decoder) any {
	token, err := d.Token()
	if err != nil {
		return nil
	}
	switch token {
	case json.Delim('{'):
		o := &object{members: map[string]any{}}
		for d.More() {
			name, _ := next(d).(string)
			if _, twice := o.members[name]; !twice {
				o.keys = append(o.keys, name)
			}
			o.members[name] = next(d)
		}
		_, _ = d.Token()
		return o
	case json.Delim('['):
		list := []any{}
		for d.More() {
			list = append(list, next(d))
		}
		_, _ = d.Token()
		return list
	}
	return token
}

// literal is v as JSON.
func literal(v any) string { return string(appendJSON(nil, v)) }

func appendJSON(dst []byte, v any) []byte {
	switch t := v.(type) {
	case *object:
		dst = append(dst, '{')
		for i, k := range t.keys {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendJSON(dst, k), ':')
			dst = appendJSON(dst, t.members[k])
		}
		return append(dst, '}')
	case []any:
		dst = append(dst, '[')
		for i, item := range t {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, item)
		}
		return append(dst, ']')
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // a text, a number, a boolean or null: nothing that could fail
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// The rest reads the members of a schema. What has another type than it should
// counts as absent.

func (o *object) has(key string) bool {
	_, ok := o.members[key]
	return ok
}

func (o *object) text(key string) string {
	s, _ := o.members[key].(string)
	return s
}

func (o *object) list(key string) []any {
	l, _ := o.members[key].([]any)
	return l
}

func (o *object) object(key string) *object {
	inner, _ := o.members[key].(*object)
	return inner
}

// number returns a number, or nil if there is none.
func (o *object) number(key string) *json.Number {
	if n, ok := o.members[key].(json.Number); ok {
		return &n
	}
	return nil
}

// types are those that a schema allows, without null, and whether it allows null.
func (o *object) types() (names []string, null bool) {
	all := o.list("type")
	if s, ok := o.members["type"].(string); ok {
		all = []any{s}
	}
	for _, t := range all {
		if s, ok := t.(string); ok && s != "null" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return names, slices.Contains(all, any("null"))
}

// A place is a schema and the document that its references are relative to.
type place struct {
	schema *object
	root   *object
}

// at is the schema v within p's document, unless it has an id, which makes it a
// document of its own.
func (p place) at(v any) (place, bool) {
	o, ok := v.(*object)
	if !ok {
		return place{}, false
	}
	if o.text("$id") != "" && o.text("$ref") == "" {
		return place{o, o}, true
	}
	return place{o, p.root}, true
}

// resolve follows a reference and those that it leads to. The name is the last part
// of the last one.
func (p place) resolve() (to place, name string, ok bool) {
	seen := map[*object]bool{}
	for p.schema.text("$ref") != "" {
		if seen[p.schema] {
			return place{}, "", false
		}
		seen[p.schema] = true
		ref := p.schema.text("$ref")
		pointer, found := strings.CutPrefix(ref, "#")
		pointer, err := url.PathUnescape(pointer)
		if !found || err != nil {
			return place{}, "", false // of another document
		}
		if p, ok = p.pointed(pointer); !ok {
			return place{}, "", false
		}
		name = pointer[strings.LastIndexByte(pointer, '/')+1:]
	}
	return p, name, true
}

// pointed follows a JSON Pointer (RFC 6901) from the root of the document.
func (p place) pointed(pointer string) (place, bool) {
	found, ok := place{p.root, p.root}, true
	var v any = p.root
	for i, token := range strings.Split(pointer, "/") {
		if i == 0 {
			if token != "" {
				return place{}, false
			}
			continue
		}
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch t := v.(type) {
		case *object:
			v = t.members[token]
		case []any:
			index, err := strconv.Atoi(token)
			if err != nil || index < 0 || index >= len(t) {
				return place{}, false
			}
			v = t[index]
		default:
			return place{}, false
		}
		if o, isObject := v.(*object); isObject {
			found, ok = found.at(o)
		} else {
			ok = false
		}
	}
	return found, ok
}
