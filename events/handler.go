package events

import "context"

// A Handler serves events. It may return an event, an error, or both: the event
// is sent and the error goes to the tracker; an error alone becomes an error
// event; neither becomes an empty success.
//
// Serve is called concurrently. It obeys ctx.
type Handler interface {
	Serve(ctx context.Context, request Event) (response Event, err error)
}

// HandlerFunc makes a function a [Handler].
type HandlerFunc func(ctx context.Context, request Event) (response Event, err error)

// Serve calls f.
func (f HandlerFunc) Serve(ctx context.Context, request Event) (Event, error) {
	return f(ctx, request)
}

// A Middleware makes a Handler that does something before, after or instead of
// another one.
type Middleware func(Handler) Handler

// Chain makes one Middleware of many. The first is the outermost. The Handler it
// makes has a method Unwrap that returns the one it was given, so that a
// documented Handler stays documented when it is wrapped.
func Chain(middlewares ...Middleware) Middleware {
	return func(h Handler) Handler {
		if len(middlewares) == 0 {
			return h
		}
		outer := h
		for i := len(middlewares) - 1; i >= 0; i-- {
			outer = middlewares[i](outer)
		}
		return chained{Handler: outer, inner: h}
	}
}

type chained struct {
	Handler
	inner Handler
}

func (c chained) Unwrap() Handler { return c.inner }
