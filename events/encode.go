package events

import (
	"strconv"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// Append appends the event as it stands on the wire to dst: all eight fields in
// their order, no HTML escaping. It trusts the raw fields to be JSON; those of a
// decoded event are, and a mux and a client check what others made.
func (e Event) Append(dst []byte) []byte {
	dst = scan.AppendQuoted(append(dst, `{"name":`...), e.Name)
	dst = strconv.AppendInt(append(dst, `,"version":`...), int64(e.Version), 10)
	dst = scan.AppendQuoted(append(dst, `,"id":`...), e.ID)
	dst = scan.AppendQuoted(append(dst, `,"flowId":`...), e.FlowID)
	dst = appendRaw(append(dst, `,"payload":`...), e.Payload)
	dst = appendRaw(append(dst, `,"identity":`...), e.Identity)
	dst = appendRaw(append(dst, `,"auth":`...), e.Auth)
	dst = appendRaw(append(dst, `,"metadata":`...), e.Metadata)
	return append(dst, '}')
}

func appendRaw(dst, raw []byte) []byte {
	if len(raw) == 0 {
		raw = emptyObject
	}
	return append(dst, raw...)
}
