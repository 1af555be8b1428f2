package client_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newOrders returns a service whose event orders:order:place is served by handle,
// and the events that its client c sends meanwhile.
func newOrders(handle func(ctx context.Context, c *client.Client) error, options ...mux.MuxOption) (*mux.Mux, *recorder) {
	network := &recorder{next: remote(newCatalog())}
	c := over(network)
	m := mux.New(options...)
	mux.Handle(m, "orders:order:place", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		return struct{}{}, handle(ctx, c)
	})
	return m, network
}

func callCatalog(options ...client.CallOption) func(context.Context, *client.Client) error {
	return func(ctx context.Context, c *client.Client) error {
		_, err := get(ctx, c, options...)
		return err
	}
}

// order is an event that has everything that a call in turn could take over.
func order() events.Event {
	return events.Event{
		Name: "orders:order:place", Version: 1, ID: "order-1", FlowID: "flow-1",
		Identity: []byte(`{"userId":7}`), Auth: []byte(`{"token":"of-the-user"}`),
		Metadata: []byte(`{"traceparent":"00-aa-bb-01","tracestate":"v=1","origin":"shop","tenant":"t-1","locale":null}`),
	}
}

func metadata(t *testing.T, e events.Event) map[string]any {
	t.Helper()
	var m map[string]any
	require.NoError(t, json.Unmarshal(e.Metadata, &m))
	delete(m, "timeoutMs")
	return m
}

// serveOver sends request to h by HTTP and checks that it succeeds.
func serveOver(t *testing.T, h http.Handler, request events.Event, options ...client.CallOption) {
	t.Helper()
	defaults := make([]client.Option, len(options))
	for i, o := range options {
		defaults[i] = o
	}
	response, err := listen(t, h, defaults...).Serve(t.Context(), request)
	require.NoError(t, err)
	require.NoError(t, response.Err())
}

func TestCallMadeWhileHandlingBelongsToTheHandledEvent(t *testing.T) {
	m, network := newOrders(callCatalog())
	serveOver(t, m, order())
	got := network.one(t)
	require.Equal(t, "flow-1", got.FlowID)
	require.NotEqual(t, "order-1", got.ID)
	require.Equal(t, map[string]any{"parentId": "order-1", "traceparent": "00-aa-bb-01", "tracestate": "v=1"}, metadata(t, got.Event),
		"nothing but what belongs together is passed on")
	require.Equal(t, "00-aa-bb-01", got.header.Get("Traceparent"))
	require.Equal(t, "v=1", got.header.Get("Tracestate"))
}

func TestTraceOfTheHTTPHeadersGoesOn(t *testing.T) {
	m, network := newOrders(callCatalog())
	request := order()
	request.Metadata = nil
	serveOver(t, m, request, client.WithHeader("Traceparent", "00-cc-dd-01"), client.WithHeader("Tracestate", "w=2"))
	got := network.one(t)
	require.Equal(t, map[string]any{"parentId": "order-1", "traceparent": "00-cc-dd-01", "tracestate": "w=2"}, metadata(t, got.Event))
	require.Equal(t, "00-cc-dd-01", got.header.Get("Traceparent"))
	require.Equal(t, "w=2", got.header.Get("Tracestate"))
}

func TestTraceThatHTTPCannotCarryStaysInTheMetadata(t *testing.T) {
	for name, value := range map[string]string{"control character": `"a\nb"`, "beyond ASCII": `"ä"`, "no text": `7`, "empty": `""`} {
		t.Run(name, func(t *testing.T) {
			m, network := newOrders(callCatalog())
			request := order()
			request.Metadata = []byte(`{"traceparent":` + value + `}`)
			serveOver(t, m, request)
			got := network.one(t)
			require.Empty(t, got.header.Values("Traceparent"))
			require.Contains(t, string(got.Metadata), `"traceparent":`+value)
		})
	}
}

