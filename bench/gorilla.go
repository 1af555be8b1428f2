package main

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/gorilla/rpc/v2"
	"github.com/gorilla/rpc/v2/json2"
)

const gorillaMethod = "Orders.Place"

// newGorilla serves by gorilla/rpc with its codec of JSON-RPC 2.0, which has no
// batches.
func newGorilla() *contender {
	server := rpc.NewServer()
	server.RegisterCodec(json2.NewCodec(), applicationJSON)
	if err := server.RegisterService(new(gorillaOrders), "Orders"); err != nil {
		panic(err)
	}
	return &contender{
		name: "gorilla/rpc json2", peer: true, handler: at("/rpc", server),
		request: rpcMessage("/rpc", gorillaMethod, false), answer: readAs(receiptOfRPC),
		dial: dialGorilla,
	}
}

// dialGorilla leaves to the caller what json2 does: the HTTP.
func dialGorilla(transport http.RoundTripper) (client, error) {
	h := &http.Client{Transport: transport}
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		body, err := json2.EncodeClientRequest(gorillaMethod, in)
		if err != nil {
			return Receipt{}, err
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, clientURL+"/rpc", bytes.NewReader(body))
		if err != nil {
			return Receipt{}, err
		}
		maps.Copy(r.Header, callerHeader(in))
		r.Header.Set("Content-Type", applicationJSON)
		answer, err := h.Do(r)
		if err != nil {
			return Receipt{}, err
		}
		defer answer.Body.Close()
		var receipt Receipt
		err = json2.DecodeClientResponse(answer.Body, &receipt)
		return receipt, err
	}}, nil
}

type gorillaOrders struct{}

// Place has the signature that gorilla/rpc looks for.
func (*gorillaOrders) Place(_ *http.Request, in *Order, out *Receipt) error {
	*out = place(*in)
	return nil
}
