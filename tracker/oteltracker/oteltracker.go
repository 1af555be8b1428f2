// Package oteltracker traces and measures calls by OpenTelemetry:
//
//	t := oteltracker.New()
//	m := mux.New(mux.WithTracker(t))
//	c := client.New(url, client.WithTracker(t))
//
// One Tracker serves any number of muxes and clients. It uses the global providers
// or those of [WithTracerProvider] and [WithMeterProvider], and links the API of
// OpenTelemetry only: the program chooses an SDK and an exporter.
//
// # Spans
//
// Each call is a span of kind server where it is served and of kind client where
// it is made; each item of a batch is a child of the batch's span. The trace
// travels as W3C Trace Context. A client sends it as metadata.traceparent and
// metadata.tracestate and as the headers of these names. A mux continues the span
// that its context has, as that of a batch or of a handler in front of the mux, or
// else what metadata says, or else the headers. Of two different traces the other
// one is linked.
//
// A span is named after the event, one of an event without a handler "unknown".
// That and its kind are all that a sampler is shown: attributes are added to what is
// recorded, since they would cost each call that is not. They follow the semantic
// conventions, as far as there is one:
//
//	rpc.system.name                     evoke
//	rpc.method                          the event's name, _OTHER without a handler
//	rpc.method_original                 the name that has no handler
//	rpc.response.status_code            the code of an error
//	error.type                          the kind of an error, see below
//	messaging.message.id                the event's id
//	messaging.message.conversation_id   the event's flowId; evoke.flow_id is the same
//	messaging.message.envelope.size     bytes of the request on the wire
//	client.address, client.port         the other side where a call is served
//	server.address, server.port         the other side where a call is made
//	network.protocol.name               the transport, as http
//	http.response.status_code           the transport's status
//	evoke.event.version                 the event's version
//	evoke.item                          the event's number in a batch, from 1
//	evoke.origin                        who calls, as far as the mux knows him
//	evoke.deprecated                    true for a version that will go
//
// The status is Error for all failures of a call that is made. For one that is
// served it is Error if the service is to blame, and unset if the caller is. The
// whole error is an exception event of the span where it happened. Texts are cut
// at 8 KiB; payloads, identities and auth are never recorded.
//
// # Metrics
//
// The attributes are rpc.system.name, rpc.method and evoke.event.version.
//
//	rpc.server.call.duration, rpc.client.call.duration              histogram, s; with error.type
//	evoke.server.active_calls, evoke.client.active_calls            up-down counter, {call}
//	evoke.server.request.size, evoke.client.request.size            histogram, By
//	evoke.server.response.size, evoke.client.response.size          histogram, By
//	evoke.server.deprecated_calls, evoke.client.deprecated_calls    counter, {call}; with evoke.origin
//	evoke.server.unreadable_events                                  counter, {event}; bodies that are no event
//
// Durations have the buckets that the conventions advise, 5 ms to 10 s; sizes 64 B
// to 4 MiB, each four times the one before. A call within the process has no size.
//
// Callers cannot create time series: without a handler rpc.method is _OTHER. Of
// calls that are made, the first 1000 events have their names, leaving out what the
// callee has no handler for; _OTHER holds the rest, and active calls until the
// first call of their event has ended.
//
// The error.type is the [events.Kind] that was answered, "error" for one that is
// not known. Without an answer it is "timeout", "canceled" or, for other reasons,
// "unanswered". It is "noticed" for an error besides a successful answer.
package oteltracker

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

const scope = "github.com/evoke-rpc/evoke/tracker/oteltracker"

// A Tracker makes a span and measurements of each call. It is safe for concurrent
// use.
type Tracker struct {
	tracer         trace.Tracer
	served, called *side
	unreadable     metric.Int64Counter
	baggage        bool
	public         bool
}

// An Option configures a Tracker.
type Option func(*options)

type options struct {
	tracers trace.TracerProvider
	meters  metric.MeterProvider
	baggage bool
	public  bool
}

// WithTracerProvider makes spans by p in place of the global provider.
func WithTracerProvider(p trace.TracerProvider) Option {
	return func(o *options) { o.tracers = p }
}

// WithMeterProvider measures by p in place of the global provider.
func WithMeterProvider(p metric.MeterProvider) Option {
	return func(o *options) { o.meters = p }
}

