package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// A Direction tells whose payloads a schema describes.
type Direction uint8

const (
	// Request is what callers may send: it breaks them to accept less.
	Request Direction = iota
	// Response is what callers must accept: it breaks them to send more.
	Response
)

// A Change is one difference between two schemas.
type Change struct {
	// Path is a JSON Pointer into the payload, with * for any item or any member
	// that has no name of its own.
	Path string `json:"path"`
	// Keyword is what differs: added and removed for a field as a whole, required,
	// type, or another keyword of JSON Schema.
	Keyword string `json:"keyword"`
	Old     string `json:"old,omitempty"`
	New     string `json:"new,omitempty"`
	// Breaking is true when a caller that is right today can be wrong tomorrow.
	Breaking bool `json:"breaking"`
}

// Compare returns what changed from one schema to the next, sorted by path. Where it
// cannot tell that a change is harmless, it counts as breaking. The error is that
// of reading the schemas.
//
// Titles, descriptions, defaults and examples do not count. A field that was added
// and may be left out is no break in either direction, and a field that was removed
// is one in both: a request that still sends it no longer has the effect.
func Compare(old, new json.RawMessage, d Direction) ([]Change, error) {
	before, err := decode(old)
	if err != nil {
		return nil, fmt.Errorf("schema: the old one: %w", err)
	}
	after, err := decode(new)
	if err != nil {
		return nil, fmt.Errorf("schema: the new one: %w", err)
	}
	c := comparison{direction: d, old: before, new: after, seen: map[[2]uintptr]bool{}}
	c.compare("", before, after)
	slices.SortStableFunc(c.changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Keyword, b.Keyword))
	})
	return c.changes, nil
}

type comparison struct {
	direction Direction
	old, new  any
	seen      map[[2]uintptr]bool // pairs of schemas on the way, since schemas may be recursive
	changes   []Change
}

// An effect says how the set of valid payloads changed.
type effect uint8

const (
	wider effect = 1 << iota
	narrower
)

func (c *comparison) report(path, keyword string, old, new any, e effect) {
	breaking := narrower
	if c.direction == Response {
		breaking = wider
	}
	c.changes = append(c.changes, Change{path, keyword, text(old), text(new), e&breaking != 0})
}

func (c *comparison) compare(path string, old, new any) {
	old, new = follow(c.old, old), follow(c.new, new)
	switch {
	case old == false && new == false:
		return
	case old == false:
		c.report(path, "false", "nothing", "something", wider)
		return
	case new == false:
		c.report(path, "false", "something", "nothing", narrower)
		return
	}
	if c.scoped(old, new) {
		if canonical(old) != canonical(new) {
			c.report(path, "$id", old, new, wider|narrower)
		}
		return
	}
	if pair, ok := pairOf(old, new); ok {
		if c.seen[pair] {
			return
		}
		c.seen[pair] = true
		defer delete(c.seen, pair)
	}
	a, b := normal(c.old, old), normal(c.new, new)
	c.types(path, a, b)
	c.enum(path, a, b)
	c.bounds(path, a, b)
	c.opaque(path, a, b)
	c.properties(path, a, b)
	c.undeclared(path, a, b)
	c.inner(path, "items", a, b)
	c.inner(path, "additionalProperties", a, b)
}

func (c *comparison) properties(path string, a, b map[string]any) {
	before, _ := a["properties"].(map[string]any)
	after, _ := b["properties"].(map[string]any)
	for name, old := range before {
		at := path + "/" + scan.PointerToken(name)
		new, kept := after[name]
		if !kept {
			c.report(at, "removed", typeText(c.old, old), nil, wider|narrower)
			continue
		}
		switch was, is := required(a, name), required(b, name); {
		case was && !is:
			c.report(at, "required", true, false, wider)
		case is && !was:
			c.report(at, "required", false, true, narrower)
		}
		c.compare(at, old, new)
	}
	for name, new := range after {
		if _, had := before[name]; had {
			continue
		}
		var e effect
		if _, bounded := a["additionalProperties"].(map[string]any); bounded || required(b, name) {
			e = narrower
		}
		c.report(path+"/"+scan.PointerToken(name), "added", nil, typeText(c.new, new), e)
	}
}

// undeclared compares the required fields that neither side describes.
func (c *comparison) undeclared(path string, a, b map[string]any) {
	before, _ := a["required"].([]any)
	after, _ := b["required"].([]any)
	described := func(name any) bool {
		s, _ := name.(string)
		_, was := lookup(a, "properties", s)
		_, is := lookup(b, "properties", s)
		return was || is
	}
	for _, name := range before {
		if !slices.Contains(after, name) && !described(name) {
			c.report(path+"/"+scan.PointerToken(text(name)), "required", true, false, wider)
		}
	}
	for _, name := range after {
		if !slices.Contains(before, name) && !described(name) {
			c.report(path+"/"+scan.PointerToken(text(name)), "required", false, true, narrower)
		}
	}
}

func lookup(schema map[string]any, key, name string) (any, bool) {
	members, _ := schema[key].(map[string]any)
	v, ok := members[name]
	return v, ok
}

func required(schema map[string]any, name string) bool {
	list, _ := schema["required"].([]any)
	return slices.Contains(list, any(name))
}

// inner compares the schema that a keyword holds for values without a name.
func (c *comparison) inner(path, key string, a, b map[string]any) {
	old, had := a[key]
	new, has := b[key]
	if !had && !has {
		return
	}
	if !had {
		old = true
	}
	if !has {
		new = true
	}
	if isList(old) || isList(new) {
		if !c.same(old, new, false, map[[2]uintptr]bool{}) {
			c.report(path, key, old, new, wider|narrower)
		}
		return
	}
	c.compare(path+"/*", old, new)
}
