// Package client calls events of other services over HTTP. A Client is an
// [events.Handler], and [Call] gives any Handler types:
//
//	c := client.New("http://localhost:8080/events")
//	p, err := client.Call[Product](ctx, c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/tracker"
)

// A Client sends events to one URL. It is safe for concurrent use; make one per
// callee and keep it, since it keeps its connections.
type Client struct {
	url         *url.URL
	urlErr      error
	http        *http.Client
	tracker     tracker.Tracker
	codec       events.Codec
	newID       func() string
	now         func() time.Time
	maxResponse int
	retry       Retry
	redirects   redirects
	defaults    settings
}

// New returns a Client that posts events to rawURL, http or https. A wrong URL
// is reported by the calls.
func New(rawURL string, options ...Option) *Client {
	c := &Client{
		tracker: tracker.NoOp{}, codec: events.JSON{}, newID: events.RandomID, now: time.Now,
		maxResponse: DefaultMaxResponse, defaults: settings{timeout: DefaultTimeout},
	}
	c.url, c.urlErr = parseURL(rawURL)
	for _, o := range options {
		o.applyClient(c)
	}
	c.http = prepare(c.http)
	return c
}

// Serve sends request and returns what the callee answered, error events
// included. If there is no answer the error is an [*Error], which tells why.
//
// An empty ID is replaced by a fresh one, an empty FlowID by that of ctx or a fresh
// one. The event is sent as it is otherwise, with the time that is left as
// metadata.timeoutMs.
func (c *Client) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	s := c.settings(ctx, request)
	if request.ID == "" {
		request.ID = c.newID()
	}
	if request.FlowID == "" {
		if request.FlowID = events.FlowFrom(ctx); request.FlowID == "" {
			request.FlowID = c.newID()
		}
	}
	if s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	call := events.Call{
		Side: events.Caller, Request: request, Started: c.now(), Item: events.ItemFrom(ctx),
		Peer: events.Peer{Protocol: "http", Addr: c.host()},
	}
	ctx = c.tracker.Start(events.WithCall(ctx, call), request)
	if t, ok := c.tracker.(tracker.Injector); ok {
		request = t.Inject(ctx, request)
	}
	response, err := c.send(ctx, request, s, &call)
	call.Elapsed = c.now().Sub(call.Started)
	c.end(ctx, call, response, err)
	return response, err
}

// CloseIdleConnections closes the connections that no call uses, and with them
// the goroutines that the Client keeps.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }

// NewID returns an id from the source of [WithIDs].
func (c *Client) NewID() string { return c.newID() }

// end tells the tracker. What the callee answered was noticed on its side.
func (c *Client) end(ctx context.Context, call events.Call, response events.Event, err error) {
	call.Deprecated = scan.Lookup(response.Metadata, "deprecation") != nil
	ctx = events.WithCall(ctx, call)
	if err != nil {
		ctx = c.tracker.NoticeEventError(ctx, call.Request, err)
	} else if failed, ok := response.Err().(*events.Error); ok {
		err = failed
	}
	c.tracker.End(ctx, response, err)
}

// send prepares the event and sends it as often as the settings allow.
func (c *Client) send(ctx context.Context, request events.Event, s settings, call *events.Call) (events.Event, error) {
	if c.urlErr != nil {
		return events.Event{}, c.fail(request, ErrNoConnection, c.urlErr)
	}
	for _, edit := range slices.Backward(c.defaults.edits) { // an edit leaves alone what is there, so the last option wins
		if err := edit(ctx, &request, false); err != nil {
			return events.Event{}, c.fail(request, classOf(ctx, err, ErrInvalidRequest), err)
		}
	}
	if err := errors.Join(request.Validate(), checkHeader(s.header)); err != nil {
		return events.Event{}, c.fail(request, ErrInvalidRequest, noEvent(err))
	}
	return c.withRetries(ctx, s, func() (events.Event, error) {
		return c.follow(ctx, request, s, call)
	})
}
