package main

import (
	"context"
	"net/http"
	"time"

	"github.com/twitchtv/twirp"

	"github.com/evoke-rpc/evoke/bench/order"
)

// newTwirp serves by Twirp and the code that is generated for it, in JSON.
func newTwirp() *contender {
	server := order.NewOrdersServer(twirpOrders{})
	mux := http.NewServeMux()
	mux.Handle(server.PathPrefix(), server)
	return &contender{
		name: "twirp, JSON", peer: true, handler: mux,
		request: func(lines int) message {
			return message{server.PathPrefix() + "Place", plainHeader(), encode(newOrder(0, lines))}
		},
		answer: readAs(receiptItself),
		dial:   dialTwirp,
	}
}

func dialTwirp(transport http.RoundTripper) (client, error) {
	c := order.NewOrdersJSONClient(clientURL, &http.Client{Transport: transport})
	return client{place: func(ctx context.Context, in Order) (Receipt, error) {
		ctx, cancel := context.WithTimeout(ctx, timeoutMs*time.Millisecond)
		defer cancel()
		ctx, err := twirp.WithHTTPRequestHeaders(ctx, callerHeader(in))
		if err != nil {
			return Receipt{}, err
		}
		answer, err := c.Place(ctx, orderToProto(in))
		if err != nil {
			return Receipt{}, err
		}
		return receiptFromProto(answer), nil
	}}, nil
}

type twirpOrders struct{}

func (twirpOrders) Place(_ context.Context, o *order.Order) (*order.Receipt, error) {
	return placeProto(o), nil
}
