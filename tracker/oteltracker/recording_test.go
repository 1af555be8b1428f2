package oteltracker_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

// A recording is a Tracker with the SDK behind it.
type recording struct {
	*oteltracker.Tracker
	spans    *tracetest.InMemoryExporter
	provider *sdktrace.TracerProvider
	metrics  *sdkmetric.ManualReader
}

func newRecording(t testing.TB, sampler sdktrace.Sampler, options ...oteltracker.Option) *recording {
	r := &recording{spans: tracetest.NewInMemoryExporter(), metrics: sdkmetric.NewManualReader()}
	r.provider = sdktrace.NewTracerProvider(sdktrace.WithSyncer(r.spans), sdktrace.WithSampler(sampler))
	meters := sdkmetric.NewMeterProvider(sdkmetric.WithReader(r.metrics))
	r.Tracker = oteltracker.New(append(options, oteltracker.WithTracerProvider(r.provider), oteltracker.WithMeterProvider(meters))...)
	return r
}

func record(t testing.TB, options ...oteltracker.Option) *recording {
	return newRecording(t, sdktrace.ParentBased(sdktrace.AlwaysSample()), options...)
}

// one returns the only span.
func (r *recording) one(t testing.TB) tracetest.SpanStub {
	t.Helper()
	spans := r.spans.GetSpans()
	require.Len(t, spans, 1)
	return spans[0]
}

// find returns the only span of this kind and name.
func (r *recording) find(t testing.TB, kind trace.SpanKind, name string) tracetest.SpanStub {
	t.Helper()
	var found tracetest.SpanStubs
	for _, s := range r.spans.GetSpans() {
		if s.SpanKind == kind && s.Name == name {
			found = append(found, s)
		}
	}
	require.Len(t, found, 1, "spans of the kind %s with the name %s", kind, name)
	return found[0]
}

// tree draws the traces, each span below its parent, in the order of their
// beginnings.
func (r *recording) tree() string {
	spans := r.spans.GetSpans()
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	known := map[trace.SpanID]bool{}
	for _, s := range spans {
		known[s.SpanContext.SpanID()] = true
	}
	var b strings.Builder
	var draw func(parent trace.SpanID, depth int)
	draw = func(parent trace.SpanID, depth int) {
		for _, s := range spans {
			if above := s.Parent.SpanID(); above == parent || depth == 0 && !known[above] {
				fmt.Fprintf(&b, "%s%s %s\n", strings.Repeat("  ", depth), s.SpanKind, s.Name)
				draw(s.SpanContext.SpanID(), depth+1)
			}
		}
	}
	draw(trace.SpanID{}, 0)
	return b.String()
}

func attributes(all []attribute.KeyValue) map[string]any {
	m := map[string]any{}
	for _, kv := range all {
		m[string(kv.Key)] = kv.Value.AsInterface()
	}
	return m
}

// points returns the values that are not 0 by the name of the metric and the values
// of its attributes, which are in the alphabetical order of their keys; of a
// histogram the sum.
func (r *recording) points(t testing.TB) map[string]float64 {
	t.Helper()
	var collected metricdata.ResourceMetrics
	require.NoError(t, r.metrics.Collect(t.Context(), &collected))
	points := map[string]float64{}
	for _, scope := range collected.ScopeMetrics {
		require.Equal(t, "github.com/evoke-rpc/evoke/tracker/oteltracker", scope.Scope.Name)
		for _, m := range scope.Metrics {
			require.NotEmpty(t, m.Unit, m.Name)
			require.NotEmpty(t, m.Description, m.Name)
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					points[m.Name+values(p.Attributes)] = float64(p.Value)
				}
			case metricdata.Histogram[int64]:
				for _, p := range data.DataPoints {
					points[m.Name+values(p.Attributes)] = float64(p.Sum)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					points[m.Name+values(p.Attributes)] = p.Sum
				}
			default:
				require.Fail(t, "a metric of an unexpected type", "%s is %T", m.Name, data)
			}
		}
	}
	for name, v := range points {
		if v == 0 {
			delete(points, name)
		}
	}
	return points
}

// values are those of the attributes but rpc.system.name, which is always the same.
func values(set attribute.Set) string {
	var values []string
	for _, kv := range set.ToSlice() {
		if kv.Key == "rpc.system.name" {
			continue
		}
		values = append(values, fmt.Sprint(kv.Value.AsInterface()))
	}
	return "{" + strings.Join(values, ",") + "}"
}
