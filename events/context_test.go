package events_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
)

func TestContextHoldsNothingAtFirst(t *testing.T) {
	ctx := t.Context()
	_, handling := events.RequestFrom(ctx)
	require.False(t, handling)
	require.Empty(t, events.FlowFrom(ctx))
	require.Zero(t, events.CallFrom(ctx))
	require.Zero(t, events.PeerFrom(ctx))
	require.Zero(t, events.ItemFrom(ctx))
	require.Nil(t, events.MetadataFrom(ctx))
	require.ErrorContains(t, events.SetMetadata(ctx, "a", 1), "outside of a handler")
}

func TestWithCallOfTheCallee(t *testing.T) {
	peer := events.Peer{Addr: "addr"}
	outer := events.WithItem(events.WithFlow(t.Context(), "other"), 3)
	require.Equal(t, 3, events.ItemFrom(outer))
	ctx := events.WithCall(outer, events.Call{Request: request, Peer: peer, Item: 3})
	got, handling := events.RequestFrom(ctx)
	require.True(t, handling)
	require.Equal(t, request, got)
	require.Equal(t, "f", events.FlowFrom(ctx))
	require.Equal(t, peer, events.PeerFrom(ctx))
	require.Equal(t, 3, events.CallFrom(ctx).Item)
	require.Zero(t, events.ItemFrom(ctx), "calls made in turn are no items")
	require.Equal(t, "other", events.FlowFrom(outer), "the outer context is untouched")
}

func TestWithCallOfTheCallerKeepsWhatIsHandled(t *testing.T) {
	ctx := events.WithCall(t.Context(), events.Call{Request: request})
	made := events.Event{Name: "d:e:f"}
	ctx = events.WithCall(ctx, events.Call{Side: events.Caller, Request: made})
	got, _ := events.RequestFrom(ctx)
	require.Equal(t, request, got)
	require.Equal(t, made, events.CallFrom(ctx).Request)
	require.Equal(t, events.Caller, events.CallFrom(ctx).Side)
	require.Equal(t, "f", events.FlowFrom(ctx))
}

func TestScopesSurviveDerivedContexts(t *testing.T) {
	type key struct{}
	ctx := events.WithFlow(context.WithValue(t.Context(), key{}, "kept"), "flow")
	ctx, cancel := context.WithCancel(ctx)
	ctx = events.WithPeer(ctx, events.Peer{Addr: "addr"})
	require.Equal(t, "kept", ctx.Value(key{}))
	require.Equal(t, "flow", events.FlowFrom(ctx))
	cancel()
	require.ErrorIs(t, ctx.Err(), context.Canceled)
}

func TestResponseMetadata(t *testing.T) {
	outer := events.WithCall(t.Context(), events.Call{Request: request})
	inner := events.WithCall(outer, events.Call{Request: request})
	var all sync.WaitGroup
	for _, key := range []string{"a", "b", "c"} {
		all.Go(func() {
			for i := range 100 {
				_ = events.SetMetadata(inner, key, i)
			}
		})
	}
	all.Wait()
	require.JSONEq(t, `{"a":99,"b":99,"c":99}`, string(events.MetadataFrom(inner)))
	require.Nil(t, events.MetadataFrom(outer), "each call has its own")
	require.Error(t, events.SetMetadata(inner, "f", func() {}))
}

func TestPeerHeader(t *testing.T) {
	p := events.Peer{Headers: map[string][]string{"X-Two-Words": {"1", "2"}}}
	require.Equal(t, "1", p.Header("x-two-words"))
	require.Empty(t, p.Header("other"))
	require.Empty(t, events.Peer{}.Header("any"))
}

func TestSides(t *testing.T) {
	require.Equal(t, "callee", events.Callee.String())
	require.Equal(t, "caller", events.Caller.String())
}
