package catalog_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/examples/shop/internal/catalog"
	"github.com/evoke-rpc/evoke/mux"
)

// newMux serves a catalogue with 12 cups and no jugs.
func newMux() *mux.Mux {
	m := mux.New()
	catalog.Register(m, catalog.NewStore(
		catalog.Product{ID: "p-2", Name: "Milk jug", Price: catalog.Money{Cents: 1850, Currency: "EUR"}},
		catalog.Product{ID: "p-1", Name: "Espresso cup", Price: catalog.Money{Cents: 950, Currency: "EUR"}, Stock: 12},
	))
	return m
}

// call sends an event and returns the answer's payload or its error.
func call(t *testing.T, m *mux.Mux, name string, version int, payload string) (string, error) {
	t.Helper()
	response, err := m.Serve(t.Context(), events.Event{Name: name, Version: version, Payload: []byte(payload)})
	require.NoError(t, err)
	return string(response.Payload), response.Err()
}

func stock(t *testing.T, m *mux.Mux) int {
	t.Helper()
	p, err := client.Call[catalog.Product](t.Context(), m, "catalog:product:get", 2, catalog.GetProduct{ID: "p-1"})
	require.NoError(t, err)
	return p.Stock
}

func TestTheExamplesOfTheDocumentationAreTrue(t *testing.T) {
	m := newMux()
	documented := map[string]int{}
	for _, name := range []string{ // in an order in which each finds what it needs
		"catalog:product:get", "catalog:product:list", "catalog:stock:reserve", "catalog:stock:release", "system:batch:run",
	} {
		for _, e := range m.Catalog().Events {
			if e.Name != name {
				continue
			}
			require.NotEmpty(t, e.Doc, name)
			for _, example := range e.Examples {
				answer, err := call(t, m, name, e.Version, string(example.Request))
				require.NoError(t, err, "%s v%d", name, e.Version)
				require.JSONEq(t, string(example.Response), answer, "%s v%d", name, e.Version)
			}
			documented[name]++
		}
	}
	require.Equal(t, map[string]int{
		"catalog:product:get": 2, "catalog:product:list": 1, "catalog:stock:reserve": 1, "catalog:stock:release": 1, "system:batch:run": 1,
	}, documented)
}

func TestTheListIsSortedAndHoldsWhatIsOutOfStockUnlessToldNotTo(t *testing.T) {
	m := newMux()
	cup := `{"id":"p-1","name":"Espresso cup","price":{"cents":950,"currency":"EUR"},"stock":12}`
	jug := `{"id":"p-2","name":"Milk jug","price":{"cents":1850,"currency":"EUR"},"stock":0}`
	for payload, expected := range map[string]string{
		`{}`:               `{"products":[` + cup + `,` + jug + `]}`,
		`{"inStock":true}`: `{"products":[` + cup + `]}`,
	} {
		answer, err := call(t, m, "catalog:product:list", 1, payload)
		require.NoError(t, err)
		require.JSONEq(t, expected, answer, payload)
	}
}

func TestAnEmptyListIsAnArray(t *testing.T) {
	m := mux.New()
	catalog.Register(m, catalog.NewStore())
	answer, err := call(t, m, "catalog:product:list", 1, `{}`)
	require.NoError(t, err)
	require.JSONEq(t, `{"products":[]}`, answer)
}

