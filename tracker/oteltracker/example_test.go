package oteltracker_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

// A service and its caller, whose spans are kept in memory. A program has an
// exporter in their place.
func Example() {
	spans := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
	t := oteltracker.New(oteltracker.WithTracerProvider(provider))

	m := mux.New(mux.WithTracker(t))
	mux.Handle(m, "clock:time:get", 1, func(context.Context, struct{}) (string, error) {
		return "", events.Errorf(events.KindGone, "STOPPED", "the clock has stopped")
	})
	server := httptest.NewServer(m)
	defer server.Close()
	c := client.New(server.URL, client.WithTracker(t))
	defer c.CloseIdleConnections()
	_, err := client.Call[string](context.Background(), c, "clock:time:get", 1, nil)
	fmt.Println(err)

	recorded := spans.GetSpans() // in the order of their ends
	served, called := recorded[0], recorded[1]
	fmt.Println(called.SpanKind, called.Name, called.Status.Code == codes.Error, called.Status.Description)
	fmt.Println(served.SpanKind, served.Name, served.Parent.SpanID() == called.SpanContext.SpanID())
	// Output:
	// gone STOPPED: the clock has stopped
	// client clock:time:get true gone STOPPED
	// server clock:time:get true
}
