package jspeer_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

// An outcome is what the JavaScript client made of an answer: it resolves to the
// event or throws an error.
type outcome struct {
	Response *struct {
		Name     string          `json:"name"`
		Version  int             `json:"version"`
		ID       string          `json:"id"`
		FlowID   string          `json:"flowId"`
		Payload  json.RawMessage `json:"payload"`
		Identity json.RawMessage `json:"identity"`
		Auth     json.RawMessage `json:"auth"`
		Metadata json.RawMessage `json:"metadata"`
	} `json:"response"`
	Error *struct {
		Message string          `json:"message"`
		Code    string          `json:"code"`
		ID      string          `json:"id"`
		FlowID  string          `json:"flowId"`
		Payload json.RawMessage `json:"payload"`
	} `json:"error"`
}

// A want is what must come of a call of client.js: a response of that name and
// version, or an error of that kind.
type want struct {
	call     string
	response string
	version  int
	kind     string
	message  string
	payload  string
	path     string // where it was posted, /events/ unless said
	sent     string // the version as it was sent, `"1"` unless said
}

var wants = []want{
	{call: "success", response: "peer:text:echo:response", version: 1, payload: `{"text":"hello"}`},
	{call: "guest", response: "peer:text:echo:response", version: 1, payload: `{"text":"hello"}`, path: "/events/others"},
	{call: "secondVersion", response: "peer:text:echo:response", version: 2, payload: `{"text":"hello, version 2"}`, sent: `"2"`},
	{call: "unicode", response: "peer:text:echo:response", version: 1,
		payload: `{"text":"olá, Ünïcode 日本語 😀 \u2028 <&> \" \\ \u0001"}`},
	{call: "caller", response: "peer:caller:describe:response", version: 1,
		payload: `{"userId":"9007199254740991","origin":"web","token":"a-secret-token"}`},
	{call: "versionAsNumber", response: "peer:text:echo:response", version: 1, payload: `{"text":"hello"}`, sent: `1`},
	{call: "redirect", response: "peer:thing:locate:redirect", version: 1,
		payload: `{"url":"https://things.example/t-1","queryParameters":{"from":"peer"}}`},

	{call: "notFound", kind: "notFound", message: `there is no thing "t-1"`,
		payload: `{"code":"THING_NOT_FOUND","message":"there is no thing \"t-1\"","parameters":{"id":"t-1"}}`},
	{call: "unprocessable", kind: "unprocessable", message: "another thing has this name", path: "/events/others",
		payload: `{"code":"NAME_TAKEN","message":"another thing has this name","parameters":{}}`},
	{call: "invalidPayload", kind: "badRequest", message: "the payload does not fit the event",
		payload: `{"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{
			"violations":[{"path":"/text","keyword":"type","expected":"string","got":"number"}]}}`},
	{call: "panic", kind: "error", message: "internal error",
		payload: `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`},
	{call: "noSuchEvent", kind: "eventNotFound", message: "no handler for peer:weather:get version 1",
		payload: `{"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for peer:weather:get version 1",
			"parameters":{"event":"peer:weather:get","version":1,"versions":[]}}`},
	{call: "noSuchVersion", kind: "eventNotFound", message: "no handler for peer:text:echo version 9; there is version 1, 2", sent: `"9"`,
		payload: `{"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for peer:text:echo version 9; there is version 1, 2",
			"parameters":{"event":"peer:text:echo","version":9,"versions":[1,2]}}`},
	{call: "noVersion", kind: "badProtocol", message: `invalid event: "version" is missing`, sent: "absent",
		payload: `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: \"version\" is missing",
			"parameters":{"propertyName":"version","missingProperty":"version","reason":"\"version\" is missing"}}`},
	{call: "noPayload", kind: "badProtocol", message: `invalid event: "payload" is missing`,
		payload: `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: \"payload\" is missing",
			"parameters":{"propertyName":"payload","missingProperty":"payload","reason":"\"payload\" is missing"}}`},
}

