package client

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"github.com/evoke-rpc/evoke/events"
)

// Call has h serve the event name of the given version and decodes its answer
// into Out. H may be a Client, a mux in the same process or any other Handler. The
// request is made as [events.NewRequest] does, so that it belongs to the flow of
// ctx and to the event that is being handled there. struct{} as Out takes any
// answer.
//
// The error is an [*events.Error] if the callee answered with an error event, an
// [*events.Redirect] for a redirect, both marked as remote, an [*Error] if a Client
// got no answer or if the answer does not fit Out, and otherwise that of encoding in
// or the one that h returned.
func Call[Out any](ctx context.Context, h events.Handler, name string, version int, in any, options ...CallOption) (Out, error) {
	var out Out
	var s settings
	for _, o := range options {
		o.applyCall(&s)
	}
	codec := codecOf(h)
	request, err := newRequest(ctx, h, codec, name, version, in, s)
	if err != nil {
		return out, err
	}
	response, err := serve(ctx, h, request, s)
	if err != nil && response.Name == "" { // with an event, the error is for trackers
		return out, err
	}
	return out, decode(codec, request, complete(request, response), &out)
}

// newRequest makes the event of a typed call.
func newRequest(ctx context.Context, h events.Handler, codec events.Codec, name string, version int, in any, s settings) (events.Event, error) {
	if source, ok := h.(interface{ NewID() string }); ok {
		ctx = events.WithIDs(ctx, source.NewID)
	}
	request, err := events.NewRequest(ctx, name, version, nil)
	if err != nil {
		return request, err
	}
	if request.Payload, err = events.EncodePayload(codec, in); err != nil {
		return request, fmt.Errorf("client: the payload of %s version %d: %w", name, version, err)
	}
	for _, edit := range s.edits {
		if err := edit(ctx, &request, true); err != nil {
			return request, fmt.Errorf("client: preparing %s version %d: %w", name, version, err)
		}
	}
	return request, nil
}

// serve calls h under the settings of one call.
func serve(ctx context.Context, h events.Handler, request events.Event, s settings) (events.Event, error) {
	if s.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timeout)
		defer cancel()
	}
	if s.timed || s.header != nil || s.idempotent {
		ctx = context.WithValue(ctx, perCallKey{}, &perCall{id: request.ID, settings: s})
	}
	return h.Serve(ctx, request)
}

// decode reads the answer to request into out, a pointer.
func decode(codec events.Codec, request, response events.Event, out any) error {
	if err := response.Err(); err != nil {
		return err
	}
	if _, ignore := out.(*struct{}); ignore {
		return nil
	}
	if err := codec.Unmarshal(response.Payload, out); err != nil {
		return &Error{Event: request.Name, Version: request.Version, Reason: ErrInvalidResponse,
			Err: fmt.Errorf("its payload does not fit %v: %w", reflect.TypeOf(out).Elem(), err)}
	}
	return nil
}

func codecOf(h events.Handler) events.Codec {
	if c, ok := h.(*Client); ok {
		return c.codec
	}
	return events.JSON{}
}

// perCall carries the settings of one call through Handlers that may wrap the
// Client. The id keeps them from the calls that a handler makes in turn.
type perCall struct {
	id       string
	settings settings
}

type perCallKey struct{}

// settings are the Client's own, overridden by those of the call.
func (c *Client) settings(ctx context.Context, request events.Event) settings {
	s := c.defaults
	call, ok := ctx.Value(perCallKey{}).(*perCall)
	if !ok || call.id != request.ID {
		return s
	}
	if call.settings.timed {
		s.timeout = call.settings.timeout
	}
	if call.settings.header != nil {
		s.header = maps.Clone(s.header)
		if s.header == nil {
			s.header = call.settings.header
		} else {
			maps.Copy(s.header, call.settings.header)
		}
	}
	s.idempotent = s.idempotent || call.settings.idempotent
	return s
}
