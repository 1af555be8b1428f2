package flowtracker

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

const (
	maxPayload = 4 << 10  // what is kept of one
	maxRedact  = 64 << 10 // what redact is given
)

// show returns what is kept of a payload.
func (c config) show(name string, payload json.RawMessage) (shown string) {
	if !c.payloads || name == "" {
		return ""
	}
	if len(payload) > maxRedact {
		return "(left out: " + strconv.Itoa(len(payload)) + " bytes)"
	}
	if c.redact != nil {
		defer func() {
			if recover() != nil {
				shown = "(left out: redacting it panicked)"
			}
		}()
		payload = c.redact(name, payload)
	}
	return cut(string(payload), maxPayload)
}

// Hide returns a function for [WithPayloads] that replaces the values of all
// members with one of these names, at any depth and whatever their case. What is no
// JSON is left out.
func Hide(members ...string) func(name string, payload json.RawMessage) json.RawMessage {
	return func(_ string, payload json.RawMessage) json.RawMessage {
		raw, err := scan.Document(payload, events.DefaultMaxDepth)
		if err != nil {
			return nil
		}
		return hide(make([]byte, 0, len(raw)), raw, members)
	}
}

// hide appends raw, which is valid JSON, to dst.
func hide(dst, raw []byte, members []string) []byte {
	if raw[0] != '{' && raw[0] != '[' {
		return append(dst, raw...)
	}
	dst = append(dst, raw[0])
	w := scan.Walk(raw, 0, events.DefaultMaxDepth)
	for n := 0; w.Next(); n++ {
		if n > 0 {
			dst = append(dst, ',')
		}
		if raw[0] == '{' {
			dst = append(append(dst, w.Key()...), ':')
			if secret(w.Key(), members) {
				dst = append(dst, `"(hidden)"`...)
				continue
			}
		}
		dst = hide(dst, w.Value(), members)
	}
	return append(dst, raw[0]+2)
}

func secret(key []byte, members []string) bool {
	name, _ := scan.Unquote(key)
	for _, m := range members {
		if strings.EqualFold(name, m) {
			return true
		}
	}
	return false
}
