package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

const echoOne = `{"name":"test:raw:echo","version":1,"id":"i","flowId":"f","payload":1}`

const echoedOne = `{"name":"test:raw:echo:response","version":1,"id":"i","flowId":"f","payload":1,"identity":{},"auth":{},"metadata":{}}`

// serveDirectly calls the mux without a network.
func serveDirectly(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func newPost(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestWhatHTTPRefusesHasItsExactAnswer(t *testing.T) {
	const media = "the Content-Type of an event is application/json in UTF-8, without a Content-Encoding"
	for _, test := range []struct {
		name, method, key, value string
		status                   int
		allow, reason            string
	}{
		{"GET", "GET", "", "", 405, "POST", "events are sent by POST, not GET"},
		{"PUT", "PUT", "", "", 405, "POST", "events are sent by POST, not PUT"},
		{"OPTIONS", "OPTIONS", "", "", 405, "POST", "events are sent by POST, not OPTIONS"},
		{"another media type", "POST", "Content-Type", "text/plain", 415, "", media},
		{"no media type", "POST", "Content-Type", "", 415, "", media},
		{"another charset", "POST", "Content-Type", "application/json; charset=latin1", 415, "", media},
		{"a coding", "POST", "Content-Encoding", "gzip", 415, "", media},
	} {
		t.Run(test.name, func(t *testing.T) {
			watch := new(tracker.Mock)
			m := newWireService(t, mux.WithTracker(watch), mux.WithIDs(func() string { return "fresh" }))
			r := newPost(echoOne)
			r.Method = test.method
			r.Header.Set(test.key, test.value)
			w := serveDirectly(m, r)
			require.Equal(t, test.status, w.Code)
			require.Equal(t, httpRefusal(test.reason), w.Body.String())
			require.Equal(t, test.allow, w.Header().Get("Allow"))
			require.Equal(t, "application/json", w.Header().Get("Content-Type"))
			require.Equal(t, strconv.Itoa(w.Body.Len()), w.Header().Get("Content-Length"))
			require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
			require.ErrorContains(t, watch.Calls()[0].Err, test.reason)
		})
	}
}

func TestCORSWithoutAnyOriginLetsNobodyIn(t *testing.T) {
	m := newWireService(t, mux.WithCORS())
	r := newPost(echoOne)
	r.Header.Set("Origin", "https://shop.example.com")
	w := serveDirectly(m, r)
	require.Equal(t, echoedOne, w.Body.String())
	require.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
}

func TestCORSForAnyOrigin(t *testing.T) {
	m := newWireService(t, mux.WithCORS("*"))
	r := newPost(echoOne)
	r.Header.Set("Origin", "https://shop.example.com")
	require.Equal(t, "*", serveDirectly(m, r).Header().Get("Access-Control-Allow-Origin"))
}

func TestTheTrackerSeesWhatHTTPAddsToACall(t *testing.T) {
	url, watch := newWatchedServer(t, mux.WithStatus(statusOf))
	_, text := post(t, url, strings.NewReader(echoOne))
	require.Equal(t, echoedOne, text)
	missing := strings.Replace(echoOne, "raw:echo", "nobody:run", 1)
	answer, refused := post(t, url, strings.NewReader(missing))
	require.Equal(t, http.StatusNotFound, answer.StatusCode)

	calls := watch.Calls()
	require.Equal(t, []string{"Start", "End", "Start", "NoticeEventError", "End"}, methodsOf(watch))
	for i, want := range map[int]events.Call{
		1: {Status: 200, Registered: true, RequestBytes: len(echoOne), ResponseBytes: len(echoedOne)},
		4: {Status: 404, RequestBytes: len(missing), ResponseBytes: len(refused)},
	} {
		got := calls[i].Call
		require.Equal(t, want, events.Call{Status: got.Status, Registered: got.Registered, RequestBytes: got.RequestBytes, ResponseBytes: got.ResponseBytes})
		require.Equal(t, "http", got.Peer.Protocol)
		require.True(t, strings.HasPrefix(got.Peer.Addr, "127.0.0.1:"), got.Peer.Addr)
		require.Equal(t, "application/json", got.Peer.Header("content-type"))
	}
}

func TestMountServesEverythingBelowAPathAndNeverRedirects(t *testing.T) {
	m := newWireService(t)
	for mount, paths := range map[string][]string{
		"/events":  {"/events", "/events/", "/events/x", "/events/x/y", "/events/test:raw:echo"},
		"/events/": {"/events", "/events/", "/events/x"},
		"/":        {"/", "/events", "/events/"},
		"":         {"/", "/x"},
	} {
		router := http.NewServeMux()
		m.Mount(router, mount)
		for _, path := range paths {
			r := newPost(echoOne)
			r.URL.Path = path
			w := serveDirectly(router, r)
			require.Equal(t, http.StatusOK, w.Code, "mounted at %q, posted to %q", mount, path)
			require.Equal(t, echoedOne, w.Body.String(), "mounted at %q, posted to %q", mount, path)
		}
	}
	router := http.NewServeMux()
	m.Mount(router, "/events")
	r := newPost(echoOne)
	r.URL.Path = "/eventsx"
	require.Equal(t, http.StatusNotFound, serveDirectly(router, r).Code, "it is mounted at /events alone")
}

func TestEventsMayBeKept(t *testing.T) {
	var kept []events.Event
	m := mux.New()
	m.Add("test:event:keep", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		kept = append(kept, e)
		return events.Event{Payload: e.Payload}, nil
	}))
	const rounds = 100
	payload := func(i int) string { return `"` + strings.Repeat(string(rune('a'+i%26)), 10+i*7) + `"` }
	for i := range rounds {
		w := serveDirectly(m, newPost(`{"name":"test:event:keep","version":1,"id":"`+strconv.Itoa(i)+`","metadata":{"m":`+payload(i)+`},"payload":`+payload(i)+`}`))
		require.Contains(t, w.Body.String(), payload(i))
	}
	require.Len(t, kept, rounds)
	for i, e := range kept {
		require.Equal(t, payload(i), string(e.Payload), "the event of request %d has changed since", i)
		require.Equal(t, `{"m":`+payload(i)+`}`, string(e.Metadata), "the event of request %d has changed since", i)
		require.Equal(t, strconv.Itoa(i), e.ID)
	}
}