func TestMetadataIsPropagatedWhenTheServiceChoseItsKeys(t *testing.T) {
	m, network := newOrders(callCatalog(), mux.WithPropagation("tenant", "locale", "absent"))
	serveOver(t, m, order())
	require.Equal(t, map[string]any{
		"parentId": "order-1", "traceparent": "00-aa-bb-01", "tracestate": "v=1", "tenant": "t-1", "locale": nil,
	}, metadata(t, network.one(t).Event))
}

func TestAuthNeverAndIdentityOnlyWhenAskedIsPassedOn(t *testing.T) {
	m, network := newOrders(callCatalog())
	serveOver(t, m, order())
	require.Equal(t, `{}`, string(network.one(t).Identity))
	require.Equal(t, `{}`, string(network.one(t).Auth))
	require.NotContains(t, strings.Join(network.one(t).header["Authorization"], ""), "of-the-user")

	m, network = newOrders(callCatalog(client.WithCallerIdentity()))
	serveOver(t, m, order())
	require.Equal(t, `{"userId":7}`, string(network.one(t).Identity))
	require.Equal(t, `{}`, string(network.one(t).Auth))
}

func TestCallerIdentityIsThatOfTheClientsEveryCall(t *testing.T) {
	network := new(recorder)
	c := over(network, client.WithCallerIdentity())
	m := mux.New()
	mux.Handle(m, "orders:order:place", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		if _, err := get(ctx, c); err != nil {
			return struct{}{}, err
		}
		_, err := get(ctx, c, client.WithIdentity(map[string]string{"userId": "system"}))
		return struct{}{}, err
	})
	serveOver(t, m, order())
	require.Equal(t, `{"userId":7}`, string(network.all()[0].Identity))
	require.Equal(t, `{"userId":"system"}`, string(network.all()[1].Identity))
}

func TestCallerIdentityIsEmptyWhereThereIsNone(t *testing.T) {
	for name, ctx := range map[string]context.Context{
		"no event is handled":            t.Context(),
		"the handled event is of no one": events.WithCall(t.Context(), events.Call{Request: events.Event{Name: "a", Version: 1, ID: "i"}}),
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			_, err := get(ctx, over(network), client.WithCallerIdentity())
			require.NoError(t, err)
			require.Equal(t, `{}`, string(network.one(t).Identity))
		})
	}
}

func TestCallOutsideOfAHandlerHasNoParent(t *testing.T) {
	network := new(recorder)
	_, err := get(t.Context(), over(network))
	require.NoError(t, err)
	require.Empty(t, metadata(t, network.one(t).Event))
}

func TestSettingsOfACallDoNotReachTheCallsMadeInTurn(t *testing.T) {
	attempts := 0
	network := &recorder{next: func(*http.Request) (*http.Response, error) {
		attempts++
		return answer(http.StatusServiceUnavailable, "down"), nil
	}}
	c := over(network, client.WithRetry(client.Retry{Attempts: 3, First: time.Nanosecond}))
	m := mux.New()
	mux.Handle(m, "orders:order:place", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		_, err := get(ctx, c)
		return struct{}{}, err
	})
	_, err := client.Call[struct{}](t.Context(), m, "orders:order:place", 1, nil,
		client.WithHeader("X-Tenant", "a"), client.Idempotent(), client.WithAuth(map[string]int{"key": 1}),
		client.WithIdentity(map[string]int{"userId": 1}), client.WithMetadata("origin", "job"))
	require.ErrorIs(t, err, events.KindFailedDependency)
	got := network.one(t) // and not three attempts
	require.Equal(t, 1, attempts)
	require.Empty(t, got.header.Get("X-Tenant"))
	require.Equal(t, `{}`, string(got.Auth))
	require.Equal(t, `{}`, string(got.Identity))
	require.Empty(t, got.Origin())
}

