package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

type GetProduct struct {
	ID string `json:"id"`
}

type Product struct {
	Title string `json:"title"`
}

type Price struct {
	Cents int `json:"cents"`
}

// newService is what the examples call.
func newService() *mux.Mux {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, func(_ context.Context, in GetProduct) (Product, error) {
		if in.ID != "p-1" {
			return Product{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID)
		}
		return Product{Title: "Lamp"}, nil
	})
	mux.Handle(m, "catalog:price:get", 2, func(context.Context, GetProduct) (Price, error) {
		return Price{Cents: 1995}, nil
	})
	mux.Handle(m, "catalog:caller:get", 1, func(ctx context.Context, _ struct{}) (string, error) {
		request, _ := events.RequestFrom(ctx)
		return fmt.Sprintf("identity %s, auth %s", request.Identity, request.Auth), nil
	})
	m.Add("system:batch:run", 1, batch.New(m))
	return m
}

func Example() {
	server := httptest.NewServer(newService())
	defer server.Close()

	c := client.New(server.URL)
	defer c.CloseIdleConnections()
	p, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Title, err)
	// Output: Lamp <nil>
}

func ExampleCall() {
	m := newService() // a mux is a Handler too: no network, no server
	p, err := client.Call[Product](context.Background(), m, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Title, err)
	// Output: Lamp <nil>
}

// What the callee answered is told apart by its kind and its code.
func ExampleCall_errors() {
	_, err := client.Call[Product](context.Background(), newService(), "catalog:product:get", 1, GetProduct{ID: "p-9"})

	if errors.Is(err, events.KindNotFound) {
		fmt.Println("not found")
	}
	var e *events.Error
	if errors.As(err, &e) {
		fmt.Println(e.Code, "-", e.Message)
	}
	// Output:
	// not found
	// PRODUCT_NOT_FOUND - there is no product "p-9"
}

// A call that got no answer has a reason.
func ExampleError() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c := client.New(server.URL)
	defer c.CloseIdleConnections()

	_, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	switch {
	case errors.Is(err, client.ErrNoConnection):
		fmt.Println("is it running?")
	case errors.Is(err, context.DeadlineExceeded):
		fmt.Println("too slow")
	case errors.Is(err, client.ErrInvalidResponse):
		fmt.Println("this is no service of events")
	}
	// Output: this is no service of events
}

// A client is a Handler: the service at the other end is mounted like a function.
func ExampleClient() {
	server := httptest.NewServer(newService())
	defer server.Close()
	c := client.New(server.URL)
	defer c.CloseIdleConnections()

	gateway := mux.New()
	gateway.Add("catalog:product:get", 1, c)
	p, err := client.Call[Product](context.Background(), gateway, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Title, err)
	// Output: Lamp <nil>
}

func ExampleClient_Serve() {
	request := events.Event{Name: "catalog:price:get", Version: 2, ID: "1", FlowID: "f", Payload: []byte(`{"id":"p-1"}`)}
	server := httptest.NewServer(newService())
	defer server.Close()
	c := client.New(server.URL)
	defer c.CloseIdleConnections()

	response, err := c.Serve(context.Background(), request)
	fmt.Println(response.Name, string(response.Payload), err)
	// Output: catalog:price:get:response {"cents":1995} <nil>
}

// Calls of different types cost one request.
func ExampleBatch() {
	b := client.NewBatch("system:batch:run", 1)
	b.Parallel = true
	product := client.Queue[Product](b, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	price := client.Queue[Price](b, "catalog:price:get", 2, GetProduct{ID: "p-1"})
	missing := client.Queue[Product](b, "catalog:product:get", 1, GetProduct{ID: "p-9"})
	if err := b.Send(context.Background(), newService()); err != nil {
		fmt.Println(err) // of the batch as a whole
		return
	}
	fmt.Println(product.Get())
	fmt.Println(price.Get())
	_, err := missing.Get()
	fmt.Println(err)
	// Output:
	// {Lamp} <nil>
	// {1995} <nil>
	// notFound PRODUCT_NOT_FOUND: there is no product "p-9"
}

// One call of a batch may be made on someone else's behalf.
func ExampleQueue() {
	b := client.NewBatch("system:batch:run", 1)
	mine := client.Queue[string](b, "catalog:caller:get", 1, nil)
	theirs := client.Queue[string](b, "catalog:caller:get", 1, nil, client.WithIdentity(map[string]int{"userId": 8}))
	err := b.Send(context.Background(), newService(), client.WithIdentity(map[string]int{"userId": 7}))
	fmt.Println(err)
	fmt.Println(mine.Get())
	fmt.Println(theirs.Get())
	// Output:
	// <nil>
	// identity {"userId":7}, auth {} <nil>
	// identity {"userId":8}, auth {} <nil>
}

// A call that may be made twice is repeated, with the same id, when there is no
// connection or the callee is overloaded.
func ExampleIdempotent() {
	var requests atomic.Int32
	service := newService()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1) < 3 {
			http.Error(w, "starting", http.StatusServiceUnavailable)
			return
		}
		service.ServeHTTP(w, r)
	}))
	defer server.Close()

	c := client.New(server.URL, client.WithRetry(client.Retry{Attempts: 5, First: time.Millisecond}))
	defer c.CloseIdleConnections()
	p, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"}, client.Idempotent())
	fmt.Println(p.Title, err, "after", requests.Load(), "requests")
	// Output: Lamp <nil> after 3 requests
}

