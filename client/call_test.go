package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

func TestCallIsTypedWhateverServesIt(t *testing.T) {
	for name, h := range map[string]events.Handler{
		"mux in the same process": newCatalog(),
		"service over HTTP":       listen(t, newCatalog()),
		"function": events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
			return events.NewResponse(request, product{ID: "p-1", Title: "lamp"})
		}),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := get(t.Context(), h)
			require.NoError(t, err)
			require.Equal(t, product{ID: "p-1", Title: "lamp"}, p)
		})
	}
}

func TestCallTurnsAnErrorEventIntoTheCalleesError(t *testing.T) {
	for name, h := range map[string]events.Handler{
		"mux in the same process": newCatalog(),
		"service over HTTP":       listen(t, newCatalog()),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.Call[product](t.Context(), h, "catalog:product:get", 1, getProduct{ID: "p-9"})
			require.ErrorIs(t, err, events.KindNotFound)
			require.NotErrorIs(t, err, events.KindError)
			var e *events.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "PRODUCT_NOT_FOUND", e.Code)
			require.Equal(t, `there is no product "p-9"`, e.Message)
			require.Equal(t, map[string]any{"id": "p-9"}, e.Parameters)
			require.NotNil(t, e.Remote, "the error is not marked as another service's")
			require.Equal(t, "catalog:product:get:notFound", e.Remote.Name)
			require.NotErrorAs(t, err, new(*client.Error), "an error event is an answer")
		})
	}
}

func TestCallTellsThatNoHandlerExistsAndInWhichVersionsOneDoes(t *testing.T) {
	_, err := client.Call[product](t.Context(), listen(t, newCatalog()), "catalog:product:get", 7, getProduct{})
	require.ErrorIs(t, err, events.KindEventNotFound)
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.CodeNoEventHandler, e.Code)
	require.Equal(t, []any{json.Number("1")}, e.Parameters["versions"])
}

