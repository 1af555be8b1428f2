package tracker_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

type key struct{}

// tellAll calls each method of t once, each with the context that the one before
// returned, and returns the last.
func tellAll(ctx context.Context, t tracker.Tracker) context.Context {
	ctx = t.Start(ctx, events.Event{Name: "request"})
	ctx = t.NoticeError(ctx, errors.New("unreadable"))
	ctx = t.NoticeEventError(ctx, events.Event{Name: "request"}, errors.New("failed"))
	return t.End(ctx, events.Event{Name: "response"}, errors.New("failed"))
}

func TestAMockWithoutFunctionsCountsAndKeepsCalls(t *testing.T) {
	var mock tracker.Mock
	call := events.Call{Item: 3, Request: events.Event{Name: "request"}}
	ctx := events.WithCall(t.Context(), call)
	require.Equal(t, ctx, tellAll(ctx, &mock), "the context that goes on is the one that came")

	require.Equal(t, [4]int{1, 1, 1, 1}, [4]int{mock.StartCount, mock.NoticeErrorCount, mock.NoticeEventErrorCount, mock.EndCount})
	require.Equal(t, []tracker.MockCall{
		{Method: "Start", Event: events.Event{Name: "request"}, Call: call},
		{Method: "NoticeError", Err: errors.New("unreadable"), Call: call},
		{Method: "NoticeEventError", Event: events.Event{Name: "request"}, Err: errors.New("failed"), Call: call},
		{Method: "End", Event: events.Event{Name: "response"}, Err: errors.New("failed"), Call: call},
	}, mock.Calls())
}

func TestAMockCallsItsFunctionsAndReturnsTheirContext(t *testing.T) {
	var told []any
	next := func(ctx context.Context, args ...any) context.Context {
		told = append(told, args...)
		n, _ := ctx.Value(key{}).(int)
		return context.WithValue(ctx, key{}, n+1)
	}
	mock := tracker.Mock{
		StartFn:       func(ctx context.Context, e events.Event) context.Context { return next(ctx, e.Name) },
		NoticeErrorFn: func(ctx context.Context, err error) context.Context { return next(ctx, err.Error()) },
		NoticeEventErrorFn: func(ctx context.Context, e events.Event, err error) context.Context {
			return next(ctx, e.Name, err.Error())
		},
		EndFn: func(ctx context.Context, e events.Event, err error) context.Context {
			return next(ctx, e.Name, err.Error())
		},
	}
	ctx := tellAll(t.Context(), &mock)
	require.Equal(t, 4, ctx.Value(key{}), "a context was not passed on")
	require.Equal(t, []any{"request", "unreadable", "request", "failed", "response", "failed"}, told)
	require.Len(t, mock.Calls(), 4, "calls are kept although there are functions")
}

func TestAMockIsSafeForConcurrentUse(t *testing.T) {
	const goroutines = 20
	var mock tracker.Mock
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			tellAll(t.Context(), &mock)
			mock.Calls() // reading at the same time is safe too
		})
	}
	all.Wait()
	require.Len(t, mock.Calls(), 4*goroutines)
	require.Equal(t, [4]int{goroutines, goroutines, goroutines, goroutines},
		[4]int{mock.StartCount, mock.NoticeErrorCount, mock.NoticeEventErrorCount, mock.EndCount})
}

func TestTheCallsOfAMockAreACopy(t *testing.T) {
	var mock tracker.Mock
	mock.Start(t.Context(), events.Event{Name: "a"})
	mock.Calls()[0].Method = "overwritten"
	require.Equal(t, "Start", mock.Calls()[0].Method)
}

func TestNoOpReturnsTheContextItWasGiven(t *testing.T) {
	require.Equal(t, t.Context(), tellAll(t.Context(), tracker.NoOp{}))
}
