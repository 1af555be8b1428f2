package service_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

func health(t *testing.T, ctx context.Context, m *mux.Mux) service.Health {
	t.Helper()
	h, err := client.Call[service.Health](ctx, m, service.HealthCheck, 1, nil)
	require.NoError(t, err)
	return h
}

func well(context.Context) error { return nil }

func sick(context.Context) error { return errors.New("192.0.2.7 says secret") }

func TestACheckIsBoundedInTimeWhateverItDoes(t *testing.T) {
	for name, test := range map[string]struct {
		check func(context.Context) error
		err   string
		took  time.Duration
	}{
		"well":                 {well, "", 0},
		"slow, but in time":    {func(context.Context) error { time.Sleep(time.Second); return nil }, "", time.Second},
		"failing":              {sick, "192.0.2.7 says secret", 0},
		"panicking":            {func(context.Context) error { panic("secret") }, "panic: secret", 0},
		"ending its goroutine": {func(context.Context) error { runtime.Goexit(); return nil }, "the handler ended its goroutine by runtime.Goexit", 0},
		"waiting for its context": {func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
			"no result within 2s", 2 * time.Second},
		"ignoring its context": {func(context.Context) error { time.Sleep(time.Hour); return nil },
			"no result within 2s", 2 * time.Second},
		"panicking too late": {func(context.Context) error { time.Sleep(time.Hour); panic("secret") },
			"no result within 2s", 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := mux.New()
				s := service.Register(m, service.Info{}, audiences(), service.WithCheck("lock", test.check), service.WithCheck("bell", well))
				started := time.Now()
				h := health(t, as(t, "owner"), m)
				require.Equal(t, test.took, time.Since(started))
				require.Len(t, h.Checks, 2)
				lock, bell := h.Checks[0], h.Checks[1]
				require.Equal(t, "lock", lock.Name)
				require.InDelta(t, test.took.Seconds()*1000, lock.DurationMs, 0.001)
				require.Equal(t, service.Check{Name: "bell", Status: service.OK}, bell, "the checks run at the same time")
				require.Equal(t, test.err, lock.Error)
				if lock.Error == "" {
					require.Equal(t, service.OK, lock.Status)
					require.Equal(t, service.OK, h.Status)
				} else {
					require.Equal(t, service.Failing, lock.Status)
					require.Equal(t, service.Failing, h.Status)
				}
				require.NoError(t, s.Wait(t.Context()))
			})
		})
	}
}

func TestErrorTextsAreForTheOwnerOnly(t *testing.T) {
	for _, check := range []func(context.Context) error{sick, func(context.Context) error { panic("secret") }} {
		m, plain := mux.New(), mux.New()
		service.Register(m, service.Info{}, audiences(), service.WithCheck("lock", check))
		service.Register(plain, service.Info{}, service.WithCheck("lock", check))
		require.Contains(t, send(t, as(t, "owner"), m, service.HealthCheck), "secret")
		for _, text := range []string{
			send(t, as(t, "public"), m, service.HealthCheck), send(t, t.Context(), plain, service.HealthCheck),
		} {
			require.NotContains(t, text, "secret")
			require.NotContains(t, text, `"error"`)
			require.Contains(t, text, `"status":"failing"`)
		}
	}
}

func TestEachFailureIsNoticedOnceForEachRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var noticed []string
		m := mux.New()
		s := service.Register(m, service.Info{},
			service.WithCheck("bell", well),
			service.WithCheck("lock", func(context.Context) error { time.Sleep(time.Minute); panic("broken") }),
			service.WithCheckNotice(func(name string, err error) {
				mu.Lock()
				defer mu.Unlock()
				p := new(events.PanicError)
				noticed = append(noticed, fmt.Sprint(name, ": ", err, ", with a stack: ", errors.As(err, &p) && len(p.Stack) > 0))
			}))
		for range 3 {
			health(t, t.Context(), m)
		}
		require.NoError(t, s.Wait(t.Context()))
		require.Equal(t, []string{
			"lock: no result within 2s, with a stack: false",
			"lock: panic: broken, with a stack: true",
		}, noticed)
	})
}

func TestManyCallersMakeNoMoreWorkThanOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		m := mux.New()
		service.Register(m, service.Info{}, service.WithCheck("lock", func(context.Context) error {
			runs.Add(1)
			time.Sleep(500 * time.Millisecond)
			return nil
		}))
		all := func() {
			var callers sync.WaitGroup
			for range 50 {
				callers.Go(func() { health(t, t.Context(), m) })
			}
			callers.Wait()
		}
		all()
		all()
		require.EqualValues(t, 1, runs.Load(), "one run for all who ask while it goes on and shortly after")
		time.Sleep(time.Second - time.Nanosecond)
		all()
		require.EqualValues(t, 1, runs.Load(), "the results are a second old at most")
		time.Sleep(time.Nanosecond)
		all()
		require.EqualValues(t, 2, runs.Load())
	})
}

func TestACheckThatHangsIsNotCalledAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int64
		hanging := make(chan struct{})
		m := mux.New()
		s := service.Register(m, service.Info{}, audiences(), service.WithCheck("lock", func(context.Context) error {
			runs.Add(1)
			<-hanging
			return nil
		}))
		require.Equal(t, "no result within 2s", health(t, as(t, "owner"), m).Checks[0].Error)
		for range 100 {
			time.Sleep(time.Second)
			require.Equal(t, "the check has not returned since it was called before", health(t, as(t, "owner"), m).Checks[0].Error)
		}
		require.EqualValues(t, 1, runs.Load())

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, s.Wait(ctx), context.DeadlineExceeded, "a check still runs")
		close(hanging)
		require.NoError(t, s.Wait(t.Context()))
		time.Sleep(time.Second)
		require.Equal(t, service.OK, health(t, as(t, "owner"), m).Status, "it may be called again")
	})
}

func TestACallerWhoLeavesDoesNotEndTheChecksForTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mux.New()
		s := service.Register(m, service.Info{}, service.WithCheck("lock", func(ctx context.Context) error {
			select {
			case <-time.After(time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := client.Call[service.Health](ctx, m, service.HealthCheck, 1, nil)
		require.ErrorIs(t, err, events.KindError, "he was answered DEADLINE_EXCEEDED")
		ctx, cancel = context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, s.Wait(ctx), context.DeadlineExceeded, "the round goes on")
		require.Equal(t, service.OK, health(t, t.Context(), m).Status)
	})
}

func TestAServiceWithoutChecksIsWell(t *testing.T) {
	m := mux.New()
	s := service.Register(m, service.Info{})
	require.JSONEq(t, `{"status":"ok","checks":[]}`, send(t, t.Context(), m, service.HealthCheck))
	require.NoError(t, s.Wait(t.Context()))
}

func TestTheContextOfACheckHoldsNothingOfTheCaller(t *testing.T) {
	m := mux.New()
	service.Register(m, service.Info{}, service.WithCheck("lock", func(ctx context.Context) error {
		if _, handling := events.RequestFrom(ctx); handling || ctx.Value(audienceKey{}) != nil || events.FlowFrom(ctx) != "" {
			return errors.New("it knows the caller")
		}
		return nil
	}))
	require.Equal(t, service.OK, health(t, as(t, "owner"), m).Status)
}
