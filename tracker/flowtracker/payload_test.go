package flowtracker_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

func TestPayloadsAreKeptAsRedactReturnsThem(t *testing.T) {
	for name, tc := range map[string]struct {
		options           []flowtracker.Option
		request, response string
	}{
		"not by default": {nil, "", ""},
		"as they are":    {[]flowtracker.Option{flowtracker.WithPayloads(nil)}, `{"token":"planted-secret"}`, `{"n":1}`},
		"without secrets": {[]flowtracker.Option{flowtracker.WithPayloads(flowtracker.Hide("token"))},
			`{"token":"(hidden)"}`, `{"n":1}`},
		"by name": {[]flowtracker.Option{flowtracker.WithPayloads(func(name string, payload json.RawMessage) json.RawMessage {
			if name == "a:b:c:response" {
				return payload
			}
			return nil
		})}, "", `{"n":1}`},
		"a panic": {[]flowtracker.Option{flowtracker.WithPayloads(func(string, json.RawMessage) json.RawMessage { panic("x") })},
			"(left out: redacting it panicked)", "(left out: redacting it panicked)"},
		"cut": {[]flowtracker.Option{flowtracker.WithPayloads(func(string, json.RawMessage) json.RawMessage { return make(json.RawMessage, 1<<20) })},
			strings.Repeat("\x00", 4093) + "…", strings.Repeat("\x00", 4093) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			flows := flowtracker.New(tc.options...)
			m := mux.New(mux.WithTracker(flows))
			m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`{"n":1}`)}))
			secret := json.RawMessage(`{"token":"planted-secret-of-identity"}`)
			_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1, FlowID: "f-1",
				Payload: json.RawMessage(`{"token":"planted-secret"}`), Identity: secret, Auth: secret, Metadata: secret})
			require.NoError(t, err)
			c := exported(t, flows, "f-1")[0]
			require.Equal(t, tc.request, c.Request)
			require.Equal(t, tc.response, c.Response)
			require.NotContains(t, page(t, flows, "/flows/flow.json?id=f-1"), "of-identity")
			page(t, flows, flowPath("f-1"))
		})
	}
}

func TestHideFindsMembersAnywhere(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":1,"Card":{"no":"4111"},"b":[{"CARD":[1,2]},"card"]}`: `{"a":1,"Card":"(hidden)","b":[{"CARD":"(hidden)"},"card"]}`,
		`{"c\u0061rd":"4111", "x" : { } }`:                         `{"c\u0061rd":"(hidden)","x":{}}`,
		` [ ] `:                                                    `[]`, `"card"`: `"card"`, `17`: `17`, `null`: `null`,
		`{"card":`: ``, `not json`: ``, ``: ``, `{"a":1} {"card":2}`: ``,
		strings.Repeat("[", 1000) + strings.Repeat("]", 1000): ``,
	} {
		require.Equal(t, want, string(flowtracker.Hide("pin", "card")("a:b:c", json.RawMessage(in))), in)
	}
}

func FuzzHide(f *testing.F) {
	f.Add(`{"card":1,"a":[{"card":{}}]}`)
	f.Add(`[1,{"c\u0061rd":"4111"}]`)
	f.Fuzz(func(t *testing.T, payload string) {
		hidden := flowtracker.Hide("card")("a:b:c", json.RawMessage(payload))
		if hidden == nil {
			return
		}
		var v any
		require.NoError(t, json.Unmarshal(hidden, &v))
		requireHidden(t, v)
	})
}

func requireHidden(t *testing.T, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			if strings.EqualFold(k, "card") {
				require.Equal(t, "(hidden)", inner)
			}
			requireHidden(t, inner)
		}
	case []any:
		for _, inner := range v {
			requireHidden(t, inner)
		}
	}
}
