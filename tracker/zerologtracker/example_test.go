package zerologtracker_test

import (
	"context"
	"os"
	"time"

	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

func ExampleNew() {
	noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	m := mux.New(
		mux.WithTracker(zerologtracker.New(zerolog.New(os.Stdout))),
		mux.WithClock(func() time.Time { return noon }), // so that this output is always the same
	)
	mux.Handle(m, "clock:time:get", 1, func(context.Context, struct{}) (string, error) { return "12:00", nil })
	m.Serve(context.Background(), events.Event{Name: "clock:time:get", Version: 1, ID: "e-1", FlowID: "f-1"})
	m.Serve(context.Background(), events.Event{Name: "clock:alarm:ring", Version: 1, ID: "e-2", FlowID: "f-1"})
	// Output:
	// {"level":"info","side":"callee","event":"clock:time:get","version":1,"id":"e-1","flowId":"f-1","kind":"response","duration":0,"message":"call"}
	// {"level":"warn","side":"callee","event":"clock:alarm:ring","version":1,"id":"e-2","flowId":"f-1","kind":"eventNotFound","code":"NO_EVENT_HANDLER_FOUND","duration":0,"error":"eventNotFound NO_EVENT_HANDLER_FOUND: no handler for clock:alarm:ring version 1","message":"call"}
}
