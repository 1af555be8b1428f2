package orders

import (
	"context"
	"errors"

	"github.com/evoke-rpc/evoke/events"
)

const (
	maxLines    = 20
	maxQuantity = 1000
)

// PlaceOrder is the request of orders:order:place.
type PlaceOrder struct {
	Lines []Line `json:"lines"`
}

// A Line asks for pieces of a product.
type Line struct {
	ProductID string `json:"productId"`
	Quantity  int    `json:"quantity"`
}

func (s *service) place(ctx context.Context, in PlaceOrder) (Order, error) {
	if err := in.check(); err != nil {
		return Order{}, err
	}
	reservation := events.NewID(ctx)
	lines, err := s.stock.reserve(ctx, reservation, in.Lines)
	if err == nil {
		err = ctx.Err() // too late: the caller was told that it took too long
	}
	if err != nil {
		// Some lines may have been reserved, whether or not their answers came. They
		// are given back even if nobody waits any longer.
		return Order{}, errors.Join(err, s.stock.release(context.WithoutCancel(ctx), reservation))
	}
	return s.store.add(lines, reservation), nil
}

// check applies the rules that need nobody else.
func (p PlaceOrder) check() error {
	if len(p.Lines) == 0 {
		return events.Errorf(events.KindUnprocessable, codeEmptyOrder, "an order needs at least one line")
	}
	if len(p.Lines) > maxLines {
		return events.Errorf(events.KindUnprocessable, codeTooManyLines, "an order has at most %d lines", maxLines).
			With("max", maxLines)
	}
	seen := map[string]bool{}
	for _, l := range p.Lines {
		switch {
		case l.Quantity < 1 || l.Quantity > maxQuantity:
			return events.Errorf(events.KindUnprocessable, codeInvalidQuantity, "a quantity is from 1 to %d, not %d", maxQuantity, l.Quantity).
				With("productId", l.ProductID).With("quantity", l.Quantity)
		case seen[l.ProductID]:
			return events.Errorf(events.KindUnprocessable, codeProductTwice, "two lines ask for %q", l.ProductID).
				With("productId", l.ProductID)
		}
		seen[l.ProductID] = true
	}
	return nil
}
