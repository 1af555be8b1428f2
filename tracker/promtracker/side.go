package promtracker

import (
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

// maxCalled is how many events of the caller's side have series of their own. The
// program chooses their names, unless it passes on what others send.
const maxCalled = 1000

// A side holds the series of all events that are served, or called.
type side struct {
	unknown *series
	events  label.Table[event, *series]
}

type event struct {
	name    string
	version int
}

// begin returns the series of a call that begins. A served event has its own if
// there is a handler for it, a called one if settle has given it one.
func (t *Tracker) begin(call events.Call) *series {
	if call.Side == events.Caller {
		if s, ok := t.called.events.Find(event{call.Request.Name, call.Request.Version}); ok {
			return s
		}
		return t.called.unknown
	}
	if !call.Registered {
		return t.served.unknown
	}
	return t.own(&t.served, call)
}

// settle returns the series to count a call in that began as s. An event that is
// called for the first time gets its own, if the callee might have a handler for
// it.
func (t *Tracker) settle(s *series, call events.Call, response events.Event) *series {
	if s != t.called.unknown || response.Name == string(events.KindEventNotFound) {
		return s
	}
	if (events.Event{Name: call.Request.Name, Version: call.Request.Version}).Validate() != nil {
		return s
	}
	return t.own(&t.called, call)
}

// own returns the series of the event, which are made when they are first asked
// for. Beyond the limit of the side they are those of unknown ones.
func (t *Tracker) own(s *side, call events.Call) *series {
	found, ok := s.events.Get(event{call.Request.Name, call.Request.Version}, func(e event) (event, *series) {
		e.name = strings.Clone(e.name) // it may be a part of a whole request
		return e, t.metrics.series(call.Side, e.name, strconv.Itoa(e.version))
	})
	if !ok {
		return s.unknown
	}
	return found
}
