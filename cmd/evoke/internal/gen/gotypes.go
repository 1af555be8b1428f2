package gen

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func (w *golang) declare(n *named) {
	lines := n.doc.paragraphs()
	if n.doc.deprecated {
		lines = append(lines, "", "Deprecated: it will go.")
	}
	switch {
	case n.object && !expressible(n):
		lines = append(lines, "", "It has a member whose name no struct can have.")
		w.comment(lines)
		fmt.Fprintf(&w.out, "type %s map[string]json.RawMessage\n\n", n.name)
	case n.object:
		w.comment(lines)
		w.structOf(n)
	case n.target != nil:
		if also := w.says(n.target); also != "" {
			lines = append(lines, also)
		}
		w.comment(lines)
		equals := "= "
		if n.target.kind == list || n.target.kind == dict {
			equals = "" // so that it can contain itself
		}
		fmt.Fprintf(&w.out, "type %s %s%s\n\n", n.name, equals, w.typeOf(n.target))
	default:
		w.comment(lines)
		w.enumeration(n)
	}
}

// typed are bounds that the types of Go say.
var typed = map[string]bool{"format date-time": true, "contentEncoding base64": true}

func (w *golang) structOf(n *named) {
	fmt.Fprintf(&w.out, "type %s struct {\n", n.name)
	origins := make([]string, len(n.fields))
	for i, f := range n.fields {
		origins[i] = f.name
	}
	for i, name := range (scope{}).name(origins, identifierGo) {
		f := n.fields[i]
		d := f.doc
		d.bounds = slices.DeleteFunc(slices.Clone(d.bounds), func(bound string) bool { return typed[bound] })
		lines := d.paragraphs()
		if also := w.says(f.shape); also != "" {
			lines = append(lines, also)
		}
		if f.doc.deprecated {
			lines = append(lines, "", "Deprecated: it will go.")
		}
		w.comment(lines)
		t, tag := w.field(f)
		fmt.Fprintf(&w.out, "%s %s `json:\"%s\"`\n", name, t, tag)
	}
	w.out.WriteString("}\n\n")
}

// says tells what the Go type of s leaves open.
func (w *golang) says(s *shape) string {
	switch {
	case s.kind == union:
		return "One of: " + distinct(s.options, w.typeOf) + "."
	case s.kind == constants:
		return "One of: " + oneLine(distinct(s.values, literal)) + "."
	case !s.nullable && (s.kind == list || s.kind == dict || s.kind == base64):
		return "Not null: to send none, send an empty one."
	}
	return ""
}

// field returns the type and the tag of a field. What may be absent or null is nil
// then; a list or map that is there and empty is not.
func (w *golang) field(f *field) (goType, tag string) {
	goType, tag = w.typeOf(f.shape), f.name
	if (f.optional || w.boxed[f]) && !nilable(f.shape) {
		goType = "*" + goType
	}
	if f.optional {
		tag += ",omitzero"
	} else if tag == "-" {
		tag = "-," // without the comma, encoding/json ignores the field
	}
	return goType, tag
}

// nilable reports whether the Go type of s has nil, which stands for null.
func nilable(s *shape) bool {
	if s.nullable {
		return true
	}
	switch s.kind {
	case unknown, null, list, dict, union, base64:
		return true
	case constants:
		return constantsGo(s) == raw
	case reference:
		if s.named.target != nil {
			return nilable(s.named.target)
		}
		return s.named.object && !expressible(s.named)
	}
	return false
}

// expressible reports whether encoding/json lets a struct have these members.
func expressible(n *named) bool {
	for _, f := range n.fields {
		if !tagName(f.name) {
			return false
		}
	}
	return true
}

func tagName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}

func (w *golang) enumeration(n *named) {
	fmt.Fprintf(&w.out, "type %s string\n\n// The values of %s.\nconst (\n", n.name, n.name)
	names := w.scope.name(n.values, func(value string) string {
		if value == "" {
			return n.name + "Empty"
		}
		return n.name + strings.TrimPrefix(identifierGo("x "+value), "X")
	})
	for i, name := range names {
		fmt.Fprintf(&w.out, "%s %s = %s\n", name, n.name, strconv.Quote(n.values[i]))
	}
	w.out.WriteString(")\n\n")
}

const raw = "json.RawMessage"

func (w *golang) typeOf(s *shape) string {
	bare := *s
	bare.nullable = false
	t := w.bareType(s)
	if s.nullable && !nilable(&bare) {
		return "*" + t
	}
	return t
}

func (w *golang) bareType(s *shape) string {
	switch s.kind {
	case boolean:
		return "bool"
	case integer:
		return "int64"
	case unsigned:
		return "uint64"
	case number:
		return "float64"
	case text:
		return "string"
	case base64:
		return "[]byte"
	case instant:
		return "time.Time"
	case list:
		return "[]" + w.typeOf(s.elem)
	case dict:
		return "map[string]" + w.typeOf(s.elem)
	case constants:
		return constantsGo(s)
	case reference:
		return s.named.name
	}
	return raw
}

// constantsGo is the type that all of the values have.
func constantsGo(s *shape) string {
	common := ""
	for _, v := range s.values {
		t := raw
		switch v := v.(type) {
		case bool:
			t = "bool"
		case json.Number:
			t = "float64"
			if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil && i > math.MinInt64 {
				t = "int64"
			}
		}
		if common != "" && common != t {
			return raw
		}
		common = t
	}
	return common
}

// box finds the fields that must be pointers because a struct cannot contain
// itself: those that lead back to a struct that is being looked at.
func (w *golang) box() {
	w.boxed = map[*field]bool{}
	const open, closed = 1, 2
	state := map[*named]int{}
	var visit func(n *named)
	visit = func(n *named) {
		state[n] = open
		for _, f := range n.fields {
			inner := valueIn(f)
			switch {
			case inner == nil || state[inner] == closed:
			case state[inner] == open:
				w.boxed[f] = true
			default:
				visit(inner)
			}
		}
		state[n] = closed
	}
	for _, n := range w.model.types {
		if state[n] == 0 {
			visit(n)
		}
	}
}

// valueIn is the struct that a field holds by value, if it does.
func valueIn(f *field) *named {
	s := f.shape
	for s.kind == reference && !s.nullable && s.named.target != nil {
		s = s.named.target
	}
	if f.optional || s.nullable || s.kind != reference || !s.named.object || !expressible(s.named) {
		return nil
	}
	return s.named
}
