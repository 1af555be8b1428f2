package client

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/evoke-rpc/evoke/events"
)

// Why a call has no answer, besides [context.DeadlineExceeded] for a timeout and
// [context.Canceled]; to be told by [errors.Is].
var (
	// ErrNoConnection means that the callee could not be reached, or that the
	// connection broke before the whole answer had come. The callee may have
	// served the event.
	ErrNoConnection = errors.New("no connection")
	// ErrInvalidResponse means that an answer came, but that it was no event, too
	// large, or did not fit the type that was asked for.
	ErrInvalidResponse = errors.New("invalid response")
	// ErrInvalidRequest means that the event cannot be sent: it would break the
	// rules of the wire.
	ErrInvalidRequest = errors.New("invalid request")
)

// An Error is a call that got no answer that could be used. A handler that returns
// one answers failedDependency.
type Error struct {
	Event   string
	Version int
	// URL is where the event was sent, without credentials; empty within the
	// process.
	URL string
	// Reason is ErrNoConnection, ErrInvalidResponse, ErrInvalidRequest,
	// context.DeadlineExceeded or context.Canceled.
	Reason error
	// Err has the details.
	Err error
}

func (e *Error) Error() string {
	to := ""
	if e.URL != "" {
		to = " to " + e.URL
	}
	return fmt.Sprintf("calling %s version %d%s: %v: %v", e.Event, e.Version, to, e.Reason, e.Err)
}

// Unwrap returns Reason and Err.
func (e *Error) Unwrap() []error { return []error{e.Reason, e.Err} }

// RemoteError tells a mux that this is not an error of its own service.
func (e *Error) RemoteError() bool { return true }

func (c *Client) fail(request events.Event, reason, err error) error {
	e := &Error{Event: request.Name, Version: request.Version, Reason: reason, Err: err}
	if c.url != nil {
		e.URL = c.url.Redacted()
	}
	return e
}

// noEvent keeps what err says and not its type: an [*events.Error] is what a
// callee answers.
func noEvent(err error) error {
	if e := new(events.Error); errors.As(err, &e) {
		return errors.New(e.Message)
	}
	return err
}

// classOf tells why err happened under ctx; other is what it is when it was
// neither a timeout nor a cancellation.
func classOf(ctx context.Context, err, other error) error {
	if cause := ctx.Err(); cause != nil {
		return cause
	}
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return context.DeadlineExceeded
	}
	return other
}
