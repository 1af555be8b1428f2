package tracker

import (
	"context"
	"slices"
	"sync"

	"github.com/evoke-rpc/evoke/events"
)

// A Mock is a Tracker for tests. It counts the calls of its methods, keeps their
// arguments, and calls the functions that are set. The zero value is ready.
//
// Its methods are safe for concurrent use. Set the functions before the first
// call; read the counters when the calls are over, or use [Mock.Calls].
type Mock struct {
	StartFn            func(ctx context.Context, request events.Event) context.Context
	NoticeErrorFn      func(ctx context.Context, err error) context.Context
	NoticeEventErrorFn func(ctx context.Context, request events.Event, err error) context.Context
	EndFn              func(ctx context.Context, response events.Event, err error) context.Context

	StartCount, NoticeErrorCount, NoticeEventErrorCount, EndCount int

	mu    sync.Mutex
	calls []MockCall
}

// A MockCall is one call of a method of [Mock].
type MockCall struct {
	Method string // "Start", "NoticeError", "NoticeEventError" or "End"
	Event  events.Event
	Err    error
	// Call is what the context held.
	Call events.Call
}

// Start counts and keeps the call.
func (m *Mock) Start(ctx context.Context, request events.Event) context.Context {
	m.keep(ctx, &m.StartCount, MockCall{Method: "Start", Event: request})
	if m.StartFn != nil {
		return m.StartFn(ctx, request)
	}
	return ctx
}

// NoticeError counts and keeps the call.
func (m *Mock) NoticeError(ctx context.Context, err error) context.Context {
	m.keep(ctx, &m.NoticeErrorCount, MockCall{Method: "NoticeError", Err: err})
	if m.NoticeErrorFn != nil {
		return m.NoticeErrorFn(ctx, err)
	}
	return ctx
}

// NoticeEventError counts and keeps the call.
func (m *Mock) NoticeEventError(ctx context.Context, request events.Event, err error) context.Context {
	m.keep(ctx, &m.NoticeEventErrorCount, MockCall{Method: "NoticeEventError", Event: request, Err: err})
	if m.NoticeEventErrorFn != nil {
		return m.NoticeEventErrorFn(ctx, request, err)
	}
	return ctx
}

// End counts and keeps the call.
func (m *Mock) End(ctx context.Context, response events.Event, err error) context.Context {
	m.keep(ctx, &m.EndCount, MockCall{Method: "End", Event: response, Err: err})
	if m.EndFn != nil {
		return m.EndFn(ctx, response, err)
	}
	return ctx
}

// Calls returns the calls so far, in their order.
func (m *Mock) Calls() []MockCall {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.calls)
}

func (m *Mock) keep(ctx context.Context, count *int, call MockCall) {
	call.Call = events.CallFrom(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	*count++
	m.calls = append(m.calls, call)
}
