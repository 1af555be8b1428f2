package mux

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/events"
)

// A watch answers a call at its deadline while the handler goes on in the goroutine
// of the request. To run the handler in another one would cost more than the rest of
// a small call.
type watch struct {
	timer    *time.Timer
	decided  atomic.Bool // by whoever comes first: the handler or the deadline
	call     *call
	writer   http.ResponseWriter
	request  *http.Request
	written  sync.WaitGroup // of the answer of the deadline
	panicked any            // what its answering panicked with
}

// watches are kept for the next call, by each mux for itself: a timer must not leave
// the bubble of a test.
type watches struct{ pool sync.Pool }

// canBeLeft reports whether an answer reaches the caller before ServeHTTP returns. In
// HTTP/2 a response has no end before that.
func canBeLeft(w http.ResponseWriter, r *http.Request) bool {
	_, flushes := w.(http.Flusher)
	return flushes && r.ProtoMajor == 1
}

// begin watches over c.
func (p *watches) begin(c *call, w http.ResponseWriter, r *http.Request) *watch {
	x, _ := p.pool.Get().(*watch)
	if x == nil {
		x = new(watch)
	}
	x.call, x.writer, x.request = c, w, r
	x.written.Add(1)
	x.decided.Store(false)
	if x.timer == nil {
		x.timer = time.AfterFunc(c.limit.Left, x.expire)
	} else {
		x.timer.Reset(c.limit.Left)
	}
	return x
}

// end is told that the handler has returned, and reports whether the deadline came
// first; then it has answered.
func (p *watches) end(x *watch) (late bool) {
	if !x.decided.CompareAndSwap(false, true) {
		x.written.Wait()
		x.call.mux.running.Return()
		if x.panicked != nil {
			panic(x.panicked)
		}
		return true
	}
	x.written.Done()
	if x.timer.Stop() { // or its goroutine may still look at x
		x.call, x.writer, x.request = nil, nil, nil
		p.pool.Put(x)
	}
	return false
}

func (x *watch) expire() {
	if !x.decided.CompareAndSwap(false, true) {
		return
	}
	defer x.written.Done()
	defer func() { x.panicked = recover() }() // for the goroutine of the request, where net/http expects it
	x.call.mux.running.Leave()
	x.call.answerLate(x.writer, x.request)
}

// answerLate answers instead of the handler. The connection is of no use to the
// caller as long as that runs.
func (c *call) answerLate(w http.ResponseWriter, r *http.Request) {
	if gone(r) {
		c.end(events.Event{}, context.Canceled, 0, 0)
		panic(http.ErrAbortHandler)
	}
	request, _ := events.RequestFrom(c.ctx)
	response, err := c.overdue(request, context.DeadlineExceeded, context.DeadlineExceeded)
	w.Header().Set("Connection", "close")
	c.writeHTTP(w, r, response, err)
	_ = http.NewResponseController(w).Flush() // its error means that the caller is gone
}

// serveWatched serves here. If it is late, the deadline has answered.
func (c *call) serveWatched(w http.ResponseWriter, r *http.Request, request events.Event) (response events.Event, err error, late bool) {
	x := c.mux.watches.begin(c, w, r)
	defer func() { late = c.mux.watches.end(x) }() // also if the handler ends the goroutine
	response, err = c.serveHere(request)
	return response, err, false
}

// returnedLate is told what became of a handler after its deadline.
func (c *call) returnedLate(err error) {
	if p := new(events.PanicError); errors.As(err, &p) {
		p.Late = true
		c.noticeLate(err)
	}
}
