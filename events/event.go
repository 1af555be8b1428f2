package events

import (
	"bytes"
	"encoding/json"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// An Event is a request or a response. It is a value: copy it freely, but treat
// the bytes behind its raw fields as immutable, since copies share them.
//
// A nil Payload, Identity, Auth or Metadata means the empty object, and empty ids
// are replaced by fresh ones when the event is served.
type Event struct {
	// Name says what the event is: domain:resource:action by advice, at most 256
	// bytes. A response adds :response, :redirect or the [Kind] of its error.
	Name string `json:"name"`
	// Version of the event called Name, from 1 to 2^31-1.
	Version int `json:"version"`
	// ID is the caller's name for this event; its response has the same.
	ID string `json:"id"`
	// FlowID is shared by all the events that one first event sets off.
	FlowID string `json:"flowId"`
	// Payload is the request's input or the response's output: any JSON but null.
	Payload json.RawMessage `json:"payload"`
	// Identity is an object that says on whose behalf the event is sent.
	Identity json.RawMessage `json:"identity"`
	// Auth is an object with what proves the identity. It is never passed on.
	Auth json.RawMessage `json:"auth"`
	// Metadata is an object that a receiver may ignore.
	Metadata json.RawMessage `json:"metadata"`
}

// UserID returns identity.userId, or else identity.user.id. Both may be a string
// or a number; a number is returned as it was written.
func (e Event) UserID() (id string, ok bool) {
	if id, ok = scalar(scan.Lookup(e.Identity, "userId")); ok {
		return id, true
	}
	return scalar(scan.Lookup(e.Identity, "user", "id"))
}

// Origin returns metadata.origin, the program that sent the event by its own
// account, or "".
func (e Event) Origin() string {
	origin, _ := scalar(scan.Lookup(e.Metadata, "origin"))
	return origin
}

func scalar(raw []byte) (string, bool) {
	switch scan.Kind(raw) {
	case "string":
		s, _ := scan.Unquote(raw)
		return s, s != ""
	case "number":
		return string(raw), true
	}
	return "", false
}

// WithMetadata returns a copy of e whose metadata has value at key. Its error is
// that of encoding value.
func (e Event) WithMetadata(key string, value any) (Event, error) {
	raw, err := JSON{}.Marshal(value)
	if err != nil {
		return e, err
	}
	e.Metadata = scan.SetMember(e.Metadata, key, raw)
	return e, nil
}

// MarshalJSON writes the event as it stands on the wire.
func (e Event) MarshalJSON() ([]byte, error) { return e.Append(nil), nil }

// UnmarshalJSON reads the event as [Decode] does.
func (e *Event) UnmarshalJSON(data []byte) error {
	event, err := Decode(bytes.Clone(data))
	if err == nil {
		*e = event
	}
	return err
}
