package evoketest_test

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func TestAServiceIsCalledOverHTTP(t *testing.T) {
	var own tracker.Mock
	s := evoketest.NewService(t, stock, mux.WithTracker(&own))
	evoketest.Call[left](t, s.Client, "stock:item:reserve", 1, reserve{"cup", 1})
	require.Len(t, own.Calls(), 2, "the trackers of the options are told, too")
	end := s.Tracker.Calls()[1].Call
	require.Equal(t, "http", end.Peer.Protocol)
	require.Equal(t, 200, end.Status)
	_, err := netip.ParseAddrPort(end.Peer.Addr)
	require.NoError(t, err, "what limits by address finds one")
}

func TestAServiceHasConnectionsForOtherClients(t *testing.T) {
	s := evoketest.NewService(t, stock)
	var caller tracker.Mock
	c := client.New(s.URL, client.WithHTTPClient(s.HTTP), client.WithTracker(&caller))
	evoketest.Call[left](t, c, "stock:item:reserve", 1, reserve{"cup", 1})
	evoketest.RequireTracked(t, &caller, evoketest.Started("stock:item:reserve", 1, 1))

	answer, err := s.HTTP.Get(s.URL)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, 405, answer.StatusCode)
}

func TestAServiceEndsWithItsTest(t *testing.T) {
	var s *evoketest.Service
	require.Empty(t, failure(func(tb evoketest.TB) { s = evoketest.NewService(tb, stock) }))
	_, err := client.Call[left](t.Context(), s.Client, "stock:item:reserve", 1, reserve{"cup", 1})
	require.ErrorIs(t, err, client.ErrNoConnection)
}

func TestAServiceLogsItsFailuresWhole(t *testing.T) {
	f := run(func(tb evoketest.TB) {
		s := evoketest.NewService(tb, stock)
		evoketest.Send(tb, s.Client, "stock:item:reserve", 1, reserve{"cup", 1})
		evoketest.Send(tb, s.Client, "stock:item:reserve", 1, reserve{"shelf", 1})
		evoketest.Send(tb, s.Client, "stock:item:reserve", 1, reserve{"panic", 1})
		answer, err := s.HTTP.Post(s.URL, "application/json", strings.NewReader("{"))
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
	})
	require.Empty(t, f.errors)
	require.Len(t, f.logs, 3)
	require.Regexp(t, `^stock:item:reserve version 1, id \S+, failed: looking at it: the shelf is broken$`, f.logs[0])
	require.Regexp(t, `^stock:item:reserve version 1, id \S+, failed: panic: a mistake\ngoroutine`, f.logs[1])
	require.Contains(t, f.logs[1], "stock_test.go", "the stack leads to the handler")
	require.Contains(t, f.logs[2], "the service got what is no event: ")
}

func TestAServiceWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := evoketest.NewService(t, func(m *mux.Mux) {
			mux.Handle(m, "test:slow:run", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
				<-ctx.Done()
				return struct{}{}, ctx.Err()
			}, mux.WithTimeout(time.Hour))
		})
		began := time.Now()
		answer := evoketest.Send(t, s.Client, "test:slow:run", 1, nil, client.WithTimeout(0))
		evoketest.RequireEvent(t, answer, evoketest.Code(events.CodeDeadlineExceeded))
		require.Equal(t, time.Hour, time.Since(began))
	})
}

func TestAHandlerThatDoesNotReturnFailsTheTest(t *testing.T) {
	const want = "a handler still runs 5s after the end of the test; a handler must return when its context is done"
	for name, deadline := range map[string]time.Duration{"called without a deadline": 0, "left behind at its deadline": time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				over := make(chan struct{})
				f := run(func(tb evoketest.TB) {
					s := evoketest.NewService(tb, func(m *mux.Mux) {
						mux.Handle(m, "test:deaf:run", 1, func(context.Context, struct{}) (struct{}, error) {
							<-over
							panic("too late for the log")
						}, mux.WithTimeout(deadline))
					})
					ctx, cancel := context.WithCancel(tb.Context())
					time.AfterFunc(2*time.Second, cancel)
					_, _ = client.Call[struct{}](ctx, s.Client, "test:deaf:run", 1, nil, client.WithTimeout(0))
				})
				require.Equal(t, []string{want}, f.errors)
				logged := len(f.logs)
				close(over)
				synctest.Wait()
				require.Len(t, f.logs, logged, "nothing is logged when the test is over")
			})
		})
	}
}
