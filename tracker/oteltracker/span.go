package oteltracker

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

// What the semantic conventions have no name for.
const (
	flowKey       = attribute.Key("evoke.flow_id")
	versionKey    = attribute.Key("evoke.event.version")
	itemKey       = attribute.Key("evoke.item")
	originKey     = attribute.Key("evoke.origin")
	deprecatedKey = attribute.Key("evoke.deprecated")
)

var system = semconv.RPCSystemNameKey.String("evoke")

// maxText is the longest text of a span, in bytes: callers and callees write some of
// them.
const maxText = 8 << 10

func text(s string) string {
	if len(s) > maxText {
		s = s[:maxText]
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD") // exporters refuse anything else
	}
	return s
}

// spanName is the event's name if that is one of a bounded number, as it is where
// calls are made.
func spanName(s *series, call events.Call) string {
	if call.Side == events.Caller {
		return text(call.Request.Name)
	}
	return s.name
}

// requestAttributes are those that are known at the start.
func requestAttributes(call events.Call) []attribute.KeyValue {
	name, flow := text(call.Request.Name), text(call.Request.FlowID)
	attributes := append(make([]attribute.KeyValue, 0, 12), system, versionKey.Int(call.Request.Version),
		semconv.MessagingMessageID(text(call.Request.ID)), semconv.MessagingMessageConversationID(flow), flowKey.String(flow))
	if call.Registered || call.Side == events.Caller {
		attributes = append(attributes, semconv.RPCMethod(name))
	} else {
		attributes = append(attributes, semconv.RPCMethod(otherMethod), semconv.RPCMethodOriginal(name))
	}
	if call.Item > 0 {
		attributes = append(attributes, itemKey.Int(call.Item))
	}
	if call.Peer.Protocol != "" {
		attributes = append(attributes, semconv.NetworkProtocolName(call.Peer.Protocol))
	}
	if call.Side == events.Caller {
		return appendAddress(attributes, call.Peer.Addr, semconv.ServerAddressKey, semconv.ServerPortKey)
	}
	attributes = appendAddress(attributes, call.Peer.Addr, semconv.ClientAddressKey, semconv.ClientPortKey)
	if call.Origin != "" {
		attributes = append(attributes, originKey.String(call.Origin))
	}
	return attributes
}

func appendAddress(attributes []attribute.KeyValue, addr string, host, port attribute.Key) []attribute.KeyValue {
	if addr == "" {
		return attributes
	}
	name, number, err := net.SplitHostPort(addr)
	if err != nil {
		return append(attributes, host.String(text(addr)))
	}
	attributes = append(attributes, host.String(text(name)))
	if n, err := strconv.ParseUint(number, 10, 16); err == nil {
		attributes = append(attributes, port.Int(int(n)))
	}
	return attributes
}

// responseAttributes are those that are known at the end.
func responseAttributes(call events.Call) []attribute.KeyValue {
	var attributes []attribute.KeyValue
	if call.RequestBytes > 0 {
		attributes = append(attributes, semconv.MessagingMessageEnvelopeSize(call.RequestBytes))
	}
	if call.Status > 0 {
		attributes = append(attributes, semconv.HTTPResponseStatusCode(call.Status))
	}
	if call.Deprecated {
		attributes = append(attributes, deprecatedKey.Bool(true))
	}
	return attributes
}

// fail says how a call failed.
func fail(span trace.Span, side events.Side, kind, code string) {
	span.SetAttributes(semconv.ErrorTypeKey.String(kind))
	description := kind
	if code != "" {
		span.SetAttributes(semconv.RPCResponseStatusCode(code))
		description += " " + code
	}
	if side == events.Caller || blamesService(kind) {
		span.SetStatus(codes.Error, description)
	}
}

// blamesService reports whether a failure of this kind is the service's own.
func blamesService(kind string) bool {
	switch kind {
	case string(events.KindError), string(events.KindFailedDependency), label.Noticed, label.Timeout, label.Unanswered:
		return true
	}
	return false
}

// recordError adds the whole error to the span, a panic with its stack.
func recordError(span trace.Span, err error) {
	if err == nil || !span.IsRecording() {
		return
	}
	attributes := []attribute.KeyValue{
		semconv.ExceptionType(fmt.Sprintf("%T", err)), semconv.ExceptionMessage(text(err.Error())),
	}
	if p := new(events.PanicError); errors.As(err, &p) {
		attributes = append(attributes, semconv.ExceptionStacktrace(text(string(p.Stack))))
	}
	span.AddEvent(semconv.ExceptionEventName, trace.WithAttributes(attributes...))
}
