package flowtracker

import (
	"cmp"
	"slices"
)

// A node is a call and those that were made within it.
type node struct {
	*call
	parent   *node
	children []*node
	depth    int
	broken   bool // itself or one within it failed
}

// tree nests the calls of a flow and returns them in the order of a page, each
// before those within it.
func tree(calls []*call) []*node {
	nodes := make([]*node, len(calls))
	for i, c := range calls {
		nodes[i] = &node{call: c}
	}
	slices.SortStableFunc(nodes, func(a, b *node) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Span, b.Span))
	})
	byName := newIndex(nodes)
	var roots []*node
	for _, n := range nodes {
		if p := byName.parent(n); p != nil {
			n.parent = p
			p.children = append(p.children, n)
		} else {
			roots = append(roots, n)
		}
	}
	ordered := make([]*node, 0, len(nodes))
	for _, r := range roots {
		ordered = r.visit(ordered, 0)
	}
	return ordered
}

func (n *node) visit(ordered []*node, depth int) []*node {
	n.depth = depth
	n.broken = n.failed()
	ordered = append(ordered, n)
	for _, c := range n.children {
		ordered = c.visit(ordered, depth+1)
		n.broken = n.broken || c.broken
	}
	return ordered
}

// An index finds nodes by what others say of them.
type index struct {
	spans            map[uint64]*node
	callers, callees map[string]*node // by event id; of several, the first
}

func newIndex(nodes []*node) index {
	x := index{map[uint64]*node{}, map[string]*node{}, map[string]*node{}}
	for _, n := range nodes {
		x.spans[n.Span] = n
		side := x.callees
		if n.Side == "caller" {
			side = x.callers
		}
		if side[n.ID] == nil {
			side[n.ID] = n
		}
	}
	return x
}

// parent finds the call that n was made in. Within a process the context has told
// it. Elsewhere it is the caller's side of the same event, or else the event whose
// handler made it, which the caller names in its metadata.
func (x index) parent(n *node) *node {
	candidates := []*node{x.spans[n.Parent]}
	if p := x.callers[n.ID]; n.Side != "caller" && p != nil && p.Name == n.Name {
		candidates = append(candidates, p)
	}
	if n.ParentID != "" {
		candidates = append(candidates, x.callees[n.ParentID], x.callers[n.ParentID])
	}
	for _, p := range candidates {
		if p != nil && !p.within(n) {
			return p
		}
	}
	return nil
}

// within reports whether n is ancestor or made within it. Ids come from callers,
// who may have made a circle of them.
func (n *node) within(ancestor *node) bool {
	for ; n != nil; n = n.parent {
		if n == ancestor {
			return true
		}
	}
	return false
}

// culprit is the failed call that the others failed because of, as far as one can
// tell: the first that ended of those without a failed one within. It is nil if
// none failed.
func culprit(nodes []*node) *node {
	var first *node
	for _, n := range nodes {
		if !n.failed() || slices.ContainsFunc(n.children, func(c *node) bool { return c.broken }) {
			continue
		}
		if end := n.Started.Add(n.Elapsed); first == nil || end.Before(first.Started.Add(first.Elapsed)) {
			first = n
		}
	}
	return first
}
