package evoketest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/evoke-rpc/evoke/mux"
)

// patience is how long handlers may run on after the end of the test.
const patience = 5 * time.Second

// serve has h answer over HTTP in memory, whatever the host of the URL, until the
// test is over, and then waits for its handlers, those too that a mux has left behind.
// The client does not follow redirects.
func serve(t TB, h http.Handler) *http.Client {
	network := newPipe()
	var open sync.WaitGroup // the server and its connections
	server := &http.Server{Handler: h, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Done()
		}
	}}
	open.Go(func() { _ = server.Serve(network) }) // its error is that it was closed
	transport := &http.Transport{DialContext: network.dial}
	t.Cleanup(func() {
		t.Helper()
		transport.CloseIdleConnections()
		_, _ = network.Close(), server.Close() // neither can fail
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		err := waitFor(ctx, &open)
		if m, ok := h.(*mux.Mux); ok {
			err = errors.Join(err, m.Wait(ctx))
		}
		if err != nil {
			t.Errorf("a handler still runs %v after the end of the test; a handler must return when its context is done", patience)
		}
	})
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// waitFor returns when all of open is done, or the error of ctx.
func waitFor(ctx context.Context, open *sync.WaitGroup) error {
	done := make(chan struct{})
	go func() {
		open.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
