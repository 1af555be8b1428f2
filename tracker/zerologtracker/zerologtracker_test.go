package zerologtracker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

// newMux returns a mux that logs to the buffer. Each look at its clock is 250 ms
// after the one before.
func newMux(log *bytes.Buffer, options ...mux.MuxOption) *mux.Mux {
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(250 * time.Millisecond); return now }
	return mux.New(append(options, mux.WithTracker(zerologtracker.New(zerolog.New(zerolog.SyncWriter(log)))), mux.WithClock(clock))...)
}

func returning(response events.Event, err error) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return response, err })
}

// request plants a secret wherever an event can hold one.
func request() events.Event {
	secret := json.RawMessage(`{"userId":"planted-secret"}`)
	return events.Event{
		Name: "a:b:c", Version: 3, ID: "id-1", FlowID: "flow-1",
		Payload: secret, Identity: secret, Auth: secret, Metadata: json.RawMessage(`{"note":"planted-secret"}`),
	}
}

func TestACallIsOneLine(t *testing.T) {
	const call = `"side":"callee","event":"a:b:c","version":3,"id":"id-1","flowId":"flow-1",`
	remote := events.NewErrorEvent(events.Event{Name: "x:y:z", Version: 1}, events.KindGone).Err()
	for name, tc := range map[string]struct {
		handler events.Handler
		line    string
	}{
		"a success": {
			returning(events.Event{Payload: json.RawMessage(`"planted-secret"`), Metadata: json.RawMessage(`{"m":"planted-secret"}`)}, nil),
			`{"level":"info",` + call + `"kind":"response","duration":250,"message":"call"}`,
		},
		"a redirect": {
			returning(events.Event{}, &events.Redirect{URL: "https://planted-secret.example"}),
			`{"level":"info",` + call + `"kind":"redirect","duration":250,"message":"call"}`,
		},
		"an error for the caller": {
			returning(events.Event{}, events.Errorf(events.KindNotFound, "NO_PRODUCT", "none").With("id", "planted-secret").Wrap(errors.New("no row"))),
			`{"level":"warn",` + call + `"kind":"notFound","code":"NO_PRODUCT","duration":250,"error":"notFound NO_PRODUCT: none: no row","message":"call"}`,
		},
		"an error event": {
			returning(events.Event{Name: "a:b:c:gone", Payload: json.RawMessage(`{"code":"OLD","message":"m","parameters":{"p":"planted-secret"}}`)}, nil),
			`{"level":"warn",` + call + `"kind":"gone","code":"OLD","duration":250,"error":"gone OLD: m","message":"call"}`,
		},
		"an unexpected error": {
			returning(events.Event{}, errors.New("disk full")),
			`{"level":"error",` + call + `"kind":"error","code":"UNHANDLED_ERROR","duration":250,"error":"disk full","message":"call"}`,
		},
		"an event and an error": {
			returning(events.Event{Payload: json.RawMessage(`"planted-secret"`)}, errors.New("cache cold")),
			`{"level":"warn",` + call + `"kind":"response","duration":250,"error":"cache cold","message":"call"}`,
		},
		"an error of a callee": {
			returning(events.Event{}, remote),
			`{"level":"warn",` + call + `"kind":"failedDependency","code":"FAILED_DEPENDENCY","duration":250,"error":"gone GONE: gone","message":"call"}`,
		},
		"no handler": {
			nil,
			`{"level":"warn",` + call + `"kind":"eventNotFound","code":"NO_EVENT_HANDLER_FOUND","duration":250,"error":"eventNotFound NO_EVENT_HANDLER_FOUND: no handler for a:b:c version 3","message":"call"}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			m := newMux(&log)
			if tc.handler != nil {
				m.Add("a:b:c", 3, tc.handler)
			}
			_, err := m.Serve(t.Context(), request())
			require.NoError(t, err)
			require.Equal(t, tc.line+"\n", log.String())
			require.NotContains(t, log.String(), "planted-secret")
		})
	}
}

// lines decodes the log.
func lines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(log.String()) {
		var fields map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &fields), line)
		all = append(all, fields)
	}
	return all
}

func TestAPanicHasItsStack(t *testing.T) {
	var log bytes.Buffer
	m := newMux(&log)
	m.Add("a:b:c", 3, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { panic("boom") }))
	_, err := m.Serve(t.Context(), request())
	require.NoError(t, err)
	logged := lines(t, &log)
	require.Len(t, logged, 1)
	require.Contains(t, logged[0]["stack"], "zerologtracker_test.go")
	delete(logged[0], "stack")
	require.Equal(t, map[string]any{
		"level": "error", "side": "callee", "event": "a:b:c", "version": 3.0, "id": "id-1", "flowId": "flow-1",
		"kind": "error", "code": "UNHANDLED_ERROR", "duration": 250.0, "error": "panic: boom", "message": "call",
	}, logged[0])
}

func TestAPanicAfterTheDeadlineIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		m := newMux(&log, mux.WithTimeout(time.Second))
		m.Add("a:b:c", 3, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			time.Sleep(time.Minute)
			panic("boom")
		}))
		_, err := m.Serve(t.Context(), request())
		require.NoError(t, err)
		require.NoError(t, m.Wait(t.Context()))
		logged := lines(t, &log)
		require.Len(t, logged, 2, "a line for the call, and one for the panic that came too late for it")
		require.Equal(t, "DEADLINE_EXCEEDED", logged[0]["code"])
		require.Equal(t, "warn", logged[0]["level"])
		require.Equal(t, "error", logged[1]["level"])
		require.Equal(t, "id-1", logged[1]["id"])
		require.Contains(t, logged[1]["error"], "panic: boom")
		require.Contains(t, logged[1]["stack"], "zerologtracker_test.go")
	})
}

func TestACallWithoutAnAnswerIsAnError(t *testing.T) {
	var log bytes.Buffer
	m := newMux(&log)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := m.Serve(ctx, request())
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, `{"level":"error","side":"callee","event":"a:b:c","version":3,"id":"id-1","flowId":"flow-1",`+
		`"kind":"none","duration":250,"error":"context canceled","message":"call"}`+"\n", log.String())
}

func TestAnUnreadableBodyIsOneLine(t *testing.T) {
	var log bytes.Buffer
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"a:b:c","payload":"planted-secret","auth":{"token":"planted-secret"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "198.51.100.7:1234"
	newMux(&log).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, `{"level":"warn","peer":"198.51.100.7:1234","error":"badProtocol INVALID_COMMUNICATION_PROTOCOL: `+
		`invalid event: \"version\" is missing","message":"unreadable event"}`+"\n", log.String())
}

func TestALineOverHTTPHasThePeer(t *testing.T) {
	var log bytes.Buffer
	m := newMux(&log)
	m.Add("a:b:c", 3, returning(events.Event{}, nil))
	r := httptest.NewRequest("POST", "/", bytes.NewReader(request().Append(nil)))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "198.51.100.7:1234"
	m.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, `{"level":"info","side":"callee","event":"a:b:c","version":3,"id":"id-1","flowId":"flow-1",`+
		`"kind":"response","duration":250,"peer":"198.51.100.7:1234","message":"call"}`+"\n", log.String())
}

func TestTheItemsOfABatchAreNumbered(t *testing.T) {
	var log bytes.Buffer
	m := newMux(&log)
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("a:b:c", 3, returning(events.Event{}, nil))
	_, err := m.Serve(t.Context(), events.Event{Name: "system:batch:run", Version: 1, ID: "batch", FlowID: "flow-1",
		Payload: json.RawMessage(`{"events":[` + string(request().Append(nil)) + `,{"name":"x:y:z","version":1,"id":"id-2","payload":{}}]}`)})
	require.NoError(t, err)
	require.Equal(t, []string{
		`{"level":"info","side":"callee","event":"a:b:c","version":3,"id":"id-1","flowId":"flow-1","item":1,"kind":"response","duration":250,"message":"call"}`,
		`{"level":"warn","side":"callee","event":"x:y:z","version":1,"id":"id-2","flowId":"flow-1","item":2,"kind":"eventNotFound","code":"NO_EVENT_HANDLER_FOUND","duration":250,"error":"eventNotFound NO_EVENT_HANDLER_FOUND: no handler for x:y:z version 1","message":"call"}`,
		`{"level":"info","side":"callee","event":"system:batch:run","version":1,"id":"batch","flowId":"flow-1","kind":"response","duration":1250,"message":"call"}`,
	}, strings.Split(strings.TrimSpace(log.String()), "\n"))
}

func TestTheCallersSideIsLogged(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want map[string]any
	}{
		"a success":        {nil, map[string]any{"level": "info", "kind": "response"}},
		"a redirect":       {&events.Redirect{URL: "https://planted-secret.example"}, map[string]any{"level": "info", "kind": "redirect"}},
		"an error event":   {events.KindGone, map[string]any{"level": "warn", "kind": "gone", "code": "GONE", "error": "gone GONE: gone"}},
		"a broken service": {errors.New("x"), map[string]any{"level": "error", "kind": "error", "code": "UNHANDLED_ERROR", "error": "error UNHANDLED_ERROR: internal error"}},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			m.Add("a:b:c", 3, returning(events.Event{}, tc.err))
			logged, host := logOfCaller(t, httptest.NewServer(m))
			want := map[string]any{
				"side": "caller", "event": "a:b:c", "version": 3.0, "id": "id-1", "flowId": "flow-1",
				"duration": 0.0, "peer": host, "message": "call",
			}
			maps.Copy(want, tc.want)
			require.Equal(t, []map[string]any{want}, logged)
		})
	}
}

