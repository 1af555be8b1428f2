package evoketest_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

const reserving = "stock:item:reserve"

// serveAll reserves these items of a new service.
func serveAll(t evoketest.TB, items ...string) *evoketest.Service {
	s := evoketest.NewService(t, stock, mux.WithIDs(evoketest.IDs("i")))
	for _, item := range items {
		evoketest.Send(t, s.Mux, reserving, 1, reserve{item, 1})
	}
	return s
}

func TestRequireTrackedAcceptsWhatIsAsExpected(t *testing.T) {
	s := serveAll(t, "cup", "jug", "shelf", "elsewhere")
	evoketest.RequireTracked(t, s.Tracker)
	evoketest.RequireTracked(t, s.Tracker,
		evoketest.Started(reserving, 1, 4), evoketest.Started(reserving, 2, 0),
		evoketest.Ended(reserving, 1, evoketest.Success(), evoketest.Payload("/left", 9)),
		evoketest.Ended(reserving, 1, evoketest.Code("NO_SUCH_ITEM")),
		evoketest.Noticed(reserving, 1, events.KindNotFound, errBroken),
		evoketest.Noticed(reserving, 2),
	)
}

func TestBothSidesOfACallKeepTheContract(t *testing.T) {
	s := evoketest.NewService(t, stock)
	var caller tracker.Mock
	c := client.New(s.URL, client.WithHTTPClient(s.HTTP), client.WithTracker(&caller))
	for _, item := range []string{"cup", "jug", "panic", "elsewhere"} {
		evoketest.Send(t, c, reserving, 1, reserve{item, 1})
	}
	evoketest.RequireTracked(t, s.Tracker)
	evoketest.RequireTracked(t, &caller, evoketest.Noticed(reserving, 1)) // what the callee answered was noticed there
}

func TestAnExpectationSaysWhatIsNotAsExpected(t *testing.T) {
	s := serveAll(t, "cup", "jug", "shelf")
	for _, test := range []struct {
		expectation evoketest.Expectation
		problem     string
	}{
		{evoketest.Started(reserving, 1, 2), "stock:item:reserve version 1: started 3 times, want 2"},
		{evoketest.Started("a:b:c", 1, 1), "a:b:c version 1: started 0 times, want 1"},
		{evoketest.Ended("a:b:c", 1), "a:b:c version 1: 0 calls ended, none as expected"},
		{evoketest.Ended(reserving, 1, evoketest.Kind(events.KindGone), evoketest.Version(1)), `stock:item:reserve version 1: 3 calls ended, none as expected
answer 1:
  kind: got a success, want gone
answer 2:
  kind: got notFound, want gone
answer 3:
  kind: got error, want gone`},
		{evoketest.Noticed(reserving, 1, errBroken), `stock:item:reserve version 1: noticed, but not expected: notFound NO_SUCH_ITEM: there is no "jug"`},
		{evoketest.Noticed(reserving, 1, errBroken, events.KindNotFound, errBroken), "stock:item:reserve version 1: not noticed: the shelf is broken"},
	} {
		require.EqualError(t, test.expectation(s.Tracker.Calls()), test.problem)
	}
}

func TestRequireTrackedShowsWhatTheTrackerWasTold(t *testing.T) {
	require.Equal(t, `the calls are not as expected:
  stock:item:reserve version 1: started 2 times, want 1
  a:b:c version 1: started 0 times, want 1
the tracker was told:
  Start             stock:item:reserve version 1, id i-2 (callee)
  End               stock:item:reserve version 1, id i-2 (callee) -> stock:item:reserve:response
  Start             stock:item:reserve version 1, id i-4 (callee)
  NoticeEventError  stock:item:reserve version 1, id i-4 (callee): looking at it: the shelf is broken
  End               stock:item:reserve version 1, id i-4 (callee) -> stock:item:reserve:error: looking at it: the shelf is broken
  NoticeError       no event: badProtocol`, failure(func(tb evoketest.TB) {
		s := serveAll(tb, "cup", "shelf")
		s.Tracker.NoticeError(tb.Context(), events.KindBadProtocol)
		evoketest.RequireTracked(tb, s.Tracker, evoketest.Started(reserving, 1, 1), evoketest.Started("a:b:c", 1, 1))
		t.Error("the test went on")
	}))
	require.Contains(t, failure(func(tb evoketest.TB) {
		evoketest.RequireTracked(tb, new(tracker.Mock), evoketest.Started("a:b:c", 1, 1))
	}), "the tracker was told:\n  nothing")
	many := failure(func(tb evoketest.TB) {
		s := serveAll(tb, strings.Split(strings.Repeat("cup ", 30)+"cup", " ")...)
		evoketest.RequireTracked(tb, s.Tracker, evoketest.Started(reserving, 1, 1))
	})
	require.Contains(t, many, "\n  ... 12 more before\n")
	require.Equal(t, 53, strings.Count(many, "\n"))
}

