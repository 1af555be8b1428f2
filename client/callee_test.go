package client_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type getProduct struct {
	ID string `json:"id"`
}

type product struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// success is an answer to catalog:product:get that a getter of products can read.
const success = `{"name":"catalog:product:get:response","version":1,"id":"i","flowId":"f","payload":{"id":"p-1","title":"lamp"},"identity":{},"auth":{},"metadata":{}}`

// newCatalog returns a service with one event.
func newCatalog() *mux.Mux {
	m := mux.New()
	mux.Handle(m, "catalog:product:get", 1, func(_ context.Context, in getProduct) (product, error) {
		if in.ID != "p-1" {
			return product{}, events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", in.ID).With("id", in.ID)
		}
		return product{ID: in.ID, Title: "lamp"}, nil
	})
	return m
}

// A transport stands in for the network: it answers a request or fails.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// over returns a client of http://callee.test/events whose network is t.
func over(t http.RoundTripper, options ...client.Option) *client.Client {
	options = append([]client.Option{client.WithHTTPClient(&http.Client{Transport: t})}, options...)
	return client.New("http://callee.test/events", options...)
}

// answering gives every request the same answer.
func answering(status int, body string) transport {
	return func(*http.Request) (*http.Response, error) { return answer(status, body), nil }
}

func answer(status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// hang answers nothing until the caller gives up.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// remote serves h as if it were far away: nothing of the caller's context gets
// there but that he gave up.
func remote(h http.Handler) transport {
	return func(r *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		defer context.AfterFunc(r.Context(), cancel)()
		arrived := httptest.NewRequest(r.Method, r.URL.String(), r.Body).WithContext(ctx)
		arrived.Header = r.Header.Clone()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, arrived)
		return w.Result(), nil
	}
}

// A sent request is one that reached the network.
type sent struct {
	events.Event
	url    string
	header http.Header
}

// A recorder keeps what is sent and has next answer it, a success if nil.
type recorder struct {
	next transport

	mu   sync.Mutex
	sent []sent
}

func (n *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	event, err := events.Decode(body)
	if err != nil {
		return nil, err
	}
	n.mu.Lock()
	n.sent = append(n.sent, sent{event, r.URL.String(), r.Header.Clone()})
	n.mu.Unlock()
	if n.next == nil {
		return answer(http.StatusOK, success), nil
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return n.next(r)
}

// all returns what was sent so far.
func (n *recorder) all() []sent {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.sent
}

// one returns what was sent, which must be a single request.
func (n *recorder) one(t *testing.T) sent {
	t.Helper()
	require.Len(t, n.all(), 1, "requests that reached the network")
	return n.all()[0]
}

// listen serves h on a port of its own and returns a client of it.
func listen(t *testing.T, h http.Handler, options ...client.Option) *client.Client {
	t.Helper()
	server := httptest.NewServer(h)
	c := client.New(server.URL+"/events", options...)
	t.Cleanup(func() {
		c.CloseIdleConnections()
		server.Close()
	})
	return c
}

// get makes the call that most tests make.
func get(ctx context.Context, h events.Handler, options ...client.CallOption) (product, error) {
	return client.Call[product](ctx, h, "catalog:product:get", 1, getProduct{ID: "p-1"}, options...)
}
