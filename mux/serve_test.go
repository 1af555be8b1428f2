package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// answerTo serves version 1 of the event name, with ids that are known.
func answerTo(t *testing.T, h events.Handler, name, payload string) events.Event {
	t.Helper()
	response, err := h.Serve(t.Context(), requestOf(name, payload))
	require.NoError(t, err)
	return response
}

func requestOf(name, payload string) events.Event {
	return events.Event{Name: name, Version: 1, ID: "id-1", FlowID: "flow-1", Payload: json.RawMessage(payload)}
}

// returning is a handler that ends as it is told.
func returning(response events.Event, err error) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return response, err })
}

func panicking(value any) events.Handler {
	return events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { panic(value) })
}

// callsOf returns the calls of one method of mock.
func callsOf(mock *tracker.Mock, method string) []tracker.MockCall {
	var calls []tracker.MockCall
	for _, c := range mock.Calls() {
		if c.Method == method {
			calls = append(calls, c)
		}
	}
	return calls
}

const (
	unhandled  = `{"code":"UNHANDLED_ERROR","message":"internal error","parameters":{}}`
	dependency = `{"code":"FAILED_DEPENDENCY","message":"a service that this one depends on failed","parameters":{}}`
	notYours   = `{"code":"DENIED","message":"not yours","parameters":{"id":7}}`
	elsewhere  = `{"url":"https://a.example","queryParameters":{"n":1}}`
)

