package guard_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/guard"
)

// doing is a handler that calls f.
func doing(f func(context.Context) error) events.Handler {
	return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
		return events.Event{Name: e.Name + ":response"}, f(ctx)
	})
}

// notLate fails the test if a panic is told as a late one.
func notLate(t *testing.T) func(error) {
	return func(err error) { t.Errorf("this was told as late: %v", err) }
}

// limits are the two ways to call a handler: here and in a goroutine.
func limits(t *testing.T) map[string]context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	return map[string]context.Context{"without a deadline": t.Context(), "under a deadline": ctx}
}

func TestBothResultsOfTheHandlerAreReturned(t *testing.T) {
	for name, ctx := range limits(t) {
		t.Run(name, func(t *testing.T) {
			var g guard.Group
			failed := errors.New("failed")
			response, err := g.Serve(ctx, doing(func(context.Context) error { return failed }), events.Event{Name: "a:b:c"}, notLate(t))
			require.Equal(t, "a:b:c:response", response.Name)
			require.Equal(t, failed, err)
			require.NoError(t, g.Wait(t.Context()))
		})
	}
}

func TestAPanicIsAnError(t *testing.T) {
	cause := errors.New("cause")
	for name, ctx := range limits(t) {
		t.Run(name, func(t *testing.T) {
			var g guard.Group
			response, err := g.Serve(ctx, doing(func(context.Context) error { panic(cause) }), events.Event{Name: "a:b:c"}, notLate(t))
			require.Zero(t, response)
			var p *events.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, cause, p.Value)
			require.ErrorIs(t, err, cause)
			require.Contains(t, string(p.Stack), "guard_test.go", "the stack does not lead to the panic")
			require.NoError(t, g.Wait(t.Context()))
		})
	}
}

func TestGoexitUnderADeadlineIsAnError(t *testing.T) {
	var g guard.Group
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	response, err := g.Serve(ctx, doing(func(context.Context) error { runtime.Goexit(); return nil }), events.Event{Name: "a:b:c"}, notLate(t))
	require.Zero(t, response)
	require.EqualError(t, err, "the handler ended its goroutine by runtime.Goexit")
	require.NoError(t, g.Wait(t.Context()))
}

func TestADoneContextCallsNoHandler(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithTimeout(t.Context(), -1)
	defer cancelLate()
	for ctx, want := range map[context.Context]error{cancelled: context.Canceled, late: context.DeadlineExceeded} {
		var g guard.Group
		_, err := g.Serve(ctx, doing(func(context.Context) error { t.Error("the handler was called"); return nil }), events.Event{Name: "a:b:c"}, notLate(t))
		require.Equal(t, want, err)
	}
}

func TestAHandlerThatIsLateIsLeftBehind(t *testing.T) {
	for name, end := range map[string]func() error{
		"it returns":        func() error { return nil },
		"it fails":          func() error { return errors.New("failed") },
		"it ends by Goexit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var g guard.Group
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				response, err := g.Serve(ctx, doing(func(context.Context) error { time.Sleep(time.Minute); return end() }), events.Event{Name: "a:b:c"}, notLate(t))
				require.Zero(t, response)
				require.Equal(t, context.DeadlineExceeded, err)
				require.Equal(t, time.Second, time.Since(start))
				require.NoError(t, g.Wait(t.Context()))
				require.Equal(t, time.Minute, time.Since(start), "Wait did not wait for the handler")
			})
		})
	}
}

func TestACancelledCallUnderADeadlineDoesNotWaitForItsHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g guard.Group
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		time.AfterFunc(time.Second, cancel)
		_, err := g.Serve(ctx, doing(func(context.Context) error { time.Sleep(time.Minute); return nil }), events.Event{Name: "a:b:c"}, notLate(t))
		require.Equal(t, context.Canceled, err)
		require.NoError(t, g.Wait(t.Context()))
	})
}

func TestALatePanicIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g guard.Group
		var told []error
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := g.Serve(ctx, doing(func(context.Context) error { time.Sleep(time.Minute); panic("late") }), events.Event{Name: "a:b:c"},
			func(err error) { told = append(told, err) })
		require.Equal(t, context.DeadlineExceeded, err)
		require.NoError(t, g.Wait(t.Context()))
		require.Len(t, told, 1, "late was called before Wait returned")
		require.EqualError(t, told[0], "panic: late")
		var p *events.PanicError
		require.ErrorAs(t, told[0], &p)
		require.Contains(t, string(p.Stack), "guard_test.go")
	})
}

func TestWaitObeysItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g guard.Group
		serve(t, &g, time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Equal(t, context.DeadlineExceeded, g.Wait(ctx))
		require.NoError(t, g.Wait(t.Context()), "it can be asked again")
	})
}

func TestWaitIsForAllAndForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g guard.Group
		require.NoError(t, g.Wait(t.Context()), "a group that has run nothing")
		start := time.Now()
		serve(t, &g, time.Minute)
		serve(t, &g, 2*time.Minute)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := g.Wait(context.Background()); err != nil || time.Since(start) != 2*time.Minute {
					t.Errorf("Wait returned %v after %v", err, time.Since(start))
				}
			})
		}
		all.Wait()
		require.NoError(t, g.Wait(t.Context()), "a group that is idle again")
		require.Equal(t, 2*time.Minute, time.Since(start))
	})
}

// serve leaves a handler behind that runs for d from now on.
func serve(t *testing.T, g *guard.Group, d time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	cancelled := make(chan struct{})
	go func() { defer close(cancelled); synctest.Wait(); cancel() }()
	_, err := g.Serve(ctx, doing(func(context.Context) error { time.Sleep(d); return nil }), events.Event{Name: "a:b:c"}, notLate(t))
	require.Equal(t, context.Canceled, err)
	<-cancelled
}

func TestManyCallsAtOnce(t *testing.T) {
	var g guard.Group
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			response, err := g.Serve(ctx, doing(func(context.Context) error { return nil }), events.Event{Name: "a:b:c"}, notLate(t))
			if err != nil || response.Name != "a:b:c:response" {
				t.Errorf("%v, %v", response, err)
			}
			if err := g.Wait(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.NoError(t, g.Wait(t.Context()))
}
