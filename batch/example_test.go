package batch_test

import (
	"context"
	"fmt"
	"time"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type GetPrice struct {
	ID string `json:"id"`
}

type Price struct {
	Cents int `json:"cents"`
}

func getPrice(_ context.Context, in GetPrice) (Price, error) {
	if in.ID != "p-1" {
		return Price{}, events.Errorf(events.KindNotFound, "NO_PRICE", "there is no price of %q", in.ID)
	}
	return Price{Cents: 995}, nil
}

func ExampleNew() {
	m := mux.New()
	mux.Handle(m, "catalog:price:get", 1, getPrice)
	m.Add("system:batch:run", 1, batch.New(m))

	response, err := m.Serve(context.Background(), events.Event{
		Name: "system:batch:run", Version: 1, ID: "b", FlowID: "f",
		Payload: []byte(`{"parallel": true, "events": [
			{"name": "catalog:price:get", "version": 1, "id": "1", "payload": {"id": "p-1"}},
			{"name": "catalog:price:get", "version": 1, "id": "2", "payload": {"id": "p-9"}}
		]}`),
	})
	fmt.Println(response.Name, err)
	fmt.Println(string(response.Payload))
	// Output:
	// system:batch:run:response <nil>
	// [{"name":"catalog:price:get:response","version":1,"id":"1","flowId":"f","payload":{"cents":995},"identity":{},"auth":{},"metadata":{}},{"name":"catalog:price:get:notFound","version":1,"id":"2","flowId":"f","payload":{"code":"NO_PRICE","message":"there is no price of \"p-9\"","parameters":{}},"identity":{},"auth":{},"metadata":{}}]
}

func ExampleOption() {
	m := mux.New()
	mux.Handle(m, "catalog:price:get", 1, getPrice)
	m.Add("system:batch:run", 1, batch.New(m,
		batch.WithMaxItems(2), batch.WithConcurrency(2), batch.WithMaxResponseBytes(1<<20), batch.WithItemTimeout(time.Second)))

	response, _ := m.Serve(context.Background(), events.Event{
		Name: "system:batch:run", Version: 1, Payload: []byte(`{"events": [{}, {}, {}]}`),
	})
	fmt.Println(response.Err())
	// Output: error LIMIT_EXCEEDED: the batch is over its limit of items: 3 of at most 2
}

// A batch runs over any Handler, as one that serves all events alike.
func ExampleHandler_Serve() {
	names := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, request.Name)
	})
	response, err := batch.New(names).Serve(context.Background(), events.Event{
		Name: "any:name:will-do", Version: 2, ID: "b", FlowID: "f",
		Payload: []byte(`{"events": [{"name": "a", "version": 1, "id": "1", "payload": {}}]}`),
	})
	fmt.Println(string(response.Payload), err)
	// Output: {"events":[{"name":"a:response","version":1,"id":"1","flowId":"f","payload":"a","identity":{},"auth":{},"metadata":{}}]} <nil>
}
