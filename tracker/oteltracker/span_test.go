package oteltracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
)

// network is the HTTP between a client and what answers it, without sockets.
type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

// to serves by m as a caller from 198.51.100.7 would be served.
func to(m *mux.Mux) network {
	return func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		r.RemoteAddr = "198.51.100.7:1234"
		m.ServeHTTP(w, r)
		return w.Result(), nil
	}
}

func newClient(r *recording, n network) *client.Client {
	return client.New("http://callee.test:8080/events", client.WithTracker(r), client.WithHTTPClient(&http.Client{Transport: n}))
}

func exceptions(span tracetest.SpanStub) []map[string]any {
	var all []map[string]any
	for _, e := range span.Events {
		if e.Name == "exception" {
			all = append(all, attributes(e.Attributes))
		}
	}
	return all
}

func TestSpansHaveTheirDocumentedAttributes(t *testing.T) {
	callee, caller := record(t), record(t)
	m := mux.New(mux.WithTracker(callee), mux.WithOrigins("shop"))
	mux.Handle(m, "a:b:c", 3, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, events.Errorf(events.KindGone, "SOLD", "it was sold")
	}, mux.WithDeprecation(catalog.Deprecation{}))
	request := events.Event{Name: "a:b:c", Version: 3, ID: "id-1", FlowID: "flow-1", Metadata: json.RawMessage(`{"origin":"shop"}`)}
	_, err := newClient(caller, to(m)).Serve(t.Context(), request)
	require.NoError(t, err)

	served, called := callee.one(t), caller.one(t)
	require.Equal(t, "a:b:c", served.Name)
	require.Equal(t, "a:b:c", called.Name)
	require.Equal(t, trace.SpanKindServer, served.SpanKind)
	require.Equal(t, trace.SpanKindClient, called.SpanKind)
	require.Equal(t, called.SpanContext.SpanID(), served.Parent.SpanID())
	size := attributes(called.Attributes)["messaging.message.envelope.size"]
	require.Positive(t, size)
	want := map[string]any{
		"rpc.system.name":                   "evoke",
		"rpc.method":                        "a:b:c",
		"rpc.response.status_code":          "SOLD",
		"error.type":                        "gone",
		"messaging.message.id":              "id-1",
		"messaging.message.conversation_id": "flow-1",
		"messaging.message.envelope.size":   size,
		"network.protocol.name":             "http",
		"http.response.status_code":         int64(200),
		"evoke.flow_id":                     "flow-1",
		"evoke.event.version":               int64(3),
		"evoke.deprecated":                  true,
		"server.address":                    "callee.test",
		"server.port":                       int64(8080),
	}
	require.Equal(t, want, attributes(called.Attributes))
	delete(want, "server.address")
	delete(want, "server.port")
	want["client.address"], want["client.port"], want["evoke.origin"] = "198.51.100.7", int64(1234), "shop"
	require.Equal(t, want, attributes(served.Attributes))
}

func TestASpanOfAnUnknownEventHasABoundedName(t *testing.T) {
	r := record(t)
	_, err := mux.New(mux.WithTracker(r)).Serve(t.Context(), events.Event{Name: "invented:by:caller", Version: 9, ID: "id-1", FlowID: "flow-1"})
	require.NoError(t, err)
	span := r.one(t)
	require.Equal(t, "unknown", span.Name)
	require.Equal(t, map[string]any{
		"rpc.system.name":                   "evoke",
		"rpc.method":                        "_OTHER",
		"rpc.method_original":               "invented:by:caller",
		"rpc.response.status_code":          "NO_EVENT_HANDLER_FOUND",
		"error.type":                        "eventNotFound",
		"messaging.message.id":              "id-1",
		"messaging.message.conversation_id": "flow-1",
		"evoke.flow_id":                     "flow-1",
		"evoke.event.version":               int64(9),
		"evoke.origin":                      "other",
	}, attributes(span.Attributes))
}