// TestOutcomesOfHandlers is the whole contract of a handler's two results: what
// the caller gets, and the error that the tracker gets. The word secret stands
// for text that was not addressed to the caller.
func TestOutcomesOfHandlers(t *testing.T) {
	secret := errors.New("a secret")
	denied := events.Errorf(events.KindForbidden, "DENIED", "not yours").With("id", 7)
	event := func(suffix, payload string) events.Event {
		return events.Event{Name: "a:b:c:" + suffix, Payload: json.RawMessage(payload)}
	}
	remote := events.NewErrorEvent(requestOf("x:y:z", "{}"), denied).Err()
	moved := &events.Redirect{URL: "https://a.example", QueryParameters: map[string]any{"n": 1}}
	remoteMoved := events.NewErrorEvent(requestOf("x:y:z", "{}"), moved).Err()
	unreachable := &client.Error{Event: "x:y:z", Version: 1, Reason: client.ErrNoConnection, Err: secret}
	_, unreadable := events.Decode([]byte("a secret"))
	for name, tc := range map[string]struct {
		handler events.Handler
		suffix  string
		payload string
		noticed string // "" if nothing has failed
	}{
		"an event":                   {returning(event("response", `{"n":1}`), nil), "response", `{"n":1}`, ""},
		"neither event nor error":    {returning(events.Event{}, nil), "response", `{}`, ""},
		"an unexpected error":        {returning(events.Event{}, secret), "error", unhandled, "a secret"},
		"its own cancelled call":     {returning(events.Event{}, context.Canceled), "error", unhandled, "context canceled"},
		"an error for the caller":    {returning(events.Event{}, denied.Wrap(secret)), "forbidden", notYours, "forbidden DENIED: not yours: a secret"},
		"a wrapped one":              {returning(events.Event{}, fmt.Errorf("a secret: %w", denied)), "forbidden", notYours, "a secret: forbidden DENIED: not yours"},
		"a joined one":               {returning(events.Event{}, errors.Join(secret, denied)), "forbidden", notYours, "a secret\nforbidden DENIED: not yours"},
		"a parameter without JSON":   {returning(events.Event{}, denied.With("f", func() {})), "forbidden", `{"code":"DENIED","message":"not yours","parameters":{"f":null,"id":7}}`, "forbidden DENIED: not yours"},
		"an error without a code":    {returning(events.Event{}, &events.Error{Kind: events.KindGone, Message: "m"}), "gone", `{"code":"GONE","message":"m","parameters":{}}`, "gone "},
		"an error without a kind":    {returning(events.Event{}, &events.Error{Code: "C", Message: "m"}), "error", `{"code":"C","message":"m","parameters":{}}`, " C: m"},
		"a bare kind":                {returning(events.Event{}, events.KindUserDenied), "userDenied", `{"code":"USER_DENIED","message":"userDenied","parameters":{}}`, "userDenied"},
		"a wrapped kind":             {returning(events.Event{}, fmt.Errorf("a secret: %w", events.KindGone)), "gone", `{"code":"GONE","message":"gone","parameters":{}}`, "a secret: gone"},
		"an event and an error":      {returning(event("response", `{"n":1}`), secret), "response", `{"n":1}`, "a secret"},
		"an error event":             {returning(event("expired", `{"code":"OLD","message":"m","parameters":{}}`), nil), "expired", `{"code":"OLD","message":"m","parameters":{}}`, "expired OLD: m"},
		"an error event and error":   {returning(event("expired", `{"code":"OLD","message":"m","parameters":{}}`), secret), "expired", `{"code":"OLD","message":"m","parameters":{}}`, "a secret"},
		"a payload and an error":     {returning(events.Event{Payload: json.RawMessage(`[1]`)}, secret), "response", `[1]`, "a secret"},
		"a redirect":                 {returning(events.Event{}, moved), "redirect", elsewhere, ""},
		"a wrapped redirect":         {returning(events.Event{}, fmt.Errorf("a secret: %w", moved)), "redirect", elsewhere, ""},
		"a redirect event":           {returning(event("redirect", `{"url":"u","queryParameters":{}}`), nil), "redirect", `{"url":"u","queryParameters":{}}`, ""},
		"an event and a redirect":    {returning(event("response", `{"n":1}`), moved), "response", `{"n":1}`, ""},
		"a remote error":             {returning(events.Event{}, fmt.Errorf("calling: %w", remote)), "failedDependency", dependency, "calling: forbidden DENIED: not yours"},
		"a remote redirect":          {returning(events.Event{}, remoteMoved), "failedDependency", dependency, "redirect to https://a.example"},
		"a callee out of reach":      {returning(events.Event{}, unreachable), "failedDependency", dependency, "calling x:y:z version 1: no connection: a secret"},
		"a remote error, wrapped":    {returning(events.Event{}, events.Errorf(events.KindGone, "OWN", "ours").Wrap(remote)), "gone", `{"code":"OWN","message":"ours","parameters":{}}`, "gone OWN: ours: forbidden DENIED: not yours"},
		"a forwarded error":          {returning(events.Event{}, events.Forward(remote)), "forbidden", notYours, "forbidden DENIED: not yours"},
		"a forwarded redirect":       {returning(events.Event{}, events.Forward(remoteMoved)), "redirect", elsewhere, ""},
		"the error of its decoding":  {returning(events.Event{}, unreadable), "error", unhandled, "badProtocol INVALID_COMMUNICATION_PROTOCOL: invalid event: not an event in JSON: expected a JSON value at byte 0"},
		"a panic":                    {panicking("a secret"), "error", unhandled, "panic: a secret"},
		"a panic with an error":      {panicking(secret), "error", unhandled, "panic: a secret"},
		"a panic with a caller's":    {panicking(denied), "error", unhandled, "panic: forbidden DENIED: not yours"},
		"a panic with a remote one":  {panicking(remote), "error", unhandled, "panic: forbidden DENIED: not yours"},
		"a panic with a redirect":    {panicking(moved), "error", unhandled, "panic: redirect to https://a.example"},
		"a panic with a kind":        {panicking(events.KindGone), "error", unhandled, "panic: gone"},
		"a panic with nil":           {panicking(nil), "error", unhandled, "panic: panic called with nil argument"},
		"a panic with anything else": {panicking([]int{1}), "error", unhandled, "panic: [1]"},
	} {
		t.Run(name, func(t *testing.T) {
			mock := new(tracker.Mock)
			m := mux.New(mux.WithTracker(mock))
			m.Add("a:b:c", 1, tc.handler)
			response := answerTo(t, m, "a:b:c", `{}`)

			require.Equal(t, "a:b:c:"+tc.suffix, response.Name)
			require.Equal(t, "id-1", response.ID)
			require.Equal(t, "flow-1", response.FlowID)
			require.JSONEq(t, tc.payload, string(response.Payload))
			require.NotContains(t, string(response.Append(nil)), "secret", "internal text left the process")
			requireTracked(t, mock, response, tc.noticed)
		})
	}
}

// requireTracked demands one Start and one End, and one notice if a failure is
// expected.
func requireTracked(t *testing.T, mock *tracker.Mock, response events.Event, noticed string) {
	t.Helper()
	calls := mock.Calls()
	var methods []string
	for _, c := range calls {
		methods = append(methods, c.Method)
	}
	end := calls[len(calls)-1]
	require.Equal(t, response, end.Event, "End was told another answer")
	if noticed == "" {
		require.Equal(t, []string{"Start", "End"}, methods)
		require.NoError(t, end.Err)
		return
	}
	require.Equal(t, []string{"Start", "NoticeEventError", "End"}, methods)
	require.Equal(t, calls[0].Event, calls[1].Event, "the notice is about another event")
	require.ErrorContains(t, calls[1].Err, noticed)
	require.Equal(t, calls[1].Err, end.Err, "End was told another error than was noticed")
}

func TestAPanicIsNoticedWithItsStack(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Add("a:b:c", 1, panicking("boom"))
	answerTo(t, m, "a:b:c", `{}`)

	var p *events.PanicError
	require.ErrorAs(t, callsOf(mock, "NoticeEventError")[0].Err, &p)
	require.Equal(t, "boom", p.Value)
	require.Contains(t, string(p.Stack), "serve_test.go", "the stack does not lead to the panic")
}

