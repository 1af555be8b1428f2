package oteltracker

import "github.com/evoke-rpc/evoke/events"

// codeOf is the code of an error event.
func codeOf(response events.Event) string {
	if e, ok := response.Err().(*events.Error); ok {
		return text(e.Code)
	}
	return ""
}
