package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// plantedSecret stands in the errors and panics of the test service. It must be in
// no answer.
const plantedSecret = "planted-secret"

// newWireService returns the service that the scripts in testdata/wire call.
func newWireService(t testing.TB, options ...mux.MuxOption) *mux.Mux {
	m := mux.New(append([]mux.MuxOption{mux.WithPropagation("tenant")}, options...)...)
	addEchoes(m)
	addErrors(m)
	addRawAnswers(m)
	addSlowEvents(t, m)
	m.Add("system:batch:run", 1, batch.New(m))
	m.Add("system:batch:run", 2, batch.New(m))
	m.Add("system:batch:nested", 1, batch.New(m, batch.WithDepth(2)))
	m.Add("system:batch:small", 1, batch.New(m, batch.WithMaxResponseBytes(400)))
	return m
}

// addEchoes adds events that succeed.
func addEchoes(m *mux.Mux) {
	mux.Handle(m, "test:echo:run", 1, func(_ context.Context, in json.RawMessage) (json.RawMessage, error) { return in, nil })
	mux.Handle(m, "test:nothing:run", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	mux.Handle(m, "test:nil:list", 1, func(context.Context, struct{}) ([]int, error) { return nil, nil })
	mux.Handle(m, "test:nil:object", 1, func(context.Context, struct{}) (map[string]int, error) { return nil, nil })

	type place struct {
		Row int `json:"row"`
	}
	type sum struct {
		A      int      `json:"a,omitempty"`
		B      float64  `json:"b,omitempty"`
		Labels []string `json:"labels,omitempty"`
		Place  place    `json:"place,omitzero"`
	}
	mux.Handle(m, "test:sum:run", 1, func(_ context.Context, in sum) (float64, error) { return float64(in.A) + in.B, nil })

	show := func(ctx context.Context, _ struct{}) (events.Event, error) {
		e, _ := events.RequestFrom(ctx)
		return e, nil
	}
	mux.Handle(m, "test:request:show", 1, show)
	mux.Handle(m, "test:metadata:set", 1, func(ctx context.Context, in map[string]json.RawMessage) (struct{}, error) {
		for key, value := range in {
			if err := events.SetMetadata(ctx, key, value); err != nil {
				return struct{}{}, err
			}
		}
		return struct{}{}, nil
	})
	mux.Handle(m, "test:request:make", 1, func(ctx context.Context, _ struct{}) (events.Event, error) {
		return events.NewRequest(ctx, "other:thing:do", 3, nil)
	})
	for _, name := range []string{"Ping", "a b", "größe", "test:<&>:run", longName(256), longName(119), longName(120)} {
		mux.Handle(m, name, 1, func(context.Context, struct{}) (string, error) { return "here", nil })
	}
	mux.Handle(m, "test:versions:run", 2147483647, show)
	mux.Handle(m, "test:versions:run", 2, show)
	mux.Handle(m, "test:versions:run", 10, show)
	mux.Handle(m, "test:versions:run", 9, show, mux.WithHidden())
	mux.Handle(m, "test:hidden:run", 1, show, mux.WithHidden())
}

// longName is a name of so many bytes.
func longName(n int) string { return fmt.Sprintf("long:%0*d", n-len("long:"), 0) }

// addErrors adds events that fail as their payload asks.
func addErrors(m *mux.Mux) {
	type wanted struct {
		Kind       events.Kind    `json:"kind,omitempty"`
		Code       string         `json:"code,omitempty"`
		Message    string         `json:"message,omitempty"`
		Parameters map[string]any `json:"parameters,omitempty"`
	}
	mux.Handle(m, "test:error:raise", 1, func(_ context.Context, in wanted) (struct{}, error) {
		e := &events.Error{Kind: in.Kind, Code: in.Code, Message: in.Message, Parameters: in.Parameters}
		return struct{}{}, fmt.Errorf("%s: %w", plantedSecret, e.Wrap(errors.New(plantedSecret)))
	})
	mux.Handle(m, "test:kind:raise", 1, func(_ context.Context, in wanted) (struct{}, error) {
		return struct{}{}, fmt.Errorf("%s: %w", plantedSecret, in.Kind)
	})
	mux.Handle(m, "test:secret:raise", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, errors.New(plantedSecret)
	})
	mux.Handle(m, "test:panic:raise", 1, func(context.Context, struct{}) (struct{}, error) { panic(plantedSecret) })
	mux.Handle(m, "test:panic:raise", 2, func(context.Context, struct{}) (struct{}, error) {
		panic(events.Errorf(events.KindNotFound, "PLANTED_CODE", plantedSecret))
	})
	mux.Handle(m, "test:output:broken", 1, func(context.Context, struct{}) (any, error) { return func() {}, nil })

	remote := events.Event{Name: "other:thing:do:gone", Version: 1, Payload: []byte(
		`{"code":"THING_GONE","message":"the thing is gone","parameters":{"since":1e2}}`)}
	mux.Handle(m, "test:dependency:raise", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, remote.Err() })
	mux.Handle(m, "test:dependency:forward", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, events.Forward(remote.Err())
	})
	mux.Handle(m, "test:event:decode", 1, func(context.Context, struct{}) (struct{}, error) {
		_, err := events.Decode([]byte(plantedSecret))
		return struct{}{}, err
	})
	mux.Handle(m, "test:redirect:run", 1, func(_ context.Context, in events.Redirect) (struct{}, error) { return struct{}{}, &in },
		mux.WithValidation(false)) // a redirect always has both members, and here is read without
	mux.Handle(m, "test:answer:read", 1, readAnswer)
}

