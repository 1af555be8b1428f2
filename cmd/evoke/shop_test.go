package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

type getProductV1 struct {
	ID string `json:"id"`
}

type getProduct struct {
	ID       string `json:"id" minLength:"1" description:"as on its label" example:"p-1"`
	Currency string `json:"currency,omitempty" enum:"EUR,USD" description:"of the price" default:"EUR"`
}

type product struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Price *price `json:"price,omitempty"`
}

type price struct {
	Cents    int    `json:"cents"`
	Currency string `json:"currency"`
}

type placeOrder struct {
	Customer customer `json:"customer"`
	Lines    []line   `json:"lines" minItems:"1"`
	Payment  string   `json:"payment" enum:"card,invoice"`
	Express  bool     `json:"express"`
	Discount float64  `json:"discount" minimum:"0" maximum:"0.5" description:"as a part of the price"`
	Note     string   `json:"note,omitempty"`
}

type customer struct {
	Name string `json:"name" minLength:"1"`
	Age  int    `json:"age" minimum:"18"`
}

type line struct {
	SKU    string `json:"sku"`
	Pieces int    `json:"pieces" minimum:"1"`
}

type order struct {
	ID string `json:"id"`
}

type wanted struct {
	Kind string `json:"kind,omitempty"`
}

type wait struct {
	Milliseconds int `json:"milliseconds" maximum:"60000"`
}

type peeked struct {
	Token  string `json:"token"`
	Header string `json:"header"`
}

// hostile is what a service says to take over the terminal of who calls it.
const hostile = "\x1b]0;owned\a\x1b[31mred\u202e\u009b2J"

// newShop is a service with an event for each case that a caller can meet.
func newShop() http.Handler {
	m := mux.New(mux.WithIDs(counter("callee")))
	addShop(m)
	addOddEvents(m)
	return m
}

// addShop adds the events of a shop.
func addShop(m *mux.Mux) {
	mux.Handle(m, "catalog:product:get", 1, getProductOne, mux.WithDoc("Returns a product without its price."),
		mux.WithDeprecation(catalog.Deprecation{
			Since: date(2026, time.January, 15), Sunset: date(2099, time.July, 1), Successor: 2, Note: "Version 2 knows prices.",
		}))
	mux.Handle(m, "catalog:product:get", 2, getProductTwo,
		mux.WithDoc("Returns a product with its price.\n\nPrices are **net**."),
		mux.WithExample(getProduct{ID: "p-1"}, product{ID: "p-1", Name: "Lamp", Price: &price{1250, "EUR"}}),
		mux.WithError(events.KindNotFound, "PRODUCT_NOT_FOUND", "There is no product with this id."))
	mux.Handle(m, "orders:order:place", 1, func(context.Context, placeOrder) (order, error) { return order{"o-1"}, nil },
		mux.WithDoc("Places an order."))
	service.Register(m, service.Info{Name: "Shop", Version: "1.4.0", Build: "test", Description: "Sells lamps."},
		service.WithCheck("warehouse", func(context.Context) error { return nil }))
}

// addOddEvents adds the events that a shop would not have.
func addOddEvents(m *mux.Mux) {
	mux.Handle(m, "stock:level:sync", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		mux.WithDoc("Makes the stock's levels those of the warehouse."), mux.WithInternal())
	mux.Handle(m, "stock:secret:peek", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil },
		mux.WithHidden())
	mux.Handle(m, "test:failure:get", 1, fail, mux.WithDoc("Answers with an error of the kind that is asked for."))
	mux.Handle(m, "test:redirect:get", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, &events.Redirect{URL: "https://example.com/elsewhere"}
	})
	mux.Handle(m, "test:time:wait", 1, func(ctx context.Context, in wait) (struct{}, error) {
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(in.Milliseconds) * time.Millisecond):
		}
		return struct{}{}, ctx.Err()
	}, mux.WithDoc("Answers late."))
	mux.Handle(m, "test:caller:get", 1, whoCalls, mux.WithDoc("Tells what it was sent beside the payload."))
	mux.Handle(m, "test:terminal:attack", 1, func(context.Context, wanted) (map[string]string, error) {
		return map[string]string{"text" + hostile: hostile}, nil
	}, mux.WithDoc("Answers "+hostile), mux.WithError(events.KindError, "OWNED"+hostile, hostile))
	m.Add("test:terminal:fail", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{}, events.Errorf(events.KindError, "OWNED"+hostile, "%s", hostile)
	}))
	m.Add("echo", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, request.Payload)
	}))
}

// newSickService is one whose checks fail.
func newSickService() http.Handler {
	m := mux.New(mux.WithIDs(counter("callee")))
	service.Register(m, service.Info{Name: "Sick", Build: "test"},
		service.WithCheck("cache", func(context.Context) error { return nil }),
		service.WithCheck("database"+hostile, func(context.Context) error { return errors.New("connection refused") }))
	return m
}

// newPlainService is one that tells nothing about itself.
func newPlainService() http.Handler {
	m := mux.New(mux.WithIDs(counter("callee")))
	mux.Handle(m, "catalog:product:get", 1, getProductOne)
	return m
}

func getProductOne(ctx context.Context, in getProductV1) (product, error) {
	p, err := getProductTwo(ctx, getProduct{ID: in.ID})
	p.Price = nil
	return p, err
}

func getProductTwo(_ context.Context, in getProduct) (product, error) {
	if in.ID != "p-1" {
		return product{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID).With("id", in.ID)
	}
	return product{ID: in.ID, Name: "Lamp", Price: &price{1250, "EUR"}}, nil
}

func fail(_ context.Context, in wanted) (struct{}, error) {
	switch kind := events.Kind(in.Kind); {
	case in.Kind == "":
		return struct{}{}, fmt.Errorf("a text that stays in the service")
	case in.Kind == "panic":
		panic("a text that stays in the service")
	case kind.Known():
		return struct{}{}, events.Errorf(kind, "ASKED_FOR", "here is the %s that was asked for", kind)
	}
	return struct{}{}, events.Errorf(events.KindBadRequest, "NO_KIND", "there is no kind %q", in.Kind)
}

func whoCalls(ctx context.Context, _ struct{}) (peeked, error) {
	request, _ := events.RequestFrom(ctx)
	return peeked{Token: string(request.Auth), Header: events.PeerFrom(ctx).Header("X-Test")}, nil
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func counter(prefix string) func() string {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("%s-%d", prefix, n.Add(1)) }
}
