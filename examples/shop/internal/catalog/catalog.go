// Package catalog is the service that knows the products and their stock.
package catalog

import (
	"time"

	"github.com/evoke-rpc/evoke/batch"
	evokecatalog "github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// Codes of the service's errors.
const (
	codeProductNotFound     = "PRODUCT_NOT_FOUND"
	codeInvalidQuantity     = "INVALID_QUANTITY"
	codeOutOfStock          = "OUT_OF_STOCK"
	codeReservationDiffers  = "RESERVATION_DIFFERS"
	codeReservationReleased = "RESERVATION_RELEASED"
)

// Register adds the events of the service to m. They serve what is in store.
func Register(m *mux.Mux, store *Store) {
	s := &service{store: store}
	noProduct := mux.WithError(events.KindNotFound, codeProductNotFound, "No product has this id.")

	mux.Handle(m, "catalog:product:get", 2, s.getProduct,
		mux.WithDoc("Returns a product with its price and what is in stock."),
		mux.WithExample(GetProduct{ID: "p-1"}, Product{ID: "p-1", Name: "Espresso cup", Price: Money{950, "EUR"}, Stock: 12}),
		noProduct)

	// Version 1 is for callers who know no other: the same handler, without what it
	// cannot say.
	mux.Upcast(m, "catalog:product:get", 1, 2,
		func(in GetProduct) (GetProduct, error) { return in, nil }, toV1,
		mux.WithDoc("Returns a product with its price in cents. Version 2 also tells the currency and the stock."),
		mux.WithExample(GetProduct{ID: "p-1"}, ProductV1{ID: "p-1", Name: "Espresso cup", PriceCents: 950}),
		mux.WithDeprecation(evokecatalog.Deprecation{
			Since: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Sunset: time.Date(2027, 11, 1, 0, 0, 0, 0, time.UTC),
			Successor: 2, Note: "Version 2 names the currency.",
		}))

	mux.Handle(m, "catalog:product:list", 1, s.listProducts,
		mux.WithDoc("Lists the products by id, all of them or those in stock."),
		mux.WithExample(ListProducts{InStock: true}, ProductList{Products: []Product{
			{ID: "p-1", Name: "Espresso cup", Price: Money{950, "EUR"}, Stock: 12},
		}}))

	mux.Handle(m, "catalog:stock:reserve", 1, s.reserve,
		mux.WithDoc("Takes pieces of one product out of stock. The caller chooses the reservation's id and may use it for several products; to send the same again changes nothing."),
		mux.WithExample(Reserve{ReservationID: "r-1", ProductID: "p-1", Quantity: 2}, Reserved{ProductID: "p-1", Quantity: 2, Left: 10}),
		noProduct,
		mux.WithError(events.KindUnprocessable, codeInvalidQuantity, "The quantity is less than one."),
		mux.WithError(events.KindUnprocessable, codeOutOfStock, "There are fewer pieces than asked for."),
		mux.WithError(events.KindUnprocessable, codeReservationDiffers, "The reservation holds another quantity of this product."),
		mux.WithError(events.KindGone, codeReservationReleased, "The reservation was released."))

	mux.Handle(m, "catalog:stock:release", 1, s.release,
		mux.WithDoc("Puts all that a reservation holds back into stock and ends it for good. It may be sent again, and for a reservation that never came about."),
		mux.WithExample(Release{ReservationID: "r-1"}, Released{Pieces: 2}))

	m.Add("system:batch:run", 1, batch.New(m),
		mux.WithDoc("Serves many events as one."))
}

// A service has a method for each event.
type service struct{ store *Store }
