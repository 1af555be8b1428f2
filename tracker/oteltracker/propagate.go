package oteltracker

import (
	"context"
	"encoding/json"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// Inject returns request with the trace of ctx in its metadata, in place of the one
// that it inherited from the event that is being handled. A client calls it with
// the context of Start.
func (t *Tracker) Inject(ctx context.Context, request events.Event) events.Event {
	carrier := metadata{&request.Metadata}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		if span.TraceState().Len() == 0 && carrier.Get("tracestate") != "" {
			carrier.Set("tracestate", "") // it belongs to the trace that is replaced
		}
		propagation.TraceContext{}.Inject(ctx, carrier)
	}
	if t.baggage {
		propagation.Baggage{}.Inject(ctx, carrier)
	}
	return request
}

// receive returns the context to start the span of a served request in, and the
// options to start it with beyond those of all spans of its event.
func (t *Tracker) receive(ctx context.Context, request events.Event, options []trace.SpanStartOption) (context.Context, []trace.SpanStartOption) {
	here := trace.SpanContextFromContext(ctx)
	if !here.IsValid() && !t.public {
		return withSent(ctx, request.Metadata, headers(ctx)), options
	}
	var front propagation.HeaderCarrier
	if !here.IsValid() { // or else the headers belong to what is here, as a batch
		front = headers(ctx)
	}
	sent := trace.SpanContextFromContext(withSent(context.Background(), request.Metadata, front))
	if !sent.IsValid() || sent.TraceID() == here.TraceID() {
		return ctx, options
	}
	return ctx, append(options[:len(options):len(options)], trace.WithLinks(trace.Link{SpanContext: sent}))
}

// withSent returns ctx, which has no span, with the one that metadata names, or
// else with the one that the headers name.
func withSent(ctx context.Context, raw json.RawMessage, front propagation.HeaderCarrier) context.Context {
	var w3c propagation.TraceContext
	if !scan.Empty(raw) {
		sent := raw // so that only this copy is allocated
		if with := w3c.Extract(ctx, metadata{&sent}); trace.SpanContextFromContext(with).IsValid() {
			return with
		}
	}
	if len(front) == 0 {
		return ctx
	}
	return w3c.Extract(ctx, front)
}

func headers(ctx context.Context) propagation.HeaderCarrier {
	return propagation.HeaderCarrier(http.Header(events.PeerFrom(ctx).Headers))
}

// metadata carries texts in the metadata of an event. Those that are longer than
// any that W3C allows count as absent.
type metadata struct{ raw *json.RawMessage }

func (m metadata) Get(key string) string {
	v := scan.Lookup(*m.raw, key)
	if scan.Kind(v) != "string" || len(v) > maxText+2 {
		return ""
	}
	s, _ := scan.Unquote(v)
	return s
}

func (m metadata) Set(key, value string) {
	*m.raw = scan.SetMember(*m.raw, key, scan.AppendQuoted(nil, value))
}

// Keys is not asked for by the propagators of W3C.
func (m metadata) Keys() []string { return nil }
