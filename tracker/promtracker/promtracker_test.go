package promtracker_test

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

	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

func answering(err error) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return events.Event{}, err })
}

// newMux returns a mux that prom watches. Each look at its clock is 250 ms after
// the one before.
func newMux(prom *promtracker.Tracker, options ...mux.MuxOption) *mux.Mux {
	now := time.Unix(0, 0)
	clock := func() time.Time { now = now.Add(250 * time.Millisecond); return now }
	return mux.New(append([]mux.MuxOption{mux.WithTracker(prom), mux.WithClock(clock)}, options...)...)
}

func call(t *testing.T, m *mux.Mux, name string, version int) {
	t.Helper()
	_, err := m.Serve(t.Context(), events.Event{Name: name, Version: version})
	require.NoError(t, err)
}

// network is the HTTP between a client and what answers it, without sockets.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func to(m *mux.Mux) network {
	return func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		return w.Result(), nil
	}
}

func replying(body string) network {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func newClient(prom *promtracker.Tracker, n network) *client.Client {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	return client.New("http://callee.test", client.WithTracker(prom),
		client.WithHTTPClient(&http.Client{Transport: n}), client.WithClock(func() time.Time { return noon }))
}

func TestACallIsCountedWithItsDurationAndSizes(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	m.Add("a:b:c", 3, answering(nil))
	body := `{"name":"a:b:c","version":3,"id":"id-1","flowId":"flow-1","payload":{}}`
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	require.Equal(t, map[string]float64{
		"call_duration_seconds_count{a:b:c,callee,3}": 1,
		"call_duration_seconds_sum{a:b:c,callee,3}":   .25,
		"request_size_bytes_count{a:b:c,callee,3}":    1,
		"request_size_bytes_sum{a:b:c,callee,3}":      float64(len(body)),
		"response_size_bytes_count{a:b:c,callee,3}":   1,
		"response_size_bytes_sum{a:b:c,callee,3}":     float64(w.Body.Len()),
	}, scrape(t, prom))
}

func TestACallWithinTheProcessHasNoSize(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	m.Add("a:b:c", 3, answering(nil))
	call(t, m, "a:b:c", 3)
	require.Equal(t, map[string]float64{
		"call_duration_seconds_count{a:b:c,callee,3}": 1,
		"call_duration_seconds_sum{a:b:c,callee,3}":   .25,
	}, scrape(t, prom))
}

func TestTheMetricsHaveTheirDocumentedTypesAndBuckets(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	m.Add("a:b:c", 1, answering(events.KindGone))
	mux.Handle(m, "a:b:old", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }, mux.WithDeprecation(catalog.Deprecation{}))
	call(t, m, "a:b:c", 1)
	call(t, m, "a:b:old", 1)
	types := map[string]dto.MetricType{}
	buckets := map[string][]float64{}
	for name, f := range families(t, prom) {
		types[name] = f.GetType()
		require.NotEmpty(t, f.GetHelp(), name)
		for _, b := range f.Metric[0].GetHistogram().GetBucket() {
			buckets[name] = append(buckets[name], b.GetUpperBound())
		}
	}
	require.Equal(t, map[string]dto.MetricType{
		"evoke_call_duration_seconds":  dto.MetricType_HISTOGRAM,
		"evoke_calls_in_flight":        dto.MetricType_GAUGE,
		"evoke_request_size_bytes":     dto.MetricType_HISTOGRAM,
		"evoke_response_size_bytes":    dto.MetricType_HISTOGRAM,
		"evoke_errors_total":           dto.MetricType_COUNTER,
		"evoke_deprecated_calls_total": dto.MetricType_COUNTER,
	}, types)
	finite := func(name string) []float64 { return buckets[name][:len(buckets[name])-1] }
	require.Equal(t, promtracker.DefaultBuckets(), finite("evoke_call_duration_seconds"))
	sizes := []float64{64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304}
	require.Equal(t, sizes, finite("evoke_request_size_bytes"))
	require.Equal(t, sizes, finite("evoke_response_size_bytes"))
}

