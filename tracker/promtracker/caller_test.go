package promtracker_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

const success = `{"name":"a:b:c:response","payload":{}}`

func TestACallIsCountedOnTheCallersSide(t *testing.T) {
	prom := promtracker.New()
	var during map[string]float64
	c := newClient(prom, func(r *http.Request) (*http.Response, error) {
		during = scrape(t, prom)
		return replying(success)(r)
	})
	request := events.Event{Name: "a:b:c", Version: 3, ID: "id-1", FlowID: "flow-1"}
	for range 2 {
		_, err := c.Serve(t.Context(), request)
		require.NoError(t, err)
	}
	require.Equal(t, 1.0, during["calls_in_flight{a:b:c,caller,3}"], "during the second call")
	got := scrape(t, prom)
	require.Equal(t, 2.0, got["call_duration_seconds_count{a:b:c,caller,3}"])
	require.Equal(t, 2.0*float64(len(success)), got["response_size_bytes_sum{a:b:c,caller,3}"])
	require.Equal(t, 2.0, got["request_size_bytes_count{a:b:c,caller,3}"])
	require.Len(t, got, 5, "nothing is in flight and nothing else was counted: %v", got)
}

func TestOneTrackerWatchesBothSides(t *testing.T) {
	prom := promtracker.New()
	m := newMux(prom)
	m.Add("a:b:c", 3, answering(events.KindGone))
	_, err := client.Call[struct{}](t.Context(), newClient(prom, to(m)), "a:b:c", 3, nil)
	require.ErrorIs(t, err, events.KindGone)
	got := scrape(t, prom)
	for _, side := range []string{"callee", "caller"} {
		require.Equal(t, 1.0, got["call_duration_seconds_count{a:b:c,"+side+",3}"], side)
		require.Equal(t, 1.0, got["errors_total{gone,a:b:c,"+side+",3}"], side)
	}
	require.Equal(t, got["request_size_bytes_sum{a:b:c,callee,3}"], got["request_size_bytes_sum{a:b:c,caller,3}"])
}

func TestACallWithoutAnAnswerTellsWhy(t *testing.T) {
	hang := func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	for kind, n := range map[string]network{
		"timeout":    hang,
		"unanswered": replying("<html>"),
		"error":      replying(`{"name":"a:b:c:` + strings.Repeat("x", 99) + `","payload":{}}`),
		"userDenied": replying(`{"name":"a:b:c:user_denied","payload":{}}`),
	} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				prom := promtracker.New()
				_, err := client.Call[struct{}](t.Context(), newClient(prom, n), "a:b:c", 3, nil, client.WithTimeout(time.Second))
				require.Error(t, err)
				require.Equal(t, 1.0, scrape(t, prom)["errors_total{"+kind+",a:b:c,caller,3}"])
			})
		})
	}
}

// A program that passes on events under the names that others sent must not grow
// for that.
func TestNamesThatACallerInventsMakeNoSeries(t *testing.T) {
	invented := func(i int) events.Event {
		return events.Event{Name: fmt.Sprint("invented:name:", i), Version: 1 + i%100, ID: "id", FlowID: "flow"}
	}
	t.Run("for the callee", func(t *testing.T) {
		prom := promtracker.New()
		m := mux.New(mux.WithTracker(prom))
		m.Add("a:b:c", 1, answering(nil))
		call(t, m, "a:b:c", 1)
		call(t, m, "a:b:c", 2) // an unknown version
		before := series(t, prom)
		for i := range 10_000 {
			_, err := m.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		require.Equal(t, before, series(t, prom))
		require.Equal(t, 10_001.0, scrape(t, prom)["errors_total{eventNotFound,unknown,callee,unknown}"])
	})
	t.Run("for a caller whose callee does not know them", func(t *testing.T) {
		prom := promtracker.New()
		c := newClient(prom, to(mux.New()))
		_, err := c.Serve(t.Context(), invented(0))
		require.NoError(t, err)
		before := series(t, prom)
		for i := range 10_000 {
			_, err := c.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		require.Equal(t, before, series(t, prom))
		require.Equal(t, 10_001.0, scrape(t, prom)["errors_total{eventNotFound,unknown,caller,unknown}"])
	})
	t.Run("beyond the first 1000 for a caller whose callee answers all", func(t *testing.T) {
		prom := promtracker.New()
		c := newClient(prom, replying(success))
		for i := range 2000 {
			_, err := c.Serve(t.Context(), invented(i))
			require.NoError(t, err)
		}
		got := scrape(t, prom)
		require.Equal(t, 1.0, got["call_duration_seconds_count{invented:name:999,caller,100}"])
		require.NotContains(t, got, "call_duration_seconds_count{invented:name:1000,caller,1}")
		require.Equal(t, 1000.0, got["call_duration_seconds_count{unknown,caller,unknown}"])
	})
	t.Run("when they are no names", func(t *testing.T) {
		prom := promtracker.New()
		c := newClient(prom, replying(success))
		for _, name := range []string{"", "\xff", "line\nbreak", strings.Repeat("x", 1000)} {
			_, err := c.Serve(t.Context(), events.Event{Name: name, Version: 1})
			require.ErrorIs(t, err, client.ErrInvalidRequest)
		}
		require.Equal(t, 4.0, scrape(t, prom)["errors_total{unanswered,unknown,caller,unknown}"])
	})
}
