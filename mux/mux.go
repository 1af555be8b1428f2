// Package mux routes events to handlers by name and version, in memory and over
// HTTP:
//
//	m := mux.New()
//	mux.Handle(m, "catalog:product:get", 1, getProduct)
//	m.Mount(http.DefaultServeMux, "/events")
package mux

import (
	"context"
	"encoding/json"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/guard"
	"github.com/evoke-rpc/evoke/schema"
	"github.com/evoke-rpc/evoke/tracker"
)

// A Mux serves each event by the handler that has its name and version. It is an
// [events.Handler] and an [http.Handler]. All methods are safe for concurrent
// use; handlers may come and go while it serves.
type Mux struct {
	tracker   atomic.Pointer[tracker.Tracker]
	codec     events.Codec
	decoder   events.Decoder
	ids       func() string // nil for events.RandomID
	now       func() time.Time
	timeout   time.Duration
	propagate []string
	origins   []string
	http      httpOptions

	trusting    bool // payloads are not validated
	strict      bool // unknown fields of payloads are refused
	development bool // responses are validated
	gone        bool // versions are not served after their sunset

	routes      sync.Map   // name -> *event; read without a lock
	mu          sync.Mutex // held by writers of routes and middlewares
	middlewares []events.Middleware
	chain       atomic.Pointer[events.Handler] // middlewares around dispatch, nil without any
	schemas     map[reflect.Type]*schema.Schema
	revision    atomic.Uint64
	names       atomic.Pointer[neighbourhood] // made when it is first needed
	running     guard.Group
	watches     watches
}

// New returns a Mux without handlers.
func New(options ...MuxOption) *Mux {
	m := &Mux{
		codec: events.JSON{}, now: time.Now,
		http: httpOptions{maxBody: DefaultMaxBody, readTimeout: DefaultReadTimeout},
	}
	m.setTracker(tracker.NoOp{})
	for _, o := range options {
		o.applyMux(m)
	}
	return m
}

// Use adds middleware around all events that the mux dispatches, those without a
// handler included, whether their handlers were added before or are added later.
// The first one added is the outermost.
func (m *Mux) Use(middlewares ...events.Middleware) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.middlewares = append(m.middlewares, middlewares...)
	chain := events.Chain(m.middlewares...)(events.HandlerFunc(m.dispatch))
	m.chain.Store(&chain)
}

// Track tells t, too, of the calls that begin from now on, after the trackers that
// the mux has.
func (m *Mux) Track(t tracker.Tracker) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.setTracker(tracker.Multi(*m.tracker.Load(), t))
}

func (m *Mux) setTracker(t tracker.Tracker) { m.tracker.Store(&t) }

// notice tells of a body that is no event.
func (m *Mux) notice(ctx context.Context, err error) { (*m.tracker.Load()).NoticeError(ctx, err) }

// Serve answers request: with an error event where it fails, and with an error
// instead of an event only if ctx was cancelled. At the deadline of ctx it
// answers DEADLINE_EXCEEDED, even if the handler goes on; see [Mux.Wait].
func (m *Mux) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	for _, raw := range [...]*json.RawMessage{&request.Identity, &request.Auth, &request.Metadata} {
		if string(*raw) == "null" {
			*raw = nil // as on the wire
		}
	}
	if err := m.decoder.Validate(request); err != nil {
		m.notice(ctx, err)
		return m.badProtocol(echoed(request), err), nil
	}
	c, request := m.begin(ctx, request, arrival{peer: events.PeerFrom(ctx), budget: -1})
	defer c.limit.End()
	response, err := c.serve(request)
	c.end(response, err, 0, 0)
	if response.Name == "" {
		return response, err
	}
	return response, nil
}

// Wait returns when no handler runs on that was left behind at its deadline, or
// with the error of ctx. Call it after the transports have stopped.
func (m *Mux) Wait(ctx context.Context) error { return m.running.Wait(ctx) }

// NewID returns an id from the source of [WithIDs].
func (m *Mux) NewID() string {
	if m.ids != nil {
		return m.ids()
	}
	return events.RandomID()
}

// dispatch is the innermost part of the chain of middlewares.
func (m *Mux) dispatch(ctx context.Context, request events.Event) (events.Event, error) {
	if r := m.route(request.Name, request.Version); r != nil {
		return r.handler.Serve(ctx, request)
	}
	return events.Event{}, m.notFound(request)
}

// echoed returns the ids of request that an answer may repeat.
func echoed(request events.Event) events.Event {
	var part events.Event
	if (events.Event{Name: "id", Version: 1, ID: request.ID}).Validate() == nil {
		part.ID = request.ID
	}
	if (events.Event{Name: "flow", Version: 1, FlowID: request.FlowID}).Validate() == nil {
		part.FlowID = request.FlowID
	}
	return part
}

// badProtocol answers what is no event; part is what could be read of it.
func (m *Mux) badProtocol(part events.Event, err error) events.Event {
	if part.ID == "" {
		part.ID = m.NewID()
	}
	if part.FlowID == "" {
		part.FlowID = m.NewID()
	}
	return events.NewErrorEvent(part, err)
}