func TestEachErrorIsAnsweredAsItIsDeclared(t *testing.T) {
	for _, test := range []struct {
		event, payload string
		version        int
		kind           events.Kind
		code           string
	}{
		{"catalog:product:get", `{"id":"p-9"}`, 1, events.KindNotFound, "PRODUCT_NOT_FOUND"},
		{"catalog:product:get", `{"id":"p-9"}`, 2, events.KindNotFound, "PRODUCT_NOT_FOUND"},
		{"catalog:stock:reserve", `{"reservationId":"r-2","productId":"p-9","quantity":1}`, 1, events.KindNotFound, "PRODUCT_NOT_FOUND"},
		{"catalog:stock:reserve", `{"reservationId":"r-2","productId":"p-1","quantity":0}`, 1, events.KindUnprocessable, "INVALID_QUANTITY"},
		{"catalog:stock:reserve", `{"reservationId":"r-2","productId":"p-1","quantity":-1}`, 1, events.KindUnprocessable, "INVALID_QUANTITY"},
		{"catalog:stock:reserve", `{"reservationId":"r-2","productId":"p-1","quantity":13}`, 1, events.KindUnprocessable, "OUT_OF_STOCK"},
		{"catalog:stock:reserve", `{"reservationId":"r-2","productId":"p-2","quantity":1}`, 1, events.KindUnprocessable, "OUT_OF_STOCK"},
		{"catalog:stock:reserve", `{"reservationId":"r-1","productId":"p-1","quantity":1}`, 1, events.KindUnprocessable, "RESERVATION_DIFFERS"},
		{"catalog:stock:reserve", `{"reservationId":"r-0","productId":"p-1","quantity":1}`, 1, events.KindGone, "RESERVATION_RELEASED"},
	} {
		t.Run(test.code+" to "+test.payload, func(t *testing.T) {
			m := newMux()
			_, err := call(t, m, "catalog:stock:release", 1, `{"reservationId":"r-0"}`)
			require.NoError(t, err)
			_, err = call(t, m, "catalog:stock:reserve", 1, `{"reservationId":"r-1","productId":"p-1","quantity":2}`)
			require.NoError(t, err)

			_, err = call(t, m, test.event, test.version, test.payload)
			var answered *events.Error
			require.ErrorAs(t, err, &answered)
			require.Equal(t, test.kind, answered.Kind)
			require.Equal(t, test.code, answered.Code)
			require.Equal(t, 10, stock(t, m), "a failed event has changed the stock")
			for _, e := range m.Catalog().Events {
				if e.Name == test.event && e.Version == test.version {
					for _, declared := range e.Errors {
						if declared.Kind == test.kind && declared.Code == test.code {
							return
						}
					}
				}
			}
			require.Fail(t, "the error is not declared")
		})
	}
}

func TestAReservationNeedsAnID(t *testing.T) {
	for _, test := range []struct{ event, payload, violation string }{
		{"catalog:stock:reserve", `{"productId":"p-1","quantity":1}`, `{"path":"","keyword":"required","expected":"reservationId","got":"nothing"}`},
		{"catalog:stock:reserve", `{"reservationId":"","productId":"p-1","quantity":1}`, `{"path":"/reservationId","keyword":"minLength","expected":"at least 1 characters","got":"0 characters"}`},
		{"catalog:stock:release", `{}`, `{"path":"","keyword":"required","expected":"reservationId","got":"nothing"}`},
		{"catalog:stock:release", `{"reservationId":""}`, `{"path":"/reservationId","keyword":"minLength","expected":"at least 1 characters","got":"0 characters"}`},
	} {
		t.Run(test.event+" of "+test.payload, func(t *testing.T) {
			m := newMux()
			answer, err := call(t, m, test.event, 1, test.payload)
			require.ErrorIs(t, err, events.KindBadRequest)
			require.JSONEq(t, `{"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[`+test.violation+`]}}`, answer)
			require.Equal(t, 12, stock(t, m), "a failed event has changed the stock")
		})
	}
}

func TestAReservationTakesStockOnceHoweverOftenItIsSent(t *testing.T) {
	m := newMux()
	for range 3 {
		answer, err := call(t, m, "catalog:stock:reserve", 1, `{"reservationId":"r-1","productId":"p-1","quantity":5}`)
		require.NoError(t, err)
		require.JSONEq(t, `{"productId":"p-1","quantity":5,"left":7}`, answer)
	}
	require.Equal(t, 7, stock(t, m))
}

func TestAReleaseGivesBackOnceHoweverOftenItIsSent(t *testing.T) {
	m := newMux()
	_, err := call(t, m, "catalog:stock:reserve", 1, `{"reservationId":"r-1","productId":"p-1","quantity":5}`)
	require.NoError(t, err)
	for _, pieces := range []string{"5", "0", "0"} {
		answer, err := call(t, m, "catalog:stock:release", 1, `{"reservationId":"r-1"}`)
		require.NoError(t, err)
		require.JSONEq(t, `{"pieces":`+pieces+`}`, answer)
	}
	require.Equal(t, 12, stock(t, m))
}

func TestNoPieceIsReservedTwice(t *testing.T) {
	m := newMux()
	var taken atomic.Int64
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() {
			in := catalog.Reserve{ReservationID: events.RandomID(), ProductID: "p-1", Quantity: 1}
			if _, err := client.Call[catalog.Reserved](t.Context(), m, "catalog:stock:reserve", 1, in); err == nil {
				taken.Add(1)
			}
		})
	}
	callers.Wait()
	require.EqualValues(t, 12, taken.Load())
	require.Zero(t, stock(t, m))
}
