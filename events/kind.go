package events

import "strings"

// A Kind is the last part of an error event's name and says whose fault it was
// and what the caller can do. The set is closed; codes tell the cases of a kind
// apart. A Kind is an error, so that errors.Is(err, events.KindNotFound) works
// and a handler may return a bare Kind.
type Kind string

const (
	// KindError is a failure of the service itself. The same call may succeed
	// later. It is the kind of all errors that no other kind was chosen for.
	KindError Kind = "error"
	// KindBadRequest means that the payload is wrong in form: a missing field, a
	// wrong type. The same payload will never succeed.
	KindBadRequest Kind = "badRequest"
	// KindUnprocessable means that the payload is well-formed, but a rule of the
	// domain forbids it, as an order of zero pieces.
	KindUnprocessable Kind = "unprocessable"
	// KindUnauthorized means that the caller did not prove who he is. Use
	// KindForbidden when he did.
	KindUnauthorized Kind = "unauthorized"
	// KindForbidden means that this caller may never do this. Use KindUserDenied
	// or KindResourceDenied to say which of the two is at fault.
	KindForbidden Kind = "forbidden"
	// KindUserDenied means that the user is barred, whatever he asks for.
	KindUserDenied Kind = "userDenied"
	// KindResourceDenied means that the user is known and this resource is closed
	// to him.
	KindResourceDenied Kind = "resourceDenied"
	// KindNotFound means that what the payload names does not exist. It is not
	// for events without a handler: those are KindEventNotFound.
	KindNotFound Kind = "notFound"
	// KindGone means that it existed and will not come back.
	KindGone Kind = "gone"
	// KindExpired means that it existed and its time has run out: a session, an
	// offer. A new one may be had.
	KindExpired Kind = "expired"
	// KindFailedDependency means that another service failed this one. It is what
	// callers see when a handler returns the error of a call it made.
	KindFailedDependency Kind = "failedDependency"

	// KindEventNotFound means that no handler has this name and version. Its
	// event has the bare name eventNotFound and version 1. Handlers do not use it.
	KindEventNotFound Kind = "eventNotFound"
	// KindBadProtocol means that what was sent is no event. Its event has the
	// bare name badProtocol and version 1. Handlers do not use it.
	KindBadProtocol Kind = "badProtocol"
)

// Codes of the errors that the framework itself answers with.
const (
	CodeUnhandledError    = "UNHANDLED_ERROR"
	CodeInvalidPayload    = "INVALID_PAYLOAD"
	CodeDeadlineExceeded  = "DEADLINE_EXCEEDED"
	CodeLimitExceeded     = "LIMIT_EXCEEDED"
	CodeOverloaded        = "OVERLOADED"
	CodeFailedDependency  = "FAILED_DEPENDENCY"
	CodeVersionGone       = "VERSION_GONE"
	CodeNoEventHandler    = "NO_EVENT_HANDLER_FOUND"
	CodeInvalidProtocol   = "INVALID_COMMUNICATION_PROTOCOL"
	messageUnhandledError = "internal error"
)

// Error returns the kind's name.
func (k Kind) Error() string { return string(k) }

// Known reports whether k is one of the constants of this package.
func (k Kind) Known() bool {
	switch k {
	case KindError, KindBadRequest, KindUnprocessable, KindUnauthorized, KindForbidden,
		KindUserDenied, KindResourceDenied, KindNotFound, KindGone, KindExpired,
		KindFailedDependency, KindEventNotFound, KindBadProtocol:
		return true
	}
	return false
}

// bare reports whether events of this kind are named by the kind alone.
func (k Kind) bare() bool { return k == KindEventNotFound || k == KindBadProtocol }

// Code is k in upper snake case, the code of an error that has no other.
func (k Kind) Code() string {
	var b strings.Builder
	for i := range len(k) {
		if 'A' <= k[i] && k[i] <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteByte(k[i])
	}
	return strings.ToUpper(b.String())
}

// parseKind reads the last part of an error event's name. Older peers write
// bad_request for badRequest. What it does not know is kept as it is.
func parseKind(s string) Kind {
	if strings.IndexByte(s, '_') < 0 {
		return Kind(s)
	}
	words := strings.Split(s, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	if k := Kind(strings.Join(words, "")); k.Known() {
		return k
	}
	return Kind(s)
}
