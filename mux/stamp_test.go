package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func TestAResponseHasTheIDsOfItsRequestAndNoIdentity(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{
		Name: "a:b:c:response", Version: 9, ID: "other", FlowID: "other", Payload: json.RawMessage(`{"n":1}`),
		Identity: json.RawMessage(`{"userId":1}`), Auth: json.RawMessage(`no JSON`), Metadata: json.RawMessage(`{"m":1}`),
	}, nil))
	require.Equal(t, `{"name":"a:b:c:response","version":1,"id":"id-1","flowId":"flow-1","payload":{"n":1},"identity":{},"auth":{},"metadata":{"m":1}}`,
		string(answerTo(t, m, "a:b:c", `{}`).Append(nil)))
}

func TestARequestThatIsReturnedDoesNotShowItsAuth(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		e.Name += ":response"
		return e, nil
	}))
	request := requestOf("a:b:c", `{"n":1}`)
	request.Identity, request.Auth = json.RawMessage(`{"userId":1}`), json.RawMessage(`{"token":"t"}`)
	response, err := m.Serve(t.Context(), request)
	require.NoError(t, err)
	require.Equal(t, `{}`, string(response.Identity))
	require.Equal(t, `{}`, string(response.Auth))
}

func TestTheNameOfAResponse(t *testing.T) {
	for name, want := range map[string]string{
		"":                      "a:b:c:response",
		"a:b:c:response":        "a:b:c:response",
		"a:b:c:redirect":        "a:b:c:redirect",
		"a:b:c:notFound":        "a:b:c:notFound",
		"a:b:c:aKindOfTomorrow": "a:b:c:aKindOfTomorrow",
		"error":                 "a:b:c:error",
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			m.Add("a:b:c", 1, returning(events.Event{Name: name, Payload: json.RawMessage(`{"code":"C"}`)}, nil))
			require.Equal(t, want, answerTo(t, m, "a:b:c", `{}`).Name)
		})
	}
}

func TestAWrongNameIsADefect(t *testing.T) {
	for _, name := range []string{
		"a:b:c", "a:b:c:", "a:b:c:d:response", "a:b:cresponse", "a:b:C:response", "x:y:z:response", "response", ":response",
		"eventNotFound", "badProtocol", "badProtocol:error", "error:error", "a:b:c:\x00", "a:b:c:\xff",
		"a:b:c:" + strings.Repeat("k", 512),
	} {
		t.Run(name, func(t *testing.T) {
			mock := new(tracker.Mock)
			m := mux.New(mux.WithTracker(mock))
			other := errors.New("the handler's own error")
			m.Add("a:b:c", 1, returning(events.Event{Name: name, Payload: json.RawMessage(`{"n":1}`)}, other))
			response := answerTo(t, m, "a:b:c", `{}`)
			require.Equal(t, "a:b:c:error", response.Name)
			require.JSONEq(t, unhandled, string(response.Payload))
			requireTracked(t, mock, response, "the handler of a:b:c version 1 answered")
			require.ErrorIs(t, mock.Calls()[1].Err, other, "the handler's error was lost")
		})
	}
}

func TestAWrongNameIsNoticedWithWhatItShouldBe(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	m.Add("a:b:c", 1, returning(events.Event{Name: "x:y:z:response"}, nil))
	answerTo(t, m, "a:b:c", `{}`)
	require.EqualError(t, callsOf(mock, "NoticeEventError")[0].Err, `the handler of a:b:c version 1 answered with an event named `+
		`"x:y:z:response"; a response is named a:b:c:response or a:b:c:<kind>`)
}

func TestAResponseThatIsNoEventIsADefect(t *testing.T) {
	deep := func(n int) json.RawMessage {
		return json.RawMessage(strings.Repeat("[", n) + strings.Repeat("]", n))
	}
	for name, tc := range map[string]struct {
		response events.Event
		noticed  string
	}{
		"a payload that is no JSON": {events.Event{Payload: json.RawMessage(`{"a":`)}, `"payload" is not JSON: unexpected end of JSON at byte 5`},
		"two documents":             {events.Event{Payload: json.RawMessage(`{}{}`)}, `"payload" is not JSON: more text`},
		"a payload not in UTF-8":    {events.Event{Payload: json.RawMessage("\"\xff\"")}, `"payload" is not JSON: invalid UTF-8`},
		"a null payload":            {events.Event{Payload: json.RawMessage(`null`)}, `"payload" must not be null`},
		"a payload nested too deep": {events.Event{Payload: deep(events.DefaultMaxDepth)}, `nested too deeply`},
		"an array as metadata":      {events.Event{Metadata: json.RawMessage(`[]`)}, `"metadata" must be an object, got an array`},
		"metadata that is no JSON":  {events.Event{Metadata: json.RawMessage(`{`)}, `"metadata" is not JSON`},
	} {
		t.Run(name, func(t *testing.T) {
			mock := new(tracker.Mock)
			m := mux.New(mux.WithTracker(mock))
			m.Add("a:b:c", 1, returning(tc.response, nil))
			response := answerTo(t, m, "a:b:c", `{}`)
			require.Equal(t, "a:b:c:error", response.Name)
			require.JSONEq(t, unhandled, string(response.Payload))
			requireTracked(t, mock, response, tc.noticed)
		})
	}
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{Payload: deep(events.DefaultMaxDepth - 1)}, nil))
	require.Equal(t, "a:b:c:response", answerTo(t, m, "a:b:c", `{}`).Name, "the deepest payload that is allowed")
}

