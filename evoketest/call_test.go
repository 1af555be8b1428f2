package evoketest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
)

func TestCallReturnsTheResponse(t *testing.T) {
	s := evoketest.NewService(t, stock)
	require.Equal(t, left{"cup", 7}, evoketest.Call[left](t, s.Client, "stock:item:reserve", 1, reserve{"cup", 3}))
	require.Equal(t, left{"cup", 6}, evoketest.Call[left](t, s.Mux, "stock:item:reserve", 1, reserve{"cup", 4}))
}

func TestCallEndsTheTestUnlessTheAnswerIsASuccess(t *testing.T) {
	for item, want := range map[string]string{
		"jug": `stock:item:reserve version 1: notFound NO_SUCH_ITEM: there is no "jug"
the answer:
{
  "name": "stock:item:reserve:notFound",
  "version": 1,
  "id": "i-2",
  "flowId": "i-1",
  "payload": {
    "code": "NO_SUCH_ITEM",
    "message": "there is no \"jug\"",
    "parameters": {
      "item": "jug"
    }
  },
  "identity": {},
  "auth": {},
  "metadata": {}
}`,
		"elsewhere": `stock:item:reserve version 1: redirect to https://stock.example.com/events
the answer:
{
  "name": "stock:item:reserve:redirect",
  "version": 1,
  "id": "i-2",
  "flowId": "i-1",
  "payload": {
    "url": "https://stock.example.com/events",
    "queryParameters": {}
  },
  "identity": {},
  "auth": {},
  "metadata": {}
}`,
	} {
		require.Equal(t, want, failure(func(tb evoketest.TB) {
			s := evoketest.NewService(tb, stock, mux.WithIDs(evoketest.IDs("i")))
			evoketest.Call[left](tb, s.Mux, "stock:item:reserve", 1, reserve{item, 1})
			t.Error("the test went on")
		}))
	}
	require.Contains(t, failure(func(tb evoketest.TB) {
		evoketest.Call[string](tb, evoketest.NewService(tb, stock).Client, "stock:item:reserve", 1, reserve{"cup", 1})
	}), "its payload does not fit string")
}

func TestSendReturnsAnyAnswer(t *testing.T) {
	s := evoketest.NewService(t, stock)
	for item, name := range map[string]string{
		"cup": "stock:item:reserve:response", "jug": "stock:item:reserve:notFound",
		"shelf": "stock:item:reserve:error", "elsewhere": "stock:item:reserve:redirect",
	} {
		for _, h := range []events.Handler{s.Client, s.Mux} {
			require.Equal(t, name, evoketest.Send(t, h, "stock:item:reserve", 1, reserve{item, 1}).Name)
		}
	}
}

func TestSendHasTheOptionsOfACallAndTheIDsOfItsHandler(t *testing.T) {
	s := evoketest.NewService(t, func(m *mux.Mux) {
		mux.Handle(m, "test:identity:show", 1, func(ctx context.Context, _ struct{}) (events.Event, error) {
			e, _ := events.RequestFrom(ctx)
			return e, nil
		})
	}, mux.WithIDs(evoketest.IDs("mux")))
	answer := evoketest.Send(t, s.Mux, "test:identity:show", 1, nil, client.WithIdentity(map[string]int{"userId": 7}))
	evoketest.RequireEvent(t, answer, evoketest.Payload("/identity", map[string]int{"userId": 7}), evoketest.ID("mux-2"))
}

func TestSendEndsTheTestWithoutAnAnswer(t *testing.T) {
	for want, h := range map[string]events.HandlerFunc{
		"a:b:c version 2: gone": func(context.Context, events.Event) (events.Event, error) {
			return events.Event{}, events.KindGone
		},
		"a:b:c version 2: the handler returned no event and no error; a mux makes that a success": func(context.Context, events.Event) (events.Event, error) {
			return events.Event{}, nil
		},
	} {
		require.Equal(t, want, failure(func(tb evoketest.TB) {
			evoketest.Send(tb, h, "a:b:c", 2, nil)
			t.Error("the test went on")
		}))
	}
}
