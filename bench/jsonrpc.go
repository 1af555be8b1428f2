package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// A rpcRequest is a request of JSON-RPC 2.0.
type rpcRequest struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  any             `json:"params"`
}

// A rpcResponse is what answers it.
type rpcResponse struct {
	JSONRPC string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  *Receipt        `json:"result"`
	Error   json.RawMessage `json:"error,omitempty"`
}

// rpcFirstID is the id of the first request, which has one digit more than a
// [template] counts.
const rpcFirstID = "100000000"

func newRPCRequest(n int, method string, params any) rpcRequest {
	return rpcRequest{"2.0", json.RawMessage("1" + digits(n)), method, params}
}

// rpcMessage is a request with an order as params, within an array if a method has
// its parameters by position.
func rpcMessage(path, method string, array bool) func(lines int) message {
	return func(lines int) message {
		return message{path, plainHeader(), encode(newRPCRequest(0, method, rpcParams(0, lines, array)))}
	}
}

func rpcBatch(path, method string, array bool) func() message {
	return func() message {
		var batch []rpcRequest
		for i := range batchSize {
			batch = append(batch, newRPCRequest(i, method, rpcParams(i, smallLines, array)))
		}
		return message{path, plainHeader(), encode(batch)}
	}
}

func rpcParams(n, lines int, array bool) any {
	if array {
		return []Order{newOrder(n, lines)}
	}
	return newOrder(n, lines)
}

func receiptOfRPC(r rpcResponse) (Receipt, error) {
	if r.Result == nil {
		return Receipt{}, fmt.Errorf("the answer is the error %s", r.Error)
	}
	if len(r.ID) == 0 {
		return Receipt{}, errors.New("the answer has no id")
	}
	return *r.Result, nil
}

// at keeps other paths from a handler that answers on any.
func at(path string, h http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(path, h)
	return mux
}
