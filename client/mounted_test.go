package client_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newGateway returns a mux that serves the catalog's event by c.
func newGateway(c *client.Client) *mux.Mux {
	m := mux.New()
	m.Add("catalog:product:get", 1, c)
	return m
}

func TestMountedClientServesLikeALocalFunction(t *testing.T) {
	local, gateway := newCatalog(), newGateway(listen(t, newCatalog()))
	for name, request := range map[string]events.Event{
		"success":     {Name: "catalog:product:get", Version: 1, ID: "i", FlowID: "f", Payload: []byte(`{"id":"p-1"}`)},
		"error":       {Name: "catalog:product:get", Version: 1, ID: "i", FlowID: "f", Payload: []byte(`{"id":"p-9"}`)},
		"bad payload": {Name: "catalog:product:get", Version: 1, ID: "i", FlowID: "f", Payload: []byte(`{"id":9}`)},
	} {
		t.Run(name, func(t *testing.T) {
			want, err := local.Serve(t.Context(), request)
			require.NoError(t, err)
			got, err := gateway.Serve(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, string(want.Append(nil)), string(got.Append(nil)))
			over, err := listen(t, gateway).Serve(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, string(want.Append(nil)), string(over.Append(nil)))
		})
	}
}

func TestMountedClientPassesOnTheEventItself(t *testing.T) {
	network := &recorder{next: remote(newCatalog())}
	gateway := newGateway(over(network))
	request := events.Event{
		Name: "catalog:product:get", Version: 1, ID: "i", FlowID: "f", Payload: []byte(`{"id":"p-1"}`),
		Identity: []byte(`{"userId":7}`), Metadata: []byte(`{"parentId":"p","traceparent":"00-aa-bb-01","origin":"shop"}`),
	}
	_, err := gateway.Serve(t.Context(), request)
	require.NoError(t, err)
	got := network.one(t)
	require.Equal(t, "i", got.ID)
	require.Equal(t, "f", got.FlowID)
	require.Equal(t, `{"userId":7}`, string(got.Identity))
	require.Equal(t, map[string]any{"parentId": "p", "traceparent": "00-aa-bb-01", "origin": "shop"}, metadata(t, got.Event))
	require.Equal(t, "00-aa-bb-01", got.header.Get("Traceparent"))
}

// The header of the call belongs to the event, and the mounted client sends that
// very event.
func TestSettingsOfACallReachTheClientThatServesIt(t *testing.T) {
	network := &recorder{next: remote(newCatalog())}
	_, err := get(t.Context(), newGateway(over(network)), client.WithHeader("X-Tenant", "a"))
	require.NoError(t, err)
	require.Equal(t, "a", network.one(t).header.Get("X-Tenant"))
}

func TestMountedClientWithoutConnectionAnswersFailedDependency(t *testing.T) {
	gateway := newGateway(over(answering(http.StatusBadGateway, "a page that tells of the inside")))
	response, err := gateway.Serve(t.Context(), events.Event{Name: "catalog:product:get", Version: 1})
	require.NoError(t, err)
	require.Equal(t, "catalog:product:get:failedDependency", response.Name)
	require.NotContains(t, string(response.Payload), "inside")
	require.NotContains(t, string(response.Payload), "callee.test")
}

func TestMiddlewareWrapsAClient(t *testing.T) {
	network := &recorder{next: remote(newCatalog())}
	var seen []string
	logged := events.Chain(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			response, err := next.Serve(ctx, request)
			seen = append(seen, request.Name, response.Name)
			return response, err
		})
	})(over(network))
	p, err := get(t.Context(), logged, client.WithHeader("X-Tenant", "a"))
	require.NoError(t, err)
	require.Equal(t, "lamp", p.Title)
	require.Equal(t, "catalog:product:get catalog:product:get:response", strings.Join(seen, " "))
	require.Equal(t, "a", network.one(t).header.Get("X-Tenant"), "settings of the call pass through what wraps the client")
}
