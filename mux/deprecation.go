package mux

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

// WithDeprecation says that this version will go. Callers are told by
// metadata.deprecation of each response, with the members since, sunset, successor
// and note as far as they are known, and over HTTP by the headers Deprecation
// (RFC 9745; without a date it says that the version is deprecated since 1970) and
// Sunset (RFC 8594). Trackers see [events.Call].Deprecated.
func WithDeprecation(d catalog.Deprecation) HandlerOption {
	return handlerOption(func(r *route) { r.deprecation = &d })
}

// WithSunset ends deprecated versions on their day: from the sunset on they answer
// gone, code VERSION_GONE, and name the successor. Without it a sunset is only
// announced. The clock is that of [WithClock].
func WithSunset() Option {
	return flagOption{func(m *Mux) { m.gone = true }, func(r *route) { r.gone = true }}
}

// deprecate has the handler of r end at its sunset.
func (m *Mux) deprecate(r *route) {
	if !r.gone || r.deprecation == nil || r.deprecation.Sunset.IsZero() {
		return
	}
	serve := r.handler
	r.handler = events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
		if m.ended(r) {
			return events.Event{}, m.sunset(r)
		}
		return serve.Serve(ctx, request)
	})
}

// ended reports whether r is past a sunset that ends it.
func (m *Mux) ended(r *route) bool {
	return r.gone && r.deprecation != nil && !r.deprecation.Sunset.IsZero() && !m.now().Before(r.deprecation.Sunset)
}

// sunset is the error for a version whose time is over.
func (m *Mux) sunset(r *route) error {
	d := m.announced(r)
	day := d.Sunset.UTC().Format(time.RFC3339)
	hint := ""
	if d.Successor > 0 {
		hint = "; use version " + strconv.Itoa(d.Successor)
	}
	e := events.Errorf(events.KindGone, events.CodeVersionGone, "%s version %d was served until %s%s", r.name, r.version, day, hint).
		With("event", r.name).With("version", r.version).With("sunset", day)
	if d.Successor > 0 {
		e = e.With("successor", d.Successor)
	}
	return e
}

// announced is what callers may know of the deprecation of r: no successor that is
// hidden.
func (m *Mux) announced(r *route) catalog.Deprecation {
	d := *r.deprecation
	if successor := m.route(r.name, d.Successor); successor != nil && successor.hidden {
		d.Successor = 0
	}
	return d
}

// deprecation is the metadata that announces it.
func (c *call) deprecation() json.RawMessage {
	raw, err := events.JSON{}.Marshal(c.mux.announced(c.route))
	if err != nil { // a year beyond 9999
		return emptyObject
	}
	return raw
}

func (c *call) deprecationHeaders(h http.Header) {
	if c.route == nil || c.route.deprecation == nil {
		return
	}
	var since int64
	if d := c.route.deprecation; !d.Since.IsZero() {
		since = d.Since.Unix()
	}
	h.Set("Deprecation", "@"+strconv.FormatInt(since, 10))
	if sunset := c.route.deprecation.Sunset; !sunset.IsZero() {
		h.Set("Sunset", sunset.UTC().Format(http.TimeFormat))
	}
}
