package mux

import (
	"cmp"
	"slices"
	"strings"

	"github.com/evoke-rpc/evoke/internal/near"
)

// Whatever name a caller invents, looking for the nearest ones costs little: only
// names that differ in one segment are compared, and of those only the ones that
// begin or end much as that segment does.
const (
	maxSegments    = 8
	maxSegment     = 64 // bytes
	maxNeighbours  = 24 // on each side
	maxSuggestions = 3
)

// A neighbourhood holds the names that may be told, by their shapes. A shape is a
// name with one segment left open, \x00 in its place.
type neighbourhood struct {
	revision uint64
	shapes   map[string]*segments
}

// segments are what names have in the place that their shape leaves open.
type segments struct{ byStart, byEnd []string }

// nearest returns the names that the author of name may have meant, the nearest
// first.
func (m *Mux) nearest(name string) []string {
	type suggestion struct {
		name     string
		distance int
	}
	var found []suggestion
	shapes := m.neighbourhood().shapes
	eachShape(name, func(shape, segment string) {
		s := shapes[shape]
		if s == nil || len(segment) > maxSegment {
			return
		}
		neighbours := slices.Concat(around(s.byStart, segment, strings.Compare), around(s.byEnd, segment, compareEnds))
		slices.Sort(neighbours)
		for _, other := range slices.Compact(neighbours) {
			if d, ok := distance(segment, other); ok {
				found = append(found, suggestion{strings.Replace(shape, "\x00", other, 1), d})
			}
		}
	})
	slices.SortFunc(found, func(a, b suggestion) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, s := range found[:min(len(found), maxSuggestions)] {
		names = append(names, s.name)
	}
	return names
}

// neighbourhood returns the one of the events that are there now. It is made when it
// is first needed.
func (m *Mux) neighbourhood() *neighbourhood {
	if n := m.names.Load(); n != nil && n.revision == m.revision.Load() {
		return n
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := m.names.Load(); n != nil && n.revision == m.revision.Load() {
		return n
	}
	n := &neighbourhood{revision: m.revision.Load(), shapes: map[string]*segments{}}
	m.routes.Range(func(name, e any) bool {
		if slices.ContainsFunc(e.(*event).versions, func(r *route) bool { return !r.hidden && !r.internal }) {
			eachShape(name.(string), n.add)
		}
		return true
	})
	for _, s := range n.shapes {
		s.byEnd = slices.Clone(s.byStart)
		slices.Sort(s.byStart)
		slices.SortFunc(s.byEnd, compareEnds)
	}
	m.names.Store(n)
	return n
}

func (n *neighbourhood) add(shape, segment string) {
	s := n.shapes[shape]
	if s == nil {
		s = new(segments)
		n.shapes[shape] = s
	}
	if len(segment) <= maxSegment {
		s.byStart = append(s.byStart, segment)
	}
}

// eachShape calls f with the shapes of name and the segments that they leave open.
func eachShape(name string, f func(shape, segment string)) {
	parts := strings.Split(name, ":")
	if len(parts) > maxSegments {
		return
	}
	for i, segment := range parts {
		parts[i] = "\x00" // which is in no name
		f(strings.Join(parts, ":"), segment)
		parts[i] = segment
	}
}

// around returns the neighbours that segment would have in a sorted list.
func around(list []string, segment string, compare func(a, b string) int) []string {
	i, _ := slices.BinarySearchFunc(list, segment, compare)
	return list[max(0, i-maxNeighbours):min(len(list), i+maxNeighbours)]
}

// compareEnds compares from the last byte on.
func compareEnds(a, b string) int {
	for i, j := len(a)-1, len(b)-1; i >= 0 && j >= 0; i, j = i-1, j-1 {
		if a[i] != b[j] {
			return cmp.Compare(a[i], b[j])
		}
	}
	return cmp.Compare(len(a), len(b))
}

// distance fails where the letters that differ are more than a third.
func distance(a, b string) (int, bool) {
	longer, shorter := max(len(a), len(b)), min(len(a), len(b))
	most := max(1, longer/3)
	if longer-shorter > most {
		return 0, false
	}
	d := near.Distance(a, b)
	return d, d <= most
}
