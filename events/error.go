package events

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
)

// An Error is an error that was addressed to the caller: all it says but Cause is
// sent. A handler makes one in a line:
//
//	return events.Errorf(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no product %q", id).With("id", id)
//
// errors.Is(err, kind) tells its kind. A client turns an error event back into
// an equal Error, marked by Remote.
type Error struct {
	Kind Kind
	// Code tells the cases of a kind apart, in upper snake case. Callers' programs
	// compare it, so it is part of the contract; the message is not.
	Code string
	// Message is for the people who run the caller.
	Message string
	// Parameters are details for the caller's program. Read from an event, they
	// hold what encoding/json makes of them, with numbers as [json.Number].
	Parameters map[string]any
	// Cause goes to trackers and never leaves the process.
	Cause error
	// Remote is the event that this error was read from, nil for an error that
	// was made here. A handler that returns a remote error answers
	// failedDependency; see [Forward].
	Remote *Event
}

// Errorf makes an Error. The message is sent to the caller: do not format an
// internal error into it, wrap that with [Error.Wrap].
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// With returns a copy of e with one more parameter. A value that cannot be
// encoded as JSON is sent as null.
func (e *Error) With(key string, value any) *Error {
	c := *e
	c.Parameters = make(map[string]any, len(e.Parameters)+1)
	maps.Copy(c.Parameters, e.Parameters)
	c.Parameters[key] = value
	return &c
}

// Wrap returns a copy of e with the given cause.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Error describes e for logs, cause included.
func (e *Error) Error() string {
	s := string(e.Kind) + " " + e.Code + ": " + e.Message
	if e.Cause != nil && e.Cause.Error() != s { // Forward's cause says the same
		s += ": " + e.Cause.Error()
	}
	return s
}

// Is reports whether target is e's kind. An unknown kind, as a newer peer might
// send, counts as [KindError] too.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && (k == e.Kind || k == KindError && !e.Kind.Known())
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// A Redirect tells the caller to go elsewhere. A handler returns one as its
// error; the answer is a redirect event, and nothing has failed.
type Redirect struct {
	URL             string         `json:"url"`
	QueryParameters map[string]any `json:"queryParameters"`
	// Remote is as in [Error].
	Remote *Event `json:"-"`
}

// Error describes r for logs.
func (r *Redirect) Error() string { return "redirect to " + r.URL }

// Forward makes the error that another service answered with one's own: a handler
// that returns Forward(err) passes on the callee's kind, code, message and
// parameters, or its redirect. Other errors are returned as they are.
func Forward(err error) error {
	var redirect *Redirect
	if errors.As(err, &redirect) {
		return &Redirect{URL: redirect.URL, QueryParameters: redirect.QueryParameters}
	}
	var remote *Error
	if errors.As(err, &remote) && remote.Remote != nil && !remote.Kind.bare() {
		return &Error{Kind: remote.Kind, Code: remote.Code, Message: remote.Message,
			Parameters: remote.Parameters, Cause: err}
	}
	return err
}

// A PanicError is what a tracker gets when a handler panicked.
type PanicError struct {
	Value any
	Stack []byte
	// Late is true when the call had been answered before, at its deadline.
	Late bool
}

func (p *PanicError) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Unwrap returns the value of the panic if that was an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// addressed returns what of err the caller may know.
func addressed(err error) *Error {
	if isPanic := new(PanicError); errors.As(err, &isPanic) {
		return Errorf(KindError, CodeUnhandledError, messageUnhandledError)
	}
	if e := new(Error); errors.As(err, &e) && e.Remote == nil {
		return e.whole()
	}
	if fromAfar(err) {
		return Errorf(KindFailedDependency, CodeFailedDependency, "a service that this one depends on failed")
	}
	if k := Kind(""); errors.As(err, &k) && k != "" {
		return Errorf(k, k.Code(), "%s", k)
	}
	return Errorf(KindError, CodeUnhandledError, messageUnhandledError)
}

// whole returns e with the kind and the code that it may lack.
func (e *Error) whole() *Error {
	w := *e
	w.Kind = cmp.Or(w.Kind, KindError)
	w.Code = cmp.Or(w.Code, w.Kind.Code())
	return &w
}

// fromAfar reports whether err came from a call to another service. Clients mark
// errors that have no event by a method RemoteError.
func fromAfar(err error) bool {
	if e := new(Error); errors.As(err, &e) && e.Remote != nil {
		return true
	}
	if r := new(Redirect); errors.As(err, &r) && r.Remote != nil {
		return true
	}
	var call interface{ RemoteError() bool }
	return errors.As(err, &call) && call.RemoteError()
}
