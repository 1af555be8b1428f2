package gen

import (
	"crypto/sha256"
	"slices"
)

// A fingerprint stands for the name and the content of a type, and for the content
// of all types that it refers to.
type fingerprint [sha256.Size]byte

// A printer remembers what it has read: a type may be referred to by many.
type printer struct{ own map[*object]content }

// content is a schema by itself.
type content struct {
	sum  fingerprint
	refs []place
}

func newPrinter() *printer { return &printer{own: map[*object]content{}} }

func (f *printer) of(p place, hint string) fingerprint {
	sums := []byte(pascal(hint, nil))
	seen := map[*object]bool{p.schema: true}
	for todo := []place{p}; len(todo) > 0; todo = todo[1:] {
		c := f.read(todo[0])
		sums = append(sums, c.sum[:]...)
		for _, to := range c.refs {
			if !seen[to.schema] {
				seen[to.schema] = true
				todo = append(todo, to)
			}
		}
	}
	return sha256.Sum256(sums)
}

func (f *printer) read(p place) content {
	c, ok := f.own[p.schema]
	if ok {
		return c
	}
	alone := &object{members: p.schema.members}
	alone.keys = slices.DeleteFunc(slices.Clone(p.schema.keys), func(key string) bool {
		return key == "$schema" || key == "definitions" || key == "$defs"
	})
	c = content{sum: sha256.Sum256(appendJSON(nil, alone))}
	for _, key := range alone.keys {
		c.refs = references(c.refs, p, alone.members[key])
	}
	if p.schema.text("$ref") != "" {
		c.refs = references(c.refs, p, p.schema)
	}
	f.own[p.schema] = c
	return c
}

// references collects the places that v, a part of the schema at p, refers to.
func references(found []place, p place, v any) []place {
	switch t := v.(type) {
	case []any:
		for _, item := range t {
			found = references(found, p, item)
		}
	case *object:
		inner, _ := p.at(t)
		if t.text("$ref") != "" {
			if to, _, ok := inner.resolve(); ok {
				found = append(found, to)
			}
		}
		for _, key := range t.keys {
			found = references(found, inner, t.members[key])
		}
	}
	return found
}
