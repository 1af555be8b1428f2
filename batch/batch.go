// Package batch serves many events as one:
//
//	m.Add("system:batch:run", 1, batch.New(m))
//
// A request's payload is {"parallel": bool, "events": [...]}. The answer holds one
// event for each, in the order asked: as version 1 an array, as a later version
// {"events": [...]}. One event that fails, panics or is slow does not touch the
// others.
package batch

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/guard"
	"github.com/evoke-rpc/evoke/mux"
)

// The defaults of the limits.
const (
	DefaultMaxItems         = 100
	DefaultConcurrency      = 10
	DefaultMaxResponseBytes = 4 << 20
	DefaultDepth            = 1
)

// A Handler serves batches. It is safe for concurrent use.
type Handler struct {
	items       events.Handler
	maxItems    int
	concurrency int
	maxResponse int
	depth       int
	itemTimeout time.Duration
	running     guard.Group
}

// An Option configures a Handler.
type Option func(*Handler)

// WithMaxItems refuses batches of more events, in place of [DefaultMaxItems].
func WithMaxItems(n int) Option { return func(h *Handler) { h.maxItems = n } }

// WithConcurrency limits how many events of a parallel batch run at a time, in
// place of [DefaultConcurrency].
func WithConcurrency(n int) Option { return func(h *Handler) { h.concurrency = max(1, n) } }

// WithMaxResponseBytes limits the size of the answers together, in place of
// [DefaultMaxResponseBytes]. An answer that no longer fits is replaced by the
// error LIMIT_EXCEEDED.
func WithMaxResponseBytes(n int) Option { return func(h *Handler) { h.maxResponse = n } }

// WithDepth lets batches hold batches, in place of [DefaultDepth], which does not:
// n levels in all.
func WithDepth(n int) Option { return func(h *Handler) { h.depth = n } }

// WithItemTimeout limits how long each event may take. Without it, and in any
// case, the events end a little before the deadline of the batch, so that the
// batch can still tell what became of them.
func WithItemTimeout(d time.Duration) Option { return func(h *Handler) { h.itemTimeout = d } }

// New returns a Handler whose events are served by items, a mux as a rule.
func New(items events.Handler, options ...Option) *Handler {
	h := &Handler{
		items: items, maxItems: DefaultMaxItems, concurrency: DefaultConcurrency,
		maxResponse: DefaultMaxResponseBytes, depth: DefaultDepth,
	}
	for _, o := range options {
		o(h)
	}
	return h
}

// Serve runs the batch. Its error is badRequest INVALID_PAYLOAD if the payload is
// no batch and error LIMIT_EXCEEDED if it is over a limit; then nothing was run.
func (h *Handler) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	depth, _ := ctx.Value(depthKey{}).(int)
	if events.CallFrom(ctx).Item == 0 && events.ItemFrom(ctx) == 0 {
		depth = 0 // a handler sends this one in turn
	}
	if depth >= h.depth {
		return events.Event{}, limitExceeded("depth", h.depth, depth+1)
	}
	b, err := read(ctx, request, h.maxItems)
	if err != nil {
		return events.Event{}, err
	}
	ctx, cancel := reserve(context.WithValue(ctx, depthKey{}, depth+1))
	defer cancel()
	answers := make([]answer, len(b.items))
	if b.parallel {
		h.runParallel(ctx, b.items, answers)
	} else {
		for i := range b.items {
			answers[i] = h.run(ctx, i+1, b.items[i])
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return events.Event{}, err
	}
	payload, err := h.payload(request.Version, b.items, answers)
	return events.Event{
		Name: request.Name + ":response", Version: request.Version,
		ID: request.ID, FlowID: request.FlowID, Payload: payload,
	}, err
}

// Wait returns when no event runs on that was left behind at its deadline, or
// with the error of ctx.
func (h *Handler) Wait(ctx context.Context) error { return h.running.Wait(ctx) }

type depthKey struct{}

// An answer is the event for an item, and the error that nobody else tells the
// tracker of: of an item that was no event, or that its handler left unanswered.
type answer struct {
	event events.Event
	err   error
}