func TestCallSendsEveryPayloadAsJSONAndNeverNull(t *testing.T) {
	type empty struct{}
	for name, c := range map[string]struct {
		in   any
		want string
	}{
		"nothing":              {nil, `{}`},
		"struct":               {getProduct{ID: "<p&1>"}, `{"id":"<p&1>"}`},
		"struct of no fields":  {empty{}, `{}`},
		"nil pointer":          {(*getProduct)(nil), `{}`},
		"nil slice":            {[]string(nil), `[]`},
		"number":               {12345678901234567, `12345678901234567`},
		"text":                 {"p-1", `"p-1"`},
		"JSON made beforehand": {json.RawMessage(`{"id":1}`), `{"id":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			network := new(recorder)
			_, err := client.Call[product](t.Context(), over(network), "catalog:product:get", 1, c.in)
			require.NoError(t, err)
			require.Equal(t, c.want, string(network.one(t).Payload))
		})
	}
}

func TestCallReadsAnswersOfEveryJSONType(t *testing.T) {
	answered := func(payload string) *client.Client {
		return over(answering(http.StatusOK, `{"name":"a:response","payload":`+payload+`}`))
	}
	numbers, err := client.Call[[]int](t.Context(), answered(`[1,2]`), "a", 1, nil)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, numbers)
	text, err := client.Call[string](t.Context(), answered(`"x"`), "a", 1, nil)
	require.NoError(t, err)
	require.Equal(t, "x", text)
	raw, err := client.Call[json.RawMessage](t.Context(), answered(`{"n":1e400}`), "a", 1, nil)
	require.NoError(t, err)
	require.Equal(t, `{"n":1e400}`, string(raw))
	_, err = client.Call[struct{}](t.Context(), answered(`["any", 1]`), "a", 1, nil)
	require.NoError(t, err, "struct{} takes any answer")
}

func TestCallWithoutOutputStillFailsByAnErrorEvent(t *testing.T) {
	c := over(answering(http.StatusOK, `{"name":"a:gone","payload":{"code":"SOLD"}}`))
	_, err := client.Call[struct{}](t.Context(), c, "a", 1, nil)
	require.ErrorIs(t, err, events.KindGone)
}

// A plain function is a Handler too: neither an event nor an error is an empty
// success, and a nil payload is the empty object.
func TestCallReadsTheAnswersOfAnyHandlerByTheHandlersContract(t *testing.T) {
	for name, response := range map[string]events.Event{
		"nothing":         {},
		"without payload": {Name: "catalog:product:get:response", Version: 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return response, nil })
			p, err := get(t.Context(), h)
			require.NoError(t, err)
			require.Zero(t, p)
		})
	}
	t.Run("event and error", func(t *testing.T) {
		h := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
			response, err := events.NewResponse(request, product{ID: "p-1"})
			require.NoError(t, err)
			return response, fmt.Errorf("for the tracker")
		})
		p, err := get(t.Context(), h)
		require.NoError(t, err)
		require.Equal(t, "p-1", p.ID)
	})
	t.Run("error", func(t *testing.T) {
		down := fmt.Errorf("down")
		h := events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return events.Event{}, down })
		_, err := get(t.Context(), h)
		require.ErrorIs(t, err, down)
	})
}

func TestCallThatCannotBeEncodedIsNotSent(t *testing.T) {
	network := new(recorder)
	_, err := client.Call[product](t.Context(), over(network), "catalog:product:get", 1, func() {})
	require.ErrorContains(t, err, "the payload of catalog:product:get version 1")
	require.ErrorAs(t, err, new(*json.UnsupportedTypeError))
	require.Empty(t, network.all())
}

// capitals is a codec whose JSON has upper-case text.
type capitals struct{ events.JSON }

func (c capitals) Marshal(v any) ([]byte, error) {
	data, err := c.JSON.Marshal(v)
	return []byte(strings.ToUpper(string(data))), err
}

func (c capitals) Unmarshal(data []byte, v any) error {
	return c.JSON.Unmarshal([]byte(strings.ToLower(string(data))), v)
}

func TestCodecOfTheClientWritesAndReadsThePayloads(t *testing.T) {
	network := &recorder{next: answering(http.StatusOK, `{"name":"a:response","payload":{"ID":"P-1"}}`)}
	p, err := get(t.Context(), over(network, client.WithCodec(capitals{})))
	require.NoError(t, err)
	require.Equal(t, `{"ID":"P-1"}`, string(network.one(t).Payload))
	require.Equal(t, "p-1", p.ID)
}

func TestServeSendsTheEventAsItIs(t *testing.T) {
	network := new(recorder)
	request := events.Event{
		Name: "catalog:product:get", Version: 3, ID: "i", FlowID: "f", Payload: []byte(`[1, 2]`),
		Identity: []byte(`{"userId":7}`), Auth: []byte(`{"token":"x"}`), Metadata: []byte(`{"origin":"shop"}`),
	}
	_, err := over(network, client.WithTimeout(0)).Serve(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, request, network.one(t).Event)
	require.Equal(t, "http://callee.test/events", network.one(t).url)
	require.Equal(t, "application/json", network.one(t).header.Get("Content-Type"))
}

func TestServeReturnsErrorEventsWithoutAnError(t *testing.T) {
	response, err := listen(t, newCatalog()).Serve(t.Context(), events.Event{Name: "no:such:event", Version: 1, ID: "i", FlowID: "f"})
	require.NoError(t, err)
	require.Equal(t, "eventNotFound", response.Name)
	require.Equal(t, "i", response.ID)
	require.Equal(t, "f", response.FlowID)
}

func TestMissingIDsAreTakenFromTheSourceAndTheFlowFromTheContext(t *testing.T) {
	var n atomic.Int64
	ids := client.WithIDs(func() string { return fmt.Sprintf("id-%d", n.Add(1)) })
	network := new(recorder)
	c := over(network, ids)
	request := events.Event{Name: "catalog:product:get", Version: 1}

	_, err := c.Serve(t.Context(), request)
	require.NoError(t, err)
	_, err = c.Serve(events.WithFlow(t.Context(), "flow-of-the-job"), request)
	require.NoError(t, err)
	_, err = get(t.Context(), c)
	require.NoError(t, err)
	_, err = get(events.WithFlow(t.Context(), "flow-of-the-job"), c)
	require.NoError(t, err)

	type idPair struct{ id, flow string }
	var got []idPair
	for _, s := range network.all() {
		got = append(got, idPair{s.ID, s.FlowID})
	}
	require.Equal(t, []idPair{
		{"id-1", "id-2"}, {"id-3", "flow-of-the-job"}, // Serve
		{"id-5", "id-4"}, {"id-6", "flow-of-the-job"}, // Call
	}, got)
}

func TestCallsWithoutASourceOfIDsHaveDifferentOnes(t *testing.T) {
	network := new(recorder)
	c := over(network)
	for range 2 {
		_, err := get(t.Context(), c)
		require.NoError(t, err)
	}
	require.NotEqual(t, network.all()[0].ID, network.all()[1].ID)
	require.NotEqual(t, network.all()[0].FlowID, network.all()[1].FlowID)
}

func TestClockIsTheTrackersAndNotTheDeadlines(t *testing.T) {
	stopped := time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)
	network := new(recorder)
	_, err := get(t.Context(), over(network, client.WithClock(func() time.Time { return stopped })))
	require.NoError(t, err, "a clock that stands years ago must not let the call time out")
}
