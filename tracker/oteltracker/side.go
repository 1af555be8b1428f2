package oteltracker

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/semconv/v1.43.0/rpcconv"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

const (
	// maxCalled is how many events of the caller's side have series of their own.
	// The program chooses their names, unless it passes on what others send.
	maxCalled = 1000
	// otherMethod is the rpc.method that the conventions prescribe for a name that a
	// caller may have invented.
	otherMethod = "_OTHER"
)

// A side holds the instruments and the series of all events that are served, or
// called.
type side struct {
	instruments
	kind    trace.SpanKind
	unknown *series
	events  label.Table[event, *series]
}

type event struct {
	name    string
	version int
}

type instruments struct {
	duration          metric.Float64Histogram
	request, response metric.Int64Histogram
	deprecated        metric.Int64Counter
}

func newSide(meter metric.Meter, of events.Side) *side {
	s := &side{kind: trace.SpanKindServer}
	prefix := "evoke.server."
	if of == events.Caller {
		s.kind, s.events.Limit, prefix = trace.SpanKindClient, maxCalled, "evoke.client."
		duration, err := rpcconv.NewClientCallDuration(meter)
		report(err)
		s.duration = duration.Inst()
	} else {
		duration, err := rpcconv.NewServerCallDuration(meter)
		report(err)
		s.duration = duration.Inst()
	}
	var err error
	s.deprecated, err = meter.Int64Counter(prefix+"deprecated_calls",
		metric.WithUnit("{call}"), metric.WithDescription("Calls of deprecated versions, by who calls."))
	report(err)
	sizes := metric.WithExplicitBucketBoundaries(64, 256, 1<<10, 1<<12, 1<<14, 1<<16, 1<<18, 1<<20, 1<<22)
	s.request, err = meter.Int64Histogram(prefix+"request.size",
		metric.WithUnit("By"), metric.WithDescription("Sizes of requests on the wire."), sizes)
	report(err)
	s.response, err = meter.Int64Histogram(prefix+"response.size",
		metric.WithUnit("By"), metric.WithDescription("Sizes of responses on the wire."), sizes)
	report(err)
	s.unknown = s.series("unknown", semconv.RPCMethod(otherMethod))
	_, err = meter.Int64ObservableUpDownCounter(prefix+"active_calls", metric.WithInt64Callback(s.observe),
		metric.WithUnit("{call}"), metric.WithDescription("Calls that have begun and not ended."))
	report(err)
	return s
}

// observe tells how many calls are active. To be asked costs less than to tell of
// each beginning and end.
func (s *side) observe(_ context.Context, o metric.Int64Observer) error {
	o.Observe(s.unknown.active.Load(), s.unknown.observe...)
	for _, series := range s.events.All() {
		o.Observe(series.active.Load(), series.observe...)
	}
	return nil
}

// begin returns the series of a call that begins. A served event has its own if
// there is a handler for it, a called one if settle has given it one.
func (t *Tracker) begin(call events.Call) *series {
	if call.Side == events.Caller {
		if s, ok := t.called.events.Find(event{call.Request.Name, call.Request.Version}); ok {
			return s
		}
		return t.called.unknown
	}
	if !call.Registered {
		return t.served.unknown
	}
	return t.served.own(call)
}

// settle returns the series to measure a call in that began as s. An event that is
// called for the first time gets its own, if the callee might have a handler for
// it.
func (t *Tracker) settle(s *series, call events.Call, response events.Event) *series {
	if s != t.called.unknown || response.Name == string(events.KindEventNotFound) {
		return s
	}
	if (events.Event{Name: call.Request.Name, Version: call.Request.Version}).Validate() != nil {
		return s
	}
	return t.called.own(call)
}

// own returns the series of the event, which are made when they are first asked
// for. Beyond the limit of the side they are those of unknown ones.
func (s *side) own(call events.Call) *series {
	found, ok := s.events.Get(event{call.Request.Name, call.Request.Version}, func(e event) (event, *series) {
		e.name = strings.Clone(e.name) // it may be a part of a whole request
		return e, s.series(e.name, semconv.RPCMethod(e.name), versionKey.Int(e.version))
	})
	if !ok {
		return s.unknown
	}
	return found
}
