package batch_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newTroubled returns a mux with events that end in every way.
func newTroubled(options ...mux.MuxOption) *mux.Mux {
	m := newMux(options)
	for name, err := range map[string]error{
		"test:item:refuse":   events.Errorf(events.KindUnprocessable, "NO_PIECES", "an order has pieces").With("pieces", 0),
		"test:item:break":    errors.New("disk full"),
		"test:item:redirect": &events.Redirect{URL: "http://elsewhere.test/"},
	} {
		mux.Handle(m, name, 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, err })
	}
	mux.Handle(m, "test:item:panic", 1, func(context.Context, struct{}) (struct{}, error) { panic("boom") })
	mux.Handle(m, "test:item:typed", 1, func(context.Context, struct{ N int }) (struct{}, error) { return struct{}{}, nil })
	return m
}

func TestItemThatFailsIsAnsweredAsIfItHadComeAloneAndTouchesNoOther(t *testing.T) {
	for name, c := range map[string]struct{ item, answer, payload string }{
		"refused":      {item("test:item:refuse", `{}`), `test:item:refuse:unprocessable`, `{"code":"NO_PIECES","message":"an order has pieces","parameters":{"pieces":0}}`},
		"broken":       {item("test:item:break", `{}`), `test:item:break:error`, `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`},
		"panicking":    {item("test:item:panic", `{}`), `test:item:panic:error`, `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`},
		"redirect":     {item("test:item:redirect", `{}`), `test:item:redirect:redirect`, `{"url":"http://elsewhere.test/","queryParameters":{}}`},
		"unknown":      {item("no:such:event", `{}`), `eventNotFound`, `{"code":"NO_EVENT_HANDLER_FOUND","message":"no handler for no:such:event version 1","parameters":{"event":"no:such:event","version":1,"versions":[]}}`},
		"wrong type":   {item("test:item:typed", `{"N":"one"}`), `test:item:typed:badRequest`, `{"code":"INVALID_PAYLOAD","message":"the payload does not fit the event","parameters":{"violations":[{"path":"/N","keyword":"type","expected":"integer","got":"string"}]}}`},
		"no event":     {`7`, `badProtocol`, `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: an event is a JSON object, got a number","parameters":{"propertyName":"","missingProperty":"","reason":"an event is a JSON object, got a number"}}`},
		"null":         {`null`, `badProtocol`, `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: an event is a JSON object, got null","parameters":{"propertyName":"","missingProperty":"","reason":"an event is a JSON object, got null"}}`},
		"no name":      {`{"version":1,"payload":{}}`, `badProtocol`, `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: \"name\" is missing","parameters":{"propertyName":"name","missingProperty":"name","reason":"\"name\" is missing"}}`},
		"null payload": {item("test:value:echo", `null`), `badProtocol`, `{"code":"INVALID_COMMUNICATION_PROTOCOL","message":"invalid event: \"payload\" is missing","parameters":{"propertyName":"payload","missingProperty":"payload","reason":"\"payload\" is missing"}}`},
	} {
		for how, payload := range map[string]string{
			"sequential": sequential(echo(1), c.item, echo(3)), "parallel": parallel(echo(1), c.item, echo(3)),
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				list := run(t, newTroubled(), payload)
				require.Len(t, list, 3)
				require.Equal(t, c.answer, list[1].Name)
				require.JSONEq(t, c.payload, string(list[1].Payload))
				require.Equal(t, "flow-1", list[1].FlowID)
				require.Equal(t, 1, list[1].Version)
				require.Equal(t, []string{"1", "3"}, outcomes([]events.Event{list[0], list[2]}))
			})
		}
	}
}

func TestItemThatIsNoEventKeepsTheIDsThatCouldBeRead(t *testing.T) {
	m := newMux([]mux.MuxOption{mux.WithIDs(func() string { return "fresh" })})
	list := run(t, m, sequential(
		`{"name":"a","version":0,"payload":{},"id":"i","flowId":"f"}`,
		`{"name":"a","version":0,"payload":{},"id":7,"flowId":""}`,
		`"text"`,
	))
	var got []string
	for _, a := range list {
		got = append(got, fmt.Sprintf("%s %s %s %d", a.Name, a.ID, a.FlowID, a.Version))
	}
	require.Equal(t, []string{"badProtocol i f 1", "badProtocol fresh flow-1 1", "badProtocol fresh flow-1 1"}, got)
}

// A batch serves any Handler, and reads what that returns by the Handler's
// contract: an event, an error, both or neither.
func TestItemsMayBeServedByAnyHandler(t *testing.T) {
	down := errors.New("down")
	for name, c := range map[string]struct {
		response events.Event
		err      error
		name     string
		payload  string
		noticed  error // what the batch's own tracker learns
	}{
		"event":               {events.Event{Name: "a:response", Version: 1, ID: "i", FlowID: "flow-1", Payload: []byte(`7`)}, nil, "a:response", `7`, nil},
		"event with metadata": {events.Event{Name: "a:response", Payload: []byte(`7`), Metadata: []byte(`{"n":1}`)}, nil, "a:response", `7`, nil},
		"error":               {events.Event{}, down, "a:error", `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`, down},
		"error of the domain": {events.Event{}, events.KindGone, "a:gone", `{"code":"GONE","message":"gone","parameters":{}}`, events.KindGone},
		"both":                {events.Event{Name: "a:response", Payload: []byte(`7`)}, down, "a:response", `7`, down},
		"neither":             {events.Event{}, nil, "a:response", `{}`, nil},
		"payload alone":       {events.Event{Payload: []byte(`7`)}, nil, "a:response", `7`, nil},
		"the request's auth":  {events.Event{Name: "a:response", Payload: []byte(`7`), Identity: []byte(`{"userId":7}`), Auth: []byte(`{"token":"x"}`)}, nil, "a:response", `7`, nil},
		"ids of its own":      {events.Event{Name: "a:response", Version: 9, ID: "own", FlowID: "own", Payload: []byte(`7`)}, nil, "a:response", `7`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return c.response, c.err })
			response, err := batch.New(h).Serve(t.Context(), request(sequential(`{"name":"a","version":1,"id":"i","payload":{}}`)))
			a := answers(t, response)[0]
			require.Equal(t, c.name, a.Name)
			require.JSONEq(t, c.payload, string(a.Payload))
			require.Equal(t, "i flow-1 1", fmt.Sprint(a.ID, " ", a.FlowID, " ", a.Version), "id, flowId and version are the request's")
			require.Equal(t, `{} {}`, string(a.Identity)+" "+string(a.Auth), "identity and auth are not echoed")
			if c.noticed == nil {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, c.noticed)
			}
		})
	}
}

func TestHandlerThatWritesNoJSONHarmsOnlyItsOwnItem(t *testing.T) {
	h := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		response := events.Event{Name: request.Name + ":response", Version: 1, ID: "i", FlowID: "f", Payload: request.Payload}
		if request.Name == "bad" {
			response.Payload = []byte(`{"half":`)
		}
		return response, nil
	})
	response, _ := batch.New(h).Serve(t.Context(), request(sequential(item("fine", `1`), item("bad", `2`), item("fine", `3`))))
	require.Equal(t, []string{"1", "UNHANDLED_ERROR", "3"}, outcomes(answers(t, response)))
}
