package events

import (
	"bytes"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// fields is a set of the envelope's fields.
type fields uint8

const (
	fieldName fields = 1 << iota
	fieldVersion
	fieldID
	fieldFlowID
	fieldPayload
	fieldIdentity
	fieldAuth
	fieldMetadata
	allFields = 1<<iota - 1
)

// fieldOf returns the field that the quoted key names, 0 for an unknown one.
func fieldOf(key []byte) fields {
	switch string(key) {
	case `"name"`:
		return fieldName
	case `"version"`:
		return fieldVersion
	case `"id"`:
		return fieldID
	case `"flowId"`:
		return fieldFlowID
	case `"payload"`:
		return fieldPayload
	case `"identity"`:
		return fieldIdentity
	case `"auth"`:
		return fieldAuth
	case `"metadata"`:
		return fieldMetadata
	}
	if bytes.IndexByte(key, '\\') >= 0 {
		for f := fieldName; f != 0; f <<= 1 {
			if scan.Is(key, f.name()) {
				return f
			}
		}
	}
	return 0
}

func (f fields) name() string {
	switch f {
	case fieldName:
		return "name"
	case fieldVersion:
		return "version"
	case fieldID:
		return "id"
	case fieldFlowID:
		return "flowId"
	case fieldPayload:
		return "payload"
	case fieldIdentity:
		return "identity"
	case fieldAuth:
		return "auth"
	}
	return "metadata"
}

func (f fields) quoted() string { return `"` + f.name() + `"` }