func ExampleWithRetry() {
	// Every call of this client may be repeated, for as long as it has time.
	c := client.New("http://127.0.0.1:1/events",
		client.WithRetry(client.Retry{Attempts: 3, First: time.Millisecond}), client.Idempotent(), client.WithTimeout(5*time.Second))
	_, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(errors.Is(err, client.ErrNoConnection))
	// Output: true
}

// Without the option a redirect is an error of the type *events.Redirect.
func ExampleWithRedirects() {
	catalog := httptest.NewServer(newService())
	defer catalog.Close()
	moved := mux.New()
	mux.Handle(moved, "catalog:product:get", 1, func(context.Context, GetProduct) (Product, error) {
		return Product{}, &events.Redirect{URL: catalog.URL, QueryParameters: map[string]any{"from": "old"}}
	})
	server := httptest.NewServer(moved)
	defer server.Close()

	c := client.New(server.URL)
	defer c.CloseIdleConnections()
	_, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	var to *events.Redirect
	fmt.Println(errors.As(err, &to) && to.URL == catalog.URL, to.QueryParameters)

	following := client.New(server.URL, client.WithRedirects(3, catalog.Listener.Addr().String()))
	defer following.CloseIdleConnections()
	p, err := client.Call[Product](context.Background(), following, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Title, err)
	// Output:
	// true map[from:old]
	// Lamp <nil>
}

func ExampleWithToken() {
	server := httptest.NewServer(newService())
	defer server.Close()
	source := func(context.Context) (string, error) { return "t-1", nil } // its cache would be here
	c := client.New(server.URL, client.WithToken(source))
	defer c.CloseIdleConnections()

	fmt.Println(client.Call[string](context.Background(), c, "catalog:caller:get", 1, nil))
	// Output: identity {}, auth {"token":"t-1"} <nil>
}

// A handler that calls in its caller's name asks for it. Auth never goes along.
func ExampleWithCallerIdentity() {
	catalog := newService()
	orders := mux.New()
	mux.Handle(orders, "orders:order:place", 1, func(ctx context.Context, _ struct{}) (string, error) {
		return client.Call[string](ctx, catalog, "catalog:caller:get", 1, nil, client.WithCallerIdentity())
	})

	fmt.Println(client.Call[string](context.Background(), orders, "orders:order:place", 1, nil,
		client.WithIdentity(map[string]int{"userId": 7}), client.WithAuth(map[string]string{"token": "t-1"})))
	// Output: identity {"userId":7}, auth {} <nil>
}

func ExampleWithTimeout() {
	m := mux.New()
	mux.Handle(m, "catalog:report:make", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		<-ctx.Done() // far too much to do
		return struct{}{}, ctx.Err()
	})
	_, err := client.Call[struct{}](context.Background(), m, "catalog:report:make", 1, nil, client.WithTimeout(time.Millisecond))
	fmt.Println(err)
	// Output: error DEADLINE_EXCEEDED: the call took longer than it was given
}

// Options of calls are defaults when they are given to New.
func ExampleCallOption() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Header.Get("X-Tenant"))
	}))
	defer server.Close()
	c := client.New(server.URL, client.WithHeader("X-Tenant", "everyone"), client.WithMetadata("origin", "shop"))
	defer c.CloseIdleConnections()

	client.Call[Product](context.Background(), c, "catalog:product:get", 1, nil)
	client.Call[Product](context.Background(), c, "catalog:product:get", 1, nil, client.WithHeader("X-Tenant", "one"))
	// Output:
	// everyone
	// one
}

func ExampleWithTracker() {
	server := httptest.NewServer(newService())
	defer server.Close()
	var seen tracker.Mock
	c := client.New(server.URL, client.WithTracker(&seen))
	defer c.CloseIdleConnections()

	client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-9"})
	for _, call := range seen.Calls() {
		fmt.Println(call.Method, call.Call.Side, call.Event.Name)
	}
	// Output:
	// Start caller catalog:product:get
	// End caller catalog:product:get:notFound
}

func ExamplePrefer() {
	type ProductV2 struct {
		Names []string `json:"names"`
	}
	service := newService() // which has version 1 only
	getProduct := client.Prefer(service, "catalog:product:get",
		client.Version[GetProduct, ProductV2](2),
		client.Convert(1,
			func(in GetProduct) (GetProduct, error) { return in, nil },
			func(old Product) (ProductV2, error) { return ProductV2{[]string{old.Title}}, nil }))
	p, err := getProduct.Call(context.Background(), GetProduct{ID: "p-1"})
	fmt.Println(p.Names, err)
	// Output: [Lamp] <nil>
}
