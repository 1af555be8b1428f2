package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

const (
	readTimeout = 3 * time.Second  // for a caller to send an event
	callTimeout = 4 * time.Second  // for a handler to answer it
	grace       = 10 * time.Second // for both, and more, when the services stop
)

// A service is a mux that is served over HTTP at /events, with its documentation at
// /docs/.
type service struct {
	name     string
	url      string // without /events
	mux      *mux.Mux
	tracker  tracker.Tracker
	log      zerolog.Logger
	listener net.Listener
	server   *http.Server
}

// about describes a service on its documentation page.
func about(name string) string {
	if name == "orders" {
		return "Takes orders. What it needs to know of products it asks the catalogue."
	}
	return "Knows the products and their stock."
}

// listenBoth makes orders listen at addr and catalog at the next port.
func listenBoth(ctx context.Context, addr string, log zerolog.Logger) (orders, catalog *service, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, fmt.Errorf("-addr: %w", err)
	}
	orders, err = listen(ctx, "orders", host, port, log)
	if err != nil {
		return nil, nil, err
	}
	if port != "0" {
		port = strconv.Itoa(orders.listener.Addr().(*net.TCPAddr).Port + 1)
	}
	catalog, err = listen(ctx, "catalog", host, port, log)
	if err != nil {
		orders.listener.Close()
		return nil, nil, err
	}
	return orders, catalog, nil
}

func listen(ctx context.Context, name, host, port string, log zerolog.Logger) (*service, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("%s cannot start: %w; choose another address by -addr", name, err)
	}
	log = log.With().Str("service", name).Logger()
	t := zerologtracker.New(log)
	m := mux.New(mux.WithTracker(t), mux.WithTimeout(callTimeout), mux.WithReadTimeout(readTimeout))
	router := http.NewServeMux()
	m.Mount(router, "/events")
	router.Handle("/docs/", docgen.Handler(m, docgen.WithTitle("Shop: "+name), docgen.WithDescription(about(name)), docgen.WithConsole()))
	return &service{
		name: name, url: baseURL(host, listener.Addr()), mux: m, tracker: t, log: log, listener: listener,
		server: &http.Server{
			Handler:           router,
			ReadHeaderTimeout: readTimeout,
			WriteTimeout:      grace,
			IdleTimeout:       time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          stdlog.New(log, "", 0),
		},
	}, nil
}

// baseURL is where a caller on this machine reaches a server that was told to
// listen at host.
func baseURL(host string, at net.Addr) string {
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(at.(*net.TCPAddr).Port))
}

// serve runs services until ctx is done or one of them fails, and then stops them
// one after the other: the calls that still run in one may need the next.
func serve(ctx context.Context, services ...*service) error {
	ended := make(chan error, len(services))
	for _, s := range services {
		go func() { ended <- fmt.Errorf("%s ended: %w", s.name, s.server.Serve(s.listener)) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, s := range services {
		err = errors.Join(err, s.stop(ctx))
	}
	return err
}

// stop lets no more calls in, and returns when those that run have ended or when
// ctx is done; then it cuts them off.
func (s *service) stop(ctx context.Context) error {
	err := s.server.Shutdown(ctx)
	if err == nil {
		err = s.mux.Wait(ctx) // for handlers that went on after their deadline
	}
	if err != nil {
		s.server.Close()
		return fmt.Errorf("%s did not end in time: %w", s.name, err)
	}
	s.log.Info().Msg("stopped")
	return nil
}
