package events

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// scope is all that this package keeps in a context, in one value of it.
type scope struct {
	context.Context
	call     *Call // the innermost one, of either side
	handling *Call // the innermost one of the callee's side
	flow     string
	peer     *Peer // nil for the zero Peer
	item     int
	defaults *defaults
	answered *answered
}

// defaults are what NewRequest and NewID go by. They are replaced, not changed.
type defaults struct {
	ids       func() string // nil for RandomID
	propagate []string
}

// answered collects the metadata of a response while it is being made.
type answered struct {
	mu       sync.Mutex
	metadata json.RawMessage
}

// A frame is the scope of a call with what it points to, since a call is to cost one
// allocation and not four.
type frame struct {
	scope
	own       Call
	collected answered
}

type scopeKey struct{}

func (s *scope) Value(key any) any {
	if key == (scopeKey{}) {
		return s
	}
	return s.Context.Value(key)
}

var noScope = new(scope)

func scopeOf(ctx context.Context) *scope {
	if s, ok := ctx.Value(scopeKey{}).(*scope); ok {
		return s
	}
	return noScope
}

// derive returns a copy of the scope of ctx, for the caller to alter.
func derive(ctx context.Context) *scope {
	s := *scopeOf(ctx)
	s.Context = ctx
	return &s
}

// copyDefaults gives s defaults of its own, for the caller to alter.
func (s *scope) copyDefaults() *defaults {
	d := new(defaults)
	if s.defaults != nil {
		*d = *s.defaults
	}
	s.defaults = d
	return d
}

// FlowFrom returns the flowId that calls made under ctx inherit, or "".
func FlowFrom(ctx context.Context) string { return scopeOf(ctx).flow }

// WithFlow returns a context whose calls belong to the flow id. A program that
// starts a flow, as a job does, calls it once; a handler's context has the flow
// of the event already.
func WithFlow(ctx context.Context, id string) context.Context {
	s := derive(ctx)
	s.flow = id
	return s
}

// RequestFrom returns the event that is being handled under ctx.
func RequestFrom(ctx context.Context) (Event, bool) {
	if c := scopeOf(ctx).handling; c != nil {
		return c.Request, true
	}
	return Event{}, false
}

// CallFrom returns the call that ctx belongs to: in a handler the one it serves,
// in a client's tracker the one that is made. It is the zero Call outside of any.
func CallFrom(ctx context.Context) Call {
	if c := scopeOf(ctx).call; c != nil {
		return *c
	}
	return Call{}
}

// WithCall returns a context that belongs to call. Whoever dispatches events
// calls it: a mux, a client, or a test of a handler that needs its request. A
// call of the callee's side also sets the request, the flow and the peer, and
// starts new response metadata.
func WithCall(ctx context.Context, call Call) context.Context {
	f := &frame{scope: *scopeOf(ctx), own: call}
	f.Context, f.call = ctx, &f.own
	if call.Side == Callee {
		f.handling, f.flow, f.peer, f.item = &f.own, call.Request.FlowID, &f.own.Peer, 0
		f.answered = &f.collected
	}
	return &f.scope
}

// PeerFrom returns the other side of the connection that an event came by. It is
// the zero Peer for a call within the process.
func PeerFrom(ctx context.Context) Peer {
	if p := scopeOf(ctx).peer; p != nil {
		return *p
	}
	return Peer{}
}

// WithPeer returns the context in which a transport serves what peer sent.
func WithPeer(ctx context.Context, peer Peer) context.Context {
	s := derive(ctx)
	s.peer = &peer
	return s
}

// ItemFrom returns the number that [WithItem] gave, 0 outside of a batch.
func ItemFrom(ctx context.Context) int { return scopeOf(ctx).item }

// WithItem returns the context in which a batch serves its item number n, the
// first being 1. It holds for one call and not for the calls made in turn.
func WithItem(ctx context.Context, n int) context.Context {
	s := derive(ctx)
	s.item = n
	return s
}

// NewID returns an id from the source that [WithIDs] set, or a [RandomID].
func NewID(ctx context.Context) string {
	if d := scopeOf(ctx).defaults; d != nil && d.ids != nil {
		return d.ids()
	}
	return RandomID()
}

// WithIDs returns a context in which [NewID] and [NewRequest] take ids from
// source, which must be safe for concurrent use.
func WithIDs(ctx context.Context, source func() string) context.Context {
	s := derive(ctx)
	d := s.copyDefaults()
	d.ids = source
	return s
}

// WithPropagation returns a context in which [NewRequest] copies these keys of
// the handled event's metadata, in place of those named before.
func WithPropagation(ctx context.Context, keys ...string) context.Context {
	s := derive(ctx)
	d := s.copyDefaults()
	d.propagate = keys
	return s
}

// SetMetadata sets metadata of the response that is being made under ctx. It is
// safe for concurrent use. It fails outside of a handler and when value cannot be
// encoded. Once the call is answered it has no effect.
func SetMetadata(ctx context.Context, key string, value any) error {
	a := scopeOf(ctx).answered
	if a == nil {
		return errors.New("events: SetMetadata outside of a handler's context")
	}
	raw, err := JSON{}.Marshal(value)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.metadata = scan.SetMember(a.metadata, key, raw)
	return nil
}

// MetadataFrom returns what [SetMetadata] has set under ctx, nil if nothing.
func MetadataFrom(ctx context.Context) json.RawMessage {
	a := scopeOf(ctx).answered
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.metadata
}

func propagated(ctx context.Context) []string {
	if d := scopeOf(ctx).defaults; d != nil {
		return d.propagate
	}
	return nil
}
