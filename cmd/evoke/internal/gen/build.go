package gen

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
)

// maxDepth is how deep a schema is read. No payload can be nested deeper, so what is
// below is of no type that matters.
const maxDepth = 512

// A builder makes a model of a catalogue. Types that are the same in name and
// content, in whatever schemas they stand, are one type.
type builder struct {
	model  *model
	places map[*object]*shape     // what the places of references became
	known  map[fingerprint]*named // types by name and content
	prints *printer
	// aliases are the names whose targets are being read, as far as no list, map or
	// object lies between: one of them must not become its own target.
	aliases map[*named]bool
	reading map[*object]bool // the targets of references that are being read
	depth   int
}

// build reads the catalogue, which check has found to be right.
func build(c catalog.Catalog) *model {
	b := &builder{model: &model{}, places: map[*object]*shape{}, known: map[fingerprint]*named{}, prints: newPrinter(), aliases: map[*named]bool{}, reading: map[*object]bool{}}
	for _, e := range c.Only(catalog.Everybody).Events {
		b.model.calls = append(b.model.calls, call{
			event:    e,
			request:  b.payload(e.InputSchema, cmp.Or(typeName(e.Input), eventWords(e)+" request")),
			response: b.payload(e.OutputSchema, cmp.Or(typeName(e.Output), eventWords(e)+" response")),
		})
	}
	return b.model
}

// payload reads the schema of a whole payload, which is never null.
func (b *builder) payload(raw []byte, hint string) *shape {
	if len(raw) == 0 {
		return &shape{}
	}
	root, ok := parse(raw).(*object)
	if !ok {
		return &shape{}
	}
	s := *b.shape(place{root, root}, hint)
	s.nullable = false
	return &s
}

