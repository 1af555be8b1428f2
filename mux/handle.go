package mux

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"

	"github.com/evoke-rpc/evoke/events"
)

// Handle serves the event name of the given version by fn. The payload is decoded
// into In and what fn returns is encoded; a payload that does not fit is answered
// badRequest INVALID_PAYLOAD. struct{} as In takes any payload, as Out it writes {}.
//
// The request event, the flow and the peer are in fn's context: see
// [events.RequestFrom], [events.FlowFrom], [events.PeerFrom] and
// [events.SetMetadata]. Handle panics as [Mux.Add] does.
func Handle[In, Out any](m *Mux, name string, version int, fn func(context.Context, In) (Out, error), options ...HandlerOption) {
	r := &route{
		name: name, version: version, at: callSite(),
		input: reflect.TypeFor[In]().String(), output: reflect.TypeFor[Out]().String(),
	}
	if fn != nil {
		r.handler = &typed[In, Out]{fn: fn, codec: m.codec, anyInput: reflect.TypeFor[In]() == reflect.TypeFor[struct{}]()}
	}
	m.add(r, options)
}

type typed[In, Out any] struct {
	fn       func(context.Context, In) (Out, error)
	codec    events.Codec
	anyInput bool
}

func (t *typed[In, Out]) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	var in In
	if !t.anyInput {
		if err := t.codec.Unmarshal(request.Payload, &in); err != nil {
			return events.Event{}, invalidPayload(err)
		}
	}
	out, err := t.fn(ctx, in)
	if err != nil {
		return events.Event{}, err
	}
	payload, err := events.EncodePayload(t.codec, out)
	if err != nil {
		return events.Event{}, err
	}
	return events.Event{
		Name: request.Name + ":response", Version: request.Version,
		ID: request.ID, FlowID: request.FlowID, Payload: payload,
	}, nil
}

// A violation tells where a payload does not fit.
type violation struct {
	Path     string `json:"path"` // JSON Pointer (RFC 6901)
	Keyword  string `json:"keyword"`
	Expected string `json:"expected"`
	Got      string `json:"got"`
}

// invalidPayload tells the caller where the payload does not fit. The text of an
// error that is not encoding/json's own may tell of internals and stays here.
func invalidPayload(err error) error {
	v := violation{Keyword: "format", Expected: "a payload that the event's type can be read from", Got: "another one"}
	if mismatch := new(json.UnmarshalTypeError); errors.As(err, &mismatch) {
		v = violation{Path: pointer(mismatch.Field), Keyword: "type", Expected: jsonType(mismatch.Type)}
		v.Got, _, _ = strings.Cut(mismatch.Value, " ") // behind the space is the value itself, of any length
	}
	return events.Errorf(events.KindBadRequest, events.CodeInvalidPayload, "the payload does not fit the event").
		With("violations", []violation{v}).Wrap(err)
}

func pointer(field string) string {
	if field == "" {
		return ""
	}
	return "/" + strings.NewReplacer("~", "~0", "/", "~1", ".", "/").Replace(field)
}

// jsonType names the JSON type that encoding/json reads t from.
func jsonType(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	case reflect.Float32, reflect.Float64:
		return "number"
	}
	return "integer"
}
