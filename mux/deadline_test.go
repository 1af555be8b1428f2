package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

const overdue = `{"code":"DEADLINE_EXCEEDED","message":"the call took longer than it was given","parameters":{}}`

func TestTheSmallestLimitOfACallWins(t *testing.T) {
	for name, tc := range map[string]struct {
		mux, handler mux.Option
		metadata     string
		caller       time.Duration // the deadline of the caller's context
		left         string
	}{
		"none":                       {nil, nil, `{}`, 0, `"none"`},
		"the mux's":                  {mux.WithTimeout(2 * time.Second), nil, `{}`, 0, `"2s"`},
		"the handler's":              {nil, mux.WithTimeout(3 * time.Second), `{}`, 0, `"3s"`},
		"the handler's is shorter":   {mux.WithTimeout(2 * time.Second), mux.WithTimeout(time.Second), `{}`, 0, `"1s"`},
		"the handler's is longer":    {mux.WithTimeout(2 * time.Second), mux.WithTimeout(9 * time.Second), `{}`, 0, `"9s"`},
		"the handler's is none":      {mux.WithTimeout(2 * time.Second), mux.WithTimeout(0), `{}`, 0, `"none"`},
		"the metadata's":             {nil, nil, `{"timeoutMs":1500}`, 0, `"1.5s"`},
		"the metadata's is shorter":  {mux.WithTimeout(2 * time.Second), nil, `{"timeoutMs":500}`, 0, `"500ms"`},
		"the metadata's is longer":   {mux.WithTimeout(2 * time.Second), nil, `{"timeoutMs":60000}`, 0, `"2s"`},
		"the context's":              {nil, nil, `{}`, 4 * time.Second, `"4s"`},
		"the context's is shorter":   {mux.WithTimeout(9 * time.Second), nil, `{"timeoutMs":9000}`, 4 * time.Second, `"4s"`},
		"the context's is longer":    {mux.WithTimeout(2 * time.Second), nil, `{}`, 4 * time.Second, `"2s"`},
		"a text is no limit":         {nil, nil, `{"timeoutMs":"500"}`, 0, `"none"`},
		"a negative one is no limit": {nil, nil, `{"timeoutMs":-1}`, 0, `"none"`},
		"a fraction is no limit":     {nil, nil, `{"timeoutMs":1.5}`, 0, `"none"`},
		"a huge one is no limit":     {nil, nil, `{"timeoutMs":99999999999999999999}`, 0, `"none"`},
		"null is no limit":           {nil, nil, `{"timeoutMs":null}`, 0, `"none"`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := mux.New()
				if tc.mux != nil {
					m = mux.New(tc.mux)
				}
				var options []mux.HandlerOption
				if tc.handler != nil {
					options = append(options, tc.handler)
				}
				mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (string, error) {
					if deadline, ok := ctx.Deadline(); ok {
						return time.Until(deadline).String(), nil
					}
					return "none", nil
				}, options...)
				ctx := t.Context()
				if tc.caller > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, tc.caller)
					defer cancel()
				}
				request := requestOf("a:b:c", `{}`)
				request.Metadata = json.RawMessage(tc.metadata)
				response, err := m.Serve(ctx, request)
				require.NoError(t, err)
				require.Equal(t, tc.left, string(response.Payload))
				require.NoError(t, m.Wait(t.Context()))
			})
		})
	}
}

// requireOverdue demands the answer of a call that was not done in time, and that
// the tracker was told once.
func requireOverdue(t *testing.T, mock *tracker.Mock, response events.Event) {
	t.Helper()
	require.Equal(t, "a:b:c:error", response.Name)
	require.Equal(t, "id-1", response.ID)
	require.JSONEq(t, overdue, string(response.Payload))
	requireTracked(t, mock, response, "DEADLINE_EXCEEDED")
	require.ErrorIs(t, mock.Calls()[1].Err, context.DeadlineExceeded)
}

func TestACallIsAnsweredAtItsDeadline(t *testing.T) {
	for name, end := range map[string]func(context.Context) error{
		"by a handler that obeys":             func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"by a handler that wraps":             func(ctx context.Context) error { <-ctx.Done(); return fmt.Errorf("a secret: %w", ctx.Err()) },
		"by a handler whose parts were ended": func(ctx context.Context) error { <-ctx.Done(); return errors.Join(ctx.Err(), context.Canceled) },
		"whatever the handler does":           func(context.Context) error { time.Sleep(time.Hour); return nil },
		"although the handler fails later":    func(context.Context) error { time.Sleep(time.Hour); return errors.New("too late") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := new(tracker.Mock)
				m := mux.New(mux.WithTracker(mock), mux.WithTimeout(time.Second))
				mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (string, error) { return "too late", end(ctx) })
				start := time.Now()
				response := answerTo(t, m, "a:b:c", `{}`)
				require.Equal(t, time.Second, time.Since(start))
				requireOverdue(t, mock, response)
				require.Equal(t, time.Second, mock.Calls()[2].Call.Elapsed)
				require.NoError(t, m.Wait(t.Context()))
				require.Len(t, mock.Calls(), 3, "the tracker was told of what came after the deadline")
			})
		})
	}
}

func TestACallWithoutTimeIsAnsweredWithoutItsHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := new(tracker.Mock)
		m := mux.New(mux.WithTracker(mock))
		m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			t.Error("the handler was called without time")
			return events.Event{}, nil
		}))
		request := requestOf("a:b:c", `{}`)
		request.Metadata = json.RawMessage(`{"timeoutMs":0}`)
		response, err := m.Serve(t.Context(), request)
		require.NoError(t, err)
		requireOverdue(t, mock, response)
	})
}

