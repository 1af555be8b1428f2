package docs_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type GetProduct struct {
	ID string `json:"id"`
}

type Product struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func getProduct(ctx context.Context, in GetProduct) (Product, error) {
	return Product{ID: in.ID, Name: "Teapot"}, nil
}

func ping(ctx context.Context, request events.Event) (events.Event, error) {
	return events.NewResponse(request, "pong")
}

type accessLog struct{ tracker.NoOp }

func (accessLog) Start(ctx context.Context, request events.Event) context.Context {
	peer := events.PeerFrom(ctx)
	fmt.Println(request.Name, "from", peer.Addr, "by", peer.Header("User-Agent"))
	return ctx
}

var ctx = context.Background()

// send posts an event to a handler and returns the body of the answer.
func send(h http.Handler, path, contentType, event string) string {
	request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(event))
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, request)
	return answer.Body.String()
}

func Example_events() {
	request, err := events.NewRequest(ctx, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(request.Name, request.Version, string(request.Payload), len(request.ID), len(request.FlowID), err)
	// Output: catalog:product:get 1 {"id":"p-1"} 36 36 <nil>
}

func Example_errors() {
	find := func(_ context.Context, in GetProduct) (Product, error) {
		err := errors.New("no rows in table products")
		return Product{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID).
			With("id", in.ID).Wrap(err)
	}
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, find)
	fmt.Println(send(m, "/events", "application/json",
		`{"name":"catalog:product:get","version":1,"id":"id-1","flowId":"flow-1","payload":{"id":"p-9"}}`))
	// Output: {"name":"catalog:product:get:notFound","version":1,"id":"id-1","flowId":"flow-1","payload":{"code":"PRODUCT_NOT_FOUND","message":"there is no product \"p-9\"","parameters":{"id":"p-9"}},"identity":{},"auth":{},"metadata":{}}
}

func Example_errorsWithMetadata() {
	find := func(ctx context.Context, _ GetProduct) (Product, error) {
		if err := events.SetMetadata(ctx, "retryAfter", 30); err != nil {
			return Product{}, err
		}
		return Product{}, events.Errorf(events.KindError, "TRY_LATER", "try later")
	}
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, find)
	m.Add("catalog:product:get", 2, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewErrorWithMetadata(request.FlowID, "try later", map[string]int{"retryAfter": 30}), nil
	}))
	for _, version := range []int{1, 2} {
		request := events.Event{Name: "catalog:product:get", Version: version, ID: "id-1", FlowID: "flow-1", Payload: []byte(`{"id":"p-1"}`)}
		response, _ := m.Serve(ctx, request)
		fmt.Println(response.Name, response.Version, response.ID, string(response.Payload), string(response.Metadata))
	}
	// Output:
	// catalog:product:get:error 1 id-1 {"code":"TRY_LATER","message":"try later","parameters":{}} {"retryAfter":30}
	// catalog:product:get:error 2 id-1 {"code":"ERROR","message":"try later","parameters":{}} {"retryAfter":30}
}

func Example_responses() {
	response, err := events.NewResponse(events.Event{Name: "a:b:c", Version: 2, ID: "id-1", FlowID: "flow-1"}, Product{ID: "p-1"})
	fmt.Println(response.Name, response.Version, response.ID, response.FlowID, string(response.Payload), err)
	// Output: a:b:c:response 2 id-1 flow-1 {"id":"p-1","name":""} <nil>
}

func Example_handlers() {
	m := mux.New()
	m.Add("system:ping:send", 1, events.HandlerFunc(ping))
	m.Add("system:error:send", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{}, errors.New("an internal text")
	}))
	m.Add("system:nothing:send", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{}, nil
	}))
	for _, name := range []string{"system:ping:send", "system:error:send", "system:nothing:send"} {
		response, err := m.Serve(ctx, events.Event{Name: name, Version: 1})
		fmt.Println(response.Name, string(response.Payload), err)
	}
	// Output:
	// system:ping:send:response "pong" <nil>
	// system:error:send:error {"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}} <nil>
	// system:nothing:send:response {} <nil>
}

func Example_documentation() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct,
		mux.WithDoc("Returns a product."),
		mux.WithExample(GetProduct{ID: "p-1"}, Product{ID: "p-1", Name: "Teapot"}),
		mux.WithError(events.KindNotFound, "PRODUCT_NOT_FOUND", "No product has this id."))

	event := m.Catalog().Events[0]
	fmt.Println(event.Doc, event.Input, event.Output, string(event.Examples[0].Response), event.Errors[0].Code)
	// Output: Returns a product. docs_test.GetProduct docs_test.Product {"id":"p-1","name":"Teapot"} PRODUCT_NOT_FOUND
}

// documented is a handler of the original kind.
type documented struct{ events.Handler }

func (documented) Doc() string         { return "Returns a product." }
func (documented) Input() interface{}  { return GetProduct{} }
func (documented) Output() interface{} { return Product{} }
func (documented) Example() (interface{}, interface{}) {
	return GetProduct{ID: "p-1"}, Product{ID: "p-1"}
}
func passOn(h events.Handler) events.Handler { return events.HandlerFunc(h.Serve) }

