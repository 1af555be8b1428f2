package orders_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/examples/shop/internal/catalog"
	"github.com/evoke-rpc/evoke/examples/shop/internal/orders"
	"github.com/evoke-rpc/evoke/mux"
)

// A shop is both services in memory: a mux serves as the catalogue's client.
type shop struct{ orders, catalog *mux.Mux }

// newShop sells 12 cups and 5 jugs. Between orders and the catalogue stand the
// middlewares.
func newShop(between ...events.Middleware) shop {
	s := shop{orders: mux.New(), catalog: mux.New()}
	catalog.Register(s.catalog, catalog.NewStore(
		catalog.Product{ID: "p-1", Name: "Espresso cup", Price: catalog.Money{Cents: 950, Currency: "EUR"}, Stock: 12},
		catalog.Product{ID: "p-2", Name: "Milk jug", Price: catalog.Money{Cents: 1850, Currency: "EUR"}, Stock: 5},
	))
	orders.Register(s.orders, events.Chain(between...)(s.catalog))
	return s
}

// call sends an event to orders and returns the answer's payload or its error.
func (s shop) call(t *testing.T, name, payload string) (string, error) {
	t.Helper()
	response, err := s.orders.Serve(t.Context(), events.Event{Name: name, Version: 1, Payload: []byte(payload)})
	require.NoError(t, err)
	return string(response.Payload), response.Err()
}

// requireStock compares the stock of p-1 and p-2.
func (s shop) requireStock(t *testing.T, cups, jugs int) {
	t.Helper()
	list, err := client.Call[catalog.ProductList](t.Context(), s.catalog, "catalog:product:list", 1, nil)
	require.NoError(t, err)
	require.Equal(t, []int{cups, jugs}, []int{list.Products[0].Stock, list.Products[1].Stock}, "stock of p-1 and p-2")
}

// requireError requires an error that the event has declared.
func (s shop) requireError(t *testing.T, err error, event string, kind events.Kind, code string) {
	t.Helper()
	var answered *events.Error
	require.ErrorAs(t, err, &answered)
	require.Equal(t, kind, answered.Kind, answered)
	require.Equal(t, code, answered.Code, answered)
	for _, e := range s.orders.Catalog().Events {
		for _, declared := range e.Errors {
			if e.Name == event && declared.Kind == kind && declared.Code == code {
				return
			}
		}
	}
	require.Failf(t, "not declared", "%s %s of %s", kind, code, event)
}

func TestTheExamplesOfTheDocumentationAreTrue(t *testing.T) {
	s := newShop()
	documented := s.orders.Catalog().Events
	require.Len(t, documented, 4)
	for _, name := range []string{"orders:order:place", "orders:order:get", "orders:order:list", "orders:order:cancel"} {
		for _, e := range documented {
			if e.Name != name {
				continue
			}
			require.NotEmpty(t, e.Doc, name)
			require.NotEmpty(t, e.Examples, name)
			for _, example := range e.Examples {
				answer, err := s.call(t, name, string(example.Request))
				require.NoError(t, err, name)
				require.JSONEq(t, string(example.Response), answer, name)
			}
		}
	}
}

func TestAnOrderTakesStockAndAddsUpPrices(t *testing.T) {
	s := newShop()
	answer, err := s.call(t, "orders:order:place", `{"lines":[{"productId":"p-1","quantity":2},{"productId":"p-2","quantity":5}]}`)
	require.NoError(t, err)
	require.JSONEq(t, `{"id":"o-1","status":"placed","totalCents":11150,"lines":[
		{"productId":"p-1","name":"Espresso cup","quantity":2,"priceCents":950},
		{"productId":"p-2","name":"Milk jug","quantity":5,"priceCents":1850}]}`, answer)
	s.requireStock(t, 10, 0)
}

func TestAnOrderWithoutSuccessTakesNothing(t *testing.T) {
	const cup = `{"productId":"p-1","quantity":1}`
	for _, test := range []struct {
		name, lines string
		kind        events.Kind
		code        string
	}{
		{"no lines", ``, events.KindUnprocessable, "EMPTY_ORDER"},
		{"too many lines", strings.Repeat(cup+",", 20) + cup, events.KindUnprocessable, "TOO_MANY_LINES"},
		{"one product in two lines", cup + `,{"productId":"p-1","quantity":2}`, events.KindUnprocessable, "PRODUCT_TWICE"},
		{"no pieces", cup + `,{"productId":"p-2","quantity":0}`, events.KindUnprocessable, "INVALID_QUANTITY"},
		{"fewer than no pieces", cup + `,{"productId":"p-2","quantity":-1}`, events.KindUnprocessable, "INVALID_QUANTITY"},
		{"an absurd number of pieces", cup + `,{"productId":"p-2","quantity":1001}`, events.KindUnprocessable, "INVALID_QUANTITY"},
		{"the last line is out of stock", cup + `,{"productId":"p-2","quantity":6}`, events.KindUnprocessable, "OUT_OF_STOCK"},
		{"the first line is out of stock", `{"productId":"p-2","quantity":6},` + cup, events.KindUnprocessable, "OUT_OF_STOCK"},
		{"the last product does not exist", cup + `,{"productId":"p-9","quantity":1}`, events.KindNotFound, "PRODUCT_NOT_FOUND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newShop()
			_, err := s.call(t, "orders:order:place", `{"lines":[`+test.lines+`]}`)
			s.requireError(t, err, "orders:order:place", test.kind, test.code)
			s.requireStock(t, 12, 5)
			list, err := s.call(t, "orders:order:list", `{}`)
			require.NoError(t, err)
			require.JSONEq(t, `{"orders":[]}`, list)
		})
	}
}

func TestACancelledOrderGivesItsStockBackOnce(t *testing.T) {
	s := newShop()
	for range 2 {
		_, err := s.call(t, "orders:order:place", `{"lines":[{"productId":"p-1","quantity":3}]}`)
		require.NoError(t, err)
	}
	answer, err := s.call(t, "orders:order:cancel", `{"id":"o-1"}`)
	require.NoError(t, err)
	require.Contains(t, answer, `"status":"cancelled"`)
	s.requireStock(t, 9, 5)

	_, err = s.call(t, "orders:order:cancel", `{"id":"o-1"}`)
	s.requireError(t, err, "orders:order:cancel", events.KindUnprocessable, "ALREADY_CANCELLED")
	s.requireStock(t, 9, 5)

	answer, err = s.call(t, "orders:order:get", `{"id":"o-2"}`)
	require.NoError(t, err)
	require.Contains(t, answer, `"status":"placed"`, "another order was cancelled, too")
}

func TestAnOrderThatDoesNotExistIsNotFound(t *testing.T) {
	s := newShop()
	for _, event := range []string{"orders:order:get", "orders:order:cancel"} {
		_, err := s.call(t, event, `{"id":"o-1"}`)
		s.requireError(t, err, event, events.KindNotFound, "ORDER_NOT_FOUND")
	}
}
