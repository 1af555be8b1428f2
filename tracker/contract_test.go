package tracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// methodsOf names the methods that mock was called by, in their order.
func methodsOf(mock *tracker.Mock) string {
	var methods []string
	for _, c := range mock.Calls() {
		methods = append(methods, c.Method)
	}
	return strings.Join(methods, " ")
}

// serve runs m on the loopback interface until the test is over.
func serve(t *testing.T, m *mux.Mux) *httptest.Server {
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server
}

func newClient(t *testing.T, url string, mock *tracker.Mock) *client.Client {
	c := client.New(url, client.WithTracker(mock))
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func fail(err error) func(context.Context, struct{}) (struct{}, error) {
	return func(context.Context, struct{}) (struct{}, error) { return struct{}{}, err }
}

func TestEachSideIsToldOfACallOnce(t *testing.T) {
	const failed = "Start NoticeEventError End"
	for name, tc := range map[string]struct {
		err            error
		caller, callee string
		callerErr      error // what End is told on the caller's side
	}{
		"a success":         {nil, "Start End", "Start End", nil},
		"a redirect":        {&events.Redirect{URL: "u"}, "Start End", "Start End", nil},
		"an error event":    {events.KindGone, "Start End", failed, events.KindGone},
		"an internal error": {errors.New("x"), "Start End", failed, events.KindError},
	} {
		t.Run(name, func(t *testing.T) {
			var caller, callee tracker.Mock
			m := mux.New(mux.WithTracker(&callee))
			mux.Handle(m, "a:b:c", 1, fail(tc.err))
			c := newClient(t, serve(t, m).URL, &caller)
			_, _ = client.Call[struct{}](t.Context(), c, "a:b:c", 1, nil)

			require.Equal(t, tc.caller, methodsOf(&caller), "the caller's side")
			require.Equal(t, tc.callee, methodsOf(&callee), "the callee's side")
			end := caller.Calls()[caller.StartCount+caller.NoticeEventErrorCount]
			require.ErrorIs(t, end.Err, tc.callerErr)
			require.Equal(t, events.Caller, end.Call.Side)
			require.Equal(t, events.Callee, callee.Calls()[0].Call.Side)
			require.Equal(t, caller.Calls()[0].Event.ID, callee.Calls()[0].Event.ID)
		})
	}
}

func TestACallWithoutAnAnswerIsNoticedByTheCaller(t *testing.T) {
	var mock tracker.Mock
	server := httptest.NewServer(mux.New())
	server.Close()
	_, err := client.Call[struct{}](t.Context(), newClient(t, server.URL, &mock), "a:b:c", 1, nil)
	require.ErrorIs(t, err, client.ErrNoConnection)
	require.Equal(t, "Start NoticeEventError End", methodsOf(&mock))
	end := mock.Calls()[2]
	require.Zero(t, end.Event, "there was no answer")
	require.ErrorIs(t, end.Err, client.ErrNoConnection)
}

func TestAnUnreadableBodyHasOneNoticeAndNothingElse(t *testing.T) {
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(&mock))
	r := httptest.NewRequest("POST", "/", strings.NewReader("{"))
	r.Header.Set("Content-Type", "application/json")
	m.ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, "NoticeError", methodsOf(&mock))
	require.ErrorIs(t, mock.Calls()[0].Err, events.KindBadProtocol)
}

func TestTheCallOverHTTPHasSizesStatusAndPeer(t *testing.T) {
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(&mock))
	body := `{"name":"a:b:c","version":1,"payload":{}}`
	r := httptest.NewRequest("POST", "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.RemoteAddr = "198.51.100.7:1234"
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)

	require.Equal(t, "Start NoticeEventError End", methodsOf(&mock))
	start, end := mock.Calls()[0].Call, mock.Calls()[2].Call
	require.Equal(t, len(body), start.RequestBytes)
	require.Zero(t, start.ResponseBytes, "not known yet")
	require.Zero(t, start.Status, "not known yet")
	require.Equal(t, "http", start.Peer.Protocol)
	require.Equal(t, "198.51.100.7:1234", start.Peer.Addr)
	require.Equal(t, "application/json", start.Peer.Header("content-type"))
	require.Equal(t, w.Body.Len(), end.ResponseBytes)
	require.Equal(t, 200, end.Status)
	require.Equal(t, end, mock.Calls()[1].Call, "a notice knows what End knows")
}

