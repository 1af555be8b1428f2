package mux

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/guard"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/tracker"
)

var emptyObject = json.RawMessage("{}")

// A call is one event on its way through the mux:
//
//	c, request := m.begin(ctx, request, arrival)
//	defer c.limit.End()
//	response, err := c.serve(request)
//	c.end(response, err, status, size)
//
// It is all that a call keeps besides the context of package events.
type call struct {
	mux     *Mux
	tracker tracker.Tracker
	route   *route          // nil without a handler
	ctx     context.Context // with the call and what the tracker added, without the limit
	limit   guard.Limit
}

// An arrival is what the transport knows of a request.
type arrival struct {
	peer   events.Peer
	budget time.Duration // that the caller gives, -1 if he does not say
	size   int           // of the request on the wire
}

// begin puts into ctx what a handler may ask of it and starts the tracker. It returns
// the request with what its sender left out.
func (m *Mux) begin(ctx context.Context, request events.Event, a arrival) (*call, events.Event) {
	if request.FlowID == "" {
		if request.FlowID = events.FlowFrom(ctx); request.FlowID == "" {
			request.FlowID = m.NewID()
		}
	}
	if request.ID == "" {
		request.ID = m.NewID()
	}
	for _, raw := range [...]*json.RawMessage{&request.Payload, &request.Identity, &request.Auth, &request.Metadata} {
		if len(*raw) == 0 {
			*raw = emptyObject
		}
	}
	c := &call{mux: m, tracker: *m.tracker.Load(), route: m.route(request.Name, request.Version)}
	c.ctx = events.WithCall(ctx, events.Call{
		Side: events.Callee, Request: request, Registered: c.route != nil, Item: events.ItemFrom(ctx),
		Deprecated: c.route != nil && c.route.deprecation != nil, Origin: m.origin(request.Metadata),
		Started: m.now(), RequestBytes: a.size, Peer: a.peer,
	})
	if m.ids != nil {
		c.ctx = events.WithIDs(c.ctx, m.ids)
	}
	if m.propagate != nil {
		c.ctx = events.WithPropagation(c.ctx, m.propagate...)
	}
	c.ctx = c.tracker.Start(c.ctx, request)
	c.limit.Begin(c.ctx, c.leastOf(a.budget, request.Metadata))
	return c, request
}

// origin is who says to call, as far as this service knows him.
func (m *Mux) origin(metadata json.RawMessage) string {
	if len(m.origins) == 0 {
		return otherOrigin
	}
	raw := scan.Lookup(metadata, "origin")
	if scan.Kind(raw) != "string" {
		return otherOrigin
	}
	said, _ := scan.Unquote(raw)
	if !slices.Contains(m.origins, said) {
		return otherOrigin
	}
	return said
}

// otherOrigin is a caller that is not in the list of [WithOrigins].
const otherOrigin = "other"

// leastOf returns the least of the times that the handler, the transport and the
// request's metadata give, or -1 if none of them does.
func (c *call) leastOf(budget time.Duration, metadata json.RawMessage) time.Duration {
	if c.route != nil && c.route.timeout > 0 && (budget < 0 || c.route.timeout < budget) {
		budget = c.route.timeout
	}
	if asked, ok := milliseconds(scan.Lookup(metadata, "timeoutMs")); ok && (budget < 0 || asked < budget) {
		budget = asked
	}
	return budget
}

// milliseconds reads a caller's time limit. What is no such number is ignored, as
// metadata may be.
func milliseconds[T string | []byte](s T) (time.Duration, bool) {
	if len(s) == 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(s), 10, 31)
	return time.Duration(n) * time.Millisecond, err == nil
}

// serve returns the answer and the error to tell the tracker of. The answer is
// the zero event if the caller is gone.
func (c *call) serve(request events.Event) (events.Event, error) {
	if !c.limit.Limited() {
		return c.serveHere(request)
	}
	ctx := c.limit.Of(c.ctx)
	response, err := c.mux.running.Serve(ctx, c.handler(), request, c.noticeLate)
	return c.answer(ctx, request, response, err)
}

// serveHere serves in this goroutine, whatever time it takes: somebody else watches
// the limit.
func (c *call) serveHere(request events.Event) (events.Event, error) {
	ctx := c.limit.Of(c.ctx)
	if err := ctx.Err(); err != nil {
		return c.answer(ctx, request, events.Event{}, err)
	}
	response, err := guard.Call(ctx, c.handler(), request)
	return c.answer(ctx, request, response, err)
}

// answer makes the answer of what the handler returned under ctx.
func (c *call) answer(ctx context.Context, request, response events.Event, err error) (events.Event, error) {
	if err != nil {
		if cause := ctx.Err(); cause != nil && errors.Is(err, cause) {
			return c.overdue(request, cause, err)
		}
		if response.Name == "" && response.Payload == nil {
			return c.stampMetadata(c.errorEvent(request, err)), failure(err)
		}
	}
	response, defect := c.stamp(request, response)
	if defect != nil {
		return c.errorEvent(request, defect), errors.Join(defect, err)
	}
	if err != nil {
		return response, failure(err)
	}
	if err = response.Err(); err != nil && errors.As(err, new(*events.Redirect)) {
		err = nil
	}
	return response, err
}

// errorEvent answers err. A handler that reads events itself and fails with that
// error does not mean that its own request was no event.
func (c *call) errorEvent(request events.Event, err error) events.Event {
	response := events.NewErrorEvent(request, err)
	if response.Name == string(events.KindBadProtocol) {
		return events.NewErrorEvent(request, fmt.Errorf("%v", err))
	}
	return response
}

func (c *call) handler() events.Handler {
	if chain := c.mux.chain.Load(); chain != nil {
		return *chain
	}
	if c.route != nil {
		return c.route.handler
	}
	return events.HandlerFunc(c.mux.dispatch)
}

// overdue answers a call whose context is done by cause. A handler's own error may
// name both: at a deadline it cancels what it has begun.
func (c *call) overdue(request events.Event, cause, err error) (events.Event, error) {
	if cause == context.Canceled {
		return events.Event{}, err
	}
	e := events.Errorf(events.KindError, events.CodeDeadlineExceeded, "the call took longer than it was given").Wrap(err)
	return c.stampMetadata(events.NewErrorEvent(request, e)), e
}

// failure is err unless that is a redirect of the handler's own.
func failure(err error) error {
	if r := new(events.Redirect); errors.As(err, &r) && r.Remote == nil && !errors.As(err, new(*events.PanicError)) {
		return nil
	}
	return err
}

// noticeLate tells the tracker of a panic after the deadline, which would be lost
// otherwise.
func (c *call) noticeLate(err error) {
	request, _ := events.RequestFrom(c.ctx)
	c.tracker.NoticeEventError(c.ctx, request, fmt.Errorf("after the deadline: %w", err))
}

// end tells the tracker how the call ended.
func (c *call) end(response events.Event, err error, status, size int) {
	if _, blind := c.tracker.(tracker.NoOp); blind {
		return
	}
	details := events.CallFrom(c.ctx)
	details.Elapsed = c.mux.now().Sub(details.Started)
	details.Status, details.ResponseBytes = status, size
	ctx := events.WithCall(c.ctx, details)
	if err != nil {
		ctx = c.tracker.NoticeEventError(ctx, details.Request, err)
	}
	c.tracker.End(ctx, response, err)
}
