package mux_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func nested(n int) json.RawMessage {
	return json.RawMessage(strings.Repeat(`{"a":`, n-1) + `{}` + strings.Repeat(`}`, n-1))
}

// TestAnEventFromMemoryObeysTheRulesOfTheWire serves each event twice, as it is
// and after a journey as bytes.
func TestAnEventFromMemoryObeysTheRulesOfTheWire(t *testing.T) {
	long := strings.Repeat("n", 257)
	for name, tc := range map[string]struct {
		edit  func(*events.Event)
		field string
	}{
		"no name":                     {func(e *events.Event) { e.Name = "" }, "name"},
		"a long name":                 {func(e *events.Event) { e.Name = long }, "name"},
		"a control character in name": {func(e *events.Event) { e.Name = "a\x00b" }, "name"},
		"a C1 control in name":        {func(e *events.Event) { e.Name = "a\u0085b" }, "name"},
		"DEL in name":                 {func(e *events.Event) { e.Name = "a\x7fb" }, "name"},
		"version 0":                   {func(e *events.Event) { e.Version = 0 }, "version"},
		"a negative version":          {func(e *events.Event) { e.Version = -1 }, "version"},
		"a version out of range":      {func(e *events.Event) { e.Version = 1 << 31 }, "version"},
		"a long id":                   {func(e *events.Event) { e.ID = long }, "id"},
		"a line feed in id":           {func(e *events.Event) { e.ID = "a\nb" }, "id"},
		"a long flow":                 {func(e *events.Event) { e.FlowID = long }, "flowId"},
		"a tab in flow":               {func(e *events.Event) { e.FlowID = "a\tb" }, "flowId"},
		"a null payload":              {func(e *events.Event) { e.Payload = json.RawMessage(`null`) }, "payload"},
		"an array as identity":        {func(e *events.Event) { e.Identity = json.RawMessage(`[]`) }, "identity"},
		"a string as auth":            {func(e *events.Event) { e.Auth = json.RawMessage(`"t"`) }, "auth"},
		"a number as metadata":        {func(e *events.Event) { e.Metadata = json.RawMessage(`1`) }, "metadata"},
	} {
		t.Run(name, func(t *testing.T) {
			request := requestOf("a:b:c", `{}`)
			tc.edit(&request)
			fresh := 0
			mock := new(tracker.Mock)
			m := mux.New(mux.WithTracker(mock), mux.WithIDs(func() string { fresh++; return fmt.Sprint("fresh-", fresh) }))
			m.Add("a:b:c", 1, returning(events.Event{}, nil))
			response, err := m.Serve(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, 1, mock.NoticeErrorCount)
			require.Zero(t, mock.StartCount)

			require.Equal(t, "badProtocol", response.Name)
			require.Equal(t, 1, response.Version)
			require.Equal(t, tc.field, blamed(t, response))
			part, err := events.Decode(request.Append(nil))
			require.Equal(t, tc.field, blamed(t, events.NewErrorEvent(part, err)), "the wire blames another field")
			requireID(t, part.ID, response.ID)
			requireID(t, part.FlowID, response.FlowID)
		})
	}
}

// requireID demands the id that could be read, or a fresh one.
func requireID(t *testing.T, read, got string) {
	t.Helper()
	if read == "" {
		require.Contains(t, got, "fresh-", "an id that breaks the rules was echoed")
		return
	}
	require.Equal(t, read, got)
}

func blamed(t *testing.T, response events.Event) string {
	t.Helper()
	var p struct{ PropertyName, MissingProperty, Reason string }
	readParameters(t, response, &p)
	require.Equal(t, p.PropertyName, p.MissingProperty)
	require.NotEmpty(t, p.Reason)
	return p.PropertyName
}

// Text that cannot stand on the wire at all.
func TestAnEventFromMemoryMustBeJSONInUTF8(t *testing.T) {
	m := mux.New()
	for field, edit := range map[string]func(*events.Event){
		"name":     func(e *events.Event) { e.Name = "a\xff" },
		"id":       func(e *events.Event) { e.ID = "a\xff" },
		"flowId":   func(e *events.Event) { e.FlowID = "a\xff" },
		"payload":  func(e *events.Event) { e.Payload = json.RawMessage(`{"a":`) },
		"identity": func(e *events.Event) { e.Identity = json.RawMessage(`{}{}`) },
		"auth":     func(e *events.Event) { e.Auth = json.RawMessage("{\"a\":\"\xff\"}") },
		"metadata": func(e *events.Event) { e.Metadata = json.RawMessage(` `) },
	} {
		request := requestOf("a:b:c", `{}`)
		edit(&request)
		response, err := m.Serve(t.Context(), request)
		require.NoError(t, err)
		require.Equal(t, "badProtocol", response.Name, "%s", field)
		require.Equal(t, field, blamed(t, response))
		require.NotContains(t, response.ID+response.FlowID, "\xff", "%s", field)
	}
}