// WithBaggage carries W3C Baggage, as metadata.baggage, from each call that is
// served to those that are made for it, with the flowId as its entry
// evoke.flow_id. The header baggage is read where metadata has none. Entries are
// whatever callers and callees in front sent; they are no attributes of spans.
func WithBaggage() Option {
	return func(o *options) { o.baggage = true }
}

// WithPublicEndpoint begins a new trace with each call that is served, linked to
// the caller's. It is for a service whose callers are not trusted to choose ids of
// traces and what is sampled.
func WithPublicEndpoint() Option {
	return func(o *options) { o.public = true }
}

// New returns a Tracker.
func New(opts ...Option) *Tracker {
	o := options{tracers: otel.GetTracerProvider(), meters: otel.GetMeterProvider()}
	for _, option := range opts {
		option(&o)
	}
	meter := o.meters.Meter(scope, metric.WithSchemaURL(semconv.SchemaURL))
	t := &Tracker{
		tracer:  o.tracers.Tracer(scope, trace.WithSchemaURL(semconv.SchemaURL)),
		served:  newSide(meter, events.Callee),
		called:  newSide(meter, events.Caller),
		baggage: o.baggage, public: o.public,
	}
	var err error
	t.unreadable, err = meter.Int64Counter("evoke.server.unreadable_events",
		metric.WithUnit("{event}"), metric.WithDescription("Bodies that were no event."))
	report(err)
	return t
}

// report tells OpenTelemetry that a provider refused an instrument, which then does
// nothing.
func report(err error) {
	if err != nil {
		otel.Handle(err)
	}
}

// TraceID returns the id of the sampled trace that ctx belongs to, "" if there is
// none.
func TraceID(ctx context.Context) string {
	if s := trace.SpanContextFromContext(ctx); s.IsValid() && s.IsSampled() {
		return s.TraceID().String()
	}
	return ""
}

// started is the context that Start returns, with what End needs of it.
type started struct {
	context.Context
	tracker *Tracker
	series  *series
	span    trace.Span
}

func (c *started) Value(key any) any {
	if key == c.tracker {
		return c
	}
	return c.Context.Value(key)
}

// Start begins the span of the call.
func (t *Tracker) Start(ctx context.Context, request events.Event) context.Context {
	call := events.CallFrom(ctx)
	s := t.begin(call)
	options := s.start
	if call.Side == events.Callee {
		ctx, options = t.receive(ctx, request, options)
	}
	if t.baggage {
		ctx = withBaggage(ctx, call.Side, request)
	}
	ctx, span := t.tracer.Start(ctx, spanName(s, call), options...)
	if span.IsRecording() {
		span.SetAttributes(requestAttributes(call)...)
	}
	s.active.Add(1)
	return &started{ctx, t, s, span}
}

// NoticeError makes a span, and counts a body that is no event.
func (t *Tracker) NoticeError(ctx context.Context, err error) context.Context {
	under, options := t.receive(ctx, events.Event{}, t.served.unknown.start)
	under, span := t.tracer.Start(under, "unreadable event", options...)
	span.SetAttributes(t.served.unknown.attributes...)
	fail(span, events.Callee, string(events.KindBadProtocol), "")
	recordError(span, err)
	span.End()
	t.unreadable.Add(under, 1, t.served.unknown.add...)
	return ctx
}

// NoticeEventError records the error. A panic that comes after End has a span of its
// own, under that of the call.
func (t *Tracker) NoticeEventError(ctx context.Context, _ events.Event, err error) context.Context {
	c, ok := ctx.Value(t).(*started)
	if !ok {
		return ctx // its Start was not told to t
	}
	if p := new(events.PanicError); !errors.As(err, &p) || !p.Late {
		recordError(c.span, err)
		return ctx
	}
	_, span := t.tracer.Start(ctx, "panic after the deadline")
	fail(span, events.Callee, string(events.KindError), "")
	recordError(span, err)
	span.End()
	return ctx
}

// End ends the span of the call and measures it.
func (t *Tracker) End(ctx context.Context, response events.Event, err error) context.Context {
	c, ok := ctx.Value(t).(*started)
	if !ok {
		return ctx
	}
	call := events.CallFrom(ctx)
	kind := label.Kind(response, err)
	if c.span.IsRecording() {
		c.span.SetAttributes(responseAttributes(call)...)
		if kind != "" {
			fail(c.span, call.Side, kind, codeOf(response))
		}
	}
	c.span.End()
	c.series.active.Add(-1)
	t.settle(c.series, call, response).measure(ctx, call, kind)
	return ctx
}
