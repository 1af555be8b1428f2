// Shop is two services that exchange events over HTTP: orders, which takes
// orders, and catalog, which knows the products and their stock.
//
//	go run ./examples/shop
//
// It prints what to try. Run with -addr localhost:0 it listens on free ports.
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

	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/examples/shop/internal/catalog"
	"github.com/evoke-rpc/evoke/examples/shop/internal/orders"
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

	log := zerolog.New(console(stderr)).With().Timestamp().Logger()
	ordersService, catalogService, err := listenBoth(ctx, *addr, log)
	if err != nil {
		return err
	}

	catalog.Register(catalogService.mux, catalog.NewStore(wares()...))

	toCatalog := client.New(catalogService.url+"/events",
		client.WithTracker(ordersService.tracker),
		client.WithTimeout(callTimeout/2), // so that time is left to give stock back
		client.WithRetry(client.Retry{Attempts: 3}))
	defer toCatalog.CloseIdleConnections()
	orders.Register(ordersService.mux, toCatalog)

	if err := printWhatToTry(stdout, ordersService.url, catalogService.url); err != nil {
		return errors.Join(err, ordersService.listener.Close(), catalogService.listener.Close())
	}
	return serve(ctx, ordersService, catalogService)
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