func TestAnEventFromMemoryMayLackWhatHasADefault(t *testing.T) {
	null := json.RawMessage(`null`)
	for name, request := range map[string]events.Event{
		"nothing but name and version": {},
		"empty raw fields":             {Payload: json.RawMessage{}, Identity: json.RawMessage{}, Auth: json.RawMessage{}, Metadata: json.RawMessage{}},
		"null objects":                 {Identity: null, Auth: null, Metadata: null},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			var seen events.Event
			m.Add("a:b:c", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
				seen = e
				return events.Event{}, nil
			}))
			request.Name, request.Version = "a:b:c", 1
			response, err := m.Serve(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, "a:b:c:response", response.Name)
			require.NotEmpty(t, seen.ID)
			require.NotEmpty(t, seen.FlowID)
			for field, raw := range map[string]json.RawMessage{"payload": seen.Payload, "identity": seen.Identity, "auth": seen.Auth, "metadata": seen.Metadata} {
				require.Equal(t, `{}`, string(raw), field)
			}
		})
	}
}

func TestMaxDepthCountsTheEnvelope(t *testing.T) {
	for _, tc := range []struct {
		options []mux.MuxOption
		depth   int
	}{
		{nil, events.DefaultMaxDepth},
		{[]mux.MuxOption{mux.WithMaxDepth(3)}, 3},
		{[]mux.MuxOption{mux.WithMaxDepth(2000)}, 2000},
	} {
		m := mux.New(tc.options...)
		m.Add("a:b:c", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
			return events.Event{Payload: e.Payload}, nil
		}))
		deepest, tooDeep := nested(tc.depth-1), nested(tc.depth)
		require.Equal(t, "a:b:c:response", answerTo(t, m, "a:b:c", string(deepest)).Name, "depth %d", tc.depth)
		response := answerTo(t, m, "a:b:c", string(tooDeep))
		require.Equal(t, "badProtocol", response.Name, "depth %d", tc.depth+1)
		require.Contains(t, string(response.Payload), "nested too deeply")
	}
}

func TestAStrictEnvelopeConcernsTheWireOnly(t *testing.T) {
	m := mux.New(mux.WithStrictEnvelope())
	m.Add("a:b:c", 1, returning(events.Event{}, nil))
	response, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	require.Equal(t, "a:b:c:response", response.Name, "an Event has all fields")

	for name, tc := range map[string]struct{ body, want string }{
		"all eight": {`{"name":"a:b:c","version":1,"id":"i","flowId":"f","payload":{},"identity":{},"auth":{},"metadata":{}}`, `"a:b:c:response"`},
		"seven":     {`{"name":"a:b:c","version":1,"id":"i","flowId":"f","payload":{},"identity":{},"auth":{}}`, `\"metadata\" is missing`},
		"a null":    {`{"name":"a:b:c","version":1,"id":"i","flowId":"f","payload":{},"identity":{},"auth":null,"metadata":{}}`, `\"auth\" is missing`},
	} {
		require.Contains(t, postTo(m, tc.body), tc.want, name)
	}
}

// shouting writes and reads strings in upper case.
type shouting struct{ events.JSON }

func (c shouting) Marshal(v any) ([]byte, error) {
	data, err := c.JSON.Marshal(v)
	return bytes.ToUpper(data), err
}

func (c shouting) Unmarshal(data []byte, v any) error {
	if err := c.JSON.Unmarshal(data, v); err != nil {
		return errors.New("a secret of the codec")
	}
	if s, ok := v.(*string); ok {
		*s += "!"
	}
	return nil
}

func TestWithCodecReadsAndWritesThePayloadsOfTypedHandlers(t *testing.T) {
	m := mux.New(mux.WithCodec(shouting{}))
	mux.Handle(m, "a:b:c", 1, func(_ context.Context, in string) (string, error) { return in, nil }, mux.WithExample("in", "out"))
	m.Add("raw", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		return events.Event{Payload: e.Payload}, nil
	}))
	require.Equal(t, `"HELLO!"`, string(answerTo(t, m, "a:b:c", `"hello"`).Payload))
	require.Equal(t, `"hello"`, string(answerTo(t, m, "raw", `"hello"`).Payload))
	require.Equal(t, `"IN"`, string(m.Catalog().Events[0].Examples[0].Request))

	response := answerTo(t, m, "a:b:c", `1`)
	require.Equal(t, "a:b:c:badRequest", response.Name)
	require.NotContains(t, string(response.Payload), "secret")
}

type broken struct{ events.JSON }

func (broken) Marshal(any) ([]byte, error) { return []byte(`{"a":`), nil }

func TestACodecThatWritesNoJSONIsADefect(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithCodec(broken{}), mux.WithTracker(mock))
	giving(1)(m)
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "a:b:c:error", response.Name)
	requireTracked(t, mock, response, `"payload" is not JSON`)
}

// postTo sends body to the HTTP side of m and returns the answer's body.
func postTo(m *mux.Mux, body string) string {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w.Body.String()
}
