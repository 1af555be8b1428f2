package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/mux"
)

const held = `{"name":"test:call:hold","version":1,"payload":{}}`

func newTestServer(t *testing.T, name string) *server {
	t.Helper()
	listener, err := listen(t.Context(), name, "127.0.0.1", "0")
	require.NoError(t, err)
	return newServer(name, baseURL("127.0.0.1:0", listener.Addr()), listener, newWatches(io.Discard, false, false).of(name))
}

// hold makes a service with an event that is answered when release is closed.
func hold(t *testing.T) (s *server, started, release chan struct{}) {
	t.Helper()
	started, release = make(chan struct{}), make(chan struct{})
	s = newTestServer(t, "orders")
	mux.Handle(s.mux, "test:call:hold", 1, func(context.Context, struct{}) (struct{}, error) {
		close(started)
		<-release
		return struct{}{}, nil
	})
	return s, started, release
}

func TestACallThatRunsIsAnsweredBeforeTheServiceEnds(t *testing.T) {
	s, started, release := hold(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended, answer := make(chan error, 1), make(chan string, 1)
	go func() { ended <- serve(ctx, s) }()
	go func() { answer <- post(t, s.url+"/events", held) }()
	<-started
	cancel()
	require.Eventually(t, func() bool { return !reachable(s) }, 5*time.Second, time.Millisecond, "the service still listens")
	require.Empty(t, ended, "the service ended while a call ran")
	close(release)
	require.Contains(t, <-answer, `"test:call:hold:response"`)
	require.NoError(t, <-ended)
}

func TestACallThatDoesNotEndIsCutOff(t *testing.T) {
	s, started, release := hold(t)
	served, cut := make(chan error, 1), make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	go func() {
		c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		response, err := c.Post(s.url+"/events", "application/json", strings.NewReader(held))
		if err == nil {
			response.Body.Close()
		}
		cut <- err
	}()
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorContains(t, s.stop(ctx), "orders did not end in time")
	require.Error(t, <-cut)
	require.ErrorIs(t, <-served, http.ErrServerClosed)
	close(release)
	require.NoError(t, s.mux.Wait(t.Context()))
}

func TestAHandlerThatWentOnAfterItsDeadlineIsWaitedFor(t *testing.T) {
	s, started, release := hold(t)
	served := make(chan error, 1)
	go func() { served <- s.http.Serve(s.listener) }()
	answer := post(t, s.url+"/events", strings.Replace(held, `"payload"`, `"metadata":{"timeoutMs":100},"payload"`, 1))
	require.Contains(t, answer, "DEADLINE_EXCEEDED")
	<-started
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.stop(ctx), context.DeadlineExceeded, "the service ended while a handler ran")
	close(release)
	require.NoError(t, s.stop(t.Context()))
	require.ErrorIs(t, <-served, http.ErrServerClosed)
}

func TestServeEndsWhenOneServiceFails(t *testing.T) {
	orders, catalog := newTestServer(t, "orders"), newTestServer(t, "catalog")
	require.NoError(t, catalog.listener.Close())
	require.ErrorContains(t, serve(t.Context(), orders, catalog), "catalog ended: ")
	require.False(t, reachable(orders), "orders still listens")
}

func TestAPrintedURLLeadsToTheServerWhateverItListensAt(t *testing.T) {
	for addr, url := range map[string]string{
		"localhost:0":  "http://localhost:80",
		"127.0.0.1:80": "http://127.0.0.1:80",
		":80":          "http://localhost:80",
		"0.0.0.0:80":   "http://localhost:80",
		"[::]:80":      "http://localhost:80",
		"[::1]:80":     "http://[::1]:80",
	} {
		require.Equal(t, url, baseURL(addr, &net.TCPAddr{Port: 80}), "listening at %q", addr)
	}
}

func reachable(s *server) bool {
	conn, err := net.Dial("tcp", s.listener.Addr().String())
	if err == nil {
		conn.Close()
	}
	return err == nil
}
