package evoketest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type reserve struct {
	Item  string `json:"item"`
	Count int    `json:"count"`
}

type left struct {
	Item string `json:"item"`
	Left int    `json:"left"`
}

var errBroken = errors.New("the shelf is broken")

// stock is a service with ten cups.
func stock(m *mux.Mux) {
	mux.Handle(m, "stock:item:reserve", 1, func(_ context.Context, in reserve) (left, error) {
		switch in.Item {
		case "cup":
			return left{in.Item, 10 - in.Count}, nil
		case "shelf":
			return left{}, fmt.Errorf("looking at it: %w", errBroken)
		case "panic":
			panic("a mistake")
		case "elsewhere":
			return left{}, &events.Redirect{URL: "https://stock.example.com/events"}
		}
		return left{}, events.Errorf(events.KindNotFound, "NO_SUCH_ITEM", "there is no %q", in.Item).With("item", in.Item)
	})
}
