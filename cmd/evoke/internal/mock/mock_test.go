package mock_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/cmd/evoke/internal/mock"
	"github.com/evoke-rpc/evoke/events"
)

func event(examples ...string) catalog.Event {
	e := catalog.Event{Name: "a:b:c", Version: 1}
	for i := 0; i < len(examples); i += 2 {
		e.Examples = append(e.Examples, catalog.Example{Request: json.RawMessage(examples[i]), Response: json.RawMessage(examples[i+1])})
	}
	return e
}

func answer(t *testing.T, e catalog.Event, payload string) events.Event {
	t.Helper()
	m, err := mock.New(catalog.Catalog{Events: []catalog.Event{e}})
	require.NoError(t, err)
	response, err := m.Serve(t.Context(), events.Event{Name: e.Name, Version: e.Version, ID: "id-1", FlowID: "flow-1", Payload: json.RawMessage(payload)})
	require.NoError(t, err)
	return response
}

func TestTheExampleThatIsMostLikeTheRequestAnswers(t *testing.T) {
	products := event(
		`{"id":"p-1"}`, `"first"`,
		`{"id":"p-2","filter":{"colour":"red","sizes":[1,2]}}`, `"second"`,
		`{"id":"p-2","filter":{"colour":"red","sizes":[1,3]}}`, `"third"`,
		`{"id":7,"empty":{},"none":[]}`, `"fourth"`,
		`"text"`, `"fifth"`,
	)
	for payload, want := range map[string]string{
		`{"id":"p-1"}`: `"first"`,
		`{"filter":{"sizes":[1,3],"colour":"red"},"id":"p-2"}`: `"third"`,
		`{"id":"p-2","filter":{"colour":"red"}}`:               `"second"`, // as like as the third
		`{"id":"p-2"}`:                                         `"second"`,
		`{"id":"p-3","filter":{"sizes":[9,3]}}`:                `"third"`,
		`{"id":7}`:                                             `"fourth"`,
		`{"empty":{}}`:                                         `"fourth"`,
		`{"none":[]}`:                                          `"fourth"`,
		`{"none":{}}`:                                          `"first"`, // like none
		`{"id":"p-1","more":"than","in":"example"}`:            `"first"`,
		`{}`:     `"first"`,
		`"text"`: `"fifth"`,
		`[]`:     `"first"`,
	} {
		response := answer(t, products, payload)
		require.Equal(t, "a:b:c:response", response.Name)
		require.Equal(t, want, string(response.Payload), payload)
	}
}

func TestARequestThatDoesNotFitIsRefusedAsByAMux(t *testing.T) {
	e := event(`{"id":"p-1"}`, `{}`)
	e.InputSchema = json.RawMessage(`{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}`)
	response := answer(t, e, `{"ID":"p-1"}`)
	require.Equal(t, "a:b:c:badRequest", response.Name)
	require.JSONEq(t, `{"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[
		{"path":"","keyword":"required","expected":"id","got":"nothing"},
		{"path":"/ID","keyword":"case","expected":"id","got":"\"ID\""}]}}`, string(response.Payload))
}

func TestWithoutExamplesAResponseIsMadeUp(t *testing.T) {
	e := event()
	e.OutputSchema = json.RawMessage(`{"type":"object","properties":{"id":{"type":"string"}}}`)
	require.Equal(t, `{"id":"text"}`, string(answer(t, e, `{}`).Payload))
}

func TestAnEventOfWhichNothingIsKnownSaysSo(t *testing.T) {
	response := answer(t, event(), `{}`)
	require.Equal(t, "a:b:c:error", response.Name)
	require.JSONEq(t, `{"code":"NO_EXAMPLE","message":"the catalogue has no example of a:b:c version 1, and describes no response that could be made up","parameters":{}}`, string(response.Payload))
}

func TestTheCatalogIsAnsweredAsItIs(t *testing.T) {
	e := event(`{"id":"<p>"}`, `{"n":1.50}`)
	e.InputSchema, e.Internal, e.Timeout = json.RawMessage(`{"type":"object"}`), true, time.Second
	e.Deprecation = &catalog.Deprecation{Sunset: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Successor: 2}
	own := catalog.Event{Name: "service:catalog:get", Version: 1, Doc: "Tells.", Examples: []catalog.Example{{Request: []byte("{}"), Response: []byte(`"old"`)}}}
	c := catalog.Catalog{Name: "shop", Version: "1", Endpoint: "https://shop.example.com/events", Events: []catalog.Event{e, own}}
	m, err := mock.New(c)
	require.NoError(t, err)
	read, err := client.Call[catalog.Catalog](t.Context(), m, "service:catalog:get", 1, nil)
	require.NoError(t, err)
	require.Equal(t, c, read)
	require.Equal(t, 2, m.Catalog().Events[0].Deprecation.Successor, "callers are told of the deprecation")
}

func TestWhatCannotBeServedIsNamed(t *testing.T) {
	broken, null, twice := event(), event(`{`, `1`), event()
	broken.InputSchema = json.RawMessage(`{"type":7}`)
	for want, list := range map[string][]catalog.Event{
		`event 1 of the catalogue, "" version 1: `:                                                       {{Version: 1}},
		`event 2 of the catalogue, "x" version 0: `:                                                      {event(), {Name: "x"}},
		`event 1 of the catalogue, "a\nb" version 1: `:                                                   {{Name: "a\nb", Version: 1}},
		`event 2 of the catalogue, "a:b:c" version 1, is there twice`:                                    {twice, twice},
		`event 1 of the catalogue, "a:b:c" version 1: the schema of the request cannot be used: schema:`: {broken},
		`event 1 of the catalogue, "a:b:c" version 1: the request of example 1 is not JSON: `:            {null},
	} {
		_, err := mock.New(catalog.Catalog{Events: list})
		require.ErrorContains(t, err, want)
	}
}
