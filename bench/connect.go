package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strconv"
	"time"

	"connectrpc.com/connect"

	"github.com/evoke-rpc/evoke/bench/order"
	"github.com/evoke-rpc/evoke/bench/order/orderconnect"
)

// newConnect serves by Connect and the code that is generated for it, in JSON.
func newConnect() *contender {
	mux := http.NewServeMux()
	mux.Handle(orderconnect.NewOrdersHandler(connectOrders{}))
	return &contender{
		name: "connect, JSON", peer: true, handler: mux,
		request: connectMessage, answer: readAs(receiptItself),
		dial: dialConnect,
	}
}

// newConnectPlain serves by Connect with types of Go and encoding/json in place of
// generated code.
func newConnectPlain() *contender {
	mux := http.NewServeMux()
	mux.Handle(orderconnect.OrdersPlaceProcedure, connect.NewUnaryHandler(orderconnect.OrdersPlaceProcedure,
		func(_ context.Context, r *connect.Request[Order]) (*connect.Response[Receipt], error) {
			receipt := place(*r.Msg)
			return connect.NewResponse(&receipt), nil
		}, connect.WithCodec(plainJSON{})))
	return &contender{
		name: "connect, plain structs", peer: true, handler: mux,
		request: connectMessage, answer: readAs(receiptItself),
		dial: dialConnectPlain,
	}
}

// connectMessage has a time limit, as the event has.
func connectMessage(lines int) message {
	header := plainHeader()
	header["Connect-Protocol-Version"] = []string{"1"}
	header["Connect-Timeout-Ms"] = []string{strconv.Itoa(timeoutMs)}
	return message{orderconnect.OrdersPlaceProcedure, header, encode(newOrder(0, lines))}
}

func receiptItself(r Receipt) (Receipt, error) { return r, nil }

func dialConnect(transport http.RoundTripper) (client, error) {
	c := orderconnect.NewOrdersClient(&http.Client{Transport: transport}, clientURL, connect.WithProtoJSON())
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		r := connect.NewRequest(orderToProto(in))
		maps.Copy(r.Header(), callerHeader(in))
		answer, err := c.Place(ctx, r)
		if err != nil {
			return Receipt{}, err
		}
		return receiptFromProto(answer.Msg), nil
	}}, nil
}

func dialConnectPlain(transport http.RoundTripper) (client, error) {
	c := connect.NewClient[Order, Receipt](&http.Client{Transport: transport}, clientURL+orderconnect.OrdersPlaceProcedure, connect.WithCodec(plainJSON{}))
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		r := connect.NewRequest(&in)
		maps.Copy(r.Header(), callerHeader(in))
		answer, err := c.CallUnary(ctx, r)
		if err != nil {
			return Receipt{}, err
		}
		return *answer.Msg, nil
	}}, nil
}

type connectOrders struct{}

func (connectOrders) Place(_ context.Context, r *connect.Request[order.Order]) (*connect.Response[order.Receipt], error) {
	return connect.NewResponse(placeProto(r.Msg)), nil
}

// plainJSON is a codec for any type.
type plainJSON struct{}

func (plainJSON) Name() string                          { return "json" }
func (plainJSON) Marshal(v any) ([]byte, error)         { return json.Marshal(v) }
func (plainJSON) Unmarshal(data []byte, into any) error { return json.Unmarshal(data, into) }
