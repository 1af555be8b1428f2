package main

import (
	"context"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
)

const gethereumMethod = "orders_place"

// newGethereum serves by the JSON-RPC of go-ethereum.
func newGethereum() *contender {
	server := rpc.NewServer()
	if err := server.RegisterName("orders", gethereumOrders{}); err != nil {
		panic(err)
	}
	return &contender{
		name: "go-ethereum rpc", peer: true, handler: at("/rpc", server),
		request: rpcMessage("/rpc", gethereumMethod, true), answer: readAs(receiptOfRPC),
		batch: rpcBatch("/rpc", gethereumMethod, true), answers: readAllAs(receiptOfRPC),
		dial: dialGethereum, stop: server.Stop,
	}
}

func dialGethereum(transport http.RoundTripper) (client, error) {
	c, err := rpc.DialOptions(context.Background(), clientURL+"/rpc", rpc.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return client{}, err
	}
	return client{place: func(ctx context.Context, in Order) (receipt Receipt, err error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		err = c.CallContext(rpc.NewContextWithHeaders(ctx, callerHeader(in)), &receipt, gethereumMethod, in)
		return receipt, err
	}, stop: c.Close}, nil
}

type gethereumOrders struct{}

// Place has a signature that go-ethereum registers.
func (gethereumOrders) Place(_ context.Context, o Order) (Receipt, error) { return place(o), nil }