func TestACallInTimeIsAnsweredAsWithoutALimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mux.New(mux.WithTimeout(time.Second))
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (string, error) {
			time.Sleep(999 * time.Millisecond)
			return "in time", nil
		})
		require.Equal(t, `"in time"`, string(answerTo(t, m, "a:b:c", `{}`).Payload))
		require.NoError(t, m.Wait(t.Context()))
	})
}

func TestAnErrorThatIsOlderThanTheDeadlineIsItself(t *testing.T) {
	m := mux.New(mux.WithTimeout(time.Hour))
	m.Add("a:b:c", 1, returning(events.Event{}, context.DeadlineExceeded))
	require.JSONEq(t, unhandled, string(answerTo(t, m, "a:b:c", `{}`).Payload), "the call itself has time left")
	require.NoError(t, m.Wait(t.Context()))
}

func TestWaitIsForHandlersThatWereLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mux.New(mux.WithTimeout(time.Second))
		require.NoError(t, m.Wait(t.Context()), "nothing has run yet")
		done := false
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) {
			time.Sleep(10 * time.Second)
			done = true
			return struct{}{}, nil
		})
		start := time.Now()
		answerTo(t, m, "a:b:c", `{}`)

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.ErrorIs(t, m.Wait(ctx), context.DeadlineExceeded)
		require.Equal(t, 2*time.Second, time.Since(start))
		require.NoError(t, m.Wait(t.Context()))
		require.True(t, done, "Wait returned before the handler")
		require.Equal(t, 10*time.Second, time.Since(start))
	})
}

func TestAPanicAfterTheDeadlineIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock := new(tracker.Mock)
		m := mux.New(mux.WithTracker(mock), mux.WithTimeout(time.Second))
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) {
			time.Sleep(time.Minute)
			panic("late")
		})
		requireOverdue(t, mock, answerTo(t, m, "a:b:c", `{}`))
		require.NoError(t, m.Wait(t.Context()))

		require.Len(t, mock.Calls(), 4)
		late := mock.Calls()[3]
		require.Equal(t, "NoticeEventError", late.Method)
		require.Equal(t, "id-1", late.Event.ID)
		require.EqualError(t, late.Err, "after the deadline: panic: late")
		var p *events.PanicError
		require.ErrorAs(t, late.Err, &p)
		require.Contains(t, string(p.Stack), "deadline_test.go")
	})
}

func TestUnderADeadlineAHandlerEndsAsWithoutOne(t *testing.T) {
	for name, tc := range map[string]struct {
		end     func()
		noticed string
	}{
		"a panic": {func() { panic("boom") }, "panic: boom"},
		"Goexit":  {runtime.Goexit, "the handler ended its goroutine by runtime.Goexit"},
	} {
		t.Run(name, func(t *testing.T) {
			mock := new(tracker.Mock)
			m := mux.New(mux.WithTracker(mock), mux.WithTimeout(time.Hour))
			mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) {
				tc.end()
				return struct{}{}, nil
			})
			response := answerTo(t, m, "a:b:c", `{}`)
			require.Equal(t, "a:b:c:error", response.Name)
			require.JSONEq(t, unhandled, string(response.Payload))
			requireTracked(t, mock, response, tc.noticed)
			require.NoError(t, m.Wait(t.Context()))
		})
	}
}

func TestACancelledCallHasAnErrorAndNoEvent(t *testing.T) {
	obey := func(ctx context.Context, _ events.Event) (events.Event, error) {
		<-ctx.Done()
		return events.Event{}, fmt.Errorf("interrupted: %w", ctx.Err())
	}
	for name, options := range map[string][]mux.MuxOption{
		"without a limit": nil,
		"under a limit":   {mux.WithTimeout(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				mock := new(tracker.Mock)
				m := mux.New(append(options, mux.WithTracker(mock))...)
				m.Add("a:b:c", 1, events.HandlerFunc(obey))
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				response, err := m.Serve(ctx, requestOf("a:b:c", `{}`))
				require.ErrorIs(t, err, context.Canceled)
				require.Zero(t, response)
				requireTracked(t, mock, events.Event{}, context.Canceled.Error())
				require.NoError(t, m.Wait(t.Context()))
			})
		})
	}
}

func TestACallThatWasCancelledBeforeDoesNotReachItsHandler(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		t.Error("the handler was called for a caller who is gone")
		return events.Event{}, nil
	}))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	response, err := m.Serve(ctx, requestOf("a:b:c", `{}`))
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, response)
	requireTracked(t, mock, events.Event{}, context.Canceled.Error())
}

func TestAnAnswerThatWasMadeIsKeptThoughTheCallerHasCancelled(t *testing.T) {
	m := mux.New()
	ctx, cancel := context.WithCancel(t.Context())
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		cancel()
		return events.Event{Payload: json.RawMessage(`"done"`)}, nil
	}))
	response, err := m.Serve(ctx, requestOf("a:b:c", `{}`))
	require.NoError(t, err)
	require.Equal(t, `"done"`, string(response.Payload))
}

func TestACallMadeWhileHandlingHasWhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mux.New(mux.WithTimeout(2 * time.Second))
		mux.Handle(m, "in:n:er", 1, func(ctx context.Context, _ struct{}) (string, error) {
			deadline, _ := ctx.Deadline()
			return time.Until(deadline).String(), nil
		}, mux.WithTimeout(time.Hour))
		mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (json.RawMessage, error) {
			time.Sleep(500 * time.Millisecond)
			response, err := m.Serve(ctx, events.Event{Name: "in:n:er", Version: 1})
			return response.Payload, err
		})
		require.Equal(t, `"1.5s"`, string(answerTo(t, m, "a:b:c", `{}`).Payload))
		require.NoError(t, m.Wait(t.Context()))
	})
}
