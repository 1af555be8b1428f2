package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

type GetProduct struct {
	ID string `json:"id"`
}

type Product struct {
	ID    string `json:"id"`
	Price int    `json:"price"`
}

func getProduct(_ context.Context, in GetProduct) (Product, error) {
	if in.ID != "p-1" {
		return Product{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID).With("id", in.ID)
	}
	return Product{ID: "p-1", Price: 990}, nil
}

// ping answers with an empty success.
func ping(context.Context, events.Event) (events.Event, error) { return events.Event{}, nil }

// show serves one event in memory and prints the answer's name and payload.
func show(m *mux.Mux, name string, version int, payload string) {
	response, err := m.Serve(context.Background(), events.Event{Name: name, Version: version, Payload: json.RawMessage(payload)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.Name, string(response.Payload))
}

func Example() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct)

	router := http.NewServeMux()
	m.Mount(router, "/events")
	server := httptest.NewServer(router)
	defer server.Close()

	c := client.New(server.URL + "/events")
	defer c.CloseIdleConnections()
	p, err := client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Price, err)
	_, err = client.Call[Product](context.Background(), c, "catalog:product:get", 1, GetProduct{ID: "p-2"})
	fmt.Println(errors.Is(err, events.KindNotFound), err)
	// Output:
	// 990 <nil>
	// true notFound PRODUCT_NOT_FOUND: there is no product "p-2"
}

// A mux is a Handler: services in one process call each other without a network.
func ExampleNew() {
	m := mux.New(mux.WithTimeout(2*time.Second), mux.WithTracker(tracker.NoOp{}))
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	p, err := client.Call[Product](context.Background(), m, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(p.Price, err)
	// Output: 990 <nil>
}

func ExampleHandle() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	show(m, "catalog:product:get", 1, `{"id":"p-1"}`)
	show(m, "catalog:product:get", 1, `{"id":7}`)
	show(m, "catalog:product:get", 2, `{}`)
	// Output:
	// catalog:product:get:response {"id":"p-1","price":990}
	// catalog:product:get:badRequest {"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[{"path":"/id","keyword":"type","expected":"string","got":"number"}]}}
	// eventNotFound {"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for catalog:product:get version 2; there is version 1","parameters":{"event":"catalog:product:get","version":2,"versions":[1]}}
}

// A typed handler finds everything but the payload in its context.
func ExampleHandle_context() {
	m := mux.New()
	mux.Handle(m, "account:owner:get", 1, func(ctx context.Context, _ struct{}) (string, error) {
		request, _ := events.RequestFrom(ctx)
		user, _ := request.UserID()
		return user + " in flow " + events.FlowFrom(ctx), nil
	})
	response, _ := m.Serve(context.Background(), events.Event{
		Name: "account:owner:get", Version: 1, FlowID: "f-1", Identity: json.RawMessage(`{"userId":7}`),
	})
	fmt.Println(string(response.Payload))
	// Output: "7 in flow f-1"
}

func ExampleHandle_metadata() {
	m := mux.New()
	mux.Handle(m, "catalog:product:count", 1, func(ctx context.Context, _ struct{}) (int, error) {
		return 3, events.SetMetadata(ctx, "asOf", "2024-02-29")
	})
	response, _ := m.Serve(context.Background(), events.Event{Name: "catalog:product:count", Version: 1})
	fmt.Println(string(response.Payload), string(response.Metadata))
	// Output: 3 {"asOf":"2024-02-29"}
}

func ExampleHandle_redirect() {
	m := mux.New()
	mux.Handle(m, "catalog:image:get", 1, func(context.Context, GetProduct) (struct{}, error) {
		return struct{}{}, &events.Redirect{URL: "https://images.example/p-1", QueryParameters: map[string]any{"size": 2}}
	})
	show(m, "catalog:image:get", 1, `{"id":"p-1"}`)
	// Output: catalog:image:get:redirect {"url":"https://images.example/p-1","queryParameters":{"size":2}}
}

