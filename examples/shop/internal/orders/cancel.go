package orders

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
)

// CancelOrder is the request of orders:order:cancel.
type CancelOrder struct {
	ID string `json:"id"`
}

func (s *service) cancel(ctx context.Context, in CancelOrder) (Order, error) {
	o, ok := s.store.order(in.ID)
	if !ok {
		return Order{}, orderNotFound(in.ID)
	}
	// The stock first: if that fails the order is as it was, and to release it
	// again does no harm.
	if err := s.stock.release(ctx, o.reservation); err != nil {
		return Order{}, err
	}
	o, ok = s.store.cancel(in.ID)
	if !ok {
		return Order{}, events.Errorf(events.KindUnprocessable, codeAlreadyCancelled, "order %q was cancelled before", in.ID).
			With("orderId", in.ID)
	}
	return o, nil
}
