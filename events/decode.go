package events

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/evoke-rpc/evoke/internal/scan"
)

const (
	// DefaultMaxDepth is how deep an event may be nested, the envelope included.
	DefaultMaxDepth = 512
	// MaxText is the longest name, id and flowId of a request, in bytes.
	MaxText = 256
	// MaxVersion is the highest version of an event.
	MaxVersion = 1<<31 - 1
)

// A Decoder reads events from their wire format. The zero value reads requests
// by the default rules. It is a value and safe for concurrent use.
type Decoder struct {
	// MaxDepth is how deep arrays and objects may be nested, the envelope
	// included; 0 means DefaultMaxDepth.
	MaxDepth int
	// Strict refuses an event that lacks any of the eight fields.
	Strict bool
	// Response reads a response: its name may be longer than a request's, and
	// version and payload may be missing, as older peers leave them out.
	Response bool
}

// Decode reads a request with the zero [Decoder].
func Decode(data []byte) (Event, error) { return Decoder{}.Decode(data) }

// Decode reads the one event that data holds, without copying the payload and
// the other raw fields: data must not change while the event lives. Fields that
// were absent or null are empty in the event.
//
// The error is an [*Error] of KindBadProtocol whose parameters name the field and
// the reason. The event that comes with it holds the ID and FlowID where they
// could be read, so that NewErrorEvent(event, err) is the answer.
func (d Decoder) Decode(data []byte) (Event, error) {
	depth := d.MaxDepth
	if depth == 0 {
		depth = DefaultMaxDepth
	}
	start := scan.Space(data, 0)
	if start == len(data) {
		return Event{}, badProtocol("", "the body is empty; an event is a JSON object")
	}
	if data[start] != '{' {
		return Event{}, notAnObject(data, depth)
	}
	var e Event
	var seen, filled fields
	var problem *Error // the first one; reading goes on to learn the ids
	t := texts{data: data}
	w := scan.Walk(data, start, depth)
	for w.Next() {
		f := fieldOf(w.Key())
		var err *Error
		switch {
		case f == 0:
			continue
		case seen&f != 0:
			err = badProtocol(f.name(), f.quoted()+" is there twice")
		case string(w.Value()) != "null":
			err = d.set(&e, f, w.Value(), &t, w.End())
			filled |= f
		}
		seen |= f
		if problem == nil {
			problem = err
		}
	}
	if err := w.Err(); err != nil {
		return e.ids(), notJSON(err)
	}
	if i := scan.Space(data, w.End()); i < len(data) {
		return e.ids(), badProtocol("", "more text after the event at byte "+strconv.Itoa(i))
	}
	if problem == nil {
		problem = d.missing(filled)
	}
	if problem != nil {
		return e.ids(), problem
	}
	return e, nil
}

// Validate applies the rules of the wire to an event that was made in Go, and
// returns the error that [Decode] would, nil if the event can be sent. Empty ids
// and empty raw fields are valid: they are replaced before the event travels.
func (e Event) Validate() error { return Decoder{}.Validate(e) }

// Validate is [Event.Validate] by the rules of d; Strict has no meaning here.
func (d Decoder) Validate(e Event) error {
	if e.Name == "" {
		return badProtocol("name", `"name" is empty; it must be the event's name`)
	}
	if e.Version < 1 || e.Version > MaxVersion {
		return badVersion(strconv.Itoa(e.Version))
	}
	for _, f := range []struct {
		field fields
		text  string
	}{{fieldName, e.Name}, {fieldID, e.ID}, {fieldFlowID, e.FlowID}} {
		if err := d.checkText(f.field, f.text); err != nil {
			return err
		}
		if !utf8.ValidString(f.text) {
			return badProtocol(f.field.name(), f.field.quoted()+" is not valid UTF-8")
		}
	}
	depth := d.MaxDepth
	if depth == 0 {
		depth = DefaultMaxDepth
	}
	for _, f := range []struct {
		field fields
		raw   json.RawMessage
	}{{fieldPayload, e.Payload}, {fieldIdentity, e.Identity}, {fieldAuth, e.Auth}, {fieldMetadata, e.Metadata}} {
		if len(f.raw) == 0 || string(f.raw) == "{}" {
			continue
		}
		value, err := scan.Document(f.raw, depth-1)
		if err != nil {
			return badProtocol(f.field.name(), f.field.quoted()+" is not JSON: "+err.Error())
		}
		if err := checkRaw(f.field, value); err != nil {
			return err
		}
	}
	return nil
}

// ids returns the part of e by which its sender recognises an answer.
func (e Event) ids() Event { return Event{ID: e.ID, FlowID: e.FlowID} }