func TestAnAppendToAKeptFieldDoesNotReachItsNeighbour(t *testing.T) {
	m := mux.New()
	m.Add("test:event:append", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		_ = append(e.Payload, "overwritten"...)
		return events.Event{Payload: e.Metadata}, nil
	}))
	w := serveDirectly(m, newPost(`{"name":"test:event:append","version":1,"id":"i","flowId":"f","payload":1,"metadata":{"m":1}}`))
	require.Equal(t, `{"name":"test:event:append:response","version":1,"id":"i","flowId":"f","payload":{"m":1},"identity":{},"auth":{},"metadata":{}}`, w.Body.String())
}

func TestErrAbortHandlerBreaksTheConnectionOff(t *testing.T) {
	for name, options := range map[string][]mux.HandlerOption{
		"without a deadline": nil, "with a deadline": {mux.WithTimeout(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			watch := new(tracker.Mock)
			m := mux.New(mux.WithTracker(watch))
			mux.Handle(m, "test:call:abort", 1, func(context.Context, struct{}) (struct{}, error) { panic(http.ErrAbortHandler) }, options...)
			server := httptest.NewServer(m)
			defer server.Close()
			_, err := server.Client().Post(server.URL, "application/json", strings.NewReader(`{"name":"test:call:abort","version":1,"payload":{}}`))
			require.ErrorIs(t, err, io.EOF)
			require.Equal(t, []string{"Start", "NoticeEventError", "End"}, methodsOf(watch))
			require.ErrorIs(t, watch.Calls()[1].Err, http.ErrAbortHandler)
		})
	}
}