// readAnswer reads its payload as a caller would read a response.
func readAnswer(_ context.Context, in json.RawMessage) (map[string]any, error) {
	answer, err := events.Decoder{Response: true}.Decode(in)
	if e := new(events.Error); errors.As(err, &e) {
		return map[string]any{"unreadable": e.Parameters["propertyName"]}, nil
	}
	switch err := answer.Err().(type) {
	case *events.Redirect:
		return map[string]any{"redirect": err}, nil
	case *events.Error:
		return map[string]any{
			"kind": err.Kind, "code": err.Code, "message": err.Message, "parameters": err.Parameters,
			"isError": errors.Is(err, events.KindError), "isNotFound": errors.Is(err, events.KindNotFound),
		}, nil
	}
	return map[string]any{"success": answer.Payload}, nil
}

// addRawAnswers adds handlers that return events which the mux has to put right.
func addRawAnswers(m *mux.Mux) {
	answers := map[string]events.Event{
		"test:raw:bare":      {Name: "error", Payload: []byte(`{"code":"BY_HAND","message":"m","parameters":{"a":1}}`)},
		"test:raw:partial":   {Name: "test:raw:partial:gone", Payload: []byte(`{"message":"left","more":1}`)},
		"test:raw:unknown":   {Name: "test:raw:unknown:teapot", Payload: []byte(`{}`)},
		"test:raw:text":      {Name: "test:raw:text:error", Payload: []byte(`"text"`)},
		"test:raw:redirect":  {Name: "test:raw:redirect:redirect", Payload: []byte(`{"url":"https://example.com","queryParameters":{}}`)},
		"test:raw:unnamed":   {Payload: []byte(`{"a":1}`)},
		"test:raw:nothing":   {},
		"test:raw:misnamed":  {Name: "other:thing:do:response", Payload: []byte(`"` + plantedSecret + `"`)},
		"test:raw:prefix":    {Name: "test:raw:prefixed:response", Payload: []byte(`"` + plantedSecret + `"`)},
		"test:raw:itself":    {Name: "test:raw:itself", Payload: []byte(`"` + plantedSecret + `"`)},
		"test:raw:cut":       {Name: "test:raw:cut:response", Payload: []byte(`{"` + plantedSecret + `":`)},
		"test:raw:null":      {Name: "test:raw:null:response", Payload: []byte(`null`)},
		"test:raw:metadata":  {Name: "test:raw:metadata:response", Metadata: []byte(`[]`)},
		"test:raw:otherwise": {Name: "test:raw:otherwise:response", Version: 7, ID: "x", FlowID: "y", Payload: []byte(`1`), Identity: []byte(`{"userId":1}`), Auth: []byte(`{"token":"t"}`), Metadata: []byte(`{"m":1}`)},
	}
	for name, answer := range answers {
		m.Add(name, 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return answer, nil }))
	}
	m.Add("test:raw:echo", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		return events.Event{Name: e.Name + ":response", Payload: e.Payload}, nil
	}))
	m.Add("test:raw:mirror", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		e.Name += ":response"
		return e, nil
	}))
	m.Add("test:raw:both", 1, events.HandlerFunc(func(_ context.Context, e events.Event) (events.Event, error) {
		return events.Event{Name: e.Name + ":response", Payload: []byte(`{"sent":true}`)}, errors.New(plantedSecret)
	}))
}

// addSlowEvents adds events that end when their time is over, and later.
func addSlowEvents(t testing.TB, m *mux.Mux) {
	mux.Handle(m, "test:slow:run", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		<-ctx.Done()
		return struct{}{}, fmt.Errorf("%s: %w", plantedSecret, ctx.Err())
	}, mux.WithTimeout(time.Minute))
	mux.Handle(m, "test:deaf:run", 1, func(context.Context, struct{}) (struct{}, error) {
		<-time.After(300 * time.Millisecond) // a server ends with its last handler
		return struct{}{}, nil
	}, mux.WithTimeout(10*time.Millisecond))
	t.Cleanup(func() { require.NoError(t, m.Wait(context.Background())) })
}
