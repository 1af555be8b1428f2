// Package orders is the service that takes orders. It asks the catalogue for
// products, and shares nothing with it but the events that they exchange.
package orders

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// Codes of the service's own errors. PRODUCT_NOT_FOUND and OUT_OF_STOCK are the
// catalogue's, passed on.
const (
	codeEmptyOrder       = "EMPTY_ORDER"
	codeTooManyLines     = "TOO_MANY_LINES"
	codeProductTwice     = "PRODUCT_TWICE"
	codeInvalidQuantity  = "INVALID_QUANTITY"
	codeOrderNotFound    = "ORDER_NOT_FOUND"
	codeAlreadyCancelled = "ALREADY_CANCELLED"
)

// Register adds the events of the service to m. Catalog serves the catalogue's
// events: a client as a rule, the catalogue's own mux within one process.
func Register(m *mux.Mux, catalog events.Handler) {
	s := &service{store: newStore(), stock: stock{catalog}}
	order := Order{ID: "o-1", Status: Placed, Lines: []OrderLine{{"p-1", "Espresso cup", 2, 950}}, TotalCents: 1900}
	cancelled := order
	cancelled.Status = Cancelled
	noOrder := mux.WithError(events.KindNotFound, codeOrderNotFound, "No order has this id.")

	mux.Handle(m, "orders:order:place", 1, s.place,
		mux.WithDoc("Places an order: takes what it asks for out of the catalogue's stock, all of it or nothing."),
		mux.WithExample(PlaceOrder{Lines: []Line{{"p-1", 2}}}, order),
		mux.WithError(events.KindUnprocessable, codeEmptyOrder, "The order has no lines."),
		mux.WithError(events.KindUnprocessable, codeTooManyLines, "The order has too many lines."),
		mux.WithError(events.KindUnprocessable, codeProductTwice, "Two lines ask for the same product."),
		mux.WithError(events.KindUnprocessable, codeInvalidQuantity, "A quantity is less than one or too large."),
		mux.WithError(events.KindUnprocessable, "OUT_OF_STOCK", "The catalogue has fewer pieces than asked for."),
		mux.WithError(events.KindNotFound, "PRODUCT_NOT_FOUND", "The catalogue has no such product."))

	mux.Handle(m, "orders:order:get", 1, s.get,
		mux.WithDoc("Returns an order."),
		mux.WithExample(GetOrder{ID: "o-1"}, order),
		noOrder)

	mux.Handle(m, "orders:order:list", 1, s.list,
		mux.WithDoc("Lists the orders, the first one first."),
		mux.WithExample(struct{}{}, OrderList{Orders: []Order{order}}))

	mux.Handle(m, "orders:order:cancel", 1, s.cancel,
		mux.WithDoc("Cancels an order and gives back to the catalogue what it took."),
		mux.WithExample(CancelOrder{ID: "o-1"}, cancelled),
		noOrder,
		mux.WithError(events.KindUnprocessable, codeAlreadyCancelled, "The order was cancelled before."))
}

// A service has a method for each event.
type service struct {
	store *store
	stock stock
}

// GetOrder is the request of orders:order:get.
type GetOrder struct {
	ID string `json:"id"`
}

// OrderList is the answer of orders:order:list.
type OrderList struct {
	Orders []Order `json:"orders"`
}

func (s *service) get(_ context.Context, in GetOrder) (Order, error) {
	o, ok := s.store.order(in.ID)
	if !ok {
		return Order{}, orderNotFound(in.ID)
	}
	return o, nil
}

func (s *service) list(context.Context, struct{}) (OrderList, error) {
	return OrderList{Orders: s.store.orders()}, nil
}

func orderNotFound(id string) error {
	return events.Errorf(events.KindNotFound, codeOrderNotFound, "there is no order %q", id).With("orderId", id)
}