// The text of an error that was not made for the caller stays in the process.
func ExampleHandle_unexpectedError() {
	var seen tracker.Mock
	m := mux.New(mux.WithTracker(&seen))
	mux.Handle(m, "catalog:product:get", 1, func(context.Context, GetProduct) (Product, error) {
		return Product{}, errors.New("dial db-3: refused")
	})
	show(m, "catalog:product:get", 1, `{"id":"p-1"}`)
	fmt.Println("tracker:", seen.Calls()[1].Err)
	// Output:
	// catalog:product:get:error {"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}
	// tracker: dial db-3: refused
}

func ExampleMux_Add() {
	m := mux.New()
	m.Add("catalog:product:echo", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, request.Payload)
	}))
	show(m, "catalog:product:echo", 1, `[1,2]`)
	// Output: catalog:product:echo:response [1,2]
}

func ExampleMux_Use() {
	m := mux.New()
	m.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			if _, known := request.UserID(); !known {
				return events.Event{}, events.Errorf(events.KindUnauthorized, "NO_USER", "say who you are")
			}
			return next.Serve(ctx, request)
		})
	})
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	show(m, "catalog:product:get", 1, `{"id":"p-1"}`)
	// Output: catalog:product:get:unauthorized {"code":"NO_USER","message":"say who you are","parameters":{}}
}

