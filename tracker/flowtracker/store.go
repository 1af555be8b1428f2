package flowtracker

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// A store keeps flows within its bounds.
type store struct {
	maxFlows, maxCalls, maxBytes int

	mu         sync.Mutex
	flows      map[string]*flow
	active     list.List // of *flow; the one that was active last is in front
	bytes      int
	evicted    int
	unreadable []unreadable // the last ones, the newest first
	received   int
	lost       int // on their way here
}

// A flow is all that shares a flowId.
type flow struct {
	id      string
	calls   []*call
	dropped int
	bytes   int
	element *list.Element // nil once the flow was evicted
}

// An unreadable is a body that was no event.
type unreadable struct {
	At      time.Time
	Service string
	Peer    string
	Error   string
}

const maxUnreadable = 20

// A place is where a call is kept. The zero place is nowhere.
type place struct {
	flow  *flow
	index int
}

func newStore(c config) *store {
	return &store{maxFlows: c.flows, maxCalls: c.calls, maxBytes: c.bytes, flows: map[string]*flow{}}
}

// add keeps c, which takes the place of the oldest flows where there is none left.
func (s *store) add(c *call) place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.append(c)
}

func (s *store) append(c *call) place {
	f := s.flow(c.FlowID)
	if len(f.calls) >= s.maxCalls || !s.room(f, c.size()) {
		f.dropped++
		return place{}
	}
	f.calls = append(f.calls, c)
	s.grow(f, c.size())
	return place{f, len(f.calls) - 1}
}

// flow returns the flow called id, as the one that was active last.
func (s *store) flow(id string) *flow {
	if f := s.flows[id]; f != nil {
		s.active.MoveToFront(f.element)
		return f
	}
	if len(s.flows) >= s.maxFlows {
		s.evict()
	}
	f := &flow{id: id}
	f.element = s.active.PushFront(f)
	s.flows[id] = f
	s.grow(f, overhead+len(id))
	return f
}

// room reports whether n bytes can be added to f, which was active last, and evicts
// others for it.
func (s *store) room(f *flow, n int) bool {
	for s.bytes+n > s.maxBytes {
		if s.active.Back() == f.element {
			return false
		}
		s.evict()
	}
	return true
}

func (s *store) grow(f *flow, n int) {
	f.bytes += n
	s.bytes += n
}

func (s *store) evict() {
	f := s.active.Remove(s.active.Back()).(*flow)
	f.element, f.calls = nil, nil // calls that still run know their flow
	delete(s.flows, f.id)
	s.bytes -= f.bytes
	s.evicted++
}

// replace puts c where its beginning was kept, without its longer texts if there
// is no room for them.
func (s *store) replace(p place, c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.flow == nil || p.flow.element == nil {
		return
	}
	s.put(p, c)
}

func (s *store) put(p place, c *call) {
	s.active.MoveToFront(p.flow.element)
	old := p.flow.calls[p.index].size()
	if !s.room(p.flow, c.size()-old) {
		lean := *c
		lean.Error, lean.Stack, lean.Request, lean.Response = "(left out for lack of memory)", "", "", ""
		c = &lean
	}
	p.flow.calls[p.index] = c
	s.grow(p.flow, c.size()-old)
}

// addError adds what came after the end of the call.
func (s *store) addError(p place, text, stack string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.flow == nil || p.flow.element == nil {
		return
	}
	c := *p.flow.calls[p.index]
	if c.Error != "" {
		c.Error += "\n"
	}
	c.Error, c.Stack = cut(c.Error+text, 2*maxError), stack
	s.put(p, &c)
}

// receive keeps what another tracker forwarded. What comes twice, since its sender
// did not hear that it had arrived, is kept once.
func (s *store) receive(calls []*call, lost int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received += len(calls)
	s.lost += lost
	for _, c := range calls {
		f := s.flow(c.FlowID)
		i := slices.IndexFunc(f.calls, func(old *call) bool { return old.Span == c.Span })
		if i >= 0 {
			s.put(place{f, i}, c)
		} else {
			s.append(c)
		}
	}
}

func (s *store) addUnreadable(u unreadable) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unreadable = slices.Insert(s.unreadable[:min(len(s.unreadable), maxUnreadable-1)], 0, u)
}

// A snapshot is a flow as it was at one moment.
type snapshot struct {
	id      string
	calls   []*call
	dropped int
}

func (f *flow) snapshot() snapshot { return snapshot{f.id, slices.Clone(f.calls), f.dropped} }

func (s *store) get(id string) (snapshot, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flows[id]; f != nil {
		return f.snapshot(), true
	}
	return snapshot{}, false
}

// counts say what the store could not keep, and what came from elsewhere.
type counts struct{ Flows, Evicted, Received, Lost int }

// all returns all flows, the one that was active last first.
func (s *store) all() ([]snapshot, []unreadable, counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	flows := make([]snapshot, 0, len(s.flows))
	for e := s.active.Front(); e != nil; e = e.Next() {
		flows = append(flows, e.Value.(*flow).snapshot())
	}
	return flows, slices.Clone(s.unreadable), counts{len(s.flows), s.evicted, s.received, s.lost}
}
