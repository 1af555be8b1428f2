// Shop is two services that exchange events over HTTP: orders, which takes
// orders, and catalog, which knows the products and their stock.
//
//	go run ./examples/shop
//
// It prints what to try. Run with -addr localhost:0 it listens on free ports, with
// -metrics it serves /metrics for Prometheus, and with -trace it prints each trace of
// OpenTelemetry as a tree.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/examples/shop/internal/catalog"
	"github.com/evoke-rpc/evoke/examples/shop/internal/orders"
	"github.com/evoke-rpc/evoke/service"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done, and returns nil if everything could be ended in
// good order.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // main prints the error, in one line
	addr := flags.String("addr", "localhost:8080", "`host:port` of orders; catalog has the next port, with port 0 both are free ones")
	metrics := flags.Bool("metrics", false, "serve metrics for Prometheus at /metrics")
	trace := flags.Bool("trace", false, "print each trace of OpenTelemetry as a tree")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		flags.SetOutput(stdout)
		flags.Usage()
		return nil
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}

	atOrders, atCatalog, err := listenBoth(ctx, *addr)
	if err != nil {
		return err
	}
	w := newWatches(stderr, *metrics, *trace)

	catalogURL := baseURL(*addr, atCatalog.Addr())
	catalogServer := newServer("catalog", catalogURL, atCatalog, w.of("catalog"))
	catalog.Register(catalogServer.mux, catalog.NewStore(wares()...))

	byOrders := w.of("orders")
	toCatalog := client.New(catalogURL+"/events",
		client.WithTracker(byOrders.tracker),
		client.WithTimeout(callTimeout/2), // so that time is left to give stock back
		client.WithRetry(client.Retry{Attempts: 3}))
	defer toCatalog.CloseIdleConnections()
	ordersServer := newServer("orders", baseURL(*addr, atOrders.Addr()), atOrders, byOrders,
		service.WithCheck("catalog", wellAt(toCatalog)))
	orders.Register(ordersServer.mux, toCatalog)

	if err := printWhatToTry(stdout, ordersServer.url, catalogServer.url); err != nil {
		return errors.Join(err, atOrders.Close(), atCatalog.Close())
	}
	return serve(ctx, ordersServer, catalogServer)
}

// wellAt is a check that another service is well.
func wellAt(other events.Handler) func(context.Context) error {
	return func(ctx context.Context) error {
		h, err := client.Call[service.Health](ctx, other, service.HealthCheck, 1, nil)
		if err == nil && h.Status != service.OK {
			err = fmt.Errorf("it says that it is %s", h.Status)
		}
		return err
	}
}

// wares is what the shop sells.
func wares() []catalog.Product {
	euros := func(cents int64) catalog.Money { return catalog.Money{Cents: cents, Currency: "EUR"} }
	return []catalog.Product{
		{ID: "p-1", Name: "Espresso cup", Price: euros(950), Stock: 12},
		{ID: "p-2", Name: "Coffee grinder", Price: euros(8900), Stock: 3},
		{ID: "p-3", Name: "Milk jug", Price: euros(1850), Stock: 5},
	}
}