func TestTheErrorPayloadOfAHandWrittenEventIsCompleted(t *testing.T) {
	for payload, want := range map[string]string{
		``:                        `{"code":"NOT_FOUND","message":"","parameters":{}}`,
		`{}`:                      `{"code":"NOT_FOUND","message":"","parameters":{}}`,
		`{"code":"C"}`:            `{"code":"C","message":"","parameters":{}}`,
		`{"message":"m"}`:         `{"message":"m","code":"NOT_FOUND","parameters":{}}`,
		`{"parameters":{"a":1}}`:  `{"parameters":{"a":1},"code":"NOT_FOUND","message":""}`,
		`{"code":"C","more":[1]}`: `{"code":"C","more":[1],"message":"","parameters":{}}`,
		`"text"`:                  `{"code":"NOT_FOUND","message":"","parameters":{}}`,
		`{"code":"C","message":"m","parameters":{}}`: `{"code":"C","message":"m","parameters":{}}`,
	} {
		t.Run(payload, func(t *testing.T) {
			m := mux.New()
			m.Add("a:b:c", 1, returning(events.Event{Name: "a:b:c:notFound", Payload: json.RawMessage(payload)}, nil))
			require.JSONEq(t, want, string(answerTo(t, m, "a:b:c", `{}`).Payload))
		})
	}
}

func TestTheOriginalLibrarysErrorEventsCanBeReturned(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		return events.NewErrorWithMetadata(e.FlowID, "out of stock", map[string]int{"n": 1}), nil
	}))
	require.Equal(t, `{"name":"a:b:c:error","version":1,"id":"id-1","flowId":"flow-1","payload":{"code":"ERROR","message":"out of stock","parameters":{}},"identity":{},"auth":{},"metadata":{"n":1}}`,
		string(answerTo(t, m, "a:b:c", `{}`).Append(nil)))
}

func TestMetadataThatIsSetIsMergedIntoAnyAnswer(t *testing.T) {
	for name, tc := range map[string]struct {
		response events.Event
		err      error
		want     string
	}{
		"a success":           {events.Event{}, nil, `{"set":"new","é\"":[1]}`},
		"a success with some": {events.Event{Metadata: json.RawMessage(` {"own":1,"set":"old"}`)}, nil, `{"own":1,"set":"new","é\"":[1]}`},
		"an error":            {events.Event{}, events.KindGone, `{"set":"new","é\"":[1]}`},
		"an unexpected error": {events.Event{}, errors.New("x"), `{"set":"new","é\"":[1]}`},
		"a redirect":          {events.Event{}, &events.Redirect{URL: "u"}, `{"set":"new","é\"":[1]}`},
		"an error event":      {events.Event{Name: "a:b:c:gone"}, nil, `{"set":"new","é\"":[1]}`},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
				require.NoError(t, events.SetMetadata(ctx, "set", "first"))
				require.NoError(t, events.SetMetadata(ctx, "set", "new"))
				require.NoError(t, events.SetMetadata(ctx, `é"`, []int{1}))
				require.Error(t, events.SetMetadata(ctx, "bad", func() {}))
				return tc.response, tc.err
			}))
			require.JSONEq(t, tc.want, string(answerTo(t, m, "a:b:c", `{}`).Metadata))
		})
	}
}

func TestMetadataIsThatOfOneAnswerOnly(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "in:n:er", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		return struct{}{}, events.SetMetadata(ctx, "inner", 1)
	})
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (json.RawMessage, error) {
		response, err := m.Serve(ctx, events.Event{Name: "in:n:er", Version: 1})
		return response.Metadata, errors.Join(err, events.SetMetadata(ctx, "outer", 2))
	})
	response := answerTo(t, m, "a:b:c", `{}`)
	require.Equal(t, `{"inner":1}`, string(response.Payload))
	require.Equal(t, `{"outer":2}`, string(response.Metadata))
}

func TestMetadataMayBeSetConcurrently(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		var all sync.WaitGroup
		for _, key := range []string{"a", "b", "c", "d"} {
			all.Go(func() {
				if err := events.SetMetadata(ctx, key, 1); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		return struct{}{}, nil
	})
	require.JSONEq(t, `{"a":1,"b":1,"c":1,"d":1}`, string(answerTo(t, m, "a:b:c", `{}`).Metadata))
}