func Example_documentationBehindMiddleware() {
	m := mux.New()
	m.Add("catalog:product:get", 1, documented{events.HandlerFunc(ping)}, mux.WithMiddleware(passOn))
	m.Add("catalog:product:get", 2, events.Chain(passOn)(documented{events.HandlerFunc(ping)}))
	for _, event := range m.Catalog().Events {
		fmt.Println(event.Version, event.Doc, event.Output)
	}
	// Output:
	// 1 Returns a product. docs_test.Product
	// 2 Returns a product. docs_test.Product
}

func Example_trackers() {
	m := mux.New(mux.WithTracker(accessLog{}))
	mux.Handle(m, "catalog:product:get", 1, getProduct)

	caller := events.Peer{Addr: "192.0.2.1:1234", Headers: http.Header{"User-Agent": {"a-shop"}}}
	_, err := m.Serve(events.WithPeer(ctx, caller), events.Event{Name: "catalog:product:get", Version: 1, Payload: []byte(`{"id":"p-1"}`)})
	fmt.Println(err)
	// Output:
	// catalog:product:get from 192.0.2.1:1234 by a-shop
	// <nil>
}

func Example_trackerMocks() {
	t := &tracker.Mock{}
	m := mux.New(mux.WithTracker(t))
	_, err := client.Call[Product](ctx, m, "catalog:product:get", 9, nil)
	fmt.Println(errors.Is(err, events.KindEventNotFound))
	fmt.Println(t.StartCount, t.NoticeErrorCount, t.NoticeEventErrorCount, t.EndCount)
	for _, call := range t.Calls() {
		fmt.Println(call.Method, call.Event.Name)
	}
	// Output:
	// true
	// 1 0 1 1
	// Start catalog:product:get
	// NoticeEventError catalog:product:get
	// End eventNotFound
}

func Example_mux() {
	t := &tracker.Mock{}
	m := mux.New(mux.WithTracker(t))
	mux.Handle(m, "catalog:product:get", 1, getProduct)

	product, err := client.Call[Product](ctx, m, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(product.Name, err, t.EndCount)
	// Output: Teapot <nil> 1
}

func Example_addingHandlers() {
	answer := func(text string) events.HandlerFunc {
		return func(_ context.Context, request events.Event) (events.Event, error) {
			return events.NewResponse(request, text)
		}
	}
	slow, fast := answer("slow"), answer("fast")
	m := mux.New()
	m.Add("catalog:product:get", 1, events.HandlerFunc(slow))
	m.Remove("catalog:product:get", 1)
	m.Add("catalog:product:get", 1, events.HandlerFunc(fast))

	response, _ := m.Serve(ctx, events.Event{Name: "catalog:product:get", Version: 1})
	fmt.Println(string(response.Payload))
	defer func() { fmt.Println("panicked:", recover() != nil) }()
	m.Add("catalog:product:get", 1, events.HandlerFunc(fast))
	// Output:
	// "fast"
	// panicked: true
}

func Example_servingHTTP() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	router := http.NewServeMux()
	m.Mount(router, "/events")
	router.Handle("/events/old/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		m.ServeHTTP(w, r)
	}))

	const event = `{"name":"catalog:product:get","version":1,"id":"id-1","flowId":"flow-1","payload":{"id":"p-1"}}`
	fmt.Println(send(router, "/events", "application/json", event) == send(router, "/events/others", "application/json", event))
	fmt.Println(send(router, "/events/old/others", "", event))
	// Output:
	// true
	// {"name":"catalog:product:get:response","version":1,"id":"id-1","flowId":"flow-1","payload":{"id":"p-1","name":"Teapot"},"identity":{},"auth":{},"metadata":{}}
}

func Example_documentationPage() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct, mux.WithDoc("Returns a product."))
	router := http.NewServeMux()
	router.Handle("/docs/", docgen.Handler(m, docgen.WithEndpoint("/events")))

	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/docs/catalog:product:get/1", nil))
	fmt.Println(answer.Code, strings.Contains(answer.Body.String(), "Returns a product."))
	// Output: 200 true
}

func Example_batches() {
	t := &tracker.Mock{}
	m := mux.New(mux.WithTracker(t))
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	m.Add("system:batch:run", 1, batch.New(m))

	response, err := m.Serve(ctx, events.Event{Name: "system:batch:run", Version: 1, FlowID: "flow-1", Payload: []byte(`{"parallel": true, "events": [
		{"name": "catalog:product:get", "version": 1, "id": "id-1", "payload": {"id": "p-1"}}]}`)})
	fmt.Println(string(response.Payload), err)
	fmt.Println(t.StartCount, t.EndCount)
	// Output:
	// [{"name":"catalog:product:get:response","version":1,"id":"id-1","flowId":"flow-1","payload":{"id":"p-1","name":"Teapot"},"identity":{},"auth":{},"metadata":{}}] <nil>
	// 2 2
}
