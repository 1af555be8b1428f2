// Package zerologtracker logs every call as one structured line by
// github.com/rs/zerolog.
package zerologtracker

import (
	"context"
	"errors"

	"github.com/rs/zerolog"

	"github.com/evoke-rpc/evoke/events"
)

// A Tracker writes a line per call, when the call ends:
//
//	level     info for a success or a redirect; error for a panic, an unexpected
//	          error or a call without an answer; warn for anything else
//	side      "callee" or "caller"
//	event, version, id, flowId, item (in a batch)
//	kind      the last part of the answer's name: "response", "notFound", "none"
//	code      of an error
//	deprecated  true, with the origin who called, when the version is deprecated
//	duration  as zerolog writes durations, in milliseconds by default
//	peer      the other side's address
//	error     the whole error, cause included; stack after a panic
//
// and a line at level warn for each body that was no event. Payloads, identities
// and auth are never logged. It is safe for concurrent use.
type Tracker struct{ log zerolog.Logger }

// New returns a Tracker that writes to log.
func New(log zerolog.Logger) *Tracker { return &Tracker{log: log} }

// Start does nothing.
func (t *Tracker) Start(ctx context.Context, _ events.Event) context.Context { return ctx }

// NoticeEventError writes of a panic that came after End; other errors End writes.
func (t *Tracker) NoticeEventError(ctx context.Context, request events.Event, err error) context.Context {
	if p := new(events.PanicError); errors.As(err, &p) && p.Late {
		t.log.Error().Stringer("side", events.CallFrom(ctx).Side).
			Str("event", request.Name).Int("version", request.Version).Str("id", request.ID).Str("flowId", request.FlowID).
			AnErr("error", err).Bytes("stack", p.Stack).Msg("late panic")
	}
	return ctx
}

// NoticeError writes that a body was no event.
func (t *Tracker) NoticeError(ctx context.Context, err error) context.Context {
	t.log.Warn().Str("peer", events.PeerFrom(ctx).Addr).AnErr("error", err).Msg("unreadable event")
	return ctx
}

// End writes the line of the call.
func (t *Tracker) End(ctx context.Context, response events.Event, err error) context.Context {
	call := events.CallFrom(ctx)
	kind, code := outcome(response)
	line := t.log.WithLevel(level(kind, code, err)).
		Stringer("side", call.Side).
		Str("event", call.Request.Name).Int("version", call.Request.Version).
		Str("id", call.Request.ID).Str("flowId", call.Request.FlowID)
	if call.Item > 0 {
		line.Int("item", call.Item)
	}
	line.Str("kind", kind)
	if code != "" {
		line.Str("code", code)
	}
	if call.Deprecated {
		line.Bool("deprecated", true)
		if call.Origin != "" {
			line.Str("origin", call.Origin)
		}
	}
	line.Dur("duration", call.Elapsed)
	if call.Peer.Addr != "" {
		line.Str("peer", call.Peer.Addr)
	}
	if err != nil {
		line.AnErr("error", err)
	}
	if p := new(events.PanicError); errors.As(err, &p) {
		line.Bytes("stack", p.Stack)
	}
	line.Msg("call")
	return ctx
}

func outcome(response events.Event) (kind, code string) {
	if response.Name == "" {
		return "none", ""
	}
	switch err := response.Err().(type) {
	case *events.Redirect:
		return "redirect", ""
	case *events.Error:
		return string(err.Kind), err.Code
	}
	return "response", ""
}

func level(kind, code string, err error) zerolog.Level {
	switch {
	case kind == "none" || code == events.CodeUnhandledError:
		return zerolog.ErrorLevel
	case kind == "redirect" || kind == "response" && err == nil:
		return zerolog.InfoLevel
	}
	return zerolog.WarnLevel
}