// runParallel fills answers in any order.
func (h *Handler) runParallel(ctx context.Context, items []item, answers []answer) {
	var workers sync.WaitGroup
	next := make(chan int)
	for range min(h.concurrency, len(items)) {
		workers.Go(func() {
			for i := range next {
				answers[i] = h.run(ctx, i+1, items[i])
			}
		})
	}
	for i := range items {
		next <- i
	}
	close(next)
	workers.Wait()
}

// run serves item number n.
func (h *Handler) run(ctx context.Context, n int, it item) answer {
	if it.err != nil {
		return answer{events.NewErrorEvent(it.event, it.err), fmt.Errorf("batch: item %d: %w", n, it.err)}
	}
	var limit guard.Limit
	ctx = h.limit(&limit, events.WithItem(ctx, n))
	defer limit.End()
	response, err := h.serve(ctx, it.event)
	switch {
	case response.Name != "" || err == nil:
		response, defect := finish(it.event, response)
		if defect == nil {
			return answer{response, err}
		}
		err = errors.Join(defect, err)
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		err = events.Errorf(events.KindError, events.CodeDeadlineExceeded, "the event took longer than the batch could give").Wrap(err)
	}
	return answer{events.NewErrorEvent(it.event, err), fmt.Errorf("batch: item %d, %s version %d: %w", n, it.event.Name, it.event.Version, err)}
}

// serve obeys the limit of ctx. A mux does so by itself.
func (h *Handler) serve(ctx context.Context, request events.Event) (events.Event, error) {
	if m, ok := h.items.(*mux.Mux); ok {
		return m.Serve(ctx, request)
	}
	return h.running.Serve(ctx, h.items, request, func(error) {})
}

// finish makes what a Handler returned the answer to request. A mux and a client
// have done so; others may leave out what is the request's.
func finish(request, response events.Event) (events.Event, error) {
	if response.Name == "" {
		response.Name = request.Name + ":response"
	}
	if strings.Contains(response.Name, ":") { // the bare errors have version 1
		response.Version = request.Version
	}
	response.ID, response.FlowID = request.ID, request.FlowID
	response.Identity, response.Auth = nil, nil
	if err := (events.Decoder{Response: true, MaxDepth: maxDepth}).Validate(response); err != nil {
		return response, fmt.Errorf("its handler answered: %v", err)
	}
	return response, nil
}

// reserve ends ctx early enough for the batch to answer, whatever its items do.
func reserve(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, limited := ctx.Deadline()
	if !limited {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-margin(time.Until(deadline))))
}

// margin is the part of the time left that is kept for those who wait.
func margin(left time.Duration) time.Duration { return min(left/20, 500*time.Millisecond) }

// limit leaves the items that follow a part of the time.
func (h *Handler) limit(l *guard.Limit, ctx context.Context) context.Context {
	limit := time.Duration(-1)
	if deadline, limited := ctx.Deadline(); limited {
		left := max(0, time.Until(deadline))
		limit = left - margin(left)
	}
	if h.itemTimeout > 0 && (limit < 0 || h.itemTimeout < limit) {
		limit = h.itemTimeout
	}
	l.Begin(ctx, limit)
	return l.Of(ctx)
}

// payload joins the answers. Those that no longer fit are replaced. The error is
// for the tracker.
func (h *Handler) payload(version int, items []item, answers []answer) (payload []byte, err error) {
	var out []byte
	if version > 1 {
		out = append(out, `{"events":`...)
	}
	out = append(out, '[')
	for i, a := range answers {
		if i > 0 {
			out = append(out, ',')
		}
		start := len(out)
		if out = a.event.Append(out); len(out) > h.maxResponse && items[i].err == nil {
			a.err = errors.Join(a.err, limitExceeded("responseBytes", h.maxResponse, len(out)))
			out = events.NewErrorEvent(items[i].event, limitExceeded("responseBytes", h.maxResponse, len(out))).Append(out[:start])
		}
		err = errors.Join(err, a.err)
	}
	out = append(out, ']')
	if version > 1 {
		out = append(out, '}')
	}
	return out, err
}