func TestTheCallHasSideItemTimesAndPeer(t *testing.T) {
	started := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	now := started
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(&mock), mux.WithClock(func() time.Time { return now }))
	m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
		require.Equal(t, e, events.CallFrom(ctx).Request)
		require.Zero(t, events.CallFrom(ctx).Elapsed, "not known yet")
		now = now.Add(3 * time.Second)
		return events.Event{}, events.KindNotFound
	}))
	request := events.Event{
		Name: "a:b:c", Version: 1, ID: "id-1", FlowID: "flow-1", Payload: json.RawMessage(`{}`),
		Identity: json.RawMessage(`{}`), Auth: json.RawMessage(`{}`), Metadata: json.RawMessage(`{}`),
	}
	peer := events.Peer{Protocol: "test", Addr: "198.51.100.7:1", Headers: map[string][]string{"A": {"b"}}}
	_, err := m.Serve(events.WithItem(events.WithPeer(t.Context(), peer), 4), request)
	require.NoError(t, err)

	require.Equal(t, "Start NoticeEventError End", methodsOf(&mock))
	want := events.Call{
		Side: events.Callee, Request: request, Registered: true, Origin: "other", Item: 4, Started: started, Peer: peer,
	}
	require.Equal(t, want, mock.Calls()[0].Call, "at the start")
	want.Elapsed = 3 * time.Second
	require.Equal(t, want, mock.Calls()[1].Call, "when the error was noticed")
	require.Equal(t, want, mock.Calls()[2].Call, "at the end")
}

func TestEachItemOfABatchHasItsStartAndEnd(t *testing.T) {
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(&mock))
	m.Add("system:batch:run", 1, batch.New(m))
	mux.Handle(m, "a:b:c", 1, fail(nil))
	_, err := m.Serve(t.Context(), events.Event{Name: "system:batch:run", Version: 1, Payload: json.RawMessage(
		`{"events":[{"name":"a:b:c","version":1,"payload":{}},{"name":"x:y:z","version":1,"payload":{}}]}`)})
	require.NoError(t, err)

	var told []string
	for _, c := range mock.Calls() {
		told = append(told, fmt.Sprint(c.Method, " ", c.Call.Request.Name, " ", c.Call.Item))
	}
	require.Equal(t, []string{
		"Start system:batch:run 0",
		"Start a:b:c 1", "End a:b:c 1",
		"Start x:y:z 2", "NoticeEventError x:y:z 2", "End x:y:z 2",
		"End system:batch:run 0",
	}, told)
}

func TestTheContextOfStartReachesTheHandlerAndTheOtherMethods(t *testing.T) {
	type key struct{}
	var seen []string
	see := func(ctx context.Context, where string) context.Context {
		seen = append(seen, fmt.Sprint(where, " after ", ctx.Value(key{})))
		return context.WithValue(ctx, key{}, where)
	}
	m := mux.New(mux.WithTracker(&tracker.Mock{
		StartFn: func(ctx context.Context, _ events.Event) context.Context { return see(ctx, "start") },
		NoticeEventErrorFn: func(ctx context.Context, _ events.Event, _ error) context.Context {
			return see(ctx, "notice")
		},
		EndFn: func(ctx context.Context, _ events.Event, _ error) context.Context { return see(ctx, "end") },
	}))
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		see(ctx, "handler")
		return struct{}{}, events.KindGone
	})
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	require.Equal(t, []string{"start after <nil>", "handler after start", "notice after start", "end after notice"}, seen)
}
