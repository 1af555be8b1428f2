package oteltracker

import (
	"context"
	"strings"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

// series are the measurements of one event on one side. All that is the same for
// each call is made once.
type series struct {
	instruments
	name       string // of spans
	attributes []attribute.KeyValue
	start      []trace.SpanStartOption
	active     atomic.Int64
	observe    []metric.ObserveOption
	add        []metric.AddOption
	record     []metric.RecordOption
	failed     label.Table[string, []metric.RecordOption] // by kind
	origins    label.Table[string, []metric.AddOption]
}

func (s *side) series(name string, attributes ...attribute.KeyValue) *series {
	attributes = append(attributes, system)
	set := metric.WithAttributeSet(attribute.NewSet(attributes...))
	return &series{
		instruments: s.instruments, name: name, attributes: attributes,
		start:   []trace.SpanStartOption{trace.WithSpanKind(s.kind), trace.WithAttributes(attributes...)},
		observe: []metric.ObserveOption{set}, add: []metric.AddOption{set}, record: []metric.RecordOption{set},
	}
}

// with returns the attributes of s and one more, whose text is copied: it may be a
// part of a whole event.
func (s *series) with(key attribute.Key, value string) (string, metric.MeasurementOption) {
	value = strings.Clone(value)
	all := append(s.attributes[:len(s.attributes):len(s.attributes)], key.String(value))
	return value, metric.WithAttributeSet(attribute.NewSet(all...))
}

// measure records a call that has ended; kind is that of its error, "" for none.
func (s *series) measure(ctx context.Context, call events.Call, kind string) {
	s.duration.Record(ctx, call.Elapsed.Seconds(), s.failedBy(kind)...)
	if call.RequestBytes > 0 {
		s.request.Record(ctx, int64(call.RequestBytes), s.record...)
	}
	if call.ResponseBytes > 0 {
		s.response.Record(ctx, int64(call.ResponseBytes), s.record...)
	}
	if call.Deprecated {
		s.deprecated.Add(ctx, 1, s.calledBy(call.Origin)...)
	}
}

// failedBy adds the kind of an error, if there is one, to what all measurements have.
func (s *series) failedBy(kind string) []metric.RecordOption {
	if kind == "" {
		return s.record
	}
	record, _ := s.failed.Get(kind, func(kind string) (string, []metric.RecordOption) {
		kind, set := s.with(semconv.ErrorTypeKey, kind)
		return kind, []metric.RecordOption{set}
	})
	return record
}

// calledBy adds who calls, where that is known.
func (s *series) calledBy(origin string) []metric.AddOption {
	if origin == "" {
		return s.add
	}
	add, _ := s.origins.Get(origin, func(origin string) (string, []metric.AddOption) {
		origin, set := s.with(originKey, origin)
		return origin, []metric.AddOption{set}
	})
	return add
}