func TestTheSmallestTimeIsTheDeadline(t *testing.T) {
	type left struct{ Ms int64 }
	m := mux.New()
	reading := func(ctx context.Context, _ struct{}) (left, error) {
		deadline, ok := ctx.Deadline()
		if !ok {
			return left{-1}, nil
		}
		return left{time.Until(deadline).Milliseconds()}, nil
	}
	mux.Handle(m, "test:time:read", 1, reading)
	mux.Handle(m, "test:time:read", 2, reading, mux.WithTimeout(20*time.Second))
	for _, test := range []struct {
		header, metadata string
		version          int
		want             time.Duration // -1 for none
	}{
		{"", "", 1, -1},
		{"", "", 2, 20 * time.Second},
		{"30000", "", 1, 30 * time.Second},
		{"", "30000", 1, 30 * time.Second},
		{"10000", "30000", 1, 10 * time.Second},
		{"30000", "10000", 1, 10 * time.Second},
		{"30000", "30000", 2, 20 * time.Second},
		{"10000", "30000", 2, 10 * time.Second},
		{"soon", "-1", 1, -1},
		{"99999999999", "1e9", 1, -1},
	} {
		r := newPost(`{"name":"test:time:read","version":` + strconv.Itoa(test.version) + `,"payload":{},"metadata":{"timeoutMs":` + test.metadata + `}}`)
		if test.metadata == "" {
			r = newPost(`{"name":"test:time:read","version":` + strconv.Itoa(test.version) + `,"payload":{}}`)
		}
		r.Header.Set("Evoke-Timeout-Ms", test.header)
		var answer struct{ Payload left }
		require.NoError(t, json.Unmarshal(serveDirectly(m, r).Body.Bytes(), &answer))
		got := time.Duration(answer.Payload.Ms) * time.Millisecond
		if test.want < 0 {
			require.EqualValues(t, -1, answer.Payload.Ms, "%+v", test)
			continue
		}
		require.LessOrEqual(t, got, test.want, "%+v", test)
		require.Greater(t, got, test.want-5*time.Second, "%+v", test)
	}
}

func TestADeadlineThatTheServerSetsIsAnswered(t *testing.T) {
	m := newWireService(t)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	w := serveDirectly(m, newPost(`{"name":"test:slow:run","version":1,"id":"i","flowId":"f","payload":{}}`).WithContext(ctx))
	require.Equal(t, `{"name":"test:slow:run:error","version":1,"id":"i","flowId":"f","payload":{"code":"DEADLINE_EXCEEDED",`+
		`"message":"the call took longer than it was given","parameters":{}},"identity":{},"auth":{},"metadata":{}}`, w.Body.String())
}

// What stands in front of a mux may unpack a body, and leave the length that was
// announced for the packed one.
func TestTheLimitOfTheBodyHoldsWhateverLengthIsAnnounced(t *testing.T) {
	m := newWireService(t, mux.WithMaxBody(100))
	large := `{"name":"a:b:c","version":1,"payload":"` + strings.Repeat("x", 1000) + `"}`
	for _, announced := range []int64{10, 100, -1} {
		r := newPost(large)
		r.ContentLength = announced
		w := serveDirectly(m, r)
		require.Equal(t, http.StatusRequestEntityTooLarge, w.Code, "announced as %d", announced)
		require.Contains(t, w.Body.String(), "the body is larger than 100 bytes")
	}
}

// failingWriter is a connection that broke.
type failingWriter struct{ httptest.ResponseRecorder }

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAnAnswerThatCannotBeWrittenHarmsNothing(t *testing.T) {
	watch := new(tracker.Mock)
	m := newWireService(t, mux.WithTracker(watch))
	m.ServeHTTP(&failingWriter{*httptest.NewRecorder()}, newPost(echoOne))
	require.Equal(t, []string{"Start", "End"}, methodsOf(watch))
	require.Equal(t, echoedOne, serveDirectly(m, newPost(echoOne)).Body.String())
}

func TestAStatusThatHTTPDoesNotHaveCountsAs200(t *testing.T) {
	for _, status := range []int{-1, 0, 100, 199, 600, 1000} {
		m := mux.New(mux.WithStatus(func(events.Kind) int { return status }))
		for _, body := range []string{`{"name":"a","version":1,"payload":{}}`, `{`} {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(body))
			r.Header.Set("Content-Type", "application/json")
			m.ServeHTTP(w, r)
			require.Equal(t, http.StatusOK, w.Code, "WithStatus returned %d for %s", status, body)
		}
	}
}
