// Package label has what trackers need that count calls by labels: the kind of an
// outcome, and a table of the series that there are.
package label

import (
	"maps"
	"sync"
	"sync/atomic"
)

// A Table is a map for entries that are looked up for every call and added rarely.
// Looking up takes no lock and allocates nothing. The zero value is ready; it is safe
// for concurrent use.
type Table[K comparable, V any] struct {
	// Limit is how many entries there may be, 0 for any number.
	Limit int

	settled atomic.Pointer[map[K]V]
	mu      sync.Mutex
	fresh   map[K]V // entries that are not in settled
	misses  int     // how often fresh was asked since settled was made
}

// Find returns the value of key.
func (t *Table[K, V]) Find(key K) (V, bool) {
	if v, ok := t.read()[key]; ok {
		return v, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.slow(key)
}

// Get returns the value of key. If there is none it adds what create makes of key, as
// long as there is room.
func (t *Table[K, V]) Get(key K, create func(K) (K, V)) (V, bool) {
	if v, ok := t.read()[key]; ok {
		return v, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v, ok := t.slow(key)
	if ok || t.Limit > 0 && len(t.read())+len(t.fresh) >= t.Limit {
		return v, ok
	}
	key, v = create(key)
	if t.fresh == nil {
		t.fresh = map[K]V{}
	}
	t.fresh[key] = v
	return v, true
}

// All returns the entries, not to be modified.
func (t *Table[K, V]) All() map[K]V {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.fresh) > 0 {
		t.settle()
	}
	return t.read()
}

func (t *Table[K, V]) read() map[K]V {
	if p := t.settled.Load(); p != nil {
		return *p
	}
	return nil
}

// slow looks where a lock is needed. When that has been done about as often as it
// costs to do without, it is done without.
func (t *Table[K, V]) slow(key K) (V, bool) {
	v, ok := t.read()[key]
	if !ok {
		v, ok = t.fresh[key]
	}
	if t.misses++; len(t.fresh) > 0 && t.misses > len(t.read())/8 {
		t.settle()
	}
	return v, ok
}

func (t *Table[K, V]) settle() {
	next := make(map[K]V, len(t.read())+len(t.fresh))
	maps.Copy(next, t.read())
	maps.Copy(next, t.fresh)
	t.settled.Store(&next)
	t.fresh, t.misses = nil, 0
}
