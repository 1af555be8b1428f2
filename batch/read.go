package batch

import (
	"context"
	"encoding/json"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// A list is a batch as it was read.
type list struct {
	parallel bool
	items    []item
}

// An item is an event, or what could be read of one and why it is none.
type item struct {
	event events.Event
	err   error
}

// maxDepth is of no consequence: the envelope that carries the payload was read
// with a limit of its own.
const maxDepth = 1 << 20

func read(ctx context.Context, request events.Event, maxItems int) (list, error) {
	var l list
	if scan.Kind(request.Payload) != "object" {
		return l, invalid("", "object", scan.Kind(request.Payload))
	}
	var parallel, array []byte
	w := scan.Walk(request.Payload, scan.Space(request.Payload, 0), maxDepth)
	for w.Next() {
		switch {
		case scan.Is(w.Key(), "parallel") && parallel == nil:
			parallel = w.Value()
		case scan.Is(w.Key(), "events") && array == nil:
			array = w.Value()
		case scan.Is(w.Key(), "parallel"), scan.Is(w.Key(), "events"):
			key, _ := scan.Unquote(w.Key())
			return l, invalid("/"+key, "one member of this name", "two")
		}
	}
	switch kind := scan.Kind(parallel); kind {
	case "boolean":
		l.parallel = string(parallel) == "true"
	case "null", "nothing":
	default:
		return l, invalid("/parallel", "boolean", kind)
	}
	if kind := scan.Kind(array); kind != "array" {
		return l, invalid("/events", "array", kind)
	}
	n := 0
	for w := scan.Walk(array, 0, maxDepth); w.Next(); n++ {
		if n < maxItems {
			l.items = append(l.items, readItem(ctx, request, w.Value()))
		}
	}
	if n > maxItems {
		return l, limitExceeded("items", maxItems, n)
	}
	return l, nil
}

// readItem gives the event what it lacks from the batch. An empty object counts
// as lacking, since every writer writes all fields.
func readItem(ctx context.Context, batch events.Event, raw []byte) item {
	e, err := events.Decode(raw)
	if e.FlowID == "" {
		e.FlowID = batch.FlowID
	}
	if e.ID == "" {
		e.ID = events.NewID(ctx)
	}
	e.Identity = orElse(e.Identity, batch.Identity)
	e.Auth = orElse(e.Auth, batch.Auth)
	return item{e, err}
}

func orElse(raw, other json.RawMessage) json.RawMessage {
	if scan.Empty(raw) {
		return other
	}
	return raw
}

func invalid(path, expected string, got string) error {
	return events.Errorf(events.KindBadRequest, events.CodeInvalidPayload,
		"the payload of a batch is %s", `{"parallel": bool, "events": [...]}`).
		With("violations", []map[string]string{{
			"path": path, "keyword": "type", "expected": expected, "got": got,
		}})
}

func limitExceeded(limit string, most, got int) error {
	return events.Errorf(events.KindError, events.CodeLimitExceeded,
		"the batch is over its limit of %s: %d of at most %d", limit, got, most).
		With("limit", limit).With("max", most).With("got", got)
}
