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
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/tracker"
)

var emptyObject = json.RawMessage("{}")

// A call is one event on its way through the mux:
//
//	c := m.begin(ctx, request, budget, size)
//	defer c.cancel()
//	response, err := c.serve()
//	c.end(response, err, status, size)
type call struct {
	mux     *Mux
	tracker tracker.Tracker
	route   *route // nil without a handler
	ctx     context.Context
	cancel  context.CancelFunc
	details events.Call
}

// begin puts into ctx what a handler may ask of it and starts the tracker. Budget
// is the time that the transport knows the caller to give, -1 if it does not say;
// size is that of the request on the wire.
func (m *Mux) begin(ctx context.Context, request events.Event, budget time.Duration, size int) *call {
	if request.FlowID == "" {
		if request.FlowID = events.FlowFrom(ctx); request.FlowID == "" {
			request.FlowID = m.NewID()
		}
	}
	if request.ID == "" {
		request.ID = m.NewID()
	}
	for _, raw := range []*json.RawMessage{&request.Payload, &request.Identity, &request.Auth, &request.Metadata} {
		if len(*raw) == 0 {
			*raw = emptyObject
		}
	}
	c := &call{mux: m, tracker: *m.tracker.Load(), route: m.route(request.Name, request.Version), cancel: func() {}}
	c.details = events.Call{
		Side: events.Callee, Request: request, Registered: c.route != nil, Item: events.ItemFrom(ctx),
		Deprecated: c.route != nil && c.route.deprecation != nil, Origin: m.origin(request.Metadata),
		Started: m.now(), RequestBytes: size, Peer: events.PeerFrom(ctx),
	}
	c.ctx = events.WithCall(ctx, c.details)
	if m.ids != nil {
		c.ctx = events.WithIDs(c.ctx, m.ids)
	}
	if m.propagate != nil {
		c.ctx = events.WithPropagation(c.ctx, m.propagate...)
	}
	c.ctx = c.tracker.Start(c.ctx, request)
	if limit := c.limit(budget); limit >= 0 {
		c.ctx, c.cancel = context.WithTimeout(c.ctx, limit)
	}
	return c
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

// limit is the least of the times that the handler, the transport and the
// request's metadata give, or -1 if none of them does.
func (c *call) limit(budget time.Duration) time.Duration {
	limit := budget
	if c.route != nil && c.route.timeout > 0 && (limit < 0 || c.route.timeout < limit) {
		limit = c.route.timeout
	}
	if asked, ok := milliseconds(string(scan.Lookup(c.details.Request.Metadata, "timeoutMs"))); ok && (limit < 0 || asked < limit) {
		limit = asked
	}
	return limit
}

// milliseconds reads a caller's time limit. What is no such number is ignored, as
// metadata may be.
func milliseconds(s string) (time.Duration, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return time.Duration(n) * time.Millisecond, err == nil
}

// serve returns the answer and the error to tell the tracker of. The answer is
// the zero event if the caller is gone.
func (c *call) serve() (events.Event, error) {
	response, err := c.mux.running.Serve(c.ctx, c.handler(), c.details.Request, c.noticeLate)
	if cause := c.ctx.Err(); cause != nil && errors.Is(err, cause) {
		return c.overdue(cause, err)
	}
	if response.Name == "" && response.Payload == nil && err != nil {
		return c.stampMetadata(c.errorEvent(err)), failure(err)
	}
	response, defect := c.stamp(response)
	if defect != nil {
		return c.errorEvent(defect), errors.Join(defect, err)
	}
	if err != nil {
		return response, failure(err)
	}
	if err = response.Err(); errors.As(err, new(*events.Redirect)) {
		err = nil
	}
	return response, err
}

// errorEvent answers err. A handler that reads events itself and fails with that
// error does not mean that its own request was no event.
func (c *call) errorEvent(err error) events.Event {
	response := events.NewErrorEvent(c.details.Request, err)
	if response.Name == string(events.KindBadProtocol) {
		return events.NewErrorEvent(c.details.Request, fmt.Errorf("%v", err))
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
func (c *call) overdue(cause, err error) (events.Event, error) {
	if cause == context.Canceled {
		return events.Event{}, err
	}
	e := events.Errorf(events.KindError, events.CodeDeadlineExceeded, "the call took longer than it was given").Wrap(err)
	return c.stampMetadata(events.NewErrorEvent(c.details.Request, e)), e
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
	c.tracker.NoticeEventError(c.ctx, c.details.Request, fmt.Errorf("after the deadline: %w", err))
}

// end tells the tracker how the call ended.
func (c *call) end(response events.Event, err error, status, size int) {
	c.details.Elapsed = c.mux.now().Sub(c.details.Started)
	c.details.Status, c.details.ResponseBytes = status, size
	ctx := events.WithCall(c.ctx, c.details)
	if err != nil {
		ctx = c.tracker.NoticeEventError(ctx, c.details.Request, err)
	}
	c.tracker.End(ctx, response, err)
}
