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

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

const (
	version = "1.0.0" // of both services

	readTimeout = 3 * time.Second  // for a caller to send an event
	callTimeout = 4 * time.Second  // for a handler to answer it
	grace       = 10 * time.Second // for both, and more, when the services stop
)

// A server is a mux that is served over HTTP at /events, with its documentation at
// /docs/, its health at /healthz and /readyz, and what sees its calls.
type server struct {
	watch
	name     string
	url      string // without /events
	mux      *mux.Mux
	self     *service.Service
	listener net.Listener
	http     *http.Server
}

// newServer makes a service that will be served by listener, where callers reach it
// at url.
func newServer(name, url string, listener net.Listener, w watch, options ...service.Option) *server {
	m := mux.New(mux.WithTracker(w.tracker), mux.WithTimeout(callTimeout), mux.WithReadTimeout(readTimeout))
	options = append(options, service.WithCheckNotice(func(check string, err error) {
		w.log.Warn().Str("check", check).Err(err).Msg("not well")
	}))
	self := service.Register(m, service.Info{
		Name: name, Version: version, Description: about(name), Endpoint: "/events",
	}, options...)

	router := http.NewServeMux()
	m.Mount(router, "/events")
	self.Mount(router)
	router.Handle("/docs/", docgen.Handler(self, docgen.WithTitle("Shop: "+name), docgen.WithDescription(about(name)), docgen.WithConsole()))
	for path, page := range w.pages {
		router.Handle(path, page)
	}
	return &server{
		watch: w, name: name, url: url, mux: m, self: self, listener: listener,
		http: &http.Server{
			Handler:           router,
			ReadHeaderTimeout: readTimeout,
			WriteTimeout:      grace,
			IdleTimeout:       time.Minute,
			MaxHeaderBytes:    16 << 10,
			ErrorLog:          stdlog.New(w.log, "", 0),
		},
	}
}

// about describes a service on its documentation page.
func about(name string) string {
	if name == "orders" {
		return "Takes orders. What it needs to know of products it asks the catalogue."
	}
	return "Knows the products and their stock."
}

// listenBoth listens for orders at addr and for catalog at the next port.
func listenBoth(ctx context.Context, addr string) (orders, catalog net.Listener, err error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, fmt.Errorf("-addr: %w", err)
	}
	orders, err = listen(ctx, "orders", host, port)
	if err != nil {
		return nil, nil, err
	}
	if port != "0" {
		port = strconv.Itoa(orders.Addr().(*net.TCPAddr).Port + 1)
	}
	catalog, err = listen(ctx, "catalog", host, port)
	if err != nil {
		orders.Close()
		return nil, nil, err
	}
	return orders, catalog, nil
}

func listen(ctx context.Context, name, host, port string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("%s cannot start: %w; choose another address by -addr", name, err)
	}
	return listener, nil
}

// baseURL is where a caller on this machine reaches a server that was told to listen
// at addr and listens at the address at.
func baseURL(addr string, at net.Addr) string {
	host, _, _ := net.SplitHostPort(addr) // it could be listened at
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(at.(*net.TCPAddr).Port))
}

// serve runs servers until ctx is done or one of them fails, and then stops them one
// after the other: the calls that still run in one may need the next.
func serve(ctx context.Context, servers ...*server) error {
	ended := make(chan error, len(servers))
	for _, s := range servers {
		go func() { ended <- fmt.Errorf("%s ended: %w", s.name, s.http.Serve(s.listener)) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.stop(ctx))
	}
	return err
}

// stop lets no more calls in, and returns when those that run have ended or when
// ctx is done; then it cuts them off.
func (s *server) stop(ctx context.Context) error {
	s.self.SetReady(false)
	err := s.http.Shutdown(ctx)
	if err == nil {
		err = s.mux.Wait(ctx) // for handlers that went on after their deadline
	}
	if err == nil {
		err = s.self.Wait(ctx) // for checks, as for handlers
	}
	if err != nil {
		s.http.Close()
		return fmt.Errorf("%s did not end in time: %w", s.name, err)
	}
	s.log.Info().Msg("stopped")
	return nil
}
