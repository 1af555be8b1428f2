package oteltracker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

const (
	traceOne  = "11111111111111111111111111111111"
	traceTwo  = "22222222222222222222222222222222"
	parentOne = "00-" + traceOne + "-aaaaaaaaaaaaaaaa-01"
	parentTwo = "00-" + traceTwo + "-bbbbbbbbbbbbbbbb-01"
)

// post sends an event with this metadata and these headers, and returns its span.
func post(t testing.TB, r *recording, metadata string, headers ...string) tracetest.SpanStub {
	t.Helper()
	m := mux.New(mux.WithTracker(r))
	m.Add("a:b:c", 1, answering(nil))
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"a:b:c","version":1,"payload":{},"metadata":`+metadata+`}`))
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, request)
	require.Contains(t, w.Body.String(), `"name":"a:b:c:response"`)
	return r.one(t)
}

func TestTheTraceIsTakenFromMetadataOrElseFromHeaders(t *testing.T) {
	for name, tc := range map[string]struct {
		metadata, header string
		parent           string // trace and span
	}{
		"metadata":                         {`{"traceparent":"` + parentOne + `"}`, "", traceOne + " aaaaaaaaaaaaaaaa"},
		"headers":                          {`{}`, parentTwo, traceTwo + " bbbbbbbbbbbbbbbb"},
		"metadata before headers":          {`{"traceparent":"` + parentOne + `"}`, parentTwo, traceOne + " aaaaaaaaaaaaaaaa"},
		"headers if metadata is malformed": {`{"traceparent":"00-1-2-3"}`, parentTwo, traceTwo + " bbbbbbbbbbbbbbbb"},
		"headers if metadata is a number":  {`{"traceparent":7}`, parentTwo, traceTwo + " bbbbbbbbbbbbbbbb"},
	} {
		t.Run(name, func(t *testing.T) {
			span := post(t, record(t), tc.metadata, "traceparent", tc.header)
			require.Equal(t, tc.parent, span.Parent.TraceID().String()+" "+span.Parent.SpanID().String())
			require.Equal(t, span.Parent.TraceID(), span.SpanContext.TraceID())
			require.True(t, span.Parent.IsRemote())
			require.Empty(t, span.Links)
		})
	}
}

func TestAMalformedTraceBeginsANewOne(t *testing.T) {
	for name, traceparent := range map[string]string{
		"empty":            `""`,
		"a number":         `1`,
		"null":             `null`,
		"an object":        `{"a":[]}`,
		"a lone surrogate": `"\ud800"`,
		"too short":        `"00-` + traceOne + `-aaaaaaaaaaaaaaaa"`,
		"not hexadecimal":  `"00-` + strings.Repeat("g", 32) + `-aaaaaaaaaaaaaaaa-01"`,
		"upper case":       `"00-` + strings.Repeat("A", 32) + `-aaaaaaaaaaaaaaaa-01"`,
		"all zero":         `"00-` + strings.Repeat("0", 32) + `-` + strings.Repeat("0", 16) + `-01"`,
		"version ff":       `"ff-` + traceOne + `-aaaaaaaaaaaaaaaa-01"`,
		"very long":        `"` + parentOne + strings.Repeat("-x", 100_000) + `"`,
	} {
		t.Run(name, func(t *testing.T) {
			span := post(t, record(t), `{"traceparent":`+traceparent+`,"tracestate":`+traceparent+`}`, "traceparent", "nonsense")
			require.False(t, span.Parent.IsValid())
			require.True(t, span.SpanContext.IsValid())
			require.NotEqual(t, traceOne, span.SpanContext.TraceID().String())
			require.Empty(t, span.Links)
		})
	}
}

func TestAMalformedTracestateLeavesTheTrace(t *testing.T) {
	for _, state := range []string{`"=,="`, `7`, `"` + strings.Repeat("a=b,", 1000) + `"`} {
		span := post(t, record(t), `{"traceparent":"`+parentOne+`","tracestate":`+state+`}`)
		require.Equal(t, traceOne, span.SpanContext.TraceID().String())
		require.Zero(t, span.SpanContext.TraceState().Len())
	}
}

// sent is what a callee gets of a call that is made under ctx by a client with r.
func sent(t testing.TB, ctx context.Context, r *recording, options ...client.CallOption) (events.Event, events.Peer) {
	t.Helper()
	var got events.Event
	var peer events.Peer
	m := mux.New()
	m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
		got, peer = request, events.PeerFrom(ctx)
		return events.Event{}, nil
	}))
	_, err := client.Call[struct{}](ctx, listen(t, m, r), "a:b:c", 1, nil, options...)
	require.NoError(t, err)
	return got, peer
}

func metadataOf(t testing.TB, e events.Event) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(e.Metadata, &m))
	return m
}

func TestAClientSendsItsSpanInMetadataAndHeaders(t *testing.T) {
	r := record(t)
	state, err := trace.ParseTraceState("vendor=1")
	require.NoError(t, err)
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled, TraceState: state})
	got, peer := sent(t, trace.ContextWithSpanContext(t.Context(), parent), r)

	span := r.one(t)
	require.Equal(t, parent.SpanID(), span.Parent.SpanID())
	want := fmt.Sprintf("00-%s-%s-01", parent.TraceID(), span.SpanContext.SpanID())
	require.Equal(t, want, metadataOf(t, got)["traceparent"])
	require.Equal(t, want, peer.Header("traceparent"))
	require.Equal(t, "vendor=1", metadataOf(t, got)["tracestate"])
	require.Equal(t, "vendor=1", peer.Header("tracestate"))
}

func TestAClientWithManyTrackersSendsTheTrace(t *testing.T) {
	r := record(t)
	var got events.Event
	m := mux.New()
	m.Add("a:b:c", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		got = request
		return events.Event{}, nil
	}))
	_, err := client.Call[struct{}](t.Context(), listen(t, m, tracker.Multi(tracker.NoOp{}, r)), "a:b:c", 1, nil)
	require.NoError(t, err)
	require.Contains(t, metadataOf(t, got)["traceparent"], r.one(t).SpanContext.SpanID().String())
}

func TestATraceThatIsNotSampledIsSentAsSuch(t *testing.T) {
	r := newRecording(t, sdktrace.NeverSample())
	got, peer := sent(t, t.Context(), r)
	require.Empty(t, r.spans.GetSpans())
	require.Regexp(t, `^00-[0-9a-f]{32}-[0-9a-f]{16}-00$`, metadataOf(t, got)["traceparent"])
	require.Equal(t, metadataOf(t, got)["traceparent"], peer.Header("traceparent"))
}

func TestOtherMetadataIsSentBesideTheTrace(t *testing.T) {
	got, _ := sent(t, t.Context(), record(t), client.WithMetadata("tenant", "t-1"))
	require.Equal(t, "t-1", metadataOf(t, got)["tenant"])
	require.NotEmpty(t, metadataOf(t, got)["traceparent"])
}

func TestWithoutAnSDKTheTraceGoesThrough(t *testing.T) {
	r := &recording{Tracker: oteltracker.New(oteltracker.WithTracerProvider(noop.NewTracerProvider()))}
	var got events.Event
	m := mux.New(mux.WithTracker(r))
	mux.Handle(m, "a:b:outer", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		got, _ = sent(t, ctx, r)
		return struct{}{}, nil
	})
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:outer", Version: 1, Metadata: json.RawMessage(`{"traceparent":"` + parentOne + `"}`)})
	require.NoError(t, err)
	require.Equal(t, parentOne, metadataOf(t, got)["traceparent"])
}

func TestASpanInFrontOfTheMuxIsTheParentAndAnotherTraceIsLinked(t *testing.T) {
	r := record(t)
	m := mux.New(mux.WithTracker(r))
	m.Add("a:b:c", 1, answering(nil))
	front := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled})
	ctx := trace.ContextWithSpanContext(t.Context(), front)
	for _, metadata := range []string{
		`{}`,
		`{"traceparent":"` + fmt.Sprintf("00-%s-aaaaaaaaaaaaaaaa-01", front.TraceID()) + `"}`,
		`{"traceparent":"` + parentTwo + `"}`,
	} {
		_, err := m.Serve(ctx, events.Event{Name: "a:b:c", Version: 1, Metadata: json.RawMessage(metadata)})
		require.NoError(t, err)
	}
	spans := r.spans.GetSpans()
	require.Len(t, spans, 3)
	for _, s := range spans {
		require.Equal(t, front.SpanID(), s.Parent.SpanID())
	}
	require.Empty(t, spans[0].Links)
	require.Empty(t, spans[1].Links)
	require.Len(t, spans[2].Links, 1)
	require.Equal(t, traceTwo, spans[2].Links[0].SpanContext.TraceID().String())
}

func TestAPublicEndpointBeginsATraceAndLinksTheCallers(t *testing.T) {
	r := record(t, oteltracker.WithPublicEndpoint())
	span := post(t, r, `{}`, "traceparent", parentTwo)
	require.False(t, span.Parent.IsValid())
	require.NotEqual(t, traceTwo, span.SpanContext.TraceID().String())
	require.Len(t, span.Links, 1)
	require.Equal(t, traceTwo, span.Links[0].SpanContext.TraceID().String())
}

func TestAPublicBatchIsOneTrace(t *testing.T) {
	r := record(t, oteltracker.WithPublicEndpoint())
	m := mux.New(mux.WithTracker(r))
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("a:b:c", 1, answering(nil))
	peer := events.Peer{Headers: map[string][]string{"Traceparent": {parentTwo}}}
	_, err := m.Serve(events.WithPeer(t.Context(), peer), events.Event{Name: "system:batch:run", Version: 1,
		Payload: json.RawMessage(`{"events":[{"name":"a:b:c","version":1,"payload":{}}]}`)})
	require.NoError(t, err)
	require.Equal(t, "server system:batch:run\n  server a:b:c\n", r.tree())
	require.Len(t, r.find(t, trace.SpanKindServer, "system:batch:run").Links, 1)
	require.Empty(t, r.find(t, trace.SpanKindServer, "a:b:c").Links, "the batch has it")
}

func TestTheCallersTracestateIsNotSentWithANewTrace(t *testing.T) {
	r := record(t, oteltracker.WithPublicEndpoint())
	var got events.Event
	var peer events.Peer
	m := mux.New(mux.WithTracker(r))
	mux.Handle(m, "a:b:outer", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		got, peer = sent(t, ctx, r)
		return struct{}{}, nil
	})
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:outer", Version: 1,
		Metadata: json.RawMessage(`{"traceparent":"` + parentOne + `","tracestate":"theirs=1"}`)})
	require.NoError(t, err)
	require.NotContains(t, metadataOf(t, got)["traceparent"], traceOne)
	require.Empty(t, metadataOf(t, got)["tracestate"])
	require.Empty(t, peer.Header("tracestate"))
}

func TestTheTraceIDIsThatOfASampledTrace(t *testing.T) {
	require.Empty(t, oteltracker.TraceID(t.Context()))
	c := trace.SpanContextConfig{TraceID: trace.TraceID{0x0a}, SpanID: trace.SpanID{1}}
	require.Empty(t, oteltracker.TraceID(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(c))))
	c.TraceFlags = trace.FlagsSampled
	require.Equal(t, "0a"+strings.Repeat("0", 30), oteltracker.TraceID(trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(c))))
}

func FuzzMetadataAndHeadersOfCallers(f *testing.F) {
	f.Add(`"`+parentOne+`"`, `"a=b"`, `"k=v"`, parentTwo)
	f.Add(`7`, `null`, `{}`, "00-")
	f.Fuzz(func(t *testing.T, traceparent, tracestate, bag, header string) {
		request := events.Event{Name: "a:b:c", Version: 1, ID: "id", FlowID: "flow",
			Metadata: json.RawMessage(`{"traceparent":` + traceparent + `,"tracestate":` + tracestate + `,"baggage":` + bag + `}`)}
		if request.Validate() != nil {
			t.Skip()
		}
		r := newRecording(t, sdktrace.AlwaysSample(), oteltracker.WithBaggage())
		ctx := events.WithPeer(t.Context(), events.Peer{Headers: map[string][]string{"Traceparent": {header}, "Baggage": {header}}})
		ctx = r.Start(events.WithCall(ctx, events.Call{Request: request, Registered: true, Peer: events.PeerFrom(ctx)}), request)
		onward := r.Inject(ctx, request)
		r.End(ctx, events.Event{Name: "a:b:c:response"}, nil)
		require.NoError(t, onward.Validate())
		require.Contains(t, metadataOf(t, onward)["traceparent"], r.one(t).SpanContext.SpanID().String())
	})
}
