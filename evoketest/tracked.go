package evoketest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

// An Expectation says by an error where the calls that a tracker was told of are
// not as expected.
type Expectation func(calls []tracker.MockCall) error

// RequireTracked ends the test if what m was told breaks the contract of
// [tracker.Tracker], or is not as expected: each call has exactly one Start and one
// End in this order, each failure was noticed exactly once on its side, and nothing
// was noticed of a success. Use it when the calls are over.
func RequireTracked(t TB, m *tracker.Mock, expectations ...Expectation) {
	t.Helper()
	calls := m.Calls()
	found := []error{checkContract(calls)}
	for _, expect := range expectations {
		found = append(found, expect(calls))
	}
	if err := errors.Join(found...); err != nil {
		fail(t, "the calls are not as expected:\n%s\nthe tracker was told:\n%s", indent(err.Error()), indent(told(calls)))
	}
}

// Started expects the event to have begun so many times.
func Started(name string, version, times int) Expectation {
	return func(calls []tracker.MockCall) error {
		if got := len(selected(calls, "Start", name, version)); got != times {
			return fmt.Errorf("%s version %d: started %d times, want %d", name, version, got, times)
		}
		return nil
	}
}

// Ended expects a call of the event that ended with an answer which all the
// matchers accept.
func Ended(name string, version int, matchers ...Matcher) Expectation {
	return func(calls []tracker.MockCall) error {
		const shown = 10
		ends := selected(calls, "End", name, version)
		found := []error{fmt.Errorf("%s version %d: %d calls ended, none as expected", name, version, len(ends))}
		for i, c := range ends {
			err := errNoAnswer
			if c.Event.Name != "" {
				err = match(c.Event, matchers)
			}
			if err == nil {
				return nil
			}
			if i >= len(ends)-shown {
				found = append(found, fmt.Errorf("answer %d:\n%s", i+1, indent(err.Error())))
			}
		}
		return errors.Join(found...)
	}
}

var errNoAnswer = errors.New("there was none")

// Noticed expects exactly these failures of the event, in any order, each found by
// [errors.Is]; without any, none.
func Noticed(name string, version int, targets ...error) Expectation {
	return func(calls []tracker.MockCall) error {
		notices := selected(calls, "NoticeEventError", name, version)
		var found []error
		for _, target := range targets {
			i := slices.IndexFunc(notices, func(c tracker.MockCall) bool { return errors.Is(c.Err, target) })
			if i < 0 {
				found = append(found, fmt.Errorf("%s version %d: not noticed: %v", name, version, target))
				continue
			}
			notices = slices.Delete(notices, i, i+1)
		}
		for _, c := range notices {
			found = append(found, fmt.Errorf("%s version %d: noticed, but not expected: %v", name, version, c.Err))
		}
		return errors.Join(found...)
	}
}

func selected(calls []tracker.MockCall, method, name string, version int) []tracker.MockCall {
	var list []tracker.MockCall
	for _, c := range calls {
		if e := requestOf(c); c.Method == method && e.Name == name && e.Version == version {
			list = append(list, c)
		}
	}
	return list
}

// requestOf returns the event that c is about.
func requestOf(c tracker.MockCall) events.Event {
	if c.Call.Request.Name == "" && c.Method != "End" {
		return c.Event
	}
	return c.Call.Request
}

// told writes the calls, the last ones if they are many.
func told(calls []tracker.MockCall) string {
	const most = 50
	var lines []string
	if left := len(calls) - most; left > 0 {
		calls = calls[left:]
		lines = append(lines, fmt.Sprintf("... %d more before", left))
	}
	for _, c := range calls {
		line := fmt.Sprintf("%-16s  %s", c.Method, keyOf(c))
		if c.Method == "End" {
			line += " -> " + answerName(c.Event)
		}
		if c.Err != nil {
			line += ": " + short(c.Err.Error())
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "nothing"
	}
	return strings.Join(lines, "\n")
}

func answerName(e events.Event) string {
	if e.Name == "" {
		return "no answer"
	}
	return e.Name
}
