package events_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/evoke-rpc/evoke/events"
)

func ExampleHandlerFunc() {
	h := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, map[string]string{"hello": "world"})
	})
	response, err := h.Serve(context.Background(), events.Event{Name: "hello:world:get", Version: 1})
	fmt.Println(response.Name, string(response.Payload), err)
	// Output: hello:world:get:response {"hello":"world"} <nil>
}

func ExampleChain() {
	logged := func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			fmt.Println("before", request.Name)
			return next.Serve(ctx, request)
		})
	}
	h := events.Chain(logged)(events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, nil)
	}))
	_, _ = h.Serve(context.Background(), events.Event{Name: "hello:world:get", Version: 1})
	// Output: before hello:world:get
}

func ExampleErrorf() {
	// In a handler:
	err := events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", "p-9").With("id", "p-9")

	// What the caller gets:
	request := events.Event{Name: "catalog:product:get", Version: 1, ID: "1", FlowID: "2"}
	response := events.NewErrorEvent(request, err)
	fmt.Println(response.Name)
	fmt.Println(string(response.Payload))
	fmt.Println(errors.Is(response.Err(), events.KindNotFound))
	// Output:
	// catalog:product:get:notFound
	// {"code":"PRODUCT_NOT_FOUND","message":"there is no product \"p-9\"","parameters":{"id":"p-9"}}
	// true
}

func ExampleError_Wrap() {
	cause := errors.New("dial tcp 10.0.0.1:5432: connection refused")
	err := events.Errorf(events.KindError, "STORE_DOWN", "try again in a minute").Wrap(cause)

	fmt.Println(err)                                                       // the tracker sees it whole
	fmt.Println(string(events.NewErrorEvent(events.Event{}, err).Payload)) // the caller does not
	// Output:
	// error STORE_DOWN: try again in a minute: dial tcp 10.0.0.1:5432: connection refused
	// {"code":"STORE_DOWN","message":"try again in a minute","parameters":{}}
}

func ExampleForward() {
	// The error event that another service answered with:
	theirs := events.Event{Name: "catalog:product:get:notFound", Version: 1, Payload: []byte(`{"code":"PRODUCT_NOT_FOUND"}`)}.Err()

	request := events.Event{Name: "orders:order:place", Version: 1}
	fmt.Println(events.NewErrorEvent(request, theirs).Name)
	fmt.Println(events.NewErrorEvent(request, events.Forward(theirs)).Name)
	// Output:
	// orders:order:place:failedDependency
	// orders:order:place:notFound
}

func ExampleDecode() {
	e, err := events.Decode([]byte(`{"name":"catalog:product:get","version":"1","payload":{"id":"p-1"}}`))
	fmt.Println(e.Name, e.Version, string(e.Payload), err)

	_, err = events.Decode([]byte(`{"name":"catalog:product:get","version":1.5,"payload":{}}`))
	fmt.Println(err)
	// Output:
	// catalog:product:get 1 {"id":"p-1"} <nil>
	// badProtocol INVALID_COMMUNICATION_PROTOCOL: invalid event: "version" must be an integer from 1 to 2147483647, got 1.5
}

func ExampleEvent_Append() {
	e := events.Event{Name: "catalog:product:get", Version: 1, ID: "1", FlowID: "2", Payload: []byte(`{"id":"p-1"}`)}
	fmt.Println(string(e.Append(nil)))
	// Output: {"name":"catalog:product:get","version":1,"id":"1","flowId":"2","payload":{"id":"p-1"},"identity":{},"auth":{},"metadata":{}}
}

func ExampleWithFlow() {
	// A nightly job starts a flow of its own:
	ctx := events.WithFlow(context.Background(), "nightly-2026-11-21")
	e, _ := events.NewRequest(ctx, "catalog:price:refresh", 1, nil)
	fmt.Println(e.FlowID)
	// Output: nightly-2026-11-21
}

func ExampleEvent_UserID() {
	e := events.Event{Identity: []byte(`{"user":{"id":9007199254740993}}`)}
	fmt.Println(e.UserID())
	// Output: 9007199254740993 true
}