func TestTheJavaScriptClientCallsTheMux(t *testing.T) {
	address, requests := startService(t)
	out, err := node(t, "client.js", address).Output()
	require.NoError(t, err, "client.js failed")
	var outcomes map[string]outcome
	require.NoError(t, json.Unmarshal(out, &outcomes), "client.js printed %s", out)

	checked := []string{"batch"}
	for _, w := range wants {
		checked = append(checked, w.call)
		t.Run(w.call, func(t *testing.T) { check(t, w, outcomes[w.call], requests) })
	}
	t.Run("batch", func(t *testing.T) { checkBatch(t, outcomes["batch"]) })
	require.ElementsMatch(t, checked, slices.Collect(maps.Keys(outcomes)), "the calls of client.js and of this test differ")
}

func check(t *testing.T, w want, got outcome, requests *recorder) {
	var id, flow string
	var payload json.RawMessage
	if w.kind == "" {
		require.NotNil(t, got.Response, "the client threw %+v", got.Error)
		r := got.Response
		require.Equal(t, w.response, r.Name)
		require.Equal(t, w.version, r.Version)
		require.JSONEq(t, `{}`, string(r.Identity), "the identity was echoed")
		require.JSONEq(t, `{}`, string(r.Auth), "auth was echoed")
		require.JSONEq(t, `{}`, string(r.Metadata))
		id, flow, payload = r.ID, r.FlowID, r.Payload
	} else {
		require.NotNil(t, got.Error, "the client took it for a success: %+v", got.Response)
		require.Equal(t, w.kind, got.Error.Code)
		require.Equal(t, w.message, got.Error.Message)
		id, flow, payload = got.Error.ID, got.Error.FlowID, got.Error.Payload
	}
	if w.call == "caller" {
		payload = tokenOf(t, payload)
	}
	require.JSONEq(t, w.payload, string(payload))

	request, ok := requests.of(flow)
	require.True(t, ok, "no request was sent with the flowId %q of the answer", flow)
	require.Equal(t, request.ID, id, "the answer's id is not the request's")
	path, version := "/events/", `"1"`
	if w.path != "" {
		path = w.path
	}
	switch w.sent {
	case "":
	case "absent":
		version = ""
	default:
		version = w.sent
	}
	require.Equal(t, path, request.Path)
	require.Equal(t, version, string(request.Version), "the version as the client sent it")
	if path == "/events/" {
		require.Contains(t, string(request.Auth), "a-secret-token", "the client sent no auth that could be echoed")
	}
}

// tokenOf replaces the auth that the handler saw by its token: the client adds
// random ids.
func tokenOf(t *testing.T, payload []byte) json.RawMessage {
	var seen struct {
		UserID string `json:"userId"`
		Origin string `json:"origin"`
		Auth   struct {
			Token string `json:"token"`
		} `json:"auth"`
	}
	require.NoError(t, json.Unmarshal(payload, &seen))
	out, err := json.Marshal(map[string]string{"userId": seen.UserID, "origin": seen.Origin, "token": seen.Auth.Token})
	require.NoError(t, err)
	return out
}

func checkBatch(t *testing.T, got outcome) {
	require.NotNil(t, got.Response, "the client threw %+v", got.Error)
	require.Equal(t, "peer:batch:run:response", got.Response.Name)
	var answers []events.Event
	require.NoError(t, json.Unmarshal(got.Response.Payload, &answers), "version 1 of a batch answers an array")
	names, payloads := []string{}, []string{}
	for _, a := range answers {
		names = append(names, a.Name)
		if a.Err() == nil {
			payloads = append(payloads, string(a.Payload))
		}
		require.Equal(t, `{}`, string(a.Auth), "auth was echoed in %s", a.Name)
	}
	require.Equal(t, []string{"peer:text:echo:response", "peer:thing:get:notFound", "eventNotFound", "peer:text:echo:response"}, names)
	require.Equal(t, []string{`{"text":"first"}`, `{"text":"last"}`}, payloads)
}
