package evoketest

import (
	"strconv"
	"sync/atomic"
)

// IDs returns a source of the ids prefix-1, prefix-2 and so on, for [mux.WithIDs]
// and [client.WithIDs]. It is safe for concurrent use.
func IDs(prefix string) func() string {
	var last atomic.Int64
	return func() string { return prefix + "-" + strconv.FormatInt(last.Add(1), 10) }
}
