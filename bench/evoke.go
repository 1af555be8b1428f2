package main

import (
	"context"
	"net/http"
	"time"

	"github.com/evoke-rpc/evoke/batch"
	evokeclient "github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// newEvoke serves by a mux with these options, with the batch beside the event. Its request
// carries a time limit, so that each call has a deadline.
func newEvoke(name string, options ...mux.MuxOption) *contender {
	m := mux.New(append(options, mux.WithTracker(tracker.NoOp{}))...)
	mux.Handle(m, eventName, eventVersion, func(_ context.Context, o Order) (Receipt, error) { return place(o), nil })
	m.Add(batchName, 1, batch.New(m))
	router := http.NewServeMux()
	m.Mount(router, "/events")
	c := &contender{
		name: name, handler: router,
		request: eventMessage, answer: readAs(receiptOfEvent),
		batch: batchMessage("/events"), answers: receiptsOfBatch,
	}
	if len(options) == 0 { // those of a mux make no difference to the client
		c.dial = dialEvoke
	}
	return c
}

func dialEvoke(transport http.RoundTripper) (client, error) {
	c := evokeclient.New(clientURL+"/events", evokeclient.WithHTTPClient(&http.Client{Transport: transport}), evokeclient.WithTimeout(timeoutMs*time.Millisecond))
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		return evokeclient.Call[Receipt](ctx, c, eventName, eventVersion, in, evokeclient.WithIdentity(identity{in.User}))
	}}, nil
}