func TestBucketsAreTakenInAnyOrder(t *testing.T) {
	prom := promtracker.New(promtracker.WithBuckets(2, .3, 2, .1))
	m := newMux(prom)
	m.Add("a:b:c", 1, answering(nil))
	call(t, m, "a:b:c", 1)
	for _, metric := range families(t, prom)["evoke_call_duration_seconds"].Metric {
		if labels(metric) == "{a:b:c,callee,1}" {
			var got []string
			for _, b := range metric.Histogram.Bucket {
				got = append(got, fmt.Sprint(b.GetUpperBound(), " ", b.GetCumulativeCount()))
			}
			require.Equal(t, []string{"0.1 0", "0.3 1", "2 1", "+Inf 1"}, got)
			return
		}
	}
	require.Fail(t, "the call was not counted")
}

func TestCallsAreInFlightWhileTheyRun(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	var during map[string]float64
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		during = scrape(t, prom)
		return events.Event{}, nil
	}))
	call(t, m, "a:b:c", 1)
	require.Equal(t, map[string]float64{"calls_in_flight{a:b:c,callee,1}": 1}, during)
	require.NotContains(t, scrape(t, prom), "calls_in_flight{a:b:c,callee,1}")
}

func TestDeprecatedCallsAreCountedByWhoCalls(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom, mux.WithOrigins("web", "app"))
	handler := func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }
	mux.Handle(m, "a:b:c", 1, handler, mux.WithDeprecation(catalog.Deprecation{}))
	mux.Handle(m, "a:b:c", 2, handler)
	for i, origin := range []string{`"web"`, `"web"`, `"app"`, `"invented"`, `7`} {
		for version := range 2 {
			_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: version + 1, Metadata: json.RawMessage(`{"origin":` + origin + `}`)})
			require.NoError(t, err, i)
		}
	}
	got := map[string]float64{}
	for name, v := range scrape(t, prom) {
		if strings.HasPrefix(name, "deprecated") {
			got[name] = v
		}
	}
	require.Equal(t, map[string]float64{
		"deprecated_calls_total{a:b:c,web,callee,1}":   2,
		"deprecated_calls_total{a:b:c,app,callee,1}":   1,
		"deprecated_calls_total{a:b:c,other,callee,1}": 2,
	}, got)
}

func TestTheItemsOfABatchAreCountedEachByItself(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("a:b:c", 3, answering(nil))
	_, err := m.Serve(t.Context(), events.Event{Name: "system:batch:run", Version: 1, Payload: json.RawMessage(
		`{"events":[{"name":"a:b:c","version":3,"payload":{}},{"name":"a:b:c","version":3,"payload":{}},{"name":"x:y:z","version":1,"payload":{}}]}`)})
	require.NoError(t, err)
	require.Equal(t, map[string]float64{
		"call_duration_seconds_count{a:b:c,callee,3}":            2,
		"call_duration_seconds_sum{a:b:c,callee,3}":              .5,
		"call_duration_seconds_count{unknown,callee,unknown}":    1,
		"call_duration_seconds_sum{unknown,callee,unknown}":      .25,
		"errors_total{eventNotFound,unknown,callee,unknown}":     1,
		"call_duration_seconds_count{system:batch:run,callee,1}": 1,
		"call_duration_seconds_sum{system:batch:run,callee,1}":   1.75,
	}, scrape(t, prom))
}

func TestManyCallsAtATimeAreAllCounted(t *testing.T) {
	prom := promtracker.New()
	m := mux.New(mux.WithTracker(prom))
	for i := range 10 {
		m.Add(fmt.Sprint("a:b:c", i), 1, answering(events.KindGone))
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
	got := scrape(t, prom)
	for i := range 10 {
		require.Equal(t, 80.0, got[fmt.Sprintf("call_duration_seconds_count{a:b:c%d,callee,1}", i)])
		require.Equal(t, 80.0, got[fmt.Sprintf("errors_total{gone,a:b:c%d,callee,1}", i)])
		require.Zero(t, got[fmt.Sprintf("calls_in_flight{a:b:c%d,callee,1}", i)])
	}
}

func TestAnEndWithoutItsStartIsNotCounted(t *testing.T) {
	prom := promtracker.New()
	prom.End(t.Context(), events.Event{}, nil)
	prom.NoticeEventError(t.Context(), events.Event{}, &events.PanicError{Late: true})
	require.Empty(t, scrape(t, prom))
}
