package promtracker

import (
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

// unknown stands for names and versions that callers invent.
const unknown = "unknown"

// metrics are the families. Their children are resolved once per event, since
// that costs more than to count a call.
type metrics struct {
	duration, request, response *prometheus.HistogramVec
	inFlight                    *prometheus.GaugeVec
	errors, deprecated          *prometheus.CounterVec
}

func newMetrics(buckets []float64) metrics {
	labels := []string{"side", "name", "version"}
	histogram := func(name, help string, buckets []float64) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	sizes := prometheus.ExponentialBuckets(64, 4, 9)
	return metrics{
		duration: histogram("evoke_call_duration_seconds", "How long calls took.", buckets),
		request:  histogram("evoke_request_size_bytes", "Sizes of requests on the wire.", sizes),
		response: histogram("evoke_response_size_bytes", "Sizes of responses on the wire.", sizes),
		inFlight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "evoke_calls_in_flight", Help: "Calls that have begun and not ended.",
		}, labels),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evoke_errors_total", Help: "Calls that failed, by the kind of the error.",
		}, append(labels[:3:3], "kind")),
		deprecated: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evoke_deprecated_calls_total", Help: "Calls of deprecated versions, by who calls.",
		}, append(labels[:3:3], "origin")),
	}
}

func (m metrics) all() []prometheus.Collector {
	return []prometheus.Collector{m.duration, m.inFlight, m.request, m.response, m.errors, m.deprecated}
}

// series are the metrics of one event on one side.
type series struct {
	duration, request, response prometheus.Observer
	inFlight                    prometheus.Gauge
	errors, deprecated          counters
}

func (m metrics) series(side events.Side, name, version string) *series {
	event := prometheus.Labels{"side": side.String(), "name": name, "version": version}
	return &series{
		duration: m.duration.With(event), inFlight: m.inFlight.With(event),
		request: m.request.With(event), response: m.response.With(event),
		errors: counters{vec: m.errors.MustCurryWith(event)}, deprecated: counters{vec: m.deprecated.MustCurryWith(event)},
	}
}

// counters are the counters of one event by a last label, which takes few values.
type counters struct {
	vec   *prometheus.CounterVec
	known label.Table[string, prometheus.Counter]
}

func (c *counters) inc(label string) {
	counter, _ := c.known.Get(label, func(label string) (string, prometheus.Counter) {
		label = strings.Clone(label) // it may be a part of a whole event
		return label, c.vec.WithLabelValues(label)
	})
	counter.Inc()
}
