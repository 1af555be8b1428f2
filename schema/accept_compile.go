package schema

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// anything accepts what is JSON and fit to be decoded.
var anything = func() *acceptor {
	a := newAcceptor()
	a.items = a
	a.object = &members{additional: a, max: math.MaxInt}
	return a
}()

func newAcceptor() *acceptor { return &acceptor{kinds: everything, maxItems: math.MaxInt} }

// An acceptorCompiler makes acceptors of rules.
type acceptorCompiler struct {
	begun      map[*rule]*acceptor // of what rules say themselves; rules may be recursive
	done       map[*rule]*acceptor // of what rules say or lead to
	nullable   []nullable
	order      map[string]int // of the members of the schema, by JSON Pointer
	impossible bool           // a rule has something that no acceptor expresses
}

// A nullable acceptor accepts null and what another one does, which it becomes a copy
// of when that one is complete.
type nullable struct{ made, of *acceptor }

// newQuick returns the acceptor of a schema, nil if it cannot be expressed.
func newQuick(root *rule, raw []byte) *acceptor {
	c := acceptorCompiler{begun: map[*rule]*acceptor{}, done: map[*rule]*acceptor{}, order: map[string]int{}}
	c.note(raw, "")
	a := c.acceptor(root)
	for _, n := range c.nullable {
		*n.made = *n.of
		n.made.kinds |= null
	}
	if c.impossible {
		return nil
	}
	return a
}

// note keeps the order in which the members of a schema are written.
func (c *acceptorCompiler) note(raw []byte, at string) {
	if kind := scan.Kind(raw); kind != "object" && kind != "array" {
		return
	}
	w := scan.Walk(raw, scan.Space(raw, 0), maxDepth)
	for n := 0; w.Next(); n++ {
		below := at + "/" + strconv.Itoa(n)
		if w.Key() != nil {
			name, _ := scan.Unquote(w.Key())
			below = at + "/" + scan.PointerToken(name)
			c.order[below] = len(c.order)
		}
		c.note(w.Value(), below)
	}
}

// acceptor compiles r; if r is only a reference, or one or null, what it leads to.
func (c *acceptorCompiler) acceptor(r *rule) *acceptor {
	if r == nil {
		return anything
	}
	a, ok := c.done[r]
	if !ok {
		a = c.lead(r)
		c.done[r] = a
	}
	return a
}

func (c *acceptorCompiler) lead(r *rule) *acceptor {
	switch {
	case r.to != nil:
		return c.acceptor(r.to)
	case r.speaks() || len(r.all)+len(r.any) == 0:
		return c.own(r)
	case len(r.all) == 1 && r.any == nil:
		return c.acceptor(r.all[0])
	case len(r.any) == 2 && r.all == nil:
		return c.orNull(c.acceptor(r.any[0]), c.acceptor(r.any[1]))
	}
	c.impossible = true
	return anything
}

// orNull joins two schemas of which one must be null.
func (c *acceptorCompiler) orNull(a, b *acceptor) *acceptor {
	if a.kinds == null {
		a, b = b, a
	}
	c.impossible = c.impossible || b.kinds != null
	made := &acceptor{}
	c.nullable = append(c.nullable, nullable{made, a})
	return made
}

// speaks reports whether r says something itself, and not only by reference.
func (r *rule) speaks() bool {
	return r.never || len(r.checked) > 0 || r.enum != nil || r.constant != "" ||
		r.items != nil || len(r.properties) > 0 || r.additional != nil || r.names != nil || r.rare()
}

// rare reports whether r has what no acceptor expresses.
func (r *rule) rare() bool {
	return r.one != nil || r.not != nil || r.condition != nil || r.tuple != nil || r.contains != nil || r.unique ||
		len(r.patterns) > 0 || len(r.needs) > 0 || len(r.requires) > 0
}

// own compiles what r says itself.
func (c *acceptorCompiler) own(r *rule) *acceptor {
	if a, ok := c.begun[r]; ok {
		return a
	}
	a := newAcceptor()
	c.begun[r] = a
	if r.rare() || r.all != nil || r.any != nil {
		c.impossible = true
		return a
	}
	if r.never {
		a.kinds = 0
	}
	c.types(a, r)
	c.choices(a, r)
	c.texts(a, r)
	c.numbers(a, r)
	a.minItems, a.maxItems = c.size(r, "minItems", 0), c.size(r, "maxItems", math.MaxInt)
	a.items = c.acceptor(r.items)
	c.members(a, r)
	return a
}

func (c *acceptorCompiler) members(a *acceptor, r *rule) {
	m := &members{
		named: r.additional != nil, additional: c.acceptor(r.additional),
		min: c.size(r, "minProperties", 0), max: c.size(r, "maxProperties", math.MaxInt),
	}
	a.object = m
	if r.names != nil {
		m.names = c.acceptor(r.names)
		c.impossible = c.impossible || len(r.properties) > 0
	}
	for _, name := range c.inOrder(r) {
		m.declared = append(m.declared, declared{scan.AppendQuoted(nil, name), []byte(name), c.acceptor(r.properties[name])})
	}
	if len(m.declared) > maxDeclared {
		c.impossible = true
		return
	}
	c.required(m, r)
}

func (c *acceptorCompiler) required(m *members, r *rule) {
	list, _ := r.checked["required"].([]any)
	for _, needed := range list {
		i := slices.IndexFunc(m.declared, func(d declared) bool { return string(d.name) == needed })
		if i < 0 {
			c.impossible = true
			return
		}
		m.required.add(i)
	}
}

// inOrder returns the names of the properties as the schema has them.
func (c *acceptorCompiler) inOrder(r *rule) []string {
	place := func(name string) int { return c.order[r.at+"/properties/"+scan.PointerToken(name)] }
	return slices.SortedFunc(maps.Keys(r.properties), func(a, b string) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
	})
}
