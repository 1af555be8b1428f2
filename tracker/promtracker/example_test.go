package promtracker_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

func Example() {
	t := promtracker.New()
	registry := prometheus.NewRegistry()
	registry.MustRegister(t)

	m := mux.New(mux.WithTracker(t))
	mux.Handle(m, "clock:time:get", 1, func(context.Context, struct{}) (string, error) { return "12:00", nil })
	server := http.NewServeMux()
	m.Mount(server, "/events")
	server.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))

	m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1})
	m.Serve(context.Background(), events.Event{Name: "clock:time:set", Version: 1})

	scrape := httptest.NewRecorder()
	server.ServeHTTP(scrape, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for line := range strings.Lines(scrape.Body.String()) {
		if strings.HasPrefix(line, "evoke_call_duration_seconds_count") || strings.HasPrefix(line, "evoke_errors_total") {
			fmt.Print(line)
		}
	}
	// Output:
	// evoke_call_duration_seconds_count{name="clock:time:get",side="callee",version="1"} 1
	// evoke_call_duration_seconds_count{name="unknown",side="callee",version="unknown"} 1
	// evoke_call_duration_seconds_count{name="unknown",side="caller",version="unknown"} 0
	// evoke_errors_total{kind="eventNotFound",name="unknown",side="callee",version="unknown"} 1
}
