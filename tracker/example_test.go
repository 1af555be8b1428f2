package tracker_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// A printer prints how each call ended. It embeds NoOp for the methods that it
// has no use for.
type printer struct{ tracker.NoOp }

func (printer) End(ctx context.Context, response events.Event, err error) context.Context {
	call := events.CallFrom(ctx)
	fmt.Println(call.Side, call.Request.Name, "->", response.Name, "error:", err)
	return ctx
}

func Example() {
	m := mux.New(mux.WithTracker(printer{}))
	mux.Handle(m, "clock:time:get", 1, func(context.Context, struct{}) (string, error) { return "12:00", nil })
	mux.Handle(m, "clock:alarm:set", 1, func(context.Context, struct{}) (string, error) {
		return "", errors.New("no battery")
	})
	m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1})
	m.Serve(context.Background(), events.Event{Name: "clock:alarm:set", Version: 1})
	// Output:
	// callee clock:time:get -> clock:time:get:response error: <nil>
	// callee clock:alarm:set -> clock:alarm:set:error error: no battery
}

func ExampleMulti() {
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(tracker.Multi(printer{}, &mock)))
	m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1})
	fmt.Println("calls that ended:", mock.EndCount)
	// Output:
	// callee clock:time:get -> eventNotFound error: eventNotFound NO_EVENT_HANDLER_FOUND: no handler for clock:time:get version 1
	// calls that ended: 1
}

func ExampleMock() {
	var mock tracker.Mock
	m := mux.New(mux.WithTracker(&mock))
	mux.Handle(m, "clock:time:get", 1, func(context.Context, struct{}) (string, error) {
		return "", events.KindUnauthorized
	})
	m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1})
	for _, call := range mock.Calls() {
		fmt.Println(call.Method, call.Event.Name, call.Err)
	}
	// Output:
	// Start clock:time:get <nil>
	// NoticeEventError clock:time:get unauthorized
	// End clock:time:get:unauthorized unauthorized
}

func ExampleNoOp() {
	m := mux.New(mux.WithTracker(tracker.NoOp{})) // the default
	response, err := m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1})
	fmt.Println(response.Name, err)
	// Output: eventNotFound <nil>
}
