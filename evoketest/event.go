package evoketest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/evoke-rpc/evoke/events"
)

// A Matcher says by an error where an event is not as expected.
type Matcher func(events.Event) error

// RequireEvent ends the test if any of the matchers does not accept e, and shows
// what each has found.
func RequireEvent(t TB, e events.Event, matchers ...Matcher) {
	t.Helper()
	if err := match(e, matchers); err != nil {
		fail(t, "the event is not as expected:\n%s\nthe event:\n%s", indent(err.Error()), pretty(e))
	}
}

func match(e events.Event, matchers []Matcher) error {
	var found []error
	for _, m := range matchers {
		found = append(found, m(e))
	}
	return errors.Join(found...)
}

// Name accepts an event of this name.
func Name(want string) Matcher {
	return text("name", want, func(e events.Event) string { return e.Name })
}

// ID accepts an event with this id.
func ID(want string) Matcher {
	return text("id", want, func(e events.Event) string { return e.ID })
}

// FlowID accepts an event with this flowId.
func FlowID(want string) Matcher {
	return text("flowId", want, func(e events.Event) string { return e.FlowID })
}

// Version accepts an event of this version.
func Version(want int) Matcher {
	return func(e events.Event) error {
		if e.Version != want {
			return fmt.Errorf("version: got %d, want %d", e.Version, want)
		}
		return nil
	}
}

// Success accepts a response that is neither an error nor a redirect.
func Success() Matcher {
	return func(e events.Event) error {
		if err := e.Err(); err != nil {
			return fmt.Errorf("outcome: got %v, want a success", err)
		}
		return nil
	}
}

// Kind accepts an error of this kind.
func Kind(want events.Kind) Matcher {
	return func(e events.Event) error {
		failed := new(events.Error)
		if err := e.Err(); !errors.As(err, &failed) {
			return fmt.Errorf("kind: got %s, want %s", outcome(err), want)
		}
		if failed.Kind != want {
			return fmt.Errorf("kind: got %s, want %s", failed.Kind, want)
		}
		return nil
	}
}

// Code accepts an error with this code.
func Code(want string) Matcher {
	return func(e events.Event) error {
		failed := new(events.Error)
		if err := e.Err(); !errors.As(err, &failed) {
			return fmt.Errorf("code: got %s, want %s", outcome(err), want)
		}
		if failed.Code != want {
			return fmt.Errorf("code: got %s, want %s", failed.Code, want)
		}
		return nil
	}
}

// Payload accepts an event whose payload has want, encoded as JSON, at the JSON
// Pointer (RFC 6901), as /lines/0/count; the pointer "" is the whole payload.
// Numbers are compared by value, objects without regard to the order of their
// members.
func Payload(pointer string, want any) Matcher {
	return part("payload", pointer, want, func(e events.Event) json.RawMessage { return e.Payload })
}

// Metadata is Payload for the event's metadata.
func Metadata(pointer string, want any) Matcher {
	return part("metadata", pointer, want, func(e events.Event) json.RawMessage { return e.Metadata })
}

func text(field, want string, of func(events.Event) string) Matcher {
	return func(e events.Event) error {
		if got := of(e); got != want {
			return fmt.Errorf("%s: got %q, want %q", field, got, want)
		}
		return nil
	}
}

func part(field, pointer string, want any, of func(events.Event) json.RawMessage) Matcher {
	return func(e events.Event) error {
		expected, err := decodeGo(want)
		if err != nil {
			return fmt.Errorf("%s: what is wanted cannot be encoded: %w", field, err)
		}
		raw := of(e)
		if len(raw) == 0 {
			raw = json.RawMessage("{}")
		}
		document, err := decode(raw)
		if err != nil {
			return fmt.Errorf("%s: not JSON: %w", field, err)
		}
		got, err := lookup(document, pointer)
		if err == nil {
			err = compare(pointer, got, expected)
		}
		if err != nil {
			return fmt.Errorf("%s", prefixed(field+" ", err.Error()))
		}
		return nil
	}
}

// outcome names what is no error.
func outcome(err error) string {
	if err == nil {
		return "a success"
	}
	return "a " + err.Error() // a redirect
}

// pretty writes an event in many lines.
func pretty(e events.Event) string {
	const most = 8 << 10
	raw := e.Append(nil)
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil { // a handler's raw fields may be no JSON
		b.Reset()
		b.Write(raw)
	}
	if b.Len() > most {
		return fmt.Sprintf("%s\n... (%d bytes)", strings.ToValidUTF8(b.String()[:most], ""), b.Len())
	}
	return b.String()
}

func indent(lines string) string { return prefixed("  ", lines) }

// prefixed puts prefix before each line.
func prefixed(prefix, lines string) string {
	return prefix + strings.ReplaceAll(lines, "\n", "\n"+prefix)
}
