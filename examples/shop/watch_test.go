package main

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

func TestBothServicesShowWhatTheShopSays(t *testing.T) {
	shop := start(t)
	require.Len(t, shop.urls(), 2)
	for i, url := range shop.urls() {
		name := []string{"orders", "catalog"}[i]
		for path, content := range map[string]string{
			"/docs/":   "Shop: " + name,
			"/flows/":  "Shop: flows",
			"/healthz": `{"status":"ok"}`,
			"/readyz":  `{"status":"ok"`,
		} {
			status, body := get(t, url+path)
			require.Equal(t, 200, status, url+path)
			require.Contains(t, body, content, url+path)
			require.Contains(t, shop.printed, path[:len(path)-1])
		}
		status, _ := get(t, url+"/metrics")
		require.Equal(t, 404, status, "without -metrics")

		answer := decode(t, post(t, url+"/events", `{"name":"service:catalog:get","version":1,"payload":{}}`))
		require.Contains(t, string(answer.Payload), `"name":"`+name+`"`)
		require.Contains(t, string(answer.Payload), `"name":"service:stats:get"`)
		answer = decode(t, post(t, url+"/events", `{"name":"service:health:check","version":1,"payload":{}}`))
		require.Contains(t, string(answer.Payload), `{"status":"ok"`)
	}
	shop.stop()
}

func TestAFlowIsShownAcrossBothServices(t *testing.T) {
	shop := start(t)
	for _, c := range shop.commands() {
		post(t, c.url, c.body)
	}
	for _, url := range shop.urls() {
		_, list := get(t, url+"/flows/")
		require.Contains(t, list, "my-first-order")
		status, flow := get(t, url+"/flows/flow?id=my-first-order")
		require.Equal(t, 200, status)
		for _, name := range []string{"orders:order:place", "system:batch:run", "catalog:product:get", "catalog:stock:reserve"} {
			require.Contains(t, flow, name)
		}
	}
	shop.stop()
}

func TestMetricsAreServedWhenAskedFor(t *testing.T) {
	shop := start(t, "-metrics")
	for _, c := range shop.commands() {
		post(t, c.url, c.body)
	}
	_, orders := get(t, shop.urls()[0]+"/metrics")
	require.Contains(t, orders, `evoke_call_duration_seconds_count{name="orders:order:place",side="callee",version="1"} 2`)
	require.Contains(t, orders, `evoke_errors_total{kind="unprocessable",name="orders:order:place",side="callee",version="1"} 1`)
	require.Contains(t, orders, `evoke_call_duration_seconds_count{name="system:batch:run",side="caller",version="1"} 2`)
	_, catalog := get(t, shop.urls()[1]+"/metrics")
	require.Regexp(t, `(?m)^evoke_deprecated_calls_total{name="catalog:product:get",origin="other",.*version="1"} 1$`, catalog)
	require.NotContains(t, catalog, "orders:order:place", "each service has its own")
	shop.stop()
}

func TestOrdersIsNotReadyWhereCatalogIsNot(t *testing.T) {
	for name, test := range map[string]struct {
		check func(context.Context) error
		err   string
	}{
		"well":    {func(context.Context) error { return nil }, ""},
		"failing": {func(context.Context) error { return errors.New("x") }, "it says that it is failing"},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			service.Register(m, service.Info{}, service.WithCheck("x", test.check))
			err := wellAt(m)(t.Context())
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
		})
	}
	c := client.New("http://127.0.0.1:1/events")
	require.ErrorIs(t, wellAt(c)(t.Context()), client.ErrNoConnection)
}
