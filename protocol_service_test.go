package evoke_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type (
	pageProductID struct {
		ID string `json:"id"`
	}
	pageProduct struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Price any    `json:"price"`
	}
	pagePrice struct {
		Amount   string `json:"amount"`
		Currency string `json:"currency"`
	}
	pageStock struct {
		Count int `json:"count"`
	}
	pageProducts struct {
		Products []pageProduct `json:"products"`
	}
)

// newProtocolMux is the service of PROTOCOL.md's examples.
func newProtocolMux(options ...mux.MuxOption) *mux.Mux {
	teapot := pageProduct{ID: "p-1", Name: "Teapot", Price: 1250}
	get := func(_ context.Context, in pageProductID) (pageProduct, error) {
		if in.ID != teapot.ID {
			return pageProduct{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID).With("id", in.ID)
		}
		return teapot, nil
	}
	m := mux.New(append(options, mux.WithSunset())...)
	mux.Handle(m, "catalog:product:get", 1, get)
	mux.Handle(m, "catalog:product:get", 2, func(ctx context.Context, in pageProductID) (pageProduct, error) {
		product, err := get(ctx, in)
		product.Price = pagePrice{Amount: "12.50", Currency: "EUR"}
		return product, err
	})
	mux.Handle(m, "catalog:product:list", 1, func(ctx context.Context, _ struct{}) (pageProducts, error) {
		return pageProducts{Products: []pageProduct{teapot}}, events.SetMetadata(ctx, "cached", true)
	})
	mux.Handle(m, "catalog:photo:get", 1, func(context.Context, pageProductID) (struct{}, error) {
		return struct{}{}, &events.Redirect{URL: "https://photos.example/p-1.png", QueryParameters: map[string]any{"size": "small"}}
	})
	mux.Handle(m, "catalog:stock:count", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, errors.New("table stock: connection refused")
	})
	mux.Handle(m, "catalog:price:get", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		return client.Call[struct{}](ctx, m, "catalog:stock:count", 1, nil)
	})
	mux.Handle(m, "catalog:report:make", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		<-ctx.Done()
		return struct{}{}, ctx.Err()
	})
	day := func(year int) time.Time { return time.Date(year, time.January, 31, 0, 0, 0, 0, time.UTC) }
	stock := func(context.Context, struct{}) (pageStock, error) { return pageStock{Count: 12}, nil }
	mux.Handle(m, "catalog:stock:get", 1, stock, mux.WithDeprecation(catalog.Deprecation{Sunset: day(2026), Successor: 3}))
	mux.Handle(m, "catalog:stock:get", 2, stock, mux.WithDeprecation(catalog.Deprecation{
		Since: day(2026), Sunset: day(2126), Successor: 3, Note: "It has no warehouse.",
	}))
	mux.Handle(m, "catalog:stock:get", 3, stock)
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("system:batch:run", 2, batch.New(m))

	// What follows is for the tables.
	m.Add("page:payload:echo", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.Event{Payload: request.Payload, Metadata: request.Metadata}, nil
	}))
	m.Add("page:envelope:describe", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, map[string]any{
			"identity": request.Identity, "auth": request.Auth, "metadata": request.Metadata,
		})
	}))
	m.Add("page:kind:answer", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		var kind events.Kind
		err := json.Unmarshal(request.Payload, &kind)
		return events.Event{}, errors.Join(err, kind)
	}))
	return m
}

// startProtocolService serves newProtocolMux at /events and returns the server.
func startProtocolService(t *testing.T, options ...mux.MuxOption) *httptest.Server {
	t.Helper()
	router := http.NewServeMux()
	newProtocolMux(options...).Mount(router, "/events")
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server
}
