//go:build !race

// Under the race detector the runtime allocates for itself, so that counting says
// nothing.
package mux_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

const smallBody = `{"name":"catalog:product:get","version":1,"id":"8c0f5c9e-3a57-4e0c-9e5e-0d4a7e4f3b11","flowId":"1b1d7a1c-5a0b-4d2c-8f5e-6f3b2c1d0e9f","payload":{"id":"p-1"},"identity":{},"auth":{},"metadata":{}}`

type productID struct {
	ID string `json:"id"`
}

// newSmallService has a raw and a typed handler; it keeps no account of calls.
func newSmallService(options ...mux.MuxOption) *mux.Mux {
	m := mux.New(options...)
	raw := json.RawMessage(`{"id":"p-1"}`)
	m.Add("catalog:product:raw", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		return events.Event{Payload: raw}, nil
	}))
	mux.Handle(m, "catalog:product:get", 1, func(_ context.Context, in productID) (productID, error) { return in, nil })
	return m
}

func smallEvent(t testing.TB) events.Event {
	e, err := events.Decode([]byte(smallBody))
	require.NoError(t, err)
	return e
}

// TestServeAllocatesNoMoreThanItDid guards the numbers that were measured. A
// change that lowers one is welcome to lower it here.
func TestServeAllocatesNoMoreThanItDid(t *testing.T) {
	m, trusting := newSmallService(), newSmallService(mux.WithValidation(false))
	ctx := context.Background()
	typed := smallEvent(t)
	raw := typed
	raw.Name = "catalog:product:raw"
	serve := func(m *mux.Mux, e events.Event) func() {
		return func() {
			if response, err := m.Serve(ctx, e); err != nil || response.Err() != nil {
				t.Fatalf("%v, %s", err, response.Append(nil))
			}
		}
	}
	require.Equal(t, 3.0, testing.AllocsPerRun(1000, serve(m, raw)), "a raw handler")
	require.Equal(t, 10.0, testing.AllocsPerRun(1000, serve(m, typed)), "a typed handler")
	require.Equal(t, 10.0, testing.AllocsPerRun(1000, serve(trusting, typed)), "a typed handler that does not validate")
}

// Over HTTP the body, the strings of the envelope and the headers come on top; under a
// limit nothing does, as the watch over it is kept for the next call.
func TestServeHTTPAllocatesNoMoreThanItDid(t *testing.T) {
	for limit, options := range map[string][]mux.MuxOption{"without a limit": nil, "under a limit": {mux.WithTimeout(time.Minute)}} {
		m := newSmallService(options...)
		body := bytes.NewReader([]byte(smallBody))
		r := httptest.NewRequest(http.MethodPost, "/events", nil)
		r.Header.Set("Content-Type", "application/json")
		r.Body, r.ContentLength = io.NopCloser(body), int64(len(smallBody))
		w := &discard{header: http.Header{}}
		require.Equal(t, 14.0, testing.AllocsPerRun(1000, func() {
			_, _ = body.Seek(0, io.SeekStart)
			m.ServeHTTP(w, r)
		}), limit)
	}
}

func TestTheCatalogTellsWhereValidationIsSlow(t *testing.T) {
	type listed struct {
		Tags []string `json:"tags" uniqueItems:"true"`
	}
	slow := func(options ...mux.MuxOption) []bool {
		m := newSmallService(options...)
		mux.Handle(m, "catalog:product:tag", 1, func(_ context.Context, in listed) (listed, error) { return in, nil })
		var all []bool
		for _, e := range m.Catalog().Events {
			all = append(all, e.SlowValidation)
		}
		return all
	}
	require.Equal(t, []bool{false, false, true}, slow())
	require.Equal(t, []bool{false, false, false}, slow(mux.WithValidation(false)))
}

func BenchmarkServe(b *testing.B) {
	m := newSmallService()
	ctx := context.Background()
	e := smallEvent(b)
	b.ReportAllocs()
	for b.Loop() {
		if response, err := m.Serve(ctx, e); err != nil || response.Err() != nil {
			b.Fatalf("%v, %s", err, response.Append(nil))
		}
	}
}

func BenchmarkServeParallel(b *testing.B) {
	m := newSmallService()
	e := smallEvent(b)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := m.Serve(context.Background(), e); err != nil {
				b.Error(err)
			}
		}
	})
}

// discard is a ResponseWriter that costs nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Flush()                      {}

func (d *discard) SetReadDeadline(time.Time) error { return nil }

func BenchmarkServeHTTP(b *testing.B) {
	m := newSmallService()
	body := bytes.NewReader([]byte(smallBody))
	r := httptest.NewRequest(http.MethodPost, "/events", nil)
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = io.NopCloser(body), int64(len(smallBody))
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		body.Reset([]byte(smallBody))
		m.ServeHTTP(w, r)
	}
	require.Equal(b, http.StatusOK, w.status)
	require.Equal(b, "catalog:product:get:response", w.header.Get("Event-Name"))
}