// set reads raw, which is valid JSON, not null and ends at end, into the field f.
func (d Decoder) set(e *Event, f fields, raw []byte, t *texts, end int) *Error {
	switch f {
	case fieldName:
		return d.setText(&e.Name, f, raw, t, end)
	case fieldVersion:
		return setVersion(&e.Version, raw)
	case fieldID:
		return d.setText(&e.ID, f, raw, t, end)
	case fieldFlowID:
		return d.setText(&e.FlowID, f, raw, t, end)
	case fieldPayload:
		return setRaw(&e.Payload, f, raw)
	case fieldIdentity:
		return setRaw(&e.Identity, f, raw)
	case fieldAuth:
		return setRaw(&e.Auth, f, raw)
	}
	return setRaw(&e.Metadata, f, raw)
}

func (d Decoder) setText(dst *string, f fields, raw []byte, t *texts, end int) *Error {
	if kind := scan.Kind(raw); kind != "string" {
		return badProtocol(f.name(), f.quoted()+" must be a string, got "+article(kind))
	}
	s, whole := t.unquote(raw, end)
	if !whole {
		return badProtocol(f.name(), f.quoted()+" has a lone surrogate, half of an escaped pair")
	}
	if s == "" && f == fieldName {
		return badProtocol("name", `"name" is empty; it must be the event's name`)
	}
	if err := d.checkText(f, s); err != nil {
		return err
	}
	*dst = s
	return nil
}

func (d Decoder) checkText(f fields, s string) *Error {
	limit := MaxText
	if d.Response {
		limit *= 2 // the request's name and a kind
	}
	if len(s) > limit {
		return badProtocol(f.name(), f.quoted()+" is longer than "+strconv.Itoa(limit)+" bytes")
	}
	if i := control(s); i >= 0 {
		return badProtocol(f.name(), f.quoted()+" has a control character at byte "+strconv.Itoa(i))
	}
	return nil
}

// control returns where the first control character of s is, -1 if there is none.
func control(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c == 0x7f:
			return i
		case c >= utf8.RuneSelf:
			if j := strings.IndexFunc(s[i:], unicode.IsControl); j >= 0 {
				return i + j
			}
			return -1
		}
	}
	return -1
}

// texts makes strings of an event's name and ids. They stand at its beginning as a
// rule, where one copy serves all three.
type texts struct {
	data   []byte
	at     int // where copied begins
	copied string
}

// maxCopied is about what name, version and two UUIDs take, in bytes.
const maxCopied = 192

func (t *texts) unquote(raw []byte, end int) (s string, whole bool) {
	start := end - len(raw)
	if t.copied == "" {
		t.at, t.copied = start, string(t.data[start:min(start+maxCopied, len(t.data))])
	}
	if end > t.at+len(t.copied) || bytes.IndexByte(raw, '\\') >= 0 {
		return scan.Unquote(raw)
	}
	return t.copied[start-t.at+1 : end-t.at-1], true
}

func setVersion(dst *int, raw []byte) *Error {
	digits := string(raw)
	switch kind := scan.Kind(raw); kind {
	case "string":
		digits, _ = scan.Unquote(raw)
	case "number":
	default:
		return badVersion(article(kind))
	}
	v, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || v < 1 || digits[0] == '0' || digits[0] == '+' {
		if len(raw) > 32 {
			return badVersion("a longer one")
		}
		return badVersion(string(raw))
	}
	*dst = int(v)
	return nil
}

func setRaw(dst *json.RawMessage, f fields, raw []byte) *Error {
	if err := checkRaw(f, raw); err != nil {
		return err
	}
	*dst = raw
	return nil
}

func checkRaw(f fields, raw []byte) *Error {
	kind := scan.Kind(raw)
	switch {
	case f == fieldPayload && kind == "null":
		return badProtocol("payload", `"payload" must not be null; use {} for no payload`)
	case f != fieldPayload && kind != "object":
		return badProtocol(f.name(), f.quoted()+" must be an object, got "+article(kind))
	}
	return nil
}

func (d Decoder) missing(filled fields) *Error {
	required := fieldName | fieldVersion | fieldPayload
	switch {
	case d.Response:
		required = fieldName
	case d.Strict:
		required = allFields
	}
	for f := fieldName; f != 0; f <<= 1 {
		if required&^filled&f != 0 {
			return badProtocol(f.name(), f.quoted()+" is missing")
		}
	}
	return nil
}

func notAnObject(data []byte, depth int) *Error {
	value, err := scan.Document(data, depth)
	if err != nil {
		return notJSON(err)
	}
	return badProtocol("", "an event is a JSON object, got "+article(scan.Kind(value)))
}

func notJSON(err error) *Error { return badProtocol("", "not an event in JSON: "+err.Error()) }

func badVersion(got string) *Error {
	return badProtocol("version", `"version" must be an integer from 1 to 2147483647, got `+got)
}

func badProtocol(field, reason string) *Error {
	return &Error{
		Kind: KindBadProtocol, Code: CodeInvalidProtocol, Message: "invalid event: " + reason,
		Parameters: map[string]any{"propertyName": field, "missingProperty": field, "reason": reason},
	}
}

func article(kind string) string {
	switch kind {
	case "null":
		return kind
	case "object", "array":
		return "an " + kind
	}
	return "a " + kind
}
