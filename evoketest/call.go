package evoketest

import (
	"cmp"
	"context"
	"errors"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// Call has h serve an event and returns what it answered, as [client.Call] does in
// the context of t. It ends the test if that is not a success.
func Call[Out any](t TB, h events.Handler, name string, version int, in any, options ...client.CallOption) Out {
	t.Helper()
	out, err := client.Call[Out](t.Context(), h, name, version, in, options...)
	if err != nil {
		fail(t, "%s version %d: %v%s", name, version, err, showAnswer(err))
	}
	return out
}

// showAnswer shows the event that err was read from.
func showAnswer(err error) string {
	var e *events.Error
	var r *events.Redirect
	switch {
	case errors.As(err, &e) && e.Remote != nil:
		return "\nthe answer:\n" + pretty(*e.Remote)
	case errors.As(err, &r) && r.Remote != nil:
		return "\nthe answer:\n" + pretty(*r.Remote)
	}
	return ""
}

// Send has h serve an event and returns its answer, whatever that says; see
// [RequireEvent]. It ends the test if there is none. In is encoded as JSON, also if
// h has another codec.
func Send(t TB, h events.Handler, name string, version int, in any, options ...client.CallOption) events.Event {
	t.Helper()
	keep := &keeper{handler: h}
	_, err := client.Call[struct{}](t.Context(), keep, name, version, in, options...)
	if keep.answer.Name == "" {
		fail(t, "%s version %d: %v", name, version, cmp.Or(err, errNoEvent))
	}
	return keep.answer
}

var errNoEvent = errors.New("the handler returned no event and no error; a mux makes that a success")

// A keeper keeps what its handler answered.
type keeper struct {
	handler events.Handler
	answer  events.Event
}

func (k *keeper) Serve(ctx context.Context, request events.Event) (events.Event, error) {
	var err error
	k.answer, err = k.handler.Serve(ctx, request)
	return k.answer, err
}

// NewID takes ids from the source of the handler, as client.Call would.
func (k *keeper) NewID() string {
	if source, ok := k.handler.(interface{ NewID() string }); ok {
		return source.NewID()
	}
	return events.RandomID()
}