// logOfCaller calls server and returns what the client logs.
func logOfCaller(t *testing.T, server *httptest.Server) (logged []map[string]any, host string) {
	defer server.Close()
	var log bytes.Buffer
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	c := client.New(server.URL, client.WithTracker(zerologtracker.New(zerolog.New(&log))), client.WithClock(func() time.Time { return noon }))
	defer c.CloseIdleConnections()
	_, err := c.Serve(t.Context(), request())
	require.NoError(t, err)
	require.NotContains(t, log.String(), "planted-secret")
	return lines(t, &log), strings.TrimPrefix(server.URL, "http://")
}

func TestACallerWhoFindsNobodyLogsAnError(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	var log bytes.Buffer
	c := client.New(server.URL, client.WithTracker(zerologtracker.New(zerolog.New(&log))))
	defer c.CloseIdleConnections()
	_, err := c.Serve(t.Context(), request())
	require.ErrorIs(t, err, client.ErrNoConnection)
	logged := lines(t, &log)
	require.Len(t, logged, 1)
	require.Equal(t, "error", logged[0]["level"])
	require.Equal(t, "caller", logged[0]["side"])
	require.Equal(t, "none", logged[0]["kind"])
	require.Contains(t, logged[0]["error"], "no connection")
	require.NotContains(t, log.String(), "planted-secret")
}

func TestTheContextGoesOnUnchanged(t *testing.T) {
	tracker := zerologtracker.New(zerolog.Nop())
	ctx := t.Context()
	require.Equal(t, ctx, tracker.Start(ctx, request()))
	require.Equal(t, ctx, tracker.NoticeError(ctx, errors.New("x")))
	require.Equal(t, ctx, tracker.NoticeEventError(ctx, request(), errors.New("x")))
	require.Equal(t, ctx, tracker.End(ctx, events.Event{}, nil))
}
