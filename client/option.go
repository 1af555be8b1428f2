package client

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/tracker"
)

const (
	// DefaultTimeout is how long a call may take.
	DefaultTimeout = 15 * time.Second
	// DefaultMaxResponse is the largest answer, in bytes.
	DefaultMaxResponse = 8 << 20
)

// An Option configures a Client.
type Option interface{ applyClient(*Client) }

// A CallOption configures one call, or a Client as the default of its calls.
type CallOption interface {
	Option
	applyCall(*settings)
}

// settings are what can be chosen for a call.
type settings struct {
	header     http.Header
	timeout    time.Duration
	timed      bool // whether the timeout was chosen, 0 included
	idempotent bool
	edits      []edit
}

// An edit sets a part of a request. One that does not override leaves alone what
// is there.
type edit func(ctx context.Context, request *events.Event, override bool) error

type clientOption func(*Client)

func (o clientOption) applyClient(c *Client) { o(c) }

type callOption func(*settings)

func (o callOption) applyClient(c *Client) { o(&c.defaults) }
func (o callOption) applyCall(s *settings) { o(s) }

// WithHTTPClient sends by h, for mutual TLS, proxies and the like, in place of a
// client with connections of its own. HTTP redirects are never followed.
func WithHTTPClient(h *http.Client) Option {
	return clientOption(func(c *Client) { c.http = h })
}

// WithTracker tells t of every call, on the caller's side.
func WithTracker(t tracker.Tracker) Option {
	return clientOption(func(c *Client) { c.tracker = t })
}

// WithCodec encodes and decodes the payloads of typed calls by codec.
func WithCodec(codec events.Codec) Option {
	return clientOption(func(c *Client) { c.codec = codec })
}

// WithIDs takes fresh ids from source, which must be safe for concurrent use.
func WithIDs(source func() string) Option {
	return clientOption(func(c *Client) { c.newID = source })
}

// WithClock reads the times that trackers see from now, which must be safe for
// concurrent use. Deadlines follow the real clock.
func WithClock(now func() time.Time) Option {
	return clientOption(func(c *Client) { c.now = now })
}

// WithMaxResponse refuses a larger answer, in place of [DefaultMaxResponse].
func WithMaxResponse(bytes int) Option {
	return clientOption(func(c *Client) { c.maxResponse = bytes })
}

// WithTimeout limits a call, its retries included, in place of [DefaultTimeout].
// A deadline of the context counts if it is earlier; 0 leaves it at that.
func WithTimeout(d time.Duration) CallOption {
	return callOption(func(s *settings) { s.timeout, s.timed = d, true })
}

// WithHeader sets a header of the HTTP request.
func WithHeader(key, value string) CallOption {
	return callOption(func(s *settings) {
		if s.header == nil {
			s.header = http.Header{}
		}
		s.header.Set(key, value)
	})
}

// Idempotent says that the callee may get the event more than once without
// harm, so that [WithRetry] may send it again, with the same ID.
func Idempotent() CallOption {
	return callOption(func(s *settings) { s.idempotent = true })
}

// WithAuth sends value, which must be encoded as an object, as the event's auth.
func WithAuth(value any) CallOption {
	return object(auth, func(context.Context) (any, error) { return value, nil })
}

// WithToken asks source for a token before each call and sends it as auth.token.
// Source must be safe for concurrent use; caching is its business.
func WithToken(source func(context.Context) (string, error)) CallOption {
	return object(auth, func(ctx context.Context) (any, error) {
		token, err := source(ctx)
		return map[string]string{"token": token}, err
	})
}

// WithIdentity sends value, which must be encoded as an object, as the event's
// identity.
func WithIdentity(value any) CallOption {
	return object(identity, func(context.Context) (any, error) { return value, nil })
}

// WithCallerIdentity passes on the identity of the event that is being handled.
func WithCallerIdentity() CallOption {
	return object(identity, func(ctx context.Context) (any, error) {
		handled, ok := events.RequestFrom(ctx)
		if !ok {
			return nil, nil
		}
		return handled.Identity, nil
	})
}

// WithOrigin tells callees, as metadata.origin, which service calls, so that they
// can count who still uses an old version.
func WithOrigin(service string) CallOption { return WithMetadata("origin", service) }

// WithMetadata sends value at key of the event's metadata.
func WithMetadata(key string, value any) CallOption {
	return withEdit(func(_ context.Context, request *events.Event, override bool) error {
		if !override && scan.Lookup(request.Metadata, key) != nil {
			return nil
		}
		edited, err := request.WithMetadata(key, value)
		*request = edited
		return err
	})
}

func auth(e *events.Event) *json.RawMessage     { return &e.Auth }
func identity(e *events.Event) *json.RawMessage { return &e.Identity }

// object returns the option that encodes what value returns into a field.
func object(field func(*events.Event) *json.RawMessage, value func(context.Context) (any, error)) CallOption {
	return withEdit(func(ctx context.Context, request *events.Event, override bool) error {
		raw := field(request)
		if !override && !scan.Empty(*raw) {
			return nil
		}
		v, err := value(ctx)
		if err != nil {
			return err
		}
		*raw, err = events.EncodePayload(events.JSON{}, v)
		return err
	})
}

func withEdit(e edit) CallOption {
	return callOption(func(s *settings) { s.edits = append(s.edits[:len(s.edits):len(s.edits)], e) })
}
