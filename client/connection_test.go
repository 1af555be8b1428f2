package client_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func TestPortThatNobodyListensOnIsNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())

	_, err = get(t.Context(), client.New("http://"+l.Addr().String()+"/events"))
	requireReason(t, client.ErrNoConnection, err)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestConnectionCutMidwayIsNoConnection(t *testing.T) {
	for name, written := range map[string]string{
		"before the answer":     "",
		"within the first line": "HTTP/1.1 2",
		"within the headers":    "HTTP/1.1 200 OK\r\nContent-Type: applica",
		"before the body":       "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
		"within the body":       "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + success,
		"within a chunk":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"name\"",
		"before the last chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := client.New("http://" + cutAfter(t, written) + "/events")
			t.Cleanup(c.CloseIdleConnections)
			_, err := get(t.Context(), c)
			requireReason(t, client.ErrNoConnection, err)
		})
	}
}

// cutAfter returns the address of a server that reads a request, writes so much
// and closes the connection.
func cutAfter(t *testing.T, written string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var served sync.WaitGroup
	served.Go(func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			io.Copy(io.Discard, r.Body)
			io.WriteString(conn, written)
		}
	})
	t.Cleanup(func() {
		l.Close()
		served.Wait()
	})
	return l.Addr().String()
}

func TestConcurrentCallsReuseTheirConnections(t *testing.T) {
	const callers, calls = 32, 10
	var opened, served atomic.Int64
	var together sync.WaitGroup // the first calls are all under way at the same time
	together.Add(callers)
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, func(_ context.Context, in getProduct) (product, error) {
		if served.Add(1) <= callers {
			together.Done()
			together.Wait()
		}
		return product{ID: in.ID}, nil
	})
	server := httptest.NewUnstartedServer(m)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := client.New(server.URL, client.WithHeader("X-Tenant", "default"), client.WithMetadata("origin", "shop"))
	defer c.CloseIdleConnections()

	for range 2 {
		var all sync.WaitGroup
		failures := make(chan error, callers)
		for range callers {
			all.Go(func() {
				for range calls {
					if p, err := get(t.Context(), c, client.WithHeader("X-Tenant", "own"), client.WithMetadata("n", 1)); err != nil || p.ID != "p-1" {
						failures <- errors.Join(err, errors.New("answered "+p.ID))
						return
					}
				}
			})
		}
		all.Wait()
		close(failures)
		require.NoError(t, <-failures)
	}
	require.Equal(t, int64(2*callers*calls), served.Load())
	// A few more than callers, since net/http drops a connection when the machine
	// is too busy to see within 50 ms that its request was written.
	require.GreaterOrEqual(t, opened.Load(), int64(callers))
	require.Less(t, opened.Load(), int64(2*callers), "connections for %d calls, %d at a time", served.Load(), callers)
}

func TestClosedIdleConnectionsAreOpenedAgain(t *testing.T) {
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(newCatalog())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := client.New(server.URL)
	defer c.CloseIdleConnections()
	for range 2 {
		_, err := get(t.Context(), c)
		require.NoError(t, err)
		c.CloseIdleConnections()
	}
	require.Equal(t, int64(2), opened.Load())
}

func TestHTTPClientOfTheUserKeepsItsOwnRedirectPolicy(t *testing.T) {
	followed := false
	own := &http.Client{
		Transport:     answering(http.StatusFound, ""),
		CheckRedirect: func(*http.Request, []*http.Request) error { followed = true; return nil },
	}
	_, err := get(t.Context(), client.New("http://callee.test/events", client.WithHTTPClient(own)))
	requireReason(t, client.ErrInvalidResponse, err)
	require.False(t, followed, "an HTTP redirect turns the POST into a GET and must not be followed")
	require.NoError(t, own.CheckRedirect(nil, nil), "the user's client was altered")
	require.True(t, followed)
}

func TestClientProvesItselfByACertificate(t *testing.T) {
	m := mux.New()
	server := httptest.NewUnstartedServer(m)
	mux.Handle(m, "catalog:caller:check", 1, func(ctx context.Context, _ struct{}) (bool, error) {
		return events.PeerFrom(ctx).TLS.PeerCertificates[0].Equal(server.Certificate()), nil
	})
	server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	check := func(certificates []tls.Certificate) (bool, error) {
		transport := server.Client().Transport.(*http.Transport).Clone()
		transport.TLSClientConfig.Certificates = certificates
		c := client.New(server.URL, client.WithHTTPClient(&http.Client{Transport: transport}))
		defer c.CloseIdleConnections()
		return client.Call[bool](t.Context(), c, "catalog:caller:check", 1, nil)
	}

	_, err := check(nil)
	requireReason(t, client.ErrNoConnection, err)
	known, err := check(server.TLS.Certificates)
	require.NoError(t, err)
	require.True(t, known, "the callee sees another certificate")
}
