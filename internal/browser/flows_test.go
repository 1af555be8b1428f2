package browser_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

func TestTheFlowsInABrowser(t *testing.T) {
	needsPeers(t)
	path := chromium(t)
	cmd := node(t, "flows.js", startFlows(t))
	cmd.Env = append(os.Environ(), "CHROMIUM="+path)
	out, err := cmd.Output()
	require.NoError(t, err, "flows.js failed")
	var seen map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out, &seen), "flows.js printed %s", out)
	require.ElementsMatch(t, slices.Collect(maps.Keys(wantsOfFlows)), slices.Collect(maps.Keys(seen)), "the cases of flows.js and of this test differ")
	for name, want := range wantsOfFlows {
		t.Run(name, func(t *testing.T) { require.JSONEq(t, want, string(seen[name])) })
	}
}

// wantsOfFlows is what flows.js must see, by case.
var wantsOfFlows = map[string]string{
	// No error on the console, no violation of the policy, no dialog, no request to elsewhere, on any page.
	"trouble": `[]`,

	"list": `{
		"flows": ["w:w:w v1 in progress", "<script>alert(5)</script>:x:y v1 badRequest", "orders:order:place v2 unprocessable", "orders:order:place v2 response"],
		"unreadable": 1}`,
	"search": `{
		"code": ["flow-fails"], "service": ["flow-fails", "flow-works"], "two": ["flow-fails"], "none": [],
		"failed": ["<script>alert(6)</script>", "flow-fails"], "kept": ["OUT_OF_STOCK", true]}`,
	"waterfall": `{
		"rows": [
			"orders:order:place v2 served by orders unprocessable",
			". system:batch:run v1 called by orders response",
			".. system:batch:run v1 served by catalog response",
			"... catalog:product:get v2 item 1 served by catalog response",
			"... catalog:stock:reserve v1 item 2 served by catalog unprocessable"],
		"cause": "It failed here: catalog:stock:reserve in catalog: unprocessable OUT_OF_STOCK",
		"opened": ["catalog:stock:reserve"],
		"error": "unprocessable OUT_OF_STOCK: there is no p-1 left",
		"request": {"card": "(hidden)", "productId": "p-1"},
		"nested": true}`,
	"withoutJavaScript": `{
		"dead": 0, "found": ["flow-fails"], "rows": 5, "more": true}`,
	"keepFresh":  `{"before": 4, "after": 5, "open": true, "focus": "orders:order:place", "pressed": "true", "off": "false"}`,
	"keyboard":   `{"skip": "Skip to the content", "search": "q", "outline": true, "opened": true}`,
	"hostile":    `{"script": 0, "shown": "<script>alert(5)</script>:x:y", "overflow": false}`,
	"theme":      `{"before": "rgb(255, 255, 255)", "after": "rgb(20, 22, 26)", "kept": "rgb(20, 22, 26)"}`,
	"accessible": `{"states": 24, "found": []}`,
}

type reserve struct {
	ProductID string `json:"productId"`
	Card      string `json:"card"`
}

// startFlows serves two services that call each other, with their flows at /flows/.
// A post to /order makes one more.
func startFlows(t *testing.T) string {
	t.Helper()
	flows := flowtracker.New(flowtracker.WithPayloads(flowtracker.Hide("card")))
	router := http.NewServeMux()
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	router.Handle("/flows/", flows)

	catalog := mux.New(mux.WithTracker(flows.Service("catalog")))
	catalog.Mount(router, "/catalog")
	catalog.Add("system:batch:run", 1, batch.New(catalog))
	mux.Handle(catalog, "catalog:product:get", 2, func(_ context.Context, in reserve) (reserve, error) { return in, nil })
	mux.Handle(catalog, "catalog:stock:reserve", 1, func(ctx context.Context, in reserve) (struct{}, error) {
		if events.FlowFrom(ctx) == "flow-fails" {
			return struct{}{}, events.Errorf(events.KindUnprocessable, "OUT_OF_STOCK", "there is no %s left", in.ProductID)
		}
		return struct{}{}, nil
	})

	toCatalog := client.New(server.URL+"/catalog", client.WithTracker(flows.Service("orders")))
	t.Cleanup(toCatalog.CloseIdleConnections)
	orders := mux.New(mux.WithTracker(flows.Service("orders")))
	orders.Mount(router, "/orders")
	mux.Handle(orders, "orders:order:place", 2, func(ctx context.Context, in reserve) (struct{}, error) {
		b := client.NewBatch("system:batch:run", 1)
		client.Queue[reserve](b, "catalog:product:get", 2, in)
		reserved := client.Queue[struct{}](b, "catalog:stock:reserve", 1, in)
		if err := b.Send(ctx, toCatalog); err != nil {
			return struct{}{}, err
		}
		_, err := reserved.Get()
		return struct{}{}, events.Forward(err)
	})
	mux.Handle(orders, "<script>alert(5)</script>:x:y", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, events.Errorf(events.KindBadRequest, hostile, "%s", hostile)
	})

	place := func(flow string) {
		_, err := orders.Serve(t.Context(), events.Event{Name: "orders:order:place", Version: 2, FlowID: flow, Payload: []byte(`{"productId":"p-1","card":"4111"}`)})
		require.NoError(t, err)
	}
	place("flow-works")
	place("flow-fails")
	_, err := orders.Serve(t.Context(), events.Event{
		Name: "<script>alert(5)</script>:x:y", Version: 1, ID: hostile, FlowID: "<script>alert(6)</script>", Payload: []byte(`{"x":"</pre><script>"}`),
	})
	require.NoError(t, err)
	post(t, server.URL+"/orders", "{")
	hang(t, orders)
	router.HandleFunc("POST /order", func(http.ResponseWriter, *http.Request) { place("flow-later") })
	return server.URL
}

// hang begins a call with a name as wide as can be, which ends with the test.
func hang(t *testing.T, m *mux.Mux) {
	t.Helper()
	ctx, begun, ended := t.Context(), make(chan struct{}), make(chan struct{})
	mux.Handle(m, "w:w:w", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		close(begun)
		<-ctx.Done()
		return struct{}{}, ctx.Err()
	})
	go func() {
		defer close(ended)
		_, _ = m.Serve(ctx, events.Event{Name: "w:w:w", Version: 1, FlowID: strings.Repeat("W", 256)})
	}()
	<-begun
	t.Cleanup(func() { <-ended })
}

func post(t *testing.T, url, body string) {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	require.NoError(t, r.Body.Close())
}