func TestTheServiceIsBlamedForItsOwnFailuresOnly(t *testing.T) {
	remote := events.NewErrorEvent(events.Event{Name: "x", Version: 1}, events.KindGone).Err()
	for name, tc := range map[string]struct {
		response events.Event
		err      error
		kind     string // "" for a success
		served   codes.Code
		called   codes.Code
		noticed  string // the message of the exception of the span that serves
	}{
		"a success":            {events.Event{}, nil, "", codes.Unset, codes.Unset, ""},
		"a redirect":           {events.Event{}, &events.Redirect{URL: "u"}, "", codes.Unset, codes.Unset, ""},
		"the caller's fault":   {events.Event{}, events.KindNotFound, "notFound", codes.Unset, codes.Error, "notFound"},
		"an unexpected error":  {events.Event{}, errors.New("disk full"), "error", codes.Error, codes.Error, "disk full"},
		"an error of a callee": {events.Event{}, remote, "failedDependency", codes.Error, codes.Error, "gone GONE: gone"},
		"an error event":       {events.Event{Name: "a:b:c:user_denied"}, nil, "userDenied", codes.Unset, codes.Error, "userDenied USER_DENIED: "},
		"an invented kind":     {events.Event{Name: "a:b:c:invented"}, nil, "error", codes.Error, codes.Error, "invented INVENTED: "},
		"an event and an error": {events.Event{Payload: json.RawMessage(`1`)}, errors.New("cache cold"),
			"noticed", codes.Error, codes.Unset, "cache cold"},
	} {
		t.Run(name, func(t *testing.T) {
			callee, caller := record(t), record(t)
			m := mux.New(mux.WithTracker(callee))
			m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return tc.response, tc.err }))
			_, _ = client.Call[struct{}](t.Context(), newClient(caller, to(m)), "a:b:c", 1, nil)

			served, called := callee.one(t), caller.one(t)
			require.Equal(t, tc.served, served.Status.Code)
			require.Equal(t, tc.called, called.Status.Code)
			kind, failed := attributes(served.Attributes)["error.type"]
			require.Equal(t, tc.kind != "", failed)
			if failed {
				require.Equal(t, tc.kind, kind)
			}
			require.Empty(t, exceptions(called), "it happened at the callee")
			if tc.noticed == "" {
				require.Empty(t, exceptions(served))
				return
			}
			require.Len(t, exceptions(served), 1)
			require.Equal(t, tc.noticed, exceptions(served)[0]["exception.message"])
		})
	}
}

func TestAPanicHasItsStack(t *testing.T) {
	r := record(t)
	m := mux.New(mux.WithTracker(r))
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { panic("boom") }))
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	seen := exceptions(r.one(t))
	require.Len(t, seen, 1)
	require.Equal(t, "panic: boom", seen[0]["exception.message"])
	require.Equal(t, "*events.PanicError", seen[0]["exception.type"])
	require.Contains(t, seen[0]["exception.stacktrace"], "span_test.go")
}

func TestAPanicAfterTheDeadlineHasASpanOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := record(t)
		m := mux.New(mux.WithTracker(r), mux.WithTimeout(time.Second))
		m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			time.Sleep(time.Minute)
			panic("boom")
		}))
		_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
		require.NoError(t, err)
		require.NoError(t, m.Wait(t.Context()))
		require.Equal(t, "server a:b:c\n  internal panic after the deadline\n", r.tree())
		served := r.find(t, trace.SpanKindServer, "a:b:c")
		require.Equal(t, "DEADLINE_EXCEEDED", attributes(served.Attributes)["rpc.response.status_code"])
		require.Equal(t, time.Second, served.EndTime.Sub(served.StartTime))
		late := r.find(t, trace.SpanKindInternal, "panic after the deadline")
		require.Contains(t, exceptions(late)[0]["exception.message"], "panic: boom")
		require.Equal(t, codes.Error, late.Status.Code)
	})
}

