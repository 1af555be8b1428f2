package jspeer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type text struct {
	Text string `json:"text"`
}

type thing struct {
	ID string `json:"id"`
}

type caller struct {
	UserID string          `json:"userId"`
	Origin string          `json:"origin"`
	Auth   json.RawMessage `json:"auth"`
}

// newMux has an event for each outcome that a peer can meet.
func newMux() *mux.Mux {
	m := mux.New()
	mux.Handle(m, "peer:text:echo", 1, func(_ context.Context, in text) (text, error) { return in, nil })
	mux.Handle(m, "peer:text:echo", 2, func(_ context.Context, in text) (text, error) {
		return text{Text: in.Text + ", version 2"}, nil
	})
	mux.Handle(m, "peer:thing:get", 1, func(_ context.Context, in thing) (thing, error) {
		return in, events.Errorf(events.KindNotFound, "THING_NOT_FOUND", "there is no thing %q", in.ID).With("id", in.ID)
	})
	mux.Handle(m, "peer:thing:rename", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, events.Errorf(events.KindUnprocessable, "NAME_TAKEN", "another thing has this name")
	})
	mux.Handle(m, "peer:thing:break", 1, func(context.Context, struct{}) (struct{}, error) {
		panic(errors.New("an internal text"))
	})
	mux.Handle(m, "peer:thing:locate", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, &events.Redirect{URL: "https://things.example/t-1", QueryParameters: map[string]any{"from": "peer"}}
	})
	mux.Handle(m, "peer:caller:describe", 1, func(ctx context.Context, _ struct{}) (caller, error) {
		request, _ := events.RequestFrom(ctx)
		id, _ := request.UserID()
		return caller{UserID: id, Origin: request.Origin(), Auth: request.Auth}, nil
	})
	m.Add("peer:batch:run", 1, batch.New(m))
	return m
}

// sent is a request as it arrived.
type sent struct {
	Path    string          `json:"-"`
	ID      string          `json:"id"`
	FlowID  string          `json:"flowId"`
	Version json.RawMessage `json:"version"`
	Auth    json.RawMessage `json:"auth"`
}

// A recorder keeps what arrives, by flow.
type recorder struct {
	mu    sync.Mutex
	flows map[string]sent
}

func (r *recorder) of(flow string) (sent, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.flows[flow]
	return s, ok
}

// startService serves newMux at /events and returns its address.
func startService(t *testing.T) (string, *recorder) {
	t.Helper()
	router := http.NewServeMux()
	newMux().Mount(router, "/events")
	r := &recorder{flows: map[string]sent{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		assert.NoError(t, err)
		request.Body = io.NopCloser(bytes.NewReader(body))
		s := sent{Path: request.URL.Path}
		assert.NoError(t, json.Unmarshal(body, &s), "the peer sent %s", body)
		r.mu.Lock()
		r.flows[s.FlowID] = s
		r.mu.Unlock()
		router.ServeHTTP(w, request)
	}))
	t.Cleanup(server.Close)
	return server.URL, r
}
