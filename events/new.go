package events

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// emptyObject is shared by all events; their raw fields are immutable.
var emptyObject = json.RawMessage("{}")

// RandomID returns a new UUID, version 4 (RFC 9562).
func RandomID() string { return uuid.NewString() }

// NewRequest makes the event name of the given version. Its flow is that of ctx
// or a fresh one, its ID is fresh. In the context of a handler it also carries
// the handled event's ID as metadata.parentId, its trace (traceparent and
// tracestate, W3C Trace Context) and what [WithPropagation] names. The error is
// that of encoding payload; nil is the empty object.
func NewRequest(ctx context.Context, name string, version int, payload any) (Event, error) {
	raw, err := EncodePayload(JSON{}, payload)
	if err != nil {
		return Event{}, err
	}
	flow := FlowFrom(ctx)
	if flow == "" {
		flow = NewID(ctx)
	}
	return Event{
		Name: name, Version: version, ID: NewID(ctx), FlowID: flow, Payload: raw,
		Identity: emptyObject, Auth: emptyObject, Metadata: inheritedMetadata(ctx),
	}, nil
}

// NewResponse makes the success that answers request: its name with :response,
// its version and ids. The error is that of encoding payload.
func NewResponse(request Event, payload any) (Event, error) {
	raw, err := EncodePayload(JSON{}, payload)
	if err != nil {
		return Event{}, err
	}
	return answer(request, request.Name+":response", raw), nil
}

// NewErrorEvent makes the event that answers request when err is all there is to
// say. It never tells the caller more than was addressed to him: the outermost
// [*Error] of err, a [*Redirect] or a bare [Kind]; an error that came from another
// service becomes failedDependency, and any other one UNHANDLED_ERROR.
func NewErrorEvent(request Event, err error) Event {
	if r := new(Redirect); errors.As(err, &r) && r.Remote == nil && !errors.As(err, new(*PanicError)) {
		return newRedirect(request, r)
	}
	e := addressed(err)
	payload := e.payload()
	if e.Kind.bare() {
		response := answer(request, string(e.Kind), payload)
		response.Version = 1
		return response
	}
	return answer(request, request.Name+":"+string(e.Kind), payload)
}

// NewError makes the bare error event of the original library: name error,
// version 1. New code uses [NewErrorEvent].
func NewError(flowID, message string) Event {
	return NewErrorWithMetadata(flowID, message, nil)
}

// NewErrorWithMetadata is [NewError] with metadata, which is dropped when it
// cannot be encoded as an object.
func NewErrorWithMetadata(flowID, message string, metadata any) Event {
	e := answer(Event{Version: 1, ID: RandomID(), FlowID: flowID}, string(KindError),
		Errorf(KindError, KindError.Code(), "%s", message).payload())
	if raw, err := EncodePayload(JSON{}, metadata); err == nil && scan.Kind(raw) == "object" {
		e.Metadata = raw
	}
	return e
}

func newRedirect(request Event, r *Redirect) Event {
	query := encodeObject(r.QueryParameters)
	payload := append(scan.AppendQuoted([]byte(`{"url":`), r.URL), `,"queryParameters":`...)
	return answer(request, request.Name+":redirect", append(append(payload, query...), '}'))
}

func answer(request Event, name string, payload json.RawMessage) Event {
	return Event{
		Name: name, Version: request.Version, ID: request.ID, FlowID: request.FlowID, Payload: payload,
		Identity: emptyObject, Auth: emptyObject, Metadata: emptyObject,
	}
}

func (e *Error) payload() json.RawMessage {
	out := scan.AppendQuoted([]byte(`{"code":`), e.Code)
	out = scan.AppendQuoted(append(out, `,"message":`...), e.Message)
	out = append(append(out, `,"parameters":`...), encodeObject(e.Parameters)...)
	return append(out, '}')
}

// encodeObject encodes what it can: one bad value must not hide the others.
func encodeObject(object map[string]any) []byte {
	if len(object) == 0 {
		return emptyObject
	}
	if data, err := (JSON{}).Marshal(object); err == nil {
		return data
	}
	encodable := make(map[string]json.RawMessage, len(object))
	for k, v := range object {
		if data, err := (JSON{}).Marshal(v); err == nil {
			encodable[k] = data
		} else {
			encodable[k] = json.RawMessage("null")
		}
	}
	data, err := JSON{}.Marshal(encodable)
	if err != nil {
		return emptyObject
	}
	return data
}

// inheritedMetadata is what a call made under ctx takes from the event that is
// being handled there.
func inheritedMetadata(ctx context.Context) json.RawMessage {
	parent, ok := RequestFrom(ctx)
	if !ok {
		return emptyObject
	}
	out := scan.AppendMember([]byte{'{'}, "parentId", scan.AppendQuoted(nil, parent.ID))
	for _, key := range []string{"traceparent", "tracestate"} {
		if v := scan.Lookup(parent.Metadata, key); v != nil {
			out = scan.AppendMember(out, key, v)
		} else if v := PeerFrom(ctx).Header(key); v != "" {
			out = scan.AppendMember(out, key, scan.AppendQuoted(nil, v))
		}
	}
	out = append(out, '}')
	for _, key := range propagated(ctx) {
		if v := scan.Lookup(parent.Metadata, key); v != nil {
			out = scan.SetMember(out, key, v)
		}
	}
	return out
}