func TestAHandlerErrorKeepsItsChainForTheTracker(t *testing.T) {
	cause := errors.New("no disk")
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Add("a:b:c", 1, returning(events.Event{}, fmt.Errorf("storing: %w", cause)))
	answerTo(t, m, "a:b:c", `{}`)
	require.ErrorIs(t, callsOf(mock, "NoticeEventError")[0].Err, cause)
}

func TestTheTrackerIsToldOfAnEventWithoutAHandler(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, "eventNotFound", response.Name)
	requireTracked(t, mock, response, "no handler for a:b:c version 1")
	require.False(t, mock.Calls()[0].Call.Registered)
}

func TestTheTrackerIsToldOfAPayloadThatDoesNotFit(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	mux.Handle(m, "a:b:c", 1, func(context.Context, int) (int, error) { return 0, nil })
	response := answerTo(t, m, "a:b:c", `"x"`)
	require.Equal(t, "a:b:c:badRequest", response.Name)
	requireTracked(t, mock, response, "INVALID_PAYLOAD")
	require.True(t, mock.Calls()[0].Call.Registered)
}

func TestWhatIsNoEventHasOneNoticeAndNothingElse(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	response, err := m.Serve(t.Context(), events.Event{Name: "a:b:c"})
	require.NoError(t, err)
	require.Equal(t, "badProtocol", response.Name)
	require.Len(t, mock.Calls(), 1)
	require.Equal(t, "NoticeError", mock.Calls()[0].Method)
	require.ErrorIs(t, mock.Calls()[0].Err, events.KindBadProtocol)
}

func TestMissingIDsAreFresh(t *testing.T) {
	n := 0
	m := mux.New(mux.WithIDs(func() string { n++; return fmt.Sprint("fresh-", n) }))
	var seen events.Event
	var made string
	m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
		seen, made = e, events.NewID(ctx)
		return events.Event{}, nil
	}))
	for name, tc := range map[string]struct {
		ctx      context.Context
		id, flow string
		wantFlow string
		fresh    int
	}{
		"both are there":               {t.Context(), "i", "f", "f", 0},
		"no id":                        {t.Context(), "", "f", "f", 1},
		"no flow":                      {t.Context(), "i", "", "fresh-1", 1},
		"neither":                      {t.Context(), "", "", "fresh-1", 2},
		"the flow of the context":      {events.WithFlow(t.Context(), "outer"), "i", "", "outer", 0},
		"the event's flow comes first": {events.WithFlow(t.Context(), "outer"), "i", "f", "f", 0},
	} {
		t.Run(name, func(t *testing.T) {
			n = 0
			response, err := m.Serve(tc.ctx, events.Event{Name: "a:b:c", Version: 1, ID: tc.id, FlowID: tc.flow})
			require.NoError(t, err)
			require.Equal(t, tc.wantFlow, response.FlowID)
			require.Equal(t, seen.FlowID, response.FlowID, "the handler saw another flow")
			require.Equal(t, seen.ID, response.ID, "the handler saw another id")
			require.NotEmpty(t, response.ID)
			require.Equal(t, fmt.Sprint("fresh-", tc.fresh+1), made, "ids that were not needed were drawn, or not from the source")
			require.Equal(t, fmt.Sprint("fresh-", tc.fresh+2), m.NewID())
		})
	}
}

func TestIDsAreUUIDsByDefault(t *testing.T) {
	m := mux.New()
	response, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
	require.NoError(t, err)
	for _, id := range []string{response.ID, response.FlowID, m.NewID()} {
		require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	}
	require.NotEqual(t, response.ID, response.FlowID)
}

func TestPropagationChoosesWhatCallsInherit(t *testing.T) {
	inner, outer := mux.New(), mux.New(mux.WithPropagation("tenant", "absent"))
	var got events.Event
	inner.Add("x:y:z", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		got = e
		return events.Event{}, nil
	}))
	mux.Handle(outer, "a:b:c", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		return client.Call[struct{}](ctx, inner, "x:y:z", 1, nil)
	})
	request := requestOf("a:b:c", `{}`)
	request.Identity, request.Auth = json.RawMessage(`{"userId":1}`), json.RawMessage(`{"token":"t"}`)
	request.Metadata = json.RawMessage(`{"tenant":"t-1","private":true,"traceparent":"tp","timeoutMs":60000}`)
	_, err := outer.Serve(t.Context(), request)
	require.NoError(t, err)
	require.JSONEq(t, `{"parentId":"id-1","tenant":"t-1","traceparent":"tp"}`, string(got.Metadata))
	require.Equal(t, "flow-1", got.FlowID)
	require.NotEqual(t, "id-1", got.ID)
	require.JSONEq(t, `{}`, string(got.Identity))
	require.JSONEq(t, `{}`, string(got.Auth))
}
