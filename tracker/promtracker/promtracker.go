// Package promtracker counts and times calls for Prometheus, by
// github.com/prometheus/client_golang:
//
//	t := promtracker.New()
//	prometheus.MustRegister(t)
//	m := mux.New(mux.WithTracker(t))
//	c := client.New(url, client.WithTracker(t))
//
// One Tracker serves any number of muxes and clients. Its metrics are
//
//	evoke_call_duration_seconds{side,name,version}           histogram, how long calls took
//	evoke_calls_in_flight{side,name,version}                 gauge, calls that have begun and not ended
//	evoke_request_size_bytes{side,name,version}              histogram, requests on the wire
//	evoke_response_size_bytes{side,name,version}             histogram, responses on the wire
//	evoke_errors_total{side,name,version,kind}               counter, calls that failed
//	evoke_deprecated_calls_total{side,name,version,origin}   counter, calls of versions that will go
//
// The buckets of durations are [DefaultBuckets] or those of [WithBuckets]; those
// of sizes are 64 B to 4 MiB, each four times the one before. A call within the
// process, as an item of a batch is, has no size.
//
// # Labels
//
// Callers cannot create series. On the side "callee", name and version are those
// of an event that the mux has a handler for, and both are "unknown" for any other
// one. On the side "caller" they are those of the first 1000 events that the
// program calls, leaving out what the callee has no handler for; "unknown" holds
// the rest, and calls in flight until the first call of their event has ended.
//
// The kind of an error is the [events.Kind] that was answered, "error" for one
// that is not known. Without an answer it is "timeout", "canceled" or, for other
// reasons, "unanswered". It is "noticed" for an error besides a successful answer
// and for a panic after the deadline, when the call has been counted already. A
// body that is no event has the kind "badProtocol", the name "unknown" and no
// duration.
//
// Origin is who calls, a name that the mux was configured to know or "other". It is
// empty on the side "caller", whose program that is.
package promtracker

import (
	"context"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

// DefaultBuckets returns the upper bounds of the buckets of durations, in seconds.
func DefaultBuckets() []float64 {
	return []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}
}

// maxTraceID is the longest trace id of an exemplar, in bytes. OpenMetrics allows
// 128 characters for all of its labels.
const maxTraceID = 64

// A Tracker counts and times calls. It is a [prometheus.Collector], to be
// registered once, and safe for concurrent use.
type Tracker struct {
	metrics        metrics
	served, called side
	traceID        func(context.Context) string
}

// An Option configures a Tracker.
type Option func(*options)

type options struct {
	buckets []float64
	traceID func(context.Context) string
}

// WithBuckets sets the upper bounds of the buckets of durations, in seconds, in
// place of [DefaultBuckets].
func WithBuckets(seconds ...float64) Option {
	sorted := slices.Compact(slices.Sorted(slices.Values(seconds)))
	return func(o *options) { o.buckets = sorted }
}

// WithTraceID attaches an exemplar with the label trace_id to durations, so that
// a slow bucket leads to a trace. Source returns the trace that a call belongs to,
// "" if there is none worth looking at, as oteltracker.TraceID does. It must be
// safe for concurrent use. Prometheus reads exemplars in the OpenMetrics format
// only; see EnableOpenMetrics of promhttp.HandlerOpts.
func WithTraceID(source func(context.Context) string) Option {
	return func(o *options) { o.traceID = source }
}

// New returns a Tracker that has counted nothing.
func New(opts ...Option) *Tracker {
	o := options{buckets: DefaultBuckets(), traceID: func(context.Context) string { return "" }}
	for _, option := range opts {
		option(&o)
	}
	t := &Tracker{metrics: newMetrics(o.buckets), traceID: o.traceID}
	t.served.unknown = t.metrics.series(events.Callee, unknown, unknown)
	t.called.unknown = t.metrics.series(events.Caller, unknown, unknown)
	t.called.events.Limit = maxCalled
	return t
}

// Describe implements [prometheus.Collector].
func (t *Tracker) Describe(out chan<- *prometheus.Desc) {
	for _, c := range t.metrics.all() {
		c.Describe(out)
	}
}

// Collect implements [prometheus.Collector].
func (t *Tracker) Collect(out chan<- prometheus.Metric) {
	for _, c := range t.metrics.all() {
		c.Collect(out)
	}
}

// Start counts the call as in flight.
func (t *Tracker) Start(ctx context.Context, _ events.Event) context.Context {
	s := t.begin(events.CallFrom(ctx))
	s.inFlight.Inc()
	return context.WithValue(ctx, t, s)
}

// NoticeError counts a body that is no event.
func (t *Tracker) NoticeError(ctx context.Context, _ error) context.Context {
	t.served.unknown.errors.inc(string(events.KindBadProtocol))
	return ctx
}

// NoticeEventError counts a panic that came after End; End counts other errors.
func (t *Tracker) NoticeEventError(ctx context.Context, _ events.Event, err error) context.Context {
	if p := new(events.PanicError); errors.As(err, &p) && p.Late {
		if s, ok := ctx.Value(t).(*series); ok {
			s.errors.inc(label.Noticed)
		}
	}
	return ctx
}

// End counts the call with its duration, sizes and error.
func (t *Tracker) End(ctx context.Context, response events.Event, err error) context.Context {
	s, ok := ctx.Value(t).(*series)
	if !ok {
		return ctx // its Start was not told to t
	}
	s.inFlight.Dec()
	call := events.CallFrom(ctx)
	s = t.settle(s, call, response)
	t.observe(ctx, s.duration, call.Elapsed)
	if call.RequestBytes > 0 {
		s.request.Observe(float64(call.RequestBytes))
	}
	if call.ResponseBytes > 0 {
		s.response.Observe(float64(call.ResponseBytes))
	}
	if call.Deprecated {
		s.deprecated.inc(call.Origin)
	}
	if kind := label.Kind(response, err); kind != "" {
		s.errors.inc(kind)
	}
	return ctx
}

// observe records a duration, with the trace that shows what took so long.
func (t *Tracker) observe(ctx context.Context, duration prometheus.Observer, d time.Duration) {
	id := t.traceID(ctx)
	if with, ok := duration.(prometheus.ExemplarObserver); ok && id != "" && len(id) <= maxTraceID && utf8.ValidString(id) {
		with.ObserveWithExemplar(d.Seconds(), prometheus.Labels{"trace_id": id})
		return
	}
	duration.Observe(d.Seconds())
}
