// Package guard calls handlers so that nothing they do harms the caller: a panic
// becomes an error, and a handler that does not return in time is left behind,
// but not forgotten.
package guard

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/evoke-rpc/evoke/events"
)

// A Group owns the goroutines of the handlers it calls. The zero value is ready.
type Group struct {
	running atomic.Int64
	mu      sync.Mutex
	waiting []chan struct{}
}

// Serve calls h. A panic is returned as an [*events.PanicError]. If ctx has a
// deadline, Serve returns by then with ctx.Err(), whether or not h obeys ctx; h
// then runs on in a goroutine of the group, and late is told if it panics.
func (g *Group) Serve(ctx context.Context, h events.Handler, request events.Event, late func(error)) (events.Event, error) {
	if err := ctx.Err(); err != nil {
		return events.Event{}, err
	}
	if _, limited := ctx.Deadline(); !limited {
		return Call(ctx, h, request)
	}
	return g.serveUntilDone(ctx, h, request, late)
}

func (g *Group) serveUntilDone(ctx context.Context, h events.Handler, request events.Event, late func(error)) (events.Event, error) {
	var (
		response events.Event
		err      error
		decided  atomic.Bool // by whoever comes first: the handler or ctx
		returned = make(chan struct{})
	)
	g.Leave()
	go func() {
		defer g.Return()
		r, e := events.Event{}, errGoexit
		defer func() {
			if decided.CompareAndSwap(false, true) {
				response, err = r, e
				close(returned)
			} else if p := new(events.PanicError); errors.As(e, &p) {
				p.Late = true
				late(e)
			}
		}()
		r, e = Call(ctx, h, request)
	}()
	select {
	case <-returned:
	case <-ctx.Done():
		if decided.CompareAndSwap(false, true) {
			return events.Event{}, ctx.Err()
		}
		<-returned
	}
	return response, err
}

var errGoexit = errors.New("the handler ended its goroutine by runtime.Goexit")

// Call calls h here. A panic is returned as an [*events.PanicError].
func Call(ctx context.Context, h events.Handler, request events.Event) (response events.Event, err error) {
	defer func() {
		if v := recover(); v != nil {
			response, err = events.Event{}, &events.PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return h.Serve(ctx, request)
}

// Leave counts a handler that runs on by itself, until Return is called.
func (g *Group) Leave() { g.running.Add(1) }

// Return is told that it has returned.
func (g *Group) Return() {
	if g.running.Add(-1) > 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, c := range g.waiting {
		close(c)
	}
	g.waiting = nil
}

// Wait returns when no goroutine of the group runs, or with ctx.Err().
func (g *Group) Wait(ctx context.Context) error {
	g.mu.Lock()
	idle := make(chan struct{})
	g.waiting = append(g.waiting, idle)
	if g.running.Load() == 0 {
		close(idle)
		g.waiting = g.waiting[:len(g.waiting)-1]
	}
	g.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
