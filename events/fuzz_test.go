package events_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

// FuzzDecode compares the decoder with one that is made of encoding/json and the
// wire table, written without regard to speed.
func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := events.Decode(bytes.Clone(data))
		want, ok := oracle(data)
		if !ok {
			require.Error(t, err, "accepted, but the wire forbids it")
			require.ErrorIs(t, err, events.KindBadProtocol)
			requireReason(t, err)
			return
		}
		require.NoError(t, err, "refused, but the wire allows it")
		require.Equal(t, want, got)
		require.NoError(t, got.Validate())
	})
}

// FuzzRoundTrip decodes what was encoded, and encodes what was decoded.
func FuzzRoundTrip(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := events.Decode(data)
		if err != nil {
			return
		}
		wire := e.Append(nil)
		require.True(t, json.Valid(wire), "%s", wire)
		again, err := events.Decode(wire)
		require.NoError(t, err, "%s", wire)
		require.Equal(t, filled(e), filled(again))
		require.Equal(t, string(wire), string(again.Append(nil)))
		strict, err := events.Decoder{Strict: true}.Decode(wire)
		require.NoError(t, err, "all eight fields are written: %s", wire)
		require.Equal(t, again, strict)
	})
}

// FuzzErr reads anything as a response, as a client must.
func FuzzErr(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := events.Decoder{Response: true}.Decode(data)
		if err != nil {
			return
		}
		var remote *events.Error
		if !errors.As(e.Err(), &remote) {
			return
		}
		require.Equal(t, e, *remote.Remote)
		request := events.Event{Name: "a:b:c", Version: 3, ID: "1", FlowID: "2"}
		own := events.NewErrorEvent(request, events.Forward(remote))
		require.NoError(t, events.Decoder{Response: true}.Validate(own), "%s", own.Append(nil))
	})
}

func seed(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `null`, `[]`, `{"name":"a:b:c","version":1,"payload":{}}`,
		`{"name":"a","version":"12","id":"i","flowId":"f","payload":[1,"x",null],"identity":{},"auth":{},"metadata":{"k":"v"}}`,
		` {"na\u006de":"\ud83d\ude00","version":2147483647,"payload":-0.1e+5,"other":{"name":1},"auth":null} `,
		`{"name":"\ud800","version":1,"payload":1}`, `{"name":"a","version":1.0,"payload":1}`,
		`{"name":"a","version":1,"payload":1,"payload":2}`, `{"name":"a","version":1,"payload":"\ud800"}`,
		`{"name":"a:b:not_found","version":1,"payload":{"code":7,"message":"m","parameters":{"n":1e400}}}`,
		`{"name":"badProtocol:error","version":1,"payload":{}}`, `{"name":"a:redirect","version":1,"payload":{"url":"u","queryParameters":{"a":[1]}}}`,
		strings.Repeat("[", 600), `{"name":"a","version":1,"payload":` + strings.Repeat("[", 512) + strings.Repeat("]", 512) + `}`,
	} {
		f.Add([]byte(s))
	}
}

func requireReason(t *testing.T, err error) {
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.CodeInvalidProtocol, e.Code)
	require.Equal(t, e.Parameters["propertyName"], e.Parameters["missingProperty"])
	require.NotEmpty(t, e.Parameters["reason"])
	require.Less(t, len(e.Message), 200)
}

// filled has {} where a decoded event has nothing.
func filled(e events.Event) events.Event {
	for _, raw := range []*json.RawMessage{&e.Payload, &e.Identity, &e.Auth, &e.Metadata} {
		if *raw == nil {
			*raw = json.RawMessage("{}")
		}
	}
	return e
}

func oracle(data []byte) (e events.Event, ok bool) {
	if !utf8.Valid(data) || !json.Valid(data) || depth(data) > events.DefaultMaxDepth {
		return e, false
	}
	fields, ok := members(data)
	if !ok {
		return e, false
	}
	text := func(dst *string, field string) {
		raw, given := fields[field]
		if !given || string(raw) == "null" {
			return
		}
		if json.Unmarshal(raw, dst) != nil || len(*dst) > 256 || strings.ContainsFunc(*dst, unicode.IsControl) || loneSurrogate(raw) {
			ok = false
		}
	}
	text(&e.Name, "name")
	text(&e.ID, "id")
	text(&e.FlowID, "flowId")

	var digits string
	if raw := fields["version"]; json.Unmarshal(raw, &digits) != nil {
		digits = string(raw)
	}
	version, err := strconv.Atoi(digits)
	ok = ok && e.Name != "" && err == nil && version >= 1 && version <= events.MaxVersion && strconv.Itoa(version) == digits
	e.Version = version

	for field, dst := range map[string]*json.RawMessage{
		"payload": &e.Payload, "identity": &e.Identity, "auth": &e.Auth, "metadata": &e.Metadata,
	} {
		raw := fields[field]
		if raw == nil || string(raw) == "null" {
			ok = ok && field != "payload"
			continue
		}
		ok = ok && (field == "payload" || raw[0] == '{')
		*dst = raw
	}
	return e, ok
}

// members splits an object; it is not ok for anything else and for a field of the
// envelope that is there twice.
func members(data []byte) (map[string]json.RawMessage, bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, false
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			return nil, false
		}
		name := key.(string)
		switch name {
		case "name", "version", "id", "flowId", "payload", "identity", "auth", "metadata":
			if _, twice := fields[name]; twice {
				return nil, false
			}
			fields[name] = raw
		}
	}
	return fields, true
}

func depth(data []byte) (deepest int) {
	d := json.NewDecoder(bytes.NewReader(data))
	level := 0
	for {
		token, err := d.Token()
		if err != nil {
			return deepest
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			level++
			deepest = max(deepest, level)
		case json.Delim('}'), json.Delim(']'):
			level--
		}
	}
}

// loneSurrogate reports whether encoding/json replaced half a pair in raw: the
// decoded string has more U+FFFD than raw spells out.
func loneSurrogate(raw []byte) bool {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return false
	}
	spelled := strings.Count(string(raw), "\ufffd")
	for i := 0; i+1 < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		if raw[i+1] == 'u' && strings.EqualFold(string(raw[i+2:i+6]), "fffd") {
			spelled++
		}
		i++
	}
	return strings.Count(s, "\ufffd") > spelled
}
