package mux

import (
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

// A MuxOption configures a Mux.
type MuxOption interface{ applyMux(*Mux) }

// A HandlerOption configures one handler.
type HandlerOption interface{ applyRoute(*route) }

// An Option configures a handler, or a Mux as the default for its handlers.
type Option interface {
	MuxOption
	HandlerOption
}

type muxOption func(*Mux)

func (o muxOption) applyMux(m *Mux) { o(m) }

type handlerOption func(*route)

func (o handlerOption) applyRoute(r *route) { o(r) }

type timeoutOption time.Duration

func (o timeoutOption) applyMux(m *Mux)     { m.timeout = time.Duration(o) }
func (o timeoutOption) applyRoute(r *route) { r.timeout = time.Duration(o) }

// WithTimeout limits how long a call may take, however much time its caller would
// give. 0, the default, leaves that to the caller.
func WithTimeout(d time.Duration) Option { return timeoutOption(d) }

type flagOption struct {
	mux   func(*Mux)
	route func(*route)
}

func (o flagOption) applyMux(m *Mux)     { o.mux(m) }
func (o flagOption) applyRoute(r *route) { o.route(r) }

// WithValidation checks the payloads of typed handlers against the schema of their
// type, or does not. The default is true. Without it a payload is only decoded, and
// fields may be missing.
func WithValidation(on bool) Option {
	return flagOption{func(m *Mux) { m.trusting = !on }, func(r *route) { r.validate = on }}
}

// WithStrictPayload refuses fields that the type of the payload does not have.
func WithStrictPayload() Option {
	return flagOption{func(m *Mux) { m.strict = true }, func(r *route) { r.strict = true }}
}

// WithDevelopment also checks what typed handlers answer against its schema: an
// answer that is not as documented becomes UNHANDLED_ERROR, and the tracker is told
// why.
func WithDevelopment() MuxOption {
	return muxOption(func(m *Mux) { m.development = true })
}

// WithTracker tells t of every call.
func WithTracker(t tracker.Tracker) MuxOption {
	return muxOption(func(m *Mux) { m.setTracker(t) })
}

// WithCodec encodes and decodes the payloads of typed handlers by c in place of
// [events.JSON]. It holds for handlers added to the mux, not for raw ones. The
// schemas are those of encoding/json: a codec that names fields otherwise goes with
// WithValidation(false).
func WithCodec(c events.Codec) MuxOption {
	return muxOption(func(m *Mux) { m.codec = c })
}

// WithIDs takes fresh ids from source, which must be safe for concurrent use, in
// place of [events.RandomID].
func WithIDs(source func() string) MuxOption {
	return muxOption(func(m *Mux) { m.ids = source })
}

// WithClock reads the times that trackers see from now, which must be safe for
// concurrent use, in place of [time.Now]. Deadlines follow the real clock.
func WithClock(now func() time.Time) MuxOption {
	return muxOption(func(m *Mux) { m.now = now })
}

// WithPropagation copies these keys of a request's metadata to the calls that its
// handler makes, as [events.WithPropagation] does.
func WithPropagation(keys ...string) MuxOption {
	return muxOption(func(m *Mux) { m.propagate = keys })
}

// WithOrigins names the callers that trackers are told of: a caller says its name
// as metadata.origin, and one that is not in the list is called "other". What a
// caller says proves nothing; it is for counting.
func WithOrigins(names ...string) MuxOption {
	return muxOption(func(m *Mux) { m.origins = names })
}

// WithMaxDepth limits how deep an event may be nested, the envelope included, in
// place of [events.DefaultMaxDepth].
func WithMaxDepth(n int) MuxOption {
	return muxOption(func(m *Mux) { m.decoder.MaxDepth = n })
}

// WithStrictEnvelope refuses events that lack any of the envelope's eight fields.
func WithStrictEnvelope() MuxOption {
	return muxOption(func(m *Mux) { m.decoder.Strict = true })
}

// WithDoc documents the event.
func WithDoc(text string) HandlerOption {
	return handlerOption(func(r *route) { r.doc = text })
}

// WithExample adds an example of a request payload and its response. Adding the
// handler panics if they cannot be encoded.
func WithExample(request, response any) HandlerOption {
	return handlerOption(func(r *route) { r.examples = append(r.examples, [2]any{request, response}) })
}

// WithError declares an error that the event can answer with.
func WithError(kind events.Kind, code, description string) HandlerOption {
	return handlerOption(func(r *route) {
		r.errors = append(r.errors, catalog.Error{Kind: kind, Code: code, Description: description})
	})
}

// WithMiddleware wraps the handler, inside the mux's own middleware. The first
// one is the outermost.
func WithMiddleware(middlewares ...events.Middleware) HandlerOption {
	return handlerOption(func(r *route) { r.middlewares = append(r.middlewares, middlewares...) })
}

// WithHidden serves the event without telling of it: it is in no catalog, in no
// documentation and in no hint.
func WithHidden() HandlerOption {
	return handlerOption(func(r *route) { r.hidden = true })
}

// WithInternal marks an event that is for the services of the same owner. What
// readers are shown is decided where the documentation is served.
func WithInternal() HandlerOption {
	return handlerOption(func(r *route) { r.internal = true })
}
