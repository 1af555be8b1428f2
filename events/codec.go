package events

import (
	"bytes"
	"encoding/json"
	"reflect"
	"sync"
)

// A Codec turns payloads into Go values and back. It is given and must return
// valid JSON, and must be safe for concurrent use. Unmarshal must not keep data.
type Codec interface {
	Marshal(v any) ([]byte, error)
	Unmarshal(data []byte, v any) error
}

// JSON is the default Codec: encoding/json without HTML escaping.
type JSON struct{}

type encoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

// maxPooled is the largest buffer that goes back to a pool, so that one large
// payload does not occupy memory for ever.
const maxPooled = 64 << 10

var encoders = sync.Pool{New: func() any {
	e := new(encoder)
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
}}

// Marshal encodes v.
func (JSON) Marshal(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	e.buf.Reset()
	if err := e.enc.Encode(v); err != nil {
		return nil, err // the encoder keeps the error of its writer only, but is dropped all the same
	}
	data := bytes.Clone(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n")))
	if e.buf.Cap() <= maxPooled {
		encoders.Put(e)
	}
	return data, nil
}

// Unmarshal decodes data into v.
func (JSON) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }

// EncodePayload encodes v for the Payload of an event, which is never null: nil
// becomes [] for a slice, unless of bytes, and {} for anything else.
func EncodePayload(codec Codec, v any) (json.RawMessage, error) {
	if v == nil {
		return emptyObject, nil
	}
	data, err := codec.Marshal(v)
	if err == nil && string(data) == "null" {
		if t := reflect.TypeOf(v); t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
			return json.RawMessage("[]"), nil
		}
		return emptyObject, nil
	}
	return data, err
}
