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
	in, err := decode[In](t.route, t.codec, request.Payload)
	if err != nil {
		return events.Event{}, err
	}
	out, err := t.fn(ctx, in)
	if err != nil {
		return events.Event{}, err
	}
	payload, err := encode(t.route, t.codec, out)
	if err != nil {
		return events.Event{}, err
	}
	return events.Event{
		Name: t.route.success, Version: request.Version,
		ID: request.ID, FlowID: request.FlowID, Payload: payload,
	}, nil
}

// decode reads the payload of a request that the handler of r takes.
func decode[In any](r *route, codec events.Codec, payload []byte) (in In, err error) {
	if r.anyInput {
		return in, nil
	}
	if err := r.checkInput(payload); err != nil {
		return in, err
	}
	if err := codec.Unmarshal(payload, &in); err != nil {
		return in, invalidPayload(payload, err)
	}
	return in, nil
}

// encode writes the payload of a response that the handler of r gives.
func encode(r *route, codec events.Codec, out any) ([]byte, error) {
	payload, err := events.EncodePayload(codec, out)
	if err == nil {
		err = r.checkOutput(payload)
	}
	return payload, err
}
