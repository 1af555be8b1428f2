package client_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

func TestSuccessesOfOtherPeersAreRead(t *testing.T) {
	for name, body := range map[string]string{
		"version missing":         `{"name":"catalog:product:get:response","id":"i","flowId":"f","payload":{"id":"p-1"}}`,
		"version in quotes":       `{"name":"catalog:product:get:response","version":"1","payload":{"id":"p-1"}}`,
		"version null":            `{"name":"catalog:product:get:response","version":null,"payload":{"id":"p-1"}}`,
		"everything else null":    `{"name":"catalog:product:get:response","id":null,"flowId":null,"payload":{"id":"p-1"},"identity":null,"auth":null,"metadata":null}`,
		"name alone of the name":  `{"name":"other:name:response","payload":{"id":"p-1"}}`,
		"unknown fields":          `{"name":"catalog:product:get:response","schemaVersion":3,"error":null,"payload":{"id":"p-1"}}`,
		"another order and space": "\n{ \"payload\" : {\"id\":\"p-1\"}, \"name\" : \"catalog:product:get:response\" }\n",
	} {
		t.Run(name, func(t *testing.T) {
			p, err := get(t.Context(), over(answering(http.StatusOK, body)))
			require.NoError(t, err)
			require.Equal(t, "p-1", p.ID)
		})
	}
	for name, body := range map[string]string{
		"null payload":    `{"name":"catalog:product:get:response","payload":null}`,
		"missing payload": `{"name":"catalog:product:get:response"}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, err := get(t.Context(), over(answering(http.StatusOK, body)))
			require.NoError(t, err)
			require.Zero(t, p)
		})
	}
}

func TestWhatOtherPeersLeaveOutIsTakenFromTheRequest(t *testing.T) {
	c := over(answering(http.StatusOK, `{"name":"a:response"}`))
	response, err := c.Serve(t.Context(), events.Event{Name: "a", Version: 4, ID: "i", FlowID: "f"})
	require.NoError(t, err)
	require.Equal(t, events.Event{Name: "a:response", Version: 4, ID: "i", FlowID: "f", Payload: json.RawMessage("{}")}, response)

	c = over(answering(http.StatusOK, `{"name":"a:response","version":2,"id":"own","flowId":"its","payload":[]}`))
	response, err = c.Serve(t.Context(), events.Event{Name: "a", Version: 4, ID: "i", FlowID: "f"})
	require.NoError(t, err)
	require.Equal(t, events.Event{Name: "a:response", Version: 2, ID: "own", FlowID: "its", Payload: json.RawMessage("[]")}, response)
}

func TestErrorsOfOtherPeersAreRead(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		want  events.Error
	}{
		"bare error":             {`"name":"error","version":1,"payload":{"message":"broken","code":"E_1"}`, events.Error{Kind: events.KindError, Code: "E_1", Message: "broken"}},
		"bare eventNotFound":     {`"name":"eventNotFound","payload":{"code":"NO_EVENT_HANDLER_FOUND","parameters":{"event":"a"}}`, events.Error{Kind: events.KindEventNotFound, Code: "NO_EVENT_HANDLER_FOUND", Parameters: map[string]any{"event": "a"}}},
		"bare badProtocol":       {`"name":"badProtocol","payload":{"code":"INVALID_COMMUNICATION_PROTOCOL"}`, events.Error{Kind: events.KindBadProtocol, Code: "INVALID_COMMUNICATION_PROTOCOL"}},
		"badProtocol:error":      {`"name":"badProtocol:error","payload":{"code":"X"}`, events.Error{Kind: events.KindBadProtocol, Code: "X"}},
		"bad_request":            {`"name":"catalog:product:get:bad_request","payload":{"code":"X"}`, events.Error{Kind: events.KindBadRequest, Code: "X"}},
		"not_found":              {`"name":"catalog:product:get:not_found","payload":{"code":"X"}`, events.Error{Kind: events.KindNotFound, Code: "X"}},
		"resource_denied":        {`"name":"catalog:product:get:resource_denied","payload":{"code":"X"}`, events.Error{Kind: events.KindResourceDenied, Code: "X"}},
		"failed_dependency":      {`"name":"catalog:product:get:failed_dependency","payload":{"code":"X"}`, events.Error{Kind: events.KindFailedDependency, Code: "X"}},
		"code as a number":       {`"name":"catalog:product:get:error","payload":{"code":404,"message":"gone"}`, events.Error{Kind: events.KindError, Code: "404", Message: "gone"}},
		"code beyond a float":    {`"name":"catalog:product:get:error","payload":{"code":123456789012345678901}`, events.Error{Kind: events.KindError, Code: "123456789012345678901"}},
		"numbers as parameters":  {`"name":"catalog:product:get:error","payload":{"code":"X","parameters":{"left":9007199254740993}}`, events.Error{Kind: events.KindError, Code: "X", Parameters: map[string]any{"left": json.Number("9007199254740993")}}},
		"parameters a list":      {`"name":"catalog:product:get:gone","payload":{"code":"X","parameters":[]}`, events.Error{Kind: events.KindGone, Code: "X"}},
		"null payload":           {`"name":"catalog:product:get:unauthorized","payload":null`, events.Error{Kind: events.KindUnauthorized}},
		"text payload":           {`"name":"catalog:product:get:forbidden","payload":"no"`, events.Error{Kind: events.KindForbidden}},
		"unknown kind":           {`"name":"catalog:product:get:sleepy","payload":{"code":"X"}`, events.Error{Kind: "sleepy", Code: "X"}},
		"unknown kind in snakes": {`"name":"catalog:product:get:half_asleep","payload":{"code":"X"}`, events.Error{Kind: "half_asleep", Code: "X"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := get(t.Context(), over(answering(http.StatusOK, "{"+c.event+"}")))
			var got *events.Error
			require.ErrorAs(t, err, &got)
			require.NotNil(t, got.Remote)
			c.want.Remote = got.Remote
			require.Equal(t, c.want, *got)
			require.ErrorIs(t, err, c.want.Kind)
			require.Equal(t, c.want.Kind == events.KindError || !c.want.Kind.Known(), got.Is(events.KindError),
				"an unknown kind is treated as error, a known one is not")
			require.NotErrorAs(t, err, new(*client.Error))
		})
	}
}
