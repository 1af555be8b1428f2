package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/cmd/evoke/internal/mock"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

// serveGrace is how long the mock waits at its end for those who are being answered.
// It is short, since answers are ready at once and browsers keep connections open on
// which they have not asked yet.
const serveGrace = time.Second

func newServeCommand(e *env) *cobra.Command {
	var c connection
	var addr string
	cmd := &cobra.Command{
		Use:   "serve FILE",
		Short: "Serve a mock of a service from its catalogue",
		Long: `Serve a mock of a service from its catalogue, until Ctrl-C.

Requests are validated as by the service itself. The answer is the response of the
example whose request is most like what was sent; without examples, one that is made
up from the schema; without that, the error NO_EXAMPLE. The documentation is at /docs/,
and service:catalog:get answers the catalogue.

FILE is a catalog.json. Its URL does as well, that of a service, and REVISION:PATH, a
file in git.`,
		Example: `  evoke docs --json http://localhost:8080/events -o catalog.json
  evoke serve catalog.json --addr localhost:9090`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			m, err := mock.New(known)
			if err != nil {
				return &exitError{exitUsage, fmt.Errorf("%s cannot be served: %w", args[0], err)}
			}
			return serveMock(cmd.Context(), e, known, m, addr)
		},
	}
	c.addFlags(cmd)
	cmd.Flags().StringVar(&addr, "addr", "localhost:8080", "listen at `HOST:PORT`; port 0 is any free one")
	return cmd
}

// serveMock serves m and the documentation of c until ctx is done and who is being
// answered then has his answer.
func serveMock(ctx context.Context, e *env, c catalog.Catalog, m *mux.Mux, addr string) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return &exitError{exitUsage, fmt.Errorf("cannot listen: %w; choose another address by --addr", err)}
	}
	server := &http.Server{
		Handler:           mockRouter(c, m),
		ReadHeaderTimeout: 10 * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // of broken connections
	}
	if err := announceMock(e, c, baseURL(addr, listener.Addr())); err != nil {
		return errors.Join(err, listener.Close())
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), serveGrace)
	defer cancel()
	if server.Shutdown(stopping) != nil {
		err = server.Close()
	}
	<-served
	return errors.Join(err, m.Wait(context.WithoutCancel(ctx))) // handlers only look up
}

func mockRouter(c catalog.Catalog, m *mux.Mux) http.Handler {
	router := http.NewServeMux()
	m.Mount(router, "/events")
	router.Handle("/docs/", documentation(c, docgen.WithEndpoint("/events"), docgen.WithConsole()))
	router.Handle("/{$}", http.RedirectHandler("/docs/", http.StatusFound))
	return router
}

// baseURL is how this machine reaches a listener.
func baseURL(addr string, at net.Addr) string {
	host, _, _ := net.SplitHostPort(addr) // it could be listened at
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, strconv.Itoa(at.(*net.TCPAddr).Port))
}

// A mocked event says by what it is answered.
type mocked struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	// Answer is examples, sample for a response that is made up, catalog, or
	// NO_EXAMPLE.
	Answer   string `json:"answer"`
	Examples int    `json:"examples,omitempty"`
}

func newMocked(e catalog.Event) mocked {
	m := mocked{e.Name, e.Version, mock.CodeNoExample, len(e.Examples)}
	switch _, ok := mock.Sample(e.OutputSchema); {
	case e.Name == service.CatalogGet && e.Version == 1:
		m.Answer, m.Examples = "catalog", 0
	case len(e.Examples) > 0:
		m.Answer = "examples"
	case ok:
		m.Answer = "sample"
	}
	return m
}

func (m mocked) String() string {
	switch {
	case m.Examples == 1:
		return "1 example"
	case m.Examples > 1:
		return fmt.Sprintf("%d examples", m.Examples)
	}
	switch m.Answer {
	case "sample":
		return "made up from the schema"
	case "catalog":
		return "this catalogue"
	}
	return "no example: the error " + m.Answer
}

// announceMock tells where the mock is, and what it answers.
func announceMock(e *env, c catalog.Catalog, base string) error {
	served := []mocked{}
	var t table
	for _, event := range c.Events {
		m := newMocked(event)
		served = append(served, m)
		t.add("  "+eventKey(event), m.String())
	}
	if e.json {
		return e.printJSON(struct {
			Events string   `json:"events"`
			Docs   string   `json:"docs"`
			Served []mocked `json:"served"`
		}{base + "/events", base + "/docs/", served})
	}
	for _, line := range t.lines(e.lineWidth()) {
		fmt.Fprintln(e.stdout, line)
	}
	_, err := fmt.Fprintf(e.stdout, "A mock of %s; Ctrl-C ends it\n  events  %s/events\n  docs    %s/docs/\n", safe(titleOf(c)), base, base)
	return err
}
