package events_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

func TestAppendWritesTheEightFieldsInOrder(t *testing.T) {
	e := events.Event{Name: "a:b:c", Version: 2, ID: "i", FlowID: "f", Payload: []byte(`{"html":"<&>"}`)}
	require.Equal(t,
		`{"name":"a:b:c","version":2,"id":"i","flowId":"f","payload":{"html":"<&>"},"identity":{},"auth":{},"metadata":{}}`,
		string(e.Append(nil)))
	require.Equal(t, "x{", string(e.Append([]byte("x")))[:2])
}

func TestAppendEscapesWhatJSONRequires(t *testing.T) {
	for in, want := range map[string]string{
		"é<>&\u2028":             `"é<>&` + "\u2028" + `"`,
		"\"\\/":                  `"\"\\/"`,
		"\n\r\t\x00\x1f":         `"\n\r\t\u0000\u001f"`,
		"\xff.\xc3":              "\"\ufffd.\ufffd\"",
		"\ufffd\U0001F600":       "\"\ufffd\U0001F600\"",
		strings.Repeat("x", 300): `"` + strings.Repeat("x", 300) + `"`,
	} {
		wire := string(events.Event{Name: in}.Append(nil))
		require.True(t, strings.HasPrefix(wire, `{"name":`+want+`,`), wire)
		var back struct{ Name string }
		require.NoError(t, json.Unmarshal([]byte(wire), &back))
		require.Equal(t, strings.ToValidUTF8(in, "\ufffd"), back.Name)
	}
}

func TestEventsAreJSON(t *testing.T) {
	e := events.Event{Name: "a", Version: 1, ID: "i", FlowID: "f", Payload: []byte(`[1]`),
		Identity: []byte(`{}`), Auth: []byte(`{}`), Metadata: []byte(`{"k":"v"}`)}
	data, err := json.Marshal([]events.Event{e})
	require.NoError(t, err)
	require.Equal(t, "["+string(e.Append(nil))+"]", string(data))
	var back []events.Event
	require.NoError(t, json.Unmarshal(data, &back))
	data[20] = 'X' // UnmarshalJSON keeps a copy of its own
	require.Equal(t, []events.Event{e}, back)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"name":"a"}`), &e), events.KindBadProtocol)
}

func TestUserID(t *testing.T) {
	for identity, want := range map[string]string{
		``: "", `{}`: "", `{"userId":null}`: "", `{"userId":""}`: "", `{"userId":true}`: "", `{"user":1}`: "", `[]`: "",
		`{"userId":"u-1"}`:                          "u-1",
		`{"userId":12345678901234567890}`:           "12345678901234567890",
		`{"user":{"id":"u-2"}}`:                     "u-2",
		`{"user":{"id":1.50}}`:                      "1.50",
		`{"user":{"id":"second"},"userId":"first"}`: "first",
		`{"user":{"id":"second"},"userId":null}`:    "second",
		`{"\u0075serId":"\u0041\n"}`:                "A\n",
	} {
		id, ok := events.Event{Identity: []byte(identity)}.UserID()
		require.Equal(t, want, id, identity)
		require.Equal(t, want != "", ok, identity)
	}
}

func TestOrigin(t *testing.T) {
	require.Empty(t, events.Event{}.Origin())
	require.Equal(t, "web", events.Event{Metadata: []byte(` {"a":{"origin":"x"},"origin":"web"}`)}.Origin())
}

func TestWithMetadata(t *testing.T) {
	e := events.Event{Metadata: []byte(`{"a": 1, "b":[2], "a":3}`)}
	changed, err := e.WithMetadata("a", "<x>")
	require.NoError(t, err)
	require.Equal(t, `{"b":[2],"a":"<x>"}`, string(changed.Metadata))
	require.Equal(t, `{"a": 1, "b":[2], "a":3}`, string(e.Metadata))
	fresh, err := events.Event{}.WithMetadata("k", 1)
	require.NoError(t, err)
	require.Equal(t, `{"k":1}`, string(fresh.Metadata))
	_, err = e.WithMetadata("a", func() {})
	require.Error(t, err)
}

func TestEncodePayload(t *testing.T) {
	type object struct{ A string }
	for _, test := range []struct {
		value any
		want  string
	}{
		{nil, `{}`}, {(*object)(nil), `{}`}, {map[string]int(nil), `{}`}, {[]int(nil), `[]`}, {[]int{}, `[]`},
		{object{"<&>"}, `{"A":"<&>"}`}, {7, `7`}, {json.RawMessage(`{"a":1}`), `{"a":1}`},
		{json.RawMessage(nil), `{}`},
	} {
		raw, err := events.EncodePayload(events.JSON{}, test.value)
		require.NoError(t, err)
		require.Equal(t, test.want, string(raw), "%#v", test.value)
	}
	_, err := events.EncodePayload(events.JSON{}, make(chan int))
	require.Error(t, err)
	raw, err := events.EncodePayload(events.JSON{}, 1)
	require.NoError(t, err)
	require.Equal(t, "1", string(raw), "an encoder is usable after it failed")
}