func ExampleMux_Mount() {
	m := mux.New(mux.WithIDs(func() string { return "fresh" }))
	m.Add("system:health:ping", 1, events.HandlerFunc(ping))
	router := http.NewServeMux()
	m.Mount(router, "/events")

	r := httptest.NewRequest(http.MethodPost, "/events/below", strings.NewReader(`{"name":"system:health:ping","version":1,"payload":{}}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	router.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Event-Name"))
	fmt.Println(w.Body)
	// Output:
	// 200 system:health:ping:response
	// {"name":"system:health:ping:response","version":1,"id":"fresh","flowId":"fresh","payload":{},"identity":{},"auth":{},"metadata":{}}
}

func ExampleMux_Remove() {
	m := mux.New()
	m.Add("system:health:ping", 1, events.HandlerFunc(ping))
	fmt.Println(m.Remove("system:health:ping", 1), m.Remove("system:health:ping", 1))
	show(m, "system:health:ping", 1, `{}`)
	// Output:
	// true false
	// eventNotFound {"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for system:health:ping version 1","parameters":{"event":"system:health:ping","version":1,"versions":[]}}
}

func ExampleMux_Catalog() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct,
		mux.WithDoc("Returns a product by its id."),
		mux.WithExample(GetProduct{ID: "p-1"}, Product{ID: "p-1", Price: 990}),
		mux.WithError(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no such product"))
	data, _ := json.MarshalIndent(m.Catalog().Events[0], "", "  ")
	fmt.Println(string(data))
	// Output:
	// {
	//   "name": "catalog:product:get",
	//   "version": 1,
	//   "doc": "Returns a product by its id.",
	//   "input": "mux_test.GetProduct",
	//   "output": "mux_test.Product",
	//   "inputSchema": {
	//     "$schema": "http://json-schema.org/draft-07/schema#",
	//     "type": "object",
	//     "properties": {
	//       "id": {
	//         "type": "string"
	//       }
	//     },
	//     "required": [
	//       "id"
	//     ]
	//   },
	//   "outputSchema": {
	//     "$schema": "http://json-schema.org/draft-07/schema#",
	//     "type": "object",
	//     "properties": {
	//       "id": {
	//         "type": "string"
	//       },
	//       "price": {
	//         "type": "integer"
	//       }
	//     },
	//     "required": [
	//       "id",
	//       "price"
	//     ]
	//   },
	//   "examples": [
	//     {
	//       "request": {
	//         "id": "p-1"
	//       },
	//       "response": {
	//         "id": "p-1",
	//         "price": 990
	//       }
	//     }
	//   ],
	//   "errors": [
	//     {
	//       "kind": "notFound",
	//       "code": "PRODUCT_NOT_FOUND",
	//       "description": "there is no such product"
	//     }
	//   ]
	// }
}

// Wait lets a service stop without cutting off handlers whose callers have had
// their answer.
func ExampleMux_Wait() {
	m := mux.New(mux.WithTimeout(time.Millisecond))
	answered := make(chan struct{})
	m.Add("report:year:write", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		<-answered // it does not look at its context
		fmt.Println("written")
		return events.Event{}, nil
	}))
	show(m, "report:year:write", 1, `{}`)
	close(answered)
	fmt.Println(m.Wait(context.Background()))
	// Output:
	// report:year:write:error {"code":"DEADLINE_EXCEEDED","message":"the call took longer than it was given","parameters":{}}
	// written
	// <nil>
}

func ExampleWithTimeout() {
	m := mux.New(mux.WithTimeout(time.Hour)) // for all handlers
	m.Add("report:year:write", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		<-ctx.Done()
		return events.Event{}, ctx.Err()
	}), mux.WithTimeout(time.Millisecond)) // for this one
	show(m, "report:year:write", 1, `{}`)
	_ = m.Wait(context.Background())
	// Output: report:year:write:error {"code":"DEADLINE_EXCEEDED","message":"the call took longer than it was given","parameters":{}}
}

func ExampleWithValidation() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct)
	mux.Handle(m, "catalog:product:get", 2, getProduct, mux.WithValidation(false))
	show(m, "catalog:product:get", 1, `{}`)
	show(m, "catalog:product:get", 2, `{}`)
	// Output:
	// catalog:product:get:badRequest {"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[{"path":"","keyword":"required","expected":"id","got":"nothing"}]}}
	// catalog:product:get:notFound {"code":"PRODUCT_NOT_FOUND","message":"there is no product \"\"","parameters":{"id":""}}
}

func ExampleWithDeprecation() {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 2, getProduct)
	mux.Handle(m, "catalog:product:get", 1, getProduct, mux.WithDeprecation(catalog.Deprecation{
		Sunset: time.Date(2030, time.June, 1, 0, 0, 0, 0, time.UTC), Successor: 2,
	}))
	d := m.Catalog().Events[0].Deprecation
	fmt.Println("use version", d.Successor, "before", d.Sunset.Format(time.DateOnly))
	// Output: use version 2 before 2030-06-01
}

func ExampleUpcast() {
	type NameV1 struct {
		Name string `json:"name"`
	}
	type NameV2 struct {
		First string `json:"first"`
		Last  string `json:"last"`
	}
	type Greeting struct {
		Text string `json:"text"`
	}
	m := mux.New()
	mux.Handle(m, "hello:greeting:create", 2, func(_ context.Context, in NameV2) (Greeting, error) {
		return Greeting{"Hello, " + in.First}, nil
	})
	mux.Upcast(m, "hello:greeting:create", 1, 2,
		func(old NameV1) (NameV2, error) {
			first, last, _ := strings.Cut(old.Name, " ")
			return NameV2{first, last}, nil
		},
		func(g Greeting) (Greeting, error) { return g, nil })
	g, err := client.Call[Greeting](context.Background(), m, "hello:greeting:create", 1, NameV1{"Ada Lovelace"})
	fmt.Println(g.Text, err)
	// Output: Hello, Ada <nil>
}

func ExampleWithSunset() {
	m := mux.New(mux.WithSunset())
	mux.Handle(m, "catalog:product:get", 1, getProduct, mux.WithDeprecation(catalog.Deprecation{
		Sunset: time.Date(2025, time.December, 31, 0, 0, 0, 0, time.UTC), Successor: 2,
	}))
	_, err := client.Call[Product](context.Background(), m, "catalog:product:get", 1, GetProduct{ID: "p-1"})
	fmt.Println(err)
	// Output: gone VERSION_GONE: catalog:product:get version 1 was served until 2025-12-31T00:00:00Z; use version 2
}

func ExampleWithHidden() {
	m := mux.New()
	m.Add("system:debug:dump", 1, events.HandlerFunc(ping), mux.WithHidden())
	show(m, "system:debug:dump", 1, `{}`)
	show(m, "system:debug:dump", 2, `{}`)
	fmt.Println(len(m.Catalog().Events), "events in the catalogue")
	// Output:
	// system:debug:dump:response {}
	// eventNotFound {"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for system:debug:dump version 2","parameters":{"event":"system:debug:dump","version":2,"versions":[]}}
	// 0 events in the catalogue
}

func ExampleWithMiddleware() {
	quiet := func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			response, err := next.Serve(ctx, request)
			if errors.Is(err, events.KindNotFound) {
				return events.Event{}, events.KindForbidden // do not tell what exists
			}
			return response, err
		})
	}
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, getProduct, mux.WithMiddleware(quiet))
	show(m, "catalog:product:get", 1, `{"id":"p-2"}`)
	// Output: catalog:product:get:forbidden {"code":"FORBIDDEN","message":"forbidden","parameters":{}}
}

// Times and ids that are known make tests exact.
func ExampleWithClock() {
	var seen tracker.Mock
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	m := mux.New(mux.WithTracker(&seen), mux.WithClock(func() time.Time { return noon }), mux.WithIDs(func() string { return "id" }))
	m.Add("system:health:ping", 1, events.HandlerFunc(ping))
	show(m, "system:health:ping", 1, `{}`)
	fmt.Println(seen.Calls()[0].Call.Started, seen.Calls()[0].Event.ID)
	// Output:
	// system:health:ping:response {}
	// 2024-02-29 12:00:00 +0000 UTC id
}

func ExampleWithPropagation() {
	orders, products := mux.New(mux.WithPropagation("tenant")), mux.New()
	mux.Handle(products, "catalog:tenant:get", 1, func(ctx context.Context, _ struct{}) (json.RawMessage, error) {
		request, _ := events.RequestFrom(ctx)
		return request.Metadata, nil
	})
	mux.Handle(orders, "orders:tenant:get", 1, func(ctx context.Context, _ struct{}) (json.RawMessage, error) {
		return client.Call[json.RawMessage](ctx, products, "catalog:tenant:get", 1, nil)
	})
	response, _ := orders.Serve(context.Background(), events.Event{
		Name: "orders:tenant:get", Version: 1, ID: "e-1", Metadata: json.RawMessage(`{"tenant":"t-1","other":1}`),
	})
	fmt.Println(string(response.Payload))
	// Output: {"parentId":"e-1","tenant":"t-1"}
}

// WithStatus is for callers who look at the status code only.
func ExampleWithStatus() {
	m := mux.New(mux.WithStatus(func(kind events.Kind) int {
		if kind == events.KindEventNotFound {
			return http.StatusNotFound
		}
		return http.StatusOK
	}))
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"nobody","version":1,"payload":{}}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	fmt.Println(w.Code)
	// Output: 404
}

func ExampleWithCORS() {
	m := mux.New(mux.WithCORS("https://shop.example"))
	r := httptest.NewRequest(http.MethodOptions, "/", nil)
	r.Header.Set("Origin", "https://shop.example")
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	fmt.Println(w.Code, w.Header().Get("Access-Control-Allow-Origin"))
	// Output: 204 https://shop.example
}

// A spelling handler documents itself.
type spelling struct{ events.HandlerFunc }

func (spelling) Doc() string         { return "Spells a number." }
func (spelling) Input() any          { return 0 }
func (spelling) Output() any         { return "" }
func (spelling) Example() (any, any) { return 1, "one" }

func ExampleEventDoc() {
	m := mux.New()
	m.Add("math:number:spell", 1, spelling{ping})
	e := m.Catalog().Events[0]
	fmt.Println(e.Doc, e.Input, "->", e.Output, string(e.Examples[0].Request), "->", string(e.Examples[0].Response))
	// Output: Spells a number. int -> string 1 -> "one"
}
