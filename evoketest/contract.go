package evoketest

import (
	"errors"
	"fmt"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

// A callKey tells the calls apart that a tracker was told of.
type callKey struct {
	side         events.Side
	name         string
	version      int
	id, flowID   string
	item         int
	started      time.Time
	outsideACall bool
}

func keyOf(c tracker.MockCall) callKey {
	r := requestOf(c)
	return callKey{
		side: c.Call.Side, name: r.Name, version: r.Version, id: r.ID, flowID: r.FlowID,
		item: c.Call.Item, started: c.Call.Started, outsideACall: c.Call.Request.Name == "",
	}
}

func (k callKey) String() string {
	if k.name == "" {
		return "no event"
	}
	s := fmt.Sprintf("%s version %d, id %s", k.name, k.version, k.id)
	if k.item > 0 {
		s += fmt.Sprintf(", item %d", k.item)
	}
	return fmt.Sprintf("%s (%s)", s, k.side)
}

// A tally counts what was told of one call, or of several that cannot be told
// apart, as calls with the same id at the same time of a fake clock.
type tally struct {
	starts, ends, failures, notices int
	endFirst                        bool
}

// checkContract checks the contract of tracker.Tracker.
func checkContract(calls []tracker.MockCall) error {
	tallies := map[callKey]*tally{}
	var order []callKey
	for _, c := range calls {
		if c.Method == "NoticeError" {
			continue
		}
		key := keyOf(c)
		if tallies[key] == nil {
			tallies[key] = new(tally)
			order = append(order, key)
		}
		tallies[key].add(c)
	}
	var found []error
	for _, key := range order {
		if key.outsideACall {
			found = append(found, fmt.Errorf("%s: told without a call in the context, see events.WithCall", key))
			continue
		}
		for _, problem := range tallies[key].problems(key.side) {
			found = append(found, fmt.Errorf("%s: %s", key, problem))
		}
	}
	return errors.Join(found...)
}

func (t *tally) add(c tracker.MockCall) {
	switch c.Method {
	case "Start":
		t.starts++
	case "End":
		t.ends++
		t.endFirst = t.endFirst || t.ends > t.starts
		if c.Err != nil {
			t.failures++
		}
	case "NoticeEventError":
		if p := new(events.PanicError); errors.As(c.Err, &p) && p.Late {
			return // the call was over and had a failure of its own
		}
		t.notices++
	}
}

func (t *tally) problems(side events.Side) []string {
	var found []string
	if t.starts != t.ends {
		found = append(found, fmt.Sprintf("%d Start and %d End, want as many of both", t.starts, t.ends))
	} else if t.endFirst {
		found = append(found, "End before Start")
	}
	// What the callee answered is noticed by the callee alone.
	if t.notices > t.failures || t.notices < t.failures && side == events.Callee {
		found = append(found, fmt.Sprintf("%d NoticeEventError, but %d End with an error", t.notices, t.failures))
	}
	return found
}