func TestACallWhoseTimeOrCallerIsGoneEnds(t *testing.T) {
	for name, tc := range map[string]struct {
		limit  func(context.Context) (context.Context, context.CancelFunc)
		kind   string // on both sides
		caller string
		served codes.Code
	}{
		"its deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, "error", "timeout", codes.Error},
		"its caller": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, "canceled", "canceled", codes.Unset},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				wait := events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
					<-ctx.Done()
					return events.Event{}, ctx.Err()
				})
				callee, caller := record(t), record(t)
				m := mux.New(mux.WithTracker(callee))
				m.Add("a:b:c", 1, wait)
				ctx, cancel := tc.limit(t.Context())
				defer cancel()
				_, _ = m.Serve(ctx, events.Event{Name: "a:b:c", Version: 1})
				require.NoError(t, m.Wait(t.Context()))
				ctx, cancel = tc.limit(t.Context())
				defer cancel()
				_, err := client.Call[struct{}](ctx, newClient(caller, func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				}), "a:b:c", 1, nil)
				require.Error(t, err)

				served, called := callee.one(t), caller.one(t)
				require.Equal(t, tc.kind, attributes(served.Attributes)["error.type"])
				require.Equal(t, tc.served, served.Status.Code)
				require.Equal(t, tc.caller, attributes(called.Attributes)["error.type"])
				require.Equal(t, codes.Error, called.Status.Code)
				require.Len(t, exceptions(called), 1, "it happened here")
			})
		})
	}
}

func TestABodyThatIsNoEventIsASpan(t *testing.T) {
	r := record(t)
	request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"a:b:c"`))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("traceparent", parentOne)
	mux.New(mux.WithTracker(r)).ServeHTTP(httptest.NewRecorder(), request)
	span := r.one(t)
	require.Equal(t, "unreadable event", span.Name)
	require.Equal(t, traceOne, span.SpanContext.TraceID().String())
	require.Equal(t, "badProtocol", attributes(span.Attributes)["error.type"])
	require.Equal(t, codes.Unset, span.Status.Code, "the caller is to blame")
	require.Len(t, exceptions(span), 1)
	require.Equal(t, map[string]float64{"evoke.server.unreadable_events{_OTHER}": 1}, r.points(t))
}

func TestTextsOfOthersAreCutAndMadeReadable(t *testing.T) {
	r := record(t)
	long := strings.Repeat("x", 100_000)
	c := newClient(r, func(*http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		fmt.Fprintf(w, `{"name":"a:b:c:gone","payload":{"code":"%s","message":"%[1]s"}}`, long)
		return w.Result(), nil
	})
	_, err := c.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	require.Len(t, attributes(r.one(t).Attributes)["rpc.response.status_code"], 8<<10)

	r.spans.Reset()
	_, err = c.Serve(t.Context(), events.Event{Name: "a\xff", Version: 1, ID: long, FlowID: "\xff"})
	require.ErrorIs(t, err, client.ErrInvalidRequest)
	span := r.one(t)
	require.Equal(t, "a\uFFFD", span.Name)
	require.Len(t, attributes(span.Attributes)["messaging.message.id"], 8<<10)
	require.Equal(t, "\uFFFD", attributes(span.Attributes)["evoke.flow_id"])
}

func TestPayloadsIdentitiesAndAuthAreNotRecorded(t *testing.T) {
	secret := json.RawMessage(`{"userId":"planted-secret"}`)
	r := record(t)
	m := mux.New(mux.WithTracker(r))
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{Payload: secret, Metadata: secret}, nil
	}))
	_, err := newClient(r, to(m)).Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1, Payload: secret, Identity: secret, Auth: secret, Metadata: secret})
	require.NoError(t, err)
	require.Len(t, r.spans.GetSpans(), 2)
	require.NotContains(t, fmt.Sprintf("%+v", r.spans.GetSpans()), "planted-secret")
}

func TestAnEndWithoutItsStartIsNothing(t *testing.T) {
	r := record(t)
	r.NoticeEventError(t.Context(), events.Event{}, errors.New("x"))
	r.End(t.Context(), events.Event{}, errors.New("x"))
	require.Empty(t, r.spans.GetSpans())
	require.Empty(t, r.points(t))
}

func TestTheGlobalProvidersAreTheDefault(t *testing.T) {
	m := mux.New(mux.WithTracker(oteltracker.New()))
	m.Add("a:b:c", 1, answering(nil))
	response, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	require.Equal(t, "a:b:c:response", response.Name)
}
