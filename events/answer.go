package events

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// Err reads e as a response: nil for a success, a [*Redirect] for a redirect, an
// [*Error] for anything else, both marked as remote. It also reads what older
// peers write: the bare names error, eventNotFound and badProtocol, kinds in
// snake case, and codes that are numbers.
func (e Event) Err() error {
	suffix := e.Name[strings.LastIndexByte(e.Name, ':')+1:]
	switch {
	case suffix == "response":
		return nil
	case suffix == "redirect":
		return e.redirect()
	case e.Name == "badProtocol:error":
		return e.error(KindBadProtocol)
	}
	return e.error(parseKind(suffix))
}

func (e Event) redirect() *Redirect {
	r := &Redirect{QueryParameters: decodeObject(scan.Lookup(e.Payload, "queryParameters")), Remote: &e}
	r.URL, _ = scalar(scan.Lookup(e.Payload, "url"))
	return r
}

func (e Event) error(kind Kind) *Error {
	err := &Error{Kind: kind, Parameters: decodeObject(scan.Lookup(e.Payload, "parameters")), Remote: &e}
	err.Code, _ = scalar(scan.Lookup(e.Payload, "code"))
	err.Message, _ = scalar(scan.Lookup(e.Payload, "message"))
	return err
}

// decodeObject keeps numbers as they were written.
func decodeObject(raw []byte) map[string]any {
	if scan.Kind(raw) != "object" {
		return nil
	}
	var object map[string]any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&object) != nil || len(object) == 0 {
		return nil
	}
	return object
}
