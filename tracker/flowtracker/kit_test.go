package flowtracker_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func get(t *testing.T, h http.Handler, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

// page returns the page at path, which must be there.
func page(t *testing.T, h http.Handler, path string) string {
	t.Helper()
	w := get(t, h, path)
	require.Equal(t, http.StatusOK, w.Code, path)
	return w.Body.String()
}

func flowPath(id string) string { return "/flows/flow?id=" + url.QueryEscape(id) }

var (
	line    = regexp.MustCompile(`(?s)<span class="call d(\d+)"><span class="hidden">level \d+ </span>(.*?)</span>\s*<span class="outcome">(.*?)<span class="took">`)
	markup  = regexp.MustCompile(`<[^>]*>`)
	blank   = regexp.MustCompile(`\s+`)
	address = regexp.MustCompile(`<a class="name" href="\./flow\?id=([^"]*)"`)
)

func text(markedUp string) string {
	return strings.TrimSpace(blank.ReplaceAllString(html.UnescapeString(markup.ReplaceAllString(markedUp, "")), " "))
}

// waterfall returns the lines of a flow's page, a dot for each level.
func waterfall(t *testing.T, h http.Handler, id string) []string {
	t.Helper()
	var lines []string
	for _, m := range line.FindAllStringSubmatch(page(t, h, flowPath(id)), -1) {
		depth := strings.Repeat(".", len(m[1])-1)
		for range m[1][len(m[1])-1] - '0' {
			depth += "."
		}
		lines = append(lines, depth+text(m[2])+": "+text(m[3]))
	}
	return lines
}

// listed returns the ids of the flows that the list shows.
func listed(t *testing.T, h http.Handler, query string) []string {
	t.Helper()
	var ids []string
	for _, m := range address.FindAllStringSubmatch(page(t, h, "/flows/"+query), -1) {
		id, err := url.QueryUnescape(html.UnescapeString(m[1]))
		require.NoError(t, err)
		ids = append(ids, id)
	}
	return ids
}

// A record is a call in flow.json, as far as the tests look at it.
type record struct {
	Name, ID, FlowID, Side, Service, Kind, Code, Error, Stack, Request, Response, Span string
	Open                                                                               bool
	ElapsedNs                                                                          time.Duration
}

func exported(t *testing.T, h http.Handler, id string) []record {
	t.Helper()
	var d struct{ Calls []record }
	require.NoError(t, json.Unmarshal([]byte(page(t, h, "/flows/flow.json?id="+url.QueryEscape(id))), &d))
	return d.Calls
}

// send serves an event of the flow id.
func send(t *testing.T, m *mux.Mux, name, flow string) {
	t.Helper()
	_, err := m.Serve(t.Context(), events.Event{Name: name, Version: 1, FlowID: flow, Payload: json.RawMessage(`{"n":1,"token":"planted-secret"}`)})
	require.NoError(t, err)
}

// answering handles name by returning err.
func answering(m *mux.Mux, name string, err error) {
	m.Add(name, 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return events.Event{}, err }))
}

// calling handles name by calling another event.
func calling(m *mux.Mux, name string, there events.Handler, other string) {
	m.Add(name, 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		_, err := client.Call[any](ctx, there, other, 1, nil)
		return events.Event{}, err
	}))
}

// listen serves m until the test is over, and returns a client of it.
func listen(t *testing.T, m *mux.Mux, options ...client.Option) *client.Client {
	t.Helper()
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	c := client.New(server.URL, options...)
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func returning(response events.Event) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return response, nil })
}
