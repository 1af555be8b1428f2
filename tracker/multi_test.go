package tracker_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

// naming is a Tracker that writes its name and what was written to the context
// before it.
func naming(name string, log *[]string) tracker.Tracker {
	write := func(ctx context.Context, method string) context.Context {
		*log = append(*log, fmt.Sprintf("%s.%s after %v", name, method, ctx.Value(key{})))
		return context.WithValue(ctx, key{}, name+"."+method)
	}
	return &tracker.Mock{
		StartFn:            func(ctx context.Context, _ events.Event) context.Context { return write(ctx, "start") },
		NoticeErrorFn:      func(ctx context.Context, _ error) context.Context { return write(ctx, "unreadable") },
		NoticeEventErrorFn: func(ctx context.Context, _ events.Event, _ error) context.Context { return write(ctx, "failed") },
		EndFn:              func(ctx context.Context, _ events.Event, _ error) context.Context { return write(ctx, "end") },
	}
}

func TestMultiTellsEachInOrderAndChainsTheirContexts(t *testing.T) {
	var log []string
	ctx := tellAll(t.Context(), tracker.Multi(naming("a", &log), naming("b", &log)))
	require.Equal(t, []string{
		"a.start after <nil>", "b.start after a.start",
		"a.unreadable after b.start", "b.unreadable after a.unreadable",
		"a.failed after b.unreadable", "b.failed after a.failed",
		"a.end after b.failed", "b.end after a.end",
	}, log)
	require.Equal(t, "b.end", ctx.Value(key{}))
}

func TestMultiPassesEventsAndErrorsToAll(t *testing.T) {
	var a, b tracker.Mock
	tellAll(t.Context(), tracker.Multi(&a, &b))
	require.Len(t, a.Calls(), 4)
	require.Equal(t, a.Calls(), b.Calls())
	require.Equal(t, "failed", b.Calls()[3].Err.Error())
}

func TestMultiOfNothingDoesNothing(t *testing.T) {
	require.Equal(t, t.Context(), tellAll(t.Context(), tracker.Multi()))
}

func TestMultisNest(t *testing.T) {
	var log []string
	tracker.Multi(naming("a", &log), tracker.Multi(naming("b", &log), naming("c", &log))).Start(t.Context(), events.Event{})
	require.Equal(t, []string{"a.start after <nil>", "b.start after a.start", "c.start after b.start"}, log)
}
