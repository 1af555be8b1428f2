package orders

import (
	"context"
	"errors"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// stock is the catalogue as this service sees it. All that it asks may be asked
// twice, so a client may repeat calls that got no answer.
type stock struct{ catalog events.Handler }

// The catalogue's payloads, as far as they are of interest here: it may add
// fields without this service being built anew.
type (
	getProduct struct {
		ID string `json:"id"`
	}
	product struct {
		Name  string `json:"name"`
		Price struct {
			Cents int64 `json:"cents"`
		} `json:"price"`
	}
	reserveStock struct {
		ReservationID string `json:"reservationId"`
		ProductID     string `json:"productId"`
		Quantity      int    `json:"quantity"`
	}
	releaseStock struct {
		ReservationID string `json:"reservationId"`
	}
)

// reserve takes all lines out of stock and returns them with names and prices.
// Two calls for each line make one request.
func (s stock) reserve(ctx context.Context, reservation string, lines []Line) ([]OrderLine, error) {
	b := client.NewBatch("system:batch:run", 1)
	b.Parallel = true
	products := make([]*client.Result[product], len(lines))
	reserved := make([]*client.Result[struct{}], len(lines))
	for i, l := range lines {
		products[i] = client.Queue[product](b, "catalog:product:get", 2, getProduct{l.ProductID})
		reserved[i] = client.Queue[struct{}](b, "catalog:stock:reserve", 1, reserveStock{reservation, l.ProductID, l.Quantity})
	}
	if err := b.Send(ctx, s.catalog, client.Idempotent()); err != nil {
		return nil, err
	}
	priced := make([]OrderLine, len(lines))
	for i, l := range lines {
		p, err := products[i].Get()
		if err == nil {
			_, err = reserved[i].Get()
		}
		if err != nil {
			return nil, passOn(err)
		}
		priced[i] = OrderLine{ProductID: l.ProductID, Name: p.Name, Quantity: l.Quantity, PriceCents: p.Price.Cents}
	}
	return priced, nil
}

// release gives back all that was reserved.
func (s stock) release(ctx context.Context, reservation string) error {
	_, err := client.Call[struct{}](ctx, s.catalog, "catalog:stock:release", 1, releaseStock{reservation}, client.Idempotent())
	return err
}

// passOn tells our caller what he can do something about. Any other error of the
// catalogue is our business, and he gets failedDependency.
func passOn(err error) error {
	if errors.Is(err, events.KindNotFound) || errors.Is(err, events.KindUnprocessable) {
		return events.Forward(err)
	}
	return err
}
