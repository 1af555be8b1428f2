// Package tracker is how a service is watched: a Tracker is told of every call,
// on the callee's side by a mux and on the caller's side by a client.
package tracker

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
)

// A Tracker is told of calls while they happen. An event that could be read has
// exactly one Start and one End on each side, and so has each item of a batch;
// each failure is noticed once, on the side where it happened. What is known
// besides the event, as the side or the sizes, is in [events.CallFrom].
//
// The methods are called concurrently, in the goroutine of the call, which waits
// for them. Each returns the context that goes on, ctx itself if there is nothing
// to add; Start's reaches the handler, and the error and End methods are given
// one that derives from it.
type Tracker interface {
	// Start is told the request before anything is done with it, also when no
	// handler is registered for it.
	Start(ctx context.Context, request events.Event) context.Context
	// NoticeError is told of a body that is no event. Nothing else follows.
	NoticeError(ctx context.Context, err error) context.Context
	// NoticeEventError is told why the answer to request is not a success. The
	// error is whole, an [*events.PanicError] for a panic; of what it says, only
	// an [*events.Error] was meant for the caller.
	NoticeEventError(ctx context.Context, request events.Event, err error) context.Context
	// End is told the answer, the zero event when there is none, and the error
	// that was noticed, on the caller's side also the one that the callee
	// answered; nil after a success.
	End(ctx context.Context, response events.Event, err error) context.Context
}

// An Injector is a Tracker that tells the callee something, as which trace a call
// belongs to. A client has it add that to the request after Start, under the context
// that Start returned.
type Injector interface {
	Tracker
	Inject(ctx context.Context, request events.Event) events.Event
}

// NoOp is a Tracker that does nothing.
type NoOp struct{}

// Start returns ctx.
func (NoOp) Start(ctx context.Context, _ events.Event) context.Context { return ctx }

// NoticeError returns ctx.
func (NoOp) NoticeError(ctx context.Context, _ error) context.Context { return ctx }

// NoticeEventError returns ctx.
func (NoOp) NoticeEventError(ctx context.Context, _ events.Event, _ error) context.Context {
	return ctx
}

// End returns ctx.
func (NoOp) End(ctx context.Context, _ events.Event, _ error) context.Context { return ctx }
