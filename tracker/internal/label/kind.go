package label

import (
	"context"
	"errors"
	"strings"

	"github.com/evoke-rpc/evoke/events"
)

// What stands for the kind of an error where none was answered.
const (
	Timeout    = "timeout"
	Canceled   = "canceled"
	Unanswered = "unanswered"
	Noticed    = "noticed" // besides a success
)

// Kind is what a failed call is counted by, "" for a success and a redirect. It is
// one of a few, whatever the callee answers.
func Kind(response events.Event, err error) string {
	suffix := response.Name[strings.LastIndexByte(response.Name, ':')+1:]
	switch {
	case response.Name == "" && errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case response.Name == "" && errors.Is(err, context.Canceled):
		return Canceled
	case response.Name == "":
		return Unanswered
	case suffix == "response" || suffix == "redirect":
		if err != nil {
			return Noticed
		}
		return ""
	case events.Kind(suffix).Known():
		return suffix
	}
	if e, ok := response.Err().(*events.Error); ok && e.Kind.Known() {
		return string(e.Kind) // in the spelling of an older peer
	}
	return string(events.KindError)
}
