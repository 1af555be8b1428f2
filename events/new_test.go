package events_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

func TestNewRequestOutsideOfAHandler(t *testing.T) {
	e, err := events.NewRequest(t.Context(), "a:b:c", 2, map[string]int{"n": 1})
	require.NoError(t, err)
	require.NoError(t, uuid.Validate(e.ID))
	require.NoError(t, uuid.Validate(e.FlowID))
	require.NotEqual(t, e.ID, e.FlowID)
	e.ID, e.FlowID = "", ""
	require.Equal(t, events.Event{Name: "a:b:c", Version: 2, Payload: []byte(`{"n":1}`),
		Identity: []byte("{}"), Auth: []byte("{}"), Metadata: []byte("{}")}, e)
	_, err = events.NewRequest(t.Context(), "a", 1, func() {})
	require.Error(t, err)
}

func TestNewRequestJoinsTheFlowOfItsContext(t *testing.T) {
	e, err := events.NewRequest(events.WithFlow(t.Context(), "flow"), "a", 1, nil)
	require.NoError(t, err)
	require.Equal(t, "flow", e.FlowID)
}

func TestNewRequestInHandlerContext(t *testing.T) {
	handled := request
	handled.Metadata = []byte(`{"origin":"o","tenant":7,"other":1,"tracestate":"x=y"}`)
	ctx := events.WithPropagation(t.Context(), "tenant", "missing", "origin")
	ctx = events.WithCall(ctx, events.Call{
		Request: handled,
		Peer:    events.Peer{Headers: map[string][]string{"Traceparent": {"00-1-2-01"}, "Tracestate": {"ignored"}}},
	})
	e, err := events.NewRequest(ctx, "d:e:f", 1, nil)
	require.NoError(t, err)
	require.Equal(t, "f", e.FlowID)
	require.NotEqual(t, "i", e.ID)
	require.JSONEq(t, `{"parentId":"i","traceparent":"00-1-2-01","tracestate":"x=y","tenant":7,"origin":"o"}`, string(e.Metadata))
	require.Equal(t, "{}", string(e.Identity), "identity is passed on only when asked for")
	require.Equal(t, "{}", string(e.Auth))
}

func TestNewRequestTakesIDsFromItsContext(t *testing.T) {
	n := 0
	ctx := events.WithIDs(t.Context(), func() string { n++; return strings.Repeat("x", n) })
	e, err := events.NewRequest(ctx, "a", 1, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"x", "xx"}, []string{e.FlowID, e.ID})
}

func TestNewResponse(t *testing.T) {
	e, err := events.NewResponse(request, []int{1})
	require.NoError(t, err)
	require.Equal(t, events.Event{Name: "a:b:c:response", Version: 3, ID: "i", FlowID: "f", Payload: []byte("[1]"),
		Identity: []byte("{}"), Auth: []byte("{}"), Metadata: []byte("{}")}, e)
	_, err = events.NewResponse(request, func() {})
	require.Error(t, err)
}

func TestNewErrorOfTheOriginalLibrary(t *testing.T) {
	e := events.NewError("flow", "it <failed>")
	require.NoError(t, uuid.Validate(e.ID))
	require.Equal(t, []any{"error", 1, "flow"}, []any{e.Name, e.Version, e.FlowID})
	require.Equal(t, `{"code":"ERROR","message":"it <failed>","parameters":{}}`, string(e.Payload))
	require.Equal(t, "{}", string(e.Metadata))
	require.Equal(t, `{"a":1}`, string(events.NewErrorWithMetadata("", "", map[string]int{"a": 1}).Metadata))
	require.Equal(t, "{}", string(events.NewErrorWithMetadata("", "", []int{1}).Metadata))
	require.Equal(t, "{}", string(events.NewErrorWithMetadata("", "", func() {}).Metadata))
}

func TestRandomID(t *testing.T) {
	id, err := uuid.Parse(events.RandomID())
	require.NoError(t, err)
	require.Equal(t, uuid.Version(4), id.Version())
	require.NotEqual(t, events.RandomID(), events.RandomID())
}

func TestChain(t *testing.T) {
	var order []string
	mark := func(name string) events.Middleware {
		return func(next events.Handler) events.Handler {
			return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
				order = append(order, name)
				return next.Serve(ctx, e)
			})
		}
	}
	inner := events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		order = append(order, "handler")
		return e, nil
	})
	h := events.Chain(mark("first"), mark("second"))(inner)
	got, err := h.Serve(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, request, got)
	require.Equal(t, []string{"first", "second", "handler"}, order)
	unwrapped := h.(interface{ Unwrap() events.Handler }).Unwrap()
	order = nil
	_, _ = unwrapped.Serve(t.Context(), request)
	require.Equal(t, []string{"handler"}, order)
}
