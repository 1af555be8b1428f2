package mux

import (
	"context"
	"reflect"

	"github.com/evoke-rpc/evoke/events"
)

// Handle serves the event name of the given version by fn. The payload is decoded
// into In and what fn returns is encoded. The payload is checked against the schema
// of In first; one that does not fit is answered badRequest INVALID_PAYLOAD with all
// violations. struct{} as In takes any payload, as Out it writes {}.
//
// The request event, the flow and the peer are in fn's context: see
// [events.RequestFrom], [events.FlowFrom], [events.PeerFrom] and
// [events.SetMetadata]. Handle panics as [Mux.Add] does.
func Handle[In, Out any](m *Mux, name string, version int, fn func(context.Context, In) (Out, error), options ...HandlerOption) {
	r := &route{
		name: name, version: version, at: callSite(),
		inputType: reflect.TypeFor[In](), outputType: reflect.TypeFor[Out](), typed: true,
	}
	if fn != nil {
		r.handler = &typed[In, Out]{fn: fn, codec: m.codec, route: r}
	}
	m.add(r, options)
}

type typed[In, Out any] struct {
	fn    func(context.Context, In) (Out, error)
	codec events.Codec
	route *route
}

func (t *typed[In, Out]) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	var in In
	if !t.route.anyInput {
		if err := t.route.checkInput(request.Payload); err != nil {
			return events.Event{}, err
		}
		if err := t.codec.Unmarshal(request.Payload, &in); err != nil {
			return events.Event{}, invalidPayload(request.Payload, err)
		}
	}
	out, err := t.fn(ctx, in)
	if err != nil {
		return events.Event{}, err
	}
	payload, err := events.EncodePayload(t.codec, out)
	if err == nil {
		err = t.route.checkOutput(payload)
	}
	if err != nil {
		return events.Event{}, err
	}
	return events.Event{
		Name: request.Name + ":response", Version: request.Version,
		ID: request.ID, FlowID: request.FlowID, Payload: payload,
	}, nil
}
