// Package flowtracker shows the flows of the last minutes on a page: which events
// one first event set off, how they nest, how long each took and where it failed.
// It is for the developer at whose desk something fails.
//
//	flows := flowtracker.New()
//	orders := mux.New(mux.WithTracker(flows.Service("orders")))
//	toCatalog := client.New(url, client.WithTracker(flows.Service("orders")))
//	http.Handle("/flows/", flows)
//
// Services in one process share a Tracker. Services in several processes have one
// each, and all but one forward their calls to that one; see [WithForward].
//
// The page shows whole errors, stacks, addresses and ids, which are no business of
// callers: never let the public reach it. Identities and auth are never kept, and
// payloads only by [WithPayloads]. All is kept in memory, within bounds, and lost
// when the program ends.
package flowtracker

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/page"
)

// A Tracker is told of calls and serves the page of their flows, at any path that
// ends with a slash and below it. It is safe for concurrent use.
type Tracker struct {
	*shared
	service string
}

// shared is what the trackers of all services of a process have in common.
type shared struct {
	config  config
	store   *store
	forward *forwarder            // nil if nothing is forwarded
	files   map[string]*page.File // that never change
	spans   atomic.Uint64         // numbers calls; begins at random, so that processes do not collide
}

// New returns a Tracker that keeps the last 200 flows in at most 32 MiB. With
// [WithForward] it owns a goroutine, which Close ends.
func New(options ...Option) *Tracker {
	c := defaults()
	for _, o := range options {
		o(&c)
	}
	s := &shared{config: c, store: newStore(c), files: static()}
	s.spans.Store(rand.Uint64() >> 1)
	if c.forwardTo != "" {
		s.forward = startForwarder(c.forwardTo, c.client)
	}
	return &Tracker{shared: s}
}

// Service returns a Tracker that keeps its calls where t does and says that they
// are those of the service called name.
func (t *Tracker) Service(name string) *Tracker {
	return &Tracker{shared: t.shared, service: cut(name, maxText)}
}

// Close sends what is still to be forwarded and ends the goroutine of
// [WithForward]. If ctx is done first, the rest is lost. The error says how many
// calls were. The page goes on. Only the first Close counts.
func (t *Tracker) Close(ctx context.Context) error {
	if t.forward == nil {
		return nil
	}
	return t.forward.close(ctx)
}

// openKey finds the call in the context that Start returned. It names the store,
// since a call may be told to several trackers.
type openKey struct{ *store }

// open is a call that has begun.
type open struct {
	call  *call
	place place
}

// Start begins the call.
func (t *Tracker) Start(ctx context.Context, request events.Event) context.Context {
	c := newCall(events.CallFrom(ctx), request)
	c.Span, c.Service = t.spans.Add(1), t.service
	if c.Started.IsZero() {
		c.Started = t.config.now()
	}
	if parent, ok := ctx.Value(openKey{t.store}).(*open); ok {
		c.Parent = parent.call.Span
	}
	c.Request = t.config.show(request.Name, request.Payload)
	return context.WithValue(ctx, openKey{t.store}, &open{c, t.store.add(c)})
}

// End completes the call.
func (t *Tracker) End(ctx context.Context, response events.Event, err error) context.Context {
	begun, ok := ctx.Value(openKey{t.store}).(*open)
	if !ok {
		return ctx
	}
	c := begun.call.ended(events.CallFrom(ctx), response, err)
	c.Response = t.config.show(response.Name, response.Payload)
	t.store.replace(begun.place, c)
	if t.forward != nil {
		t.forward.add(c)
	}
	return ctx
}

// NoticeEventError keeps a panic that came after End, beside the answer of the
// call. Other errors End keeps.
func (t *Tracker) NoticeEventError(ctx context.Context, _ events.Event, err error) context.Context {
	begun, ok := ctx.Value(openKey{t.store}).(*open)
	if p := new(events.PanicError); ok && errors.As(err, &p) && p.Late {
		t.store.addError(begun.place, cut(err.Error(), maxError), cut(string(p.Stack), maxStack))
	}
	return ctx
}

// NoticeError keeps that a body was no event.
func (t *Tracker) NoticeError(ctx context.Context, err error) context.Context {
	t.store.addUnreadable(unreadable{
		At: t.config.now(), Service: t.service, Peer: cut(events.PeerFrom(ctx).Addr, maxText), Error: cut(err.Error(), maxError),
	})
	return ctx
}
