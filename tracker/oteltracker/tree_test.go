package oteltracker_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func answering(err error) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return events.Event{}, err })
}

// listen serves m on the loopback interface and returns a client of it.
func listen(t testing.TB, m *mux.Mux, watch tracker.Tracker) *client.Client {
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	c := client.New(server.URL, client.WithTracker(watch))
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestTwoServicesAndABatchMakeOneTrace(t *testing.T) {
	r := record(t) // of all the programs that take part
	p := mux.New(mux.WithTracker(r))
	p.Add("system:batch:run", 2, batch.New(p))
	p.Add("price:amount:get", 1, answering(nil))
	p.Add("price:tax:get", 1, answering(events.KindNotFound))
	callee := listen(t, p, r)

	s := mux.New(mux.WithTracker(r))
	mux.Handle(s, "shop:page:get", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		b := client.NewBatch("system:batch:run", 2)
		client.Queue[struct{}](b, "price:amount:get", 1, nil)
		client.Queue[struct{}](b, "price:tax:get", 1, nil)
		client.Queue[struct{}](b, "price:invented:get", 1, nil)
		if err := b.Send(ctx, callee); err != nil {
			return struct{}{}, err
		}
		return client.Call[struct{}](ctx, callee, "price:amount:get", 1, nil)
	})
	_, err := client.Call[struct{}](t.Context(), listen(t, s, r), "shop:page:get", 1, nil)
	require.NoError(t, err)

	require.Equal(t, `client shop:page:get
  server shop:page:get
    client system:batch:run
      server system:batch:run
        server price:amount:get
        server price:tax:get
        server unknown
    client price:amount:get
      server price:amount:get
`, r.tree())
	spans := r.spans.GetSpans()
	for _, span := range spans {
		require.Equal(t, spans[0].SpanContext.TraceID(), span.SpanContext.TraceID())
		require.Empty(t, span.Links, "of the one trace there is nothing to link to")
	}
}

func TestItemsThatRunAtATimeAreChildrenOfTheirBatch(t *testing.T) {
	r := record(t)
	m := mux.New(mux.WithTracker(r))
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("a:b:c", 1, answering(nil))
	const item = `{"name":"a:b:c","version":1,"payload":{}}`
	_, err := m.Serve(t.Context(), events.Event{Name: "system:batch:run", Version: 1, Payload: json.RawMessage(
		`{"parallel":true,"events":[` + item + `,` + item + `,` + item + `]}`)})
	require.NoError(t, err)
	require.Equal(t, `server system:batch:run
  server a:b:c
  server a:b:c
  server a:b:c
`, r.tree())
	var items []any
	for _, s := range r.spans.GetSpans() {
		if s.Name == "a:b:c" {
			items = append(items, attributes(s.Attributes)["evoke.item"])
		}
	}
	require.ElementsMatch(t, []any{int64(1), int64(2), int64(3)}, items)
}

func TestACallWithinTheProcessIsAChildOfItsHandler(t *testing.T) {
	r := record(t)
	m := mux.New(mux.WithTracker(r))
	m.Add("a:inner:c", 1, answering(nil))
	mux.Handle(m, "a:outer:c", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		return client.Call[struct{}](ctx, m, "a:inner:c", 1, nil)
	})
	_, err := client.Call[struct{}](t.Context(), m, "a:outer:c", 1, nil)
	require.NoError(t, err)
	require.Equal(t, "server a:outer:c\n  server a:inner:c\n", r.tree())
}
