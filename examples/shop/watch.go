package main

import (
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

// watches is how the calls of both services are watched: in the log and on the page
// of the flows, which is one for both, and if asked for by metrics and traces.
type watches struct {
	log     zerolog.Logger
	flows   *flowtracker.Tracker
	metrics bool
	traces  *tracePrinter // nil if they are not asked for
}

// newWatches makes them write to log.
func newWatches(log io.Writer, metrics, traces bool) watches {
	w := watches{
		log:     zerolog.New(console(log)).With().Timestamp().Logger(),
		flows:   flowtracker.New(flowtracker.WithTitle("Shop: flows"), flowtracker.WithPayloads(nil)), // nothing here is secret
		metrics: metrics,
	}
	if traces {
		w.traces = newTracePrinter(log)
	}
	return w
}

// A watch is what sees the calls of one service, those that it serves and those that
// it makes.
type watch struct {
	log     zerolog.Logger
	tracker tracker.Tracker
	pages   map[string]http.Handler // by path
}

// of returns the watch of a service. What watches calls is a chain: each part gives
// its context to the next.
func (w watches) of(service string) watch {
	log := w.log.With().Str("service", service).Logger()
	all := []tracker.Tracker{zerologtracker.New(log), w.flows.Service(service)}
	pages := map[string]http.Handler{"/flows/": w.flows}
	if w.traces != nil {
		all = append(all, w.traces.tracker(service))
	}
	if w.metrics {
		t := promtracker.New(promtracker.WithTraceID(oteltracker.TraceID)) // "" without traces
		registry := prometheus.NewRegistry()
		registry.MustRegister(t)
		all = append(all, t)
		pages["/metrics"] = promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
	}
	return watch{log, tracker.Multi(all...), pages}
}
