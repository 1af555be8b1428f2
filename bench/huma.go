package main

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type (
	humaInput  struct{ Body Order }
	humaOutput struct{ Body Receipt }
)

// newHuma serves by huma as it comes, which validates. It has no client.
func newHuma() *contender {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("Orders", "1.0.0"))
	huma.Post(api, "/orders", func(_ context.Context, in *humaInput) (*humaOutput, error) {
		return &humaOutput{place(in.Body)}, nil
	})
	return &contender{
		name: "huma", peer: true, handler: mux,
		request: func(lines int) message { return message{"/orders", plainHeader(), encode(newOrder(0, lines))} },
		answer:  readAs(receiptItself),
	}
}
