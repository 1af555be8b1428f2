package client

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/evoke-rpc/evoke/events"
)

// DefaultRecheck is how long a [Preferred] event that had to fall back keeps calling the older
// version before it tries the preferred one again.
const DefaultRecheck = 5 * time.Minute

// A Preferred event is one that callees may know in several versions. It calls the best one
// that the callee serves, remembers which that was, and from time to time looks
// whether a better one has come. It is safe for concurrent use; make one per event
// and callee, and keep it:
//
//	getProduct := client.Prefer(c, "catalog:product:get",
//		client.Version[GetProduct, Product](2),
//		client.Convert(1, toV1, fromV1))
//	p, err := getProduct.Call(ctx, GetProduct{ID: "p-1"})
type Preferred[In, Out any] struct {
	// Recheck replaces DefaultRecheck. Set it before the first call.
	Recheck time.Duration

	handler  events.Handler
	name     string
	versions []EventVersion[In, Out]

	mu      sync.Mutex
	current int // index of the version that worked
	until   time.Time
}

// An EventVersion is one that a [Preferred] event can be called in.
type EventVersion[In, Out any] struct {
	number int
	call   func(ctx context.Context, h events.Handler, name string, in In, options []CallOption) (Out, error)
}

// Version is one whose payloads are In and Out.
func Version[In, Out any](number int) EventVersion[In, Out] {
	return EventVersion[In, Out]{number, func(ctx context.Context, h events.Handler, name string, in In, options []CallOption) (Out, error) {
		return Call[Out](ctx, h, name, number, in, options...)
	}}
}

// Convert is a version with payloads of its own: request makes its request of In, and
// response makes Out of what it answers. Their errors are those of the call.
func Convert[In, OldIn, OldOut, Out any](number int, request func(In) (OldIn, error), response func(OldOut) (Out, error)) EventVersion[In, Out] {
	return EventVersion[In, Out]{number, func(ctx context.Context, h events.Handler, name string, in In, options []CallOption) (out Out, err error) {
		converted, err := request(in)
		if err != nil {
			return out, err
		}
		answer, err := Call[OldOut](ctx, h, name, number, converted, options...)
		if err != nil {
			return out, err
		}
		return response(answer)
	}}
}

// Prefer returns the event name as h serves it, in the first of the versions that it
// has. It panics without any.
func Prefer[In, Out any](h events.Handler, name string, versions ...EventVersion[In, Out]) *Preferred[In, Out] {
	if len(versions) == 0 {
		panic(fmt.Sprintf("client: no version of %q to prefer", name))
	}
	return &Preferred[In, Out]{Recheck: DefaultRecheck, handler: h, name: name, versions: versions}
}

// Call calls the event as [Call] does. A version that the callee does not know, or
// not any more, is passed over for the next one; any other error ends the call.
func (p *Preferred[In, Out]) Call(ctx context.Context, in In, options ...CallOption) (out Out, err error) {
	first := p.first()
	for i := first; i < len(p.versions); i++ {
		v := p.versions[i]
		if out, err = v.call(ctx, p.handler, p.name, in, options); !unknown(err, p.name, v.number) {
			p.remember(i)
			return out, err
		}
	}
	if first == 0 {
		return out, err
	}
	// What was remembered has gone: perhaps a better one has come instead.
	p.remember(0)
	for i, v := range p.versions[:first] {
		if out, err = v.call(ctx, p.handler, p.name, in, options); !unknown(err, p.name, v.number) {
			p.remember(i)
			return out, err
		}
	}
	return out, err
}

// first is the index of the version to begin with.
func (p *Preferred[In, Out]) first() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current > 0 && !time.Now().Before(p.until) {
		p.current = 0
	}
	return p.current
}

func (p *Preferred[In, Out]) remember(i int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i != p.current {
		p.current, p.until = i, time.Now().Add(p.Recheck)
	}
}

// unknown reports whether err says that the callee does not serve this version of
// the event, and not that some event called in turn is unknown.
func unknown(err error, name string, version int) bool {
	e := new(events.Error)
	if !errors.As(err, &e) || e.Remote == nil {
		return false
	}
	switch {
	case e.Kind == events.KindEventNotFound:
		said, told := e.Parameters["event"]
		return !told || reflect.DeepEqual(said, name)
	case e.Kind == events.KindGone:
		return e.Code == events.CodeVersionGone && e.Remote.Version == version
	}
	return false
}
