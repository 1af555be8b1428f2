package client_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func TestTrackerSeesOneStartAndOneEndOfEveryCall(t *testing.T) {
	retry := client.WithRetry(client.Retry{Attempts: 4})
	for name, c := range map[string]struct {
		network transport
		options []client.Option
		noticed int   // failures of this side
		wantErr error // what End is told
	}{
		"success":          {network: answering(200, success)},
		"success at last":  {network: first(refused, refused, answering(503, "")), options: []client.Option{retry, client.Idempotent()}},
		"redirect":         {network: redirecting(map[string]string{"http://callee.test/events": "/next"})},
		"redirect, gone":   {network: redirecting(map[string]string{"http://callee.test/events": "/next"}), options: []client.Option{client.WithRedirects(1)}},
		"error event":      {network: answering(200, `{"name":"catalog:product:get:gone","payload":{"code":"SOLD"}}`), wantErr: events.KindGone},
		"no connection":    {network: refused, noticed: 1, wantErr: client.ErrNoConnection},
		"no connection, 4": {network: refused, options: []client.Option{retry, client.Idempotent()}, noticed: 1, wantErr: client.ErrNoConnection},
		"no event":         {network: answering(200, "<html>"), noticed: 1, wantErr: client.ErrInvalidResponse},
		"timeout":          {network: hang, noticed: 1, wantErr: context.DeadlineExceeded},
		"not sent":         {network: refused, options: []client.Option{client.WithAuth("text")}, noticed: 1, wantErr: client.ErrInvalidRequest},
		"no token":         {network: refused, options: []client.Option{client.WithToken(func(context.Context) (string, error) { return "", errors.New("no") })}, noticed: 1, wantErr: client.ErrInvalidRequest},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mock tracker.Mock
				client.Call[product](t.Context(), over(c.network, append(c.options, client.WithTracker(&mock))...), "catalog:product:get", 1, nil)
				require.Equal(t, []int{1, c.noticed, 1, 0}, []int{mock.StartCount, mock.NoticeEventErrorCount, mock.EndCount, mock.NoticeErrorCount},
					"calls of Start, NoticeEventError, End and NoticeError")
				end := mock.Calls()[len(mock.Calls())-1]
				require.Equal(t, "End", end.Method)
				if c.wantErr == nil {
					require.NoError(t, end.Err)
				} else {
					require.ErrorIs(t, end.Err, c.wantErr)
				}
				require.Equal(t, c.noticed == 0, end.Event.Name != "", "End is told the answer exactly when there is one")
				if c.noticed > 0 {
					require.Equal(t, end.Err, mock.Calls()[1].Err)
					require.Equal(t, "catalog:product:get", mock.Calls()[1].Event.Name)
				}
			})
		})
	}
}

func TestTrackerSeesNothingOfACallThatWasNeverMade(t *testing.T) {
	var mock tracker.Mock
	_, err := client.Call[product](t.Context(), over(answering(200, success), client.WithTracker(&mock)), "a", 1, func() {})
	require.Error(t, err)
	require.Empty(t, mock.Calls())
}

func TestTrackerIsToldWhatIsKnownOfTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mock tracker.Mock
		var n atomic.Int64
		network := &recorder{next: func(*http.Request) (*http.Response, error) {
			time.Sleep(3 * time.Second)
			return answer(http.StatusAccepted, success), nil
		}}
		begun := time.Now()
		c := over(network, client.WithTracker(&mock), client.WithIDs(func() string { return string(rune('a' + n.Add(1))) }), client.WithTimeout(0))
		_, err := get(events.WithFlow(t.Context(), "flow"), c)
		require.NoError(t, err)

		start, end := mock.Calls()[0], mock.Calls()[1]
		request := network.one(t).Event
		require.Equal(t, request, start.Event)
		want := events.Call{
			Side: events.Caller, Request: request, Started: begun,
			Peer: events.Peer{Protocol: "http", Addr: "callee.test"},
		}
		require.Equal(t, want, start.Call)
		want.Elapsed, want.Status = 3*time.Second, http.StatusAccepted
		want.RequestBytes, want.ResponseBytes = len(request.Append(nil)), len(success)
		require.Equal(t, want, end.Call)
		require.Equal(t, "catalog:product:get:response", end.Event.Name)
	})
}

func TestTrackersClockIsTheClientsOption(t *testing.T) {
	var mock tracker.Mock
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Minute); return now }
	_, err := get(t.Context(), over(answering(200, success), client.WithTracker(&mock), client.WithClock(clock)))
	require.NoError(t, err)
	require.Equal(t, now.Add(-time.Minute), mock.Calls()[0].Call.Started)
	require.Equal(t, time.Minute, mock.Calls()[1].Call.Elapsed)
}

func TestTrackerIsNotToldOfAnEarlierAttemptsAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mock tracker.Mock
		c := over(first(answering(503, "later"), refused), client.WithTracker(&mock), client.WithRetry(client.Retry{Attempts: 2}))
		_, err := get(t.Context(), c, client.Idempotent())
		requireReason(t, client.ErrNoConnection, err)
		end := mock.Calls()[2].Call
		require.Zero(t, end.Status, "the last attempt got no answer, so there is no status")
		require.Zero(t, end.ResponseBytes)
	})
}

func TestContextOfStartReachesTheRest(t *testing.T) {
	type span struct{}
	seen := map[string]any{}
	mock := tracker.Mock{
		StartFn: func(ctx context.Context, _ events.Event) context.Context {
			return context.WithValue(ctx, span{}, "span")
		},
		NoticeEventErrorFn: func(ctx context.Context, _ events.Event, _ error) context.Context {
			seen["notice"] = ctx.Value(span{})
			return context.WithValue(ctx, span{}, "noticed")
		},
		EndFn: func(ctx context.Context, _ events.Event, _ error) context.Context {
			seen["end"] = ctx.Value(span{})
			return ctx
		},
	}
	network := transport(func(r *http.Request) (*http.Response, error) {
		seen["network"] = r.Context().Value(span{})
		return refused(r)
	})
	_, err := get(t.Context(), over(network, client.WithTracker(&mock)))
	require.Error(t, err)
	require.Equal(t, map[string]any{"network": "span", "notice": "span", "end": "noticed"}, seen)
}

func TestBothSidesAreTrackedAndEachFailureIsNoticedWhereItHappened(t *testing.T) {
	var caller, callee tracker.Mock
	m := mux.New(mux.WithTracker(&callee))
	mux.Handle(m, "catalog:product:get", 1, func(context.Context, getProduct) (product, error) {
		return product{}, events.Errorf(events.KindGone, "SOLD", "it was sold")
	})
	_, err := get(t.Context(), listen(t, m, client.WithTracker(&caller)))
	require.ErrorIs(t, err, events.KindGone)
	require.Equal(t, []int{1, 0, 1}, []int{caller.StartCount, caller.NoticeEventErrorCount, caller.EndCount}, "on the caller's side")
	require.Equal(t, []int{1, 1, 1}, []int{callee.StartCount, callee.NoticeEventErrorCount, callee.EndCount}, "on the callee's side")
	there, here := callee.Calls()[2].Call, caller.Calls()[1].Call
	require.Equal(t, events.Callee, there.Side)
	require.Equal(t, events.Caller, here.Side)
	require.Equal(t, there.RequestBytes, here.RequestBytes)
	require.Equal(t, there.ResponseBytes, here.ResponseBytes)
	require.Equal(t, there.Status, here.Status)
	require.Equal(t, there.Request.ID, here.Request.ID)
}
