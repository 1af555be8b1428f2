package mux

import (
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
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
			return events.Event{}, invalidPayload(request.Payload, err)
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
func invalidPayload(payload []byte, err error) error {
	v := violation{Keyword: "format", Expected: "a payload that the event's type can be read from", Got: "another one"}
	if mismatch := new(json.UnmarshalTypeError); errors.As(err, &mismatch) {
		v = violation{Path: pointer(payload, mismatch), Keyword: "type", Expected: jsonType(mismatch.Type)}
		v.Got, _, _ = strings.Cut(mismatch.Value, " ") // behind the space is the value itself, of any length
		if v.Got == "bool" {
			v.Got = "boolean"
		}
	}
	return events.Errorf(events.KindBadRequest, events.CodeInvalidPayload, "the payload does not fit the event").
		With("violations", []violation{v}).Wrap(err)
}

// pointer returns where in payload the mismatch is. Its offset leads there unless
// a type read a part of the payload by itself and counted from that part's start;
// then the names of the Go fields have to do, which lack indices and map keys.
func pointer(payload []byte, mismatch *json.UnmarshalTypeError) string {
	var keys []string
	end, at := int(mismatch.Offset), scan.Space(payload, 0)
	for inside := true; inside && (payload[at] == '{' || payload[at] == '['); {
		inside = false
		w := scan.Walk(payload, at, 1<<20)
		for n := 0; !inside && w.Next(); n++ {
			start := w.End() - len(w.Value())
			if inside = start < end && end <= w.End(); !inside {
				continue
			}
			at = start
			if key := w.Key(); key != nil {
				name, _ := scan.Unquote(key)
				keys = append(keys, name)
			} else {
				keys = append(keys, strconv.Itoa(n))
			}
		}
	}
	if fields := mismatch.Field; !along(strings.Join(keys, "."), fields) {
		keys = strings.Split(fields, ".")
	}
	path := ""
	for _, key := range keys {
		path += "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
	}
	return path
}

// along reports whether the dotted path passes all the fields, in their order.
func along(path, fields string) bool {
	path = "." + path + "."
	for field := range strings.SplitSeq(fields, ".") {
		_, rest, found := strings.Cut(path, "."+field+".")
		if field != "" && !found {
			return false
		} else if found {
			path = "." + rest
		}
	}
	return true
}

// jsonType names the JSON type that encoding/json reads t from.
func jsonType(t reflect.Type) string {
	switch {
	case t == reflect.TypeFor[json.Number]():
		return "number"
	case t == reflect.TypeFor[[]byte](), reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		return "string"
	}
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