func TestRequireTrackedFindsBreachesOfTheContract(t *testing.T) {
	at := func(side events.Side, item int) context.Context {
		return events.WithCall(t.Context(), events.Call{Side: side, Item: item, Request: events.Event{Name: "a:b:c", Version: 1, ID: "i-1"}})
	}
	failed := errors.New("failed")
	request, response := events.Event{Name: "a:b:c", Version: 1}, events.Event{Name: "a:b:c:response", Version: 1}
	for name, test := range map[string]struct {
		tell    func(*tracker.Mock, context.Context)
		side    events.Side
		problem string
	}{
		"no End": {func(m *tracker.Mock, ctx context.Context) { m.Start(ctx, request) }, events.Callee,
			"a:b:c version 1, id i-1 (callee): 1 Start and 0 End, want as many of both"},
		"two Ends": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.End(ctx, response, nil)
			m.End(ctx, response, nil)
		}, events.Caller, "a:b:c version 1, id i-1 (caller): 1 Start and 2 End, want as many of both"},
		"End before Start": {func(m *tracker.Mock, ctx context.Context) {
			m.End(ctx, response, nil)
			m.Start(ctx, request)
		}, events.Callee, "a:b:c version 1, id i-1 (callee): End before Start"},
		"a failure noticed twice": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.NoticeEventError(ctx, request, failed)
			m.NoticeEventError(ctx, request, failed)
			m.End(ctx, response, failed)
		}, events.Callee, "a:b:c version 1, id i-1 (callee): 2 NoticeEventError, but 1 End with an error"},
		"a failure that was none": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.NoticeEventError(ctx, request, failed)
			m.End(ctx, response, nil)
		}, events.Caller, "a:b:c version 1, id i-1 (caller): 1 NoticeEventError, but 0 End with an error"},
		"a failure that was not noticed": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.End(ctx, response, failed)
		}, events.Callee, "a:b:c version 1, id i-1 (callee): 0 NoticeEventError, but 1 End with an error"},
		"a failure that the callee noticed": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.End(ctx, response, failed)
		}, events.Caller, ""},
		"a panic after the End": {func(m *tracker.Mock, ctx context.Context) {
			m.Start(ctx, request)
			m.NoticeEventError(ctx, request, failed)
			m.End(ctx, response, failed)
			m.NoticeEventError(ctx, request, fmt.Errorf("late: %w", &events.PanicError{Late: true}))
		}, events.Callee, ""},
		"what is no event": {func(m *tracker.Mock, ctx context.Context) { m.NoticeError(ctx, failed) }, events.Callee, ""},
		"items told apart": {func(m *tracker.Mock, _ context.Context) {
			m.Start(at(events.Callee, 1), request)
			m.End(at(events.Callee, 2), response, nil)
		}, events.Callee, "a:b:c version 1, id i-1, item 1 (callee): 1 Start and 0 End, want as many of both\n" +
			"  a:b:c version 1, id i-1, item 2 (callee): 0 Start and 1 End, want as many of both"},
		"the same call again": {func(m *tracker.Mock, ctx context.Context) {
			for range 2 {
				m.Start(ctx, request)
				m.End(ctx, response, nil)
			}
		}, events.Callee, ""},
		"outside of a call": {func(m *tracker.Mock, _ context.Context) {
			m.Start(t.Context(), request)
			m.End(t.Context(), response, nil)
		}, events.Callee, "a:b:c version 1, id  (callee): told without a call in the context, see events.WithCall\n" +
			"  no event: told without a call in the context, see events.WithCall"},
	} {
		t.Run(name, func(t *testing.T) {
			message := failure(func(tb evoketest.TB) {
				var m tracker.Mock
				test.tell(&m, at(test.side, 0))
				evoketest.RequireTracked(tb, &m)
			})
			if test.problem == "" {
				require.Empty(t, message)
				return
			}
			require.True(t, strings.HasPrefix(message, "the calls are not as expected:\n  "+test.problem+"\nthe tracker was told:\n"), message)
		})
	}
}

func TestEndedShowsTheLastAnswersOfMany(t *testing.T) {
	s := serveAll(t, strings.Split(strings.Repeat("cup ", 30)+"cup", " ")...)
	problem := evoketest.Ended(reserving, 1, evoketest.Version(2))(s.Tracker.Calls()).Error()
	require.Equal(t, 10, strings.Count(problem, "\nanswer "))
	require.Contains(t, problem, ": 31 calls ended, none as expected\nanswer 22:\n")
}

func TestACallWithoutAnAnswerEndedAsNoneExpected(t *testing.T) {
	var m tracker.Mock
	ctx := events.WithCall(t.Context(), events.Call{Request: events.Event{Name: "a:b:c", Version: 1, ID: "i-1"}})
	m.Start(ctx, events.Event{Name: "a:b:c", Version: 1})
	m.NoticeEventError(ctx, events.Event{Name: "a:b:c", Version: 1}, context.Canceled)
	m.End(ctx, events.Event{}, context.Canceled)
	message := failure(func(tb evoketest.TB) { evoketest.RequireTracked(tb, &m, evoketest.Ended("a:b:c", 1)) })
	require.Contains(t, message, "answer 1:\n    there was none\n")
	require.Contains(t, message, "(callee) -> no answer: context canceled")
}
