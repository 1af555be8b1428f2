package guard_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/guard"
)

func TestALimitIsAContext(t *testing.T) {
	type key struct{}
	synctest.Test(t, func(t *testing.T) {
		parent := context.WithValue(t.Context(), key{}, "value")
		var l guard.Limit
		l.Begin(parent, time.Second)
		ctx := l.Of(parent)
		at, ok := ctx.Deadline()
		require.True(t, ok)
		require.Equal(t, time.Now().Add(time.Second), at)
		require.NoError(t, ctx.Err())
		require.Equal(t, "value", ctx.Value(key{}))

		child, cancel := context.WithCancel(ctx)
		defer cancel()
		require.Equal(t, "value", child.Value(key{}))
		time.Sleep(time.Second)
		<-ctx.Done()
		<-child.Done()
		require.Equal(t, context.DeadlineExceeded, ctx.Err())
		require.Equal(t, context.DeadlineExceeded, child.Err())
		l.End()
		require.Equal(t, context.DeadlineExceeded, ctx.Err())
	})
}

func TestALimitThatNobodyWaitsForPassesAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l guard.Limit
		l.Begin(t.Context(), time.Second)
		time.Sleep(time.Second - time.Nanosecond)
		require.NoError(t, l.Err())
		time.Sleep(time.Nanosecond)
		require.Equal(t, context.DeadlineExceeded, l.Err())
		<-l.Done()
	})
}

func TestALimitEnds(t *testing.T) {
	for name, wait := range map[string]bool{"somebody waits": true, "nobody waits": false} {
		t.Run(name, func(t *testing.T) {
			var l guard.Limit
			l.Begin(t.Context(), time.Hour)
			if wait {
				require.NotNil(t, l.Done())
			}
			l.End()
			require.Equal(t, context.Canceled, l.Err())
			<-l.Done()
		})
	}
}

func TestALimitIsNoLongerThanItsParents(t *testing.T) {
	parent, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	want, _ := parent.Deadline()
	for _, d := range []time.Duration{-1, time.Hour} {
		var l guard.Limit
		l.Begin(parent, d)
		at, ok := l.Of(parent).Deadline()
		require.True(t, ok)
		require.Equal(t, want, at)
		l.End()
	}
	var shorter guard.Limit
	shorter.Begin(parent, time.Second)
	at, _ := shorter.Deadline()
	require.True(t, at.Before(want))

	var none guard.Limit
	none.Begin(t.Context(), -1)
	require.False(t, none.Limited())
	require.Equal(t, t.Context(), none.Of(t.Context()))
	none.End()

	var cancelled guard.Limit
	ctx, cancelIt := context.WithCancel(t.Context())
	cancelled.Begin(ctx, time.Hour)
	cancelIt()
	require.Equal(t, context.Canceled, cancelled.Err())
	<-cancelled.Done()
}
