package oteltracker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newMux returns a mux that r watches. Each look at its clock is 250 ms after the
// one before.
func newMux(r *recording, options ...mux.MuxOption) *mux.Mux {
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(250 * time.Millisecond); return now }
	return mux.New(append([]mux.MuxOption{mux.WithTracker(r), mux.WithClock(clock)}, options...)...)
}

func TestACallIsMeasured(t *testing.T) {
	r := record(t)
	m := newMux(r)
	m.Add("a:b:c", 3, answering(nil))
	body := `{"name":"a:b:c","version":3,"payload":{}}`
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, request)
	require.Equal(t, map[string]float64{
		"rpc.server.call.duration{3,a:b:c}":   .25,
		"evoke.server.request.size{3,a:b:c}":  float64(len(body)),
		"evoke.server.response.size{3,a:b:c}": float64(w.Body.Len()),
	}, r.points(t))
}

func TestAFailedCallIsMeasuredByItsKind(t *testing.T) {
	r := record(t)
	m := newMux(r)
	m.Add("a:b:c", 3, answering(events.KindGone))
	for range 2 {
		_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 3})
		require.NoError(t, err)
	}
	require.Equal(t, map[string]float64{"rpc.server.call.duration{gone,3,a:b:c}": .5}, r.points(t))
}

func TestCallsAreActiveWhileTheyRun(t *testing.T) {
	r := record(t)
	m := newMux(r)
	var during map[string]float64
	m.Add("a:b:c", 3, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		during = r.points(t)
		return events.Event{}, nil
	}))
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 3})
	require.NoError(t, err)
	require.Equal(t, map[string]float64{"evoke.server.active_calls{3,a:b:c}": 1}, during)
	require.NotContains(t, r.points(t), "evoke.server.active_calls{3,a:b:c}")
}

func TestDeprecatedCallsAreCountedByWhoCalls(t *testing.T) {
	r := record(t)
	m := newMux(r, mux.WithOrigins("web"))
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }, mux.WithDeprecation(catalog.Deprecation{}))
	for _, origin := range []string{"web", "web", "invented"} {
		_, err := newClient(r, to(m)).Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1, Metadata: json.RawMessage(`{"origin":"` + origin + `"}`)})
		require.NoError(t, err)
	}
	got := r.points(t)
	require.Equal(t, 2.0, got["evoke.server.deprecated_calls{1,web,a:b:c}"])
	require.Equal(t, 1.0, got["evoke.server.deprecated_calls{1,other,a:b:c}"])
	require.Equal(t, 3.0, got["evoke.client.deprecated_calls{1,a:b:c}"])
}

// A program that passes on events under the names that others sent must not grow
// for that.
func TestNamesThatACallerInventsMakeNoSeries(t *testing.T) {
	invented := func(i int) events.Event {
		return events.Event{Name: fmt.Sprint("invented:name:", i), Version: 1 + i%100, ID: "id", FlowID: "flow"}
	}
	t.Run("for the callee", func(t *testing.T) {
		r := record(t)
		m := newMux(r)
		for i := range 10_000 {
			_, err := m.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		require.Equal(t, map[string]float64{"rpc.server.call.duration{eventNotFound,_OTHER}": 2500}, r.points(t))
		for _, span := range r.spans.GetSpans() {
			require.Equal(t, "unknown", span.Name)
		}
	})
	t.Run("for a caller whose callee does not know them", func(t *testing.T) {
		r := record(t)
		c := newClient(r, to(mux.New()))
		for i := range 1000 {
			_, err := c.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		for name := range r.points(t) {
			require.Contains(t, name, "_OTHER}")
		}
	})
	t.Run("beyond the first 1000 for a caller whose callee answers all", func(t *testing.T) {
		r := record(t)
		c := newClient(r, func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"name":"x:response","payload":{}}`))}, nil
		})
		for i := range 1100 {
			_, err := c.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		got := r.points(t)
		require.Contains(t, got, "rpc.client.call.duration{100,invented:name:999}")
		require.NotContains(t, got, "rpc.client.call.duration{1,invented:name:1000}")
		require.Equal(t, 100.0*float64(len(`{"name":"x:response","payload":{}}`)), got["evoke.client.response.size{_OTHER}"])
	})
}

func TestManyCallsAtATimeAreAllMeasured(t *testing.T) {
	r := record(t)
	m := mux.New(mux.WithTracker(r), mux.WithClock(func() time.Time { return time.Time{} }))
	deprecated := mux.WithDeprecation(catalog.Deprecation{})
	for i := range 10 {
		mux.Handle(m, fmt.Sprint("a:b:c", i), 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }, deprecated)
	}
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for i := range 100 {
				_, _ = m.Serve(t.Context(), events.Event{Name: fmt.Sprint("a:b:c", i%10), Version: 1})
			}
		})
	}
	callers.Wait()
	require.Len(t, r.spans.GetSpans(), 800)
	want := map[string]float64{}
	for i := range 10 {
		want[fmt.Sprintf("evoke.server.deprecated_calls{1,other,a:b:c%d}", i)] = 80
	}
	require.Equal(t, want, r.points(t))
}