func TestDeadlineIsRewrittenAtEachHop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left []string
		m, network := newOrders(func(ctx context.Context, c *client.Client) error {
			time.Sleep(3 * time.Second)
			deadline, ok := ctx.Deadline()
			require.True(t, ok)
			left = append(left, time.Until(deadline).String())
			_, err := get(ctx, c)
			return err
		})
		front := &recorder{next: remote(m)}
		_, err := client.Call[struct{}](t.Context(), over(front), "orders:order:place", 1, nil, client.WithTimeout(10*time.Second))
		require.NoError(t, err)
		require.Equal(t, []string{"7s"}, left)
		require.Contains(t, string(front.one(t).Metadata), `"timeoutMs":10000`)
		require.Equal(t, "10000", front.one(t).header.Get("Evoke-Timeout-Ms"))
		require.Contains(t, string(network.one(t).Metadata), `"timeoutMs":7000`)
		require.Equal(t, "7000", network.one(t).header.Get("Evoke-Timeout-Ms"))
	})
}

func TestCallThatHasNoTimeLimitSendsNone(t *testing.T) {
	network := new(recorder)
	_, err := get(t.Context(), over(network, client.WithTimeout(0)))
	require.NoError(t, err)
	require.Equal(t, `{}`, string(network.one(t).Metadata))
	require.Empty(t, network.one(t).header.Values("Evoke-Timeout-Ms"))
}

func TestLessThanAMillisecondIsSentAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := new(recorder)
		_, err := get(t.Context(), over(network), client.WithTimeout(time.Microsecond))
		require.NoError(t, err)
		require.Equal(t, `{"timeoutMs":1}`, string(network.one(t).Metadata))
	})
}

func TestErrorOfACallIsNotTheHandlersOwn(t *testing.T) {
	notFound := func(ctx context.Context, c *client.Client) error {
		_, err := client.Call[product](ctx, c, "catalog:product:get", 1, getProduct{ID: "secret-id"})
		return err
	}
	unknown := func(ctx context.Context, c *client.Client) error {
		_, err := client.Call[product](ctx, c, "no:such:event", 1, nil)
		return err
	}
	down := func(ctx context.Context, _ *client.Client) error {
		_, err := get(ctx, over(answering(http.StatusBadGateway, "secret-id")))
		return err
	}
	late := func(ctx context.Context, _ *client.Client) error {
		_, err := get(ctx, over(transport(hang)), client.WithTimeout(time.Millisecond))
		return err
	}
	invalid := func(ctx context.Context, c *client.Client) error {
		_, err := client.Call[product](ctx, c, "", 1, nil)
		return err
	}
	elsewhere := func(ctx context.Context, _ *client.Client) error {
		_, err := get(ctx, over(answering(http.StatusOK, `{"name":"catalog:product:get:redirect","payload":{"url":"http://secret-id/"}}`)))
		return err
	}
	forward := func(handle func(context.Context, *client.Client) error) func(context.Context, *client.Client) error {
		return func(ctx context.Context, c *client.Client) error { return events.Forward(handle(ctx, c)) }
	}
	const failed = `{"code":"FAILED_DEPENDENCY","message":"a service that this one depends on failed","parameters":{}}`
	for name, c := range map[string]struct {
		handle        func(context.Context, *client.Client) error
		name, payload string
	}{
		"error event":              {notFound, "failedDependency", failed},
		"no handler":               {unknown, "failedDependency", failed},
		"no event":                 {down, "failedDependency", failed},
		"timeout of the call":      {late, "failedDependency", failed},
		"event that was not sent":  {invalid, "failedDependency", failed},
		"redirect":                 {elsewhere, "failedDependency", failed},
		"error event, passed on":   {forward(notFound), "notFound", `{"code":"PRODUCT_NOT_FOUND","message":"there is no product \"secret-id\"","parameters":{"id":"secret-id"}}`},
		"redirect, passed on":      {forward(elsewhere), "redirect", `{"url":"http://secret-id/","queryParameters":{}}`},
		"no handler, passed on":    {forward(unknown), "failedDependency", failed},
		"no connection, passed on": {forward(down), "failedDependency", failed},
	} {
		t.Run(name, func(t *testing.T) {
			m, _ := newOrders(c.handle)
			response, err := m.Serve(t.Context(), order())
			require.NoError(t, err)
			require.Equal(t, "orders:order:place:"+c.name, response.Name)
			require.JSONEq(t, c.payload, string(response.Payload))
		})
	}
}