var (
	packagePath = regexp.MustCompile(`[A-Za-z0-9_./-]*/`)
	namedType   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*\.([A-Za-z_].*)$`)
)

// typeName is what a Go type is called without its package, "" for one that has no
// name, as []string. The names of definitions are made in the same way.
func typeName(goType string) string {
	m := namedType.FindStringSubmatch(packagePath.ReplaceAllString(strings.TrimPrefix(goType, "*"), ""))
	if m == nil {
		return ""
	}
	return m[1]
}

func eventWords(e catalog.Event) string { return e.Name + " v" + strconv.Itoa(e.Version) }

// child reads a schema that is part of the one at p.
func (b *builder) child(p place, v any, hint string) *shape {
	inner, ok := p.at(v)
	if !ok {
		return &shape{} // true, or false
	}
	return b.shape(inner, hint)
}

// within is child for parts of a type that may hold the type itself.
func (b *builder) within(p place, v any, hint string) *shape {
	outer := b.aliases
	b.aliases = map[*named]bool{}
	defer func() { b.aliases = outer }()
	return b.child(p, v, hint)
}

func (b *builder) shape(p place, hint string) *shape {
	if b.depth >= maxDepth {
		return &shape{}
	}
	b.depth++
	defer func() { b.depth-- }()

	o := p.schema
	names, null := o.types()
	var s *shape
	switch {
	case o.text("$ref") != "":
		return b.referred(p)
	case len(o.list("enum")) > 0 || o.has("const"):
		return b.enumeration(p, hint)
	case isObject(p):
		s = b.object(p, hint)
	case len(o.list("allOf")) > 0 && len(names) == 0:
		s = b.all(p, hint)
	case len(names) == 0 && (o.has("anyOf") || o.has("oneOf")):
		s = b.oneOf(p, hint)
	case len(names) == 0:
		s = b.untyped(p, hint, null)
	case len(names) == 1:
		s = b.typed(p, names[0], hint)
	default:
		s = &shape{kind: union}
		for _, name := range names {
			s.options = append(s.options, b.typed(p, name, hint+" "+name))
		}
	}
	if null {
		s = s.orNull()
	}
	return s
}

// referred is the type that a reference leads to: objects, enumerations and what can
// contain itself have names, all others are what they are.
func (b *builder) referred(p place) *shape {
	to, name, ok := p.resolve()
	if !ok {
		return &shape{}
	}
	s := b.places[to.schema]
	switch {
	case s != nil:
	case b.reading[to.schema]: // the type contains itself, or means nothing
		if s = b.same(to, name); s == nil {
			return &shape{}
		}
		if _, null := to.schema.types(); null && s.named.object {
			s = s.orNull()
		}
	default:
		b.reading[to.schema] = true
		if recursive(to.schema) {
			s = b.alias(to, name)
		} else {
			s = b.shape(to, name)
		}
		delete(b.reading, to.schema)
		b.places[to.schema] = s
	}
	if s.kind == reference && b.aliases[s.named] {
		return &shape{}
	}
	return s
}

// alias gives a type that is no object a name, by which it may contain itself.
func (b *builder) alias(p place, name string) *shape {
	if s := b.same(p, name); s != nil {
		return s
	}
	n := b.define(p, name)
	b.aliases[n] = true
	n.target = b.shape(p, name+" value")
	delete(b.aliases, n)
	return &shape{kind: reference, named: n}
}

// recursive reports whether a schema that is no object may contain itself.
func recursive(o *object) bool {
	if o.has("enum") || o.has("const") || o.has("properties") || o.has("allOf") {
		return false
	}
	names, _ := o.types()
	return slices.Contains(names, "array") || slices.Contains(names, "object") && o.has("additionalProperties") || o.has("anyOf") || o.has("oneOf")
}

// same returns the type of this name and content, if there is one already.
func (b *builder) same(p place, hint string) *shape {
	if n := b.known[b.prints.of(p, hint)]; n != nil {
		return &shape{kind: reference, named: n}
	}
	return nil
}

// define begins a type, whose name is known before its content.
func (b *builder) define(p place, hint string) *named {
	n := &named{hint: short(hint), doc: docOf(p.schema)}
	b.known[b.prints.of(p, hint)] = n
	b.model.types = append(b.model.types, n)
	return n
}

func (b *builder) typed(p place, name, hint string) *shape {
	o := p.schema
	switch name {
	case "boolean":
		return &shape{kind: boolean}
	case "integer":
		return &shape{kind: integerKind(o)}
	case "number":
		return &shape{kind: number}
	case "string":
		switch {
		case o.text("contentEncoding") == "base64":
			return &shape{kind: base64}
		case o.text("format") == "date-time":
			return &shape{kind: instant}
		}
		return &shape{kind: text}
	case "array":
		return &shape{kind: list, elem: b.within(p, o.members["items"], hint+" item")}
	case "object":
		return &shape{kind: dict, elem: b.within(p, o.members["additionalProperties"], hint+" value")}
	}
	return &shape{}
}

// integerKind is unsigned for what may be larger than the largest signed integer.
func integerKind(o *object) kind {
	lowest, highest := o.number("minimum"), o.number("maximum")
	if lowest == nil || strings.HasPrefix(lowest.String(), "-") {
		return integer
	}
	if highest != nil {
		if _, err := highest.Int64(); err == nil {
			return integer
		}
	}
	return unsigned
}

// untyped guesses the type that a schema without one is about.
func (b *builder) untyped(p place, hint string, onlyNull bool) *shape {
	switch o := p.schema; {
	case onlyNull:
		return &shape{kind: null}
	case o.object("items") != nil:
		return b.typed(p, "array", hint)
	case o.object("additionalProperties") != nil:
		return b.typed(p, "object", hint)
	}
	return &shape{}
}

// all is the type of allOf where it is not an object: that of the first part that
// says one, since a value fits all of them.
func (b *builder) all(p place, hint string) *shape {
	best := &shape{}
	for _, v := range p.schema.list("allOf") {
		if s := b.child(p, v, hint); best.kind == unknown {
			best = s
		}
	}
	return best
}

func (b *builder) oneOf(p place, hint string) *shape {
	all := append(slices.Clone(p.schema.list("anyOf")), p.schema.list("oneOf")...)
	some := slices.DeleteFunc(slices.Clone(all), isNull)
	s := &shape{kind: union}
	for i, v := range some {
		option := hint
		if len(some) > 1 {
			option += " option " + strconv.Itoa(i+1)
		}
		o := b.child(p, v, option)
		if o.kind == unknown {
			return o
		}
		s.options = append(s.options, o)
	}
	switch len(some) {
	case 0:
		return &shape{kind: null}
	case 1:
		s = s.options[0]
	}
	if len(some) < len(all) {
		s = s.orNull()
	}
	return s
}

func isNull(v any) bool {
	o, ok := v.(*object)
	return ok && o.text("type") == "null"
}

// enumeration is a type of strings with a name, or constants of any type.
func (b *builder) enumeration(p place, hint string) *shape {
	values := p.schema.list("enum")
	if len(values) == 0 {
		values = []any{p.schema.members["const"]}
	}
	s := &shape{kind: constants}
	texts, seen := []string{}, map[string]bool{}
	for _, v := range values {
		if v == nil {
			s.nullable = true
			continue
		}
		s.values = append(s.values, v)
		if t, ok := v.(string); ok && !seen[t] {
			seen[t] = true
			texts = append(texts, t)
		}
	}
	if len(s.values) == 0 {
		return &shape{kind: null}
	}
	for _, v := range s.values {
		if _, ok := v.(string); !ok {
			return s
		}
	}
	e := b.same(p, hint)
	if e == nil {
		n := b.define(p, hint)
		n.values = texts
		e = &shape{kind: reference, named: n}
	}
	if s.nullable {
		e = e.orNull()
	}
	return e
}
