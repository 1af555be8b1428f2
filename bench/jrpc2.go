package main

import (
	"context"
	"net/http"
	"time"

	"github.com/creachadair/jrpc2"
	"github.com/creachadair/jrpc2/handler"
	"github.com/creachadair/jrpc2/jhttp"
)

const jrpc2Method = "orders.place"

// newJRPC2 serves by jrpc2 and its bridge from HTTP.
func newJRPC2() *contender {
	bridge := jhttp.NewBridge(handler.Map{
		jrpc2Method: handler.New(func(_ context.Context, o Order) (Receipt, error) { return place(o), nil }),
	}, nil)
	return &contender{
		name: "jrpc2", peer: true, handler: at("/rpc", bridge),
		request: rpcMessage("/rpc", jrpc2Method, false), answer: readAs(receiptOfRPC),
		batch: rpcBatch("/rpc", jrpc2Method, false), answers: readAllAs(receiptOfRPC),
		dial: dialJRPC2, stop: func() { bridge.Close() },
	}
}

// dialJRPC2 sends no header: a call has no way to.
func dialJRPC2(transport http.RoundTripper) (client, error) {
	c := jrpc2.NewClient(jhttp.NewChannel(clientURL+"/rpc", &jhttp.ChannelOptions{Client: &http.Client{Transport: transport}}), nil)
	return client{place: func(ctx context.Context, in Order) (receipt Receipt, err error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		err = c.CallResult(ctx, jrpc2Method, in, &receipt)
		return receipt, err
	}, stop: func() { c.Close() }}, nil
}
