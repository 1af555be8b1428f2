package mux_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// logging is a middleware that writes its name, the event and how it ended.
func logging(name string, log *[]string) events.Middleware {
	return func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
			*log = append(*log, name+" before "+e.Name)
			response, err := next.Serve(ctx, e)
			*log = append(*log, fmt.Sprint(name, " after ", e.Name, " ", err))
			return response, err
		})
	}
}

func TestMiddlewareRunsFromTheOutsideToTheInside(t *testing.T) {
	var log []string
	m := mux.New()
	m.Use(logging("1", &log), logging("2", &log))
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		log = append(log, "handler")
		return events.Event{}, nil
	}), mux.WithMiddleware(logging("4", &log), logging("5", &log)), mux.WithMiddleware(logging("6", &log)))
	m.Use(logging("3", &log))
	answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, []string{
		"1 before a:b:c", "2 before a:b:c", "3 before a:b:c", "4 before a:b:c", "5 before a:b:c", "6 before a:b:c",
		"handler",
		"6 after a:b:c <nil>", "5 after a:b:c <nil>", "4 after a:b:c <nil>", "3 after a:b:c <nil>", "2 after a:b:c <nil>", "1 after a:b:c <nil>",
	}, log)
}

func TestUseRunsForEveryEventThatIsDispatched(t *testing.T) {
	const invalid = `badRequest INVALID_PAYLOAD: the payload does not fit the event: ["": type: expected integer, got string]`
	for name, tc := range map[string]struct{ event, outcome string }{
		"a handler added before":       {"before", "<nil>"},
		"a handler added later":        {"later", "<nil>"},
		"no handler":                   {"nobody", "eventNotFound NO_EVENT_HANDLER_FOUND: no handler for nobody version 1"},
		"a payload that does not fit":  {"typed", invalid},
		"a hidden event":               {"hidden", "<nil>"},
		"a handler that was taken off": {"removed", "eventNotFound NO_EVENT_HANDLER_FOUND: no handler for removed version 1"},
	} {
		t.Run(name, func(t *testing.T) {
			var log []string
			h := returning(events.Event{}, nil)
			m := mux.New()
			m.Add("before", 1, h)
			m.Add("removed", 1, h)
			m.Use(logging("m", &log))
			m.Add("later", 1, h)
			m.Add("hidden", 1, h, mux.WithHidden())
			mux.Handle(m, "typed", 1, func(context.Context, int) (int, error) { return 0, nil })
			m.Remove("removed", 1)
			answerTo(t, m, tc.event, `"x"`)
			require.Equal(t, []string{"m before " + tc.event, "m after " + tc.event + " " + tc.outcome}, log)
		})
	}
}

func TestUseDoesNotRunForWhatIsNoEvent(t *testing.T) {
	var log []string
	m := mux.New()
	m.Use(logging("m", &log))
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c"})
	require.NoError(t, err)
	require.Empty(t, log)
}

func TestUseRunsOnceForABatchAndOnceForEachItem(t *testing.T) {
	var log []string
	m := mux.New()
	m.Use(logging("m", &log))
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("a:b:c", 1, returning(events.Event{}, nil))
	answerTo(t, m, "system:batch:run", `{"events":[{"name":"a:b:c","version":1,"payload":{}},{"name":"a:b:c","version":1,"payload":{}},{}]}`)
	require.Equal(t, []string{
		"m before system:batch:run",
		"m before a:b:c", "m after a:b:c <nil>",
		"m before a:b:c", "m after a:b:c <nil>",
	}, log[:5])
	require.Len(t, log, 6)
	require.Contains(t, log[5], "m after system:batch:run")
}

func TestMiddlewareMayAnswerItself(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Use(func(events.Handler) events.Handler { return returning(events.Event{}, events.KindUnauthorized) })
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		t.Error("the handler was called behind a middleware that refuses")
		return events.Event{}, nil
	}))
	for _, event := range []string{"a:b:c", "x:y:z"} {
		require.Equal(t, event+":unauthorized", answerTo(t, m, event, `{}`).Name)
	}
	require.Equal(t, 2, mock.StartCount)
	require.Equal(t, 2, mock.NoticeEventErrorCount)
	require.Equal(t, 2, mock.EndCount)
}

func TestMiddlewareMayChangeContextRequestAndResponse(t *testing.T) {
	type key struct{}
	m := mux.New()
	m.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
			call := events.CallFrom(ctx)
			require.Equal(t, e, call.Request, "middleware has the context of the call")
			require.NoError(t, events.SetMetadata(ctx, "seen", call.Registered))
			e.Version = 2
			response, err := next.Serve(context.WithValue(ctx, key{}, "from outside"), e)
			response.Payload = append(append([]byte(`[`), response.Payload...), `]`...)
			return response, err
		})
	})
	mux.Handle(m, "a:b:c", 2, func(ctx context.Context, _ struct{}) (any, error) { return ctx.Value(key{}), nil })
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, `["from outside"]`, string(response.Payload))
	require.Equal(t, 1, response.Version, "the version is that of what was asked")
	require.Equal(t, `{"seen":false}`, string(response.Metadata), "version 1, which was asked, is not registered")
}

func TestMiddlewareThatPanicsIsUnhandled(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Use(func(events.Handler) events.Handler { return panicking("a secret") })
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "a:b:c:error", response.Name)
	require.JSONEq(t, unhandled, string(response.Payload))
	requireTracked(t, mock, response, "panic: a secret")
}

func TestWithMiddlewareIsForItsHandlerOnly(t *testing.T) {
	var log []string
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`1`)}, nil), mux.WithMiddleware(logging("m", &log)))
	m.Add("a:b:c", 2, returning(events.Event{}, nil))
	m.Add("x:y:z", 1, returning(events.Event{}, nil))
	answerTo(t, m, "x:y:z", `{}`)
	_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 2})
	require.NoError(t, err)
	require.Empty(t, log)
	require.Equal(t, `1`, string(answerTo(t, m, "a:b:c", `{}`).Payload))
	require.Len(t, log, 2)
}
