package gen

import "unicode/utf8"

// maxParts is of how many schemas an object is made at most. More than any author
// writes, it keeps a long chain of references from taking long.
const maxParts = 1000

// parts are the schemas that together make the object at p: itself and those of
// allOf, as far as they say something of members.
func parts(p place, seen map[*object]bool) []place {
	if p.schema.text("$ref") != "" {
		to, _, ok := p.resolve()
		if !ok {
			return nil
		}
		p = to
	}
	if seen[p.schema] || len(seen) >= maxParts {
		return nil
	}
	seen[p.schema] = true
	var all []place
	if p.schema.object("properties") != nil || len(p.schema.list("required")) > 0 {
		all = append(all, p)
	}
	for _, v := range p.schema.list("allOf") {
		if inner, ok := p.at(v); ok {
			all = append(all, parts(inner, seen)...)
		}
	}
	return all
}

// isObject reports whether the schema makes an object of its own, and does not only
// add words to one that another schema makes.
func isObject(p place) bool {
	if p.schema.object("properties") != nil {
		return true
	}
	with := 0
	for _, v := range p.schema.list("allOf") {
		if inner, ok := p.at(v); ok && len(parts(inner, map[*object]bool{p.schema: true})) > 0 {
			with++
		}
	}
	return with > 1
}

func (b *builder) object(p place, hint string) *shape {
	if s := b.same(p, hint); s != nil {
		return s
	}
	n := b.define(p, hint)
	n.object = true
	all := parts(p, map[*object]bool{})
	required := map[string]bool{}
	for _, part := range all {
		for _, name := range part.schema.list("required") {
			if s, ok := name.(string); ok {
				required[s] = true
			}
		}
		if more, ok := part.schema.members["additionalProperties"]; ok && more != false {
			n.open = true
		}
	}
	seen := map[string]bool{}
	for _, part := range all {
		properties := part.schema.object("properties")
		if properties == nil {
			continue
		}
		for _, name := range properties.keys {
			if seen[name] {
				continue
			}
			seen[name] = true
			v := properties.members[name]
			f := &field{name: name, optional: !required[name], shape: b.within(part, v, short(n.hint+" "+name))}
			if o, ok := v.(*object); ok {
				f.doc = docOf(o)
			}
			n.fields = append(n.fields, f)
		}
	}
	return &shape{kind: reference, named: n}
}

// maxHint keeps names readable that are made of names within names.
const maxHint = 120

func short(hint string) string {
	if len(hint) <= maxHint {
		return hint
	}
	hint = hint[:maxHint]
	for !utf8.ValidString(hint) {
		hint = hint[:len(hint)-1]
	}
	return hint
}
