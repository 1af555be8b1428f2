package promtracker_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

const (
	traceID     = "0af7651916cd43dd8448eb211c80319c"
	openMetrics = "application/openmetrics-text; version=1.0.0"
)

func TestADurationLeadsToItsTrace(t *testing.T) {
	for name, tc := range map[string]struct {
		id   string
		want bool
	}{
		"a trace":                {traceID, true},
		"no trace":               {"", false},
		"an id that is too long": {strings.Repeat("f", 65), false},
		"an id that is no text":  {"\xff", false},
	} {
		t.Run(name, func(t *testing.T) {
			prom := promtracker.New(promtracker.WithTraceID(func(context.Context) string { return tc.id }))
			m := newMux(prom)
			m.Add("a:b:c", 1, answering(nil))
			call(t, m, "a:b:c", 1)
			exposed := get(t, prom, openMetrics)
			bucket := `evoke_call_duration_seconds_bucket{name="a:b:c",side="callee",version="1",le="0.25"} 1`
			require.Contains(t, exposed, bucket)
			require.Equal(t, tc.want, strings.Contains(exposed, bucket+` # {trace_id="`+tc.id+`"} 0.25`), exposed)
			require.Equal(t, tc.want, strings.Contains(exposed, "# {"))
		})
	}
}

func TestAnExemplarIsTheTraceOfOpenTelemetry(t *testing.T) {
	provider := sdktrace.NewTracerProvider()
	prom := promtracker.New(promtracker.WithTraceID(oteltracker.TraceID))
	otel := oteltracker.New(oteltracker.WithTracerProvider(provider))
	m := mux.New(mux.WithTracker(tracker.Multi(prom, otel)))
	var id string
	m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		id = oteltracker.TraceID(ctx)
		return events.Event{}, nil
	}))
	call(t, m, "a:b:c", 1)
	require.Len(t, id, 32)
	require.Contains(t, get(t, prom, openMetrics), `# {trace_id="`+id+`"}`)
}

func TestTheTraceIsThatOfTheCallsContext(t *testing.T) {
	type key struct{}
	prom := promtracker.New(promtracker.WithTraceID(func(ctx context.Context) string {
		id, _ := ctx.Value(key{}).(string)
		return id
	}))
	m := newMux(prom)
	m.Add("a:b:c", 1, answering(nil))
	_, err := m.Serve(context.WithValue(t.Context(), key{}, traceID), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	require.Contains(t, get(t, prom, openMetrics), `# {trace_id="`+traceID+`"}`)
}
