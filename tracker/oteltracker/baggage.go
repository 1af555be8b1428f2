package oteltracker

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"

	"github.com/evoke-rpc/evoke/events"
)

// withBaggage returns a context whose baggage is what was there or was sent, and
// the flow of request.
func withBaggage(ctx context.Context, side events.Side, request events.Event) context.Context {
	all := baggage.FromContext(ctx)
	if side == events.Callee && all.Len() == 0 {
		all = sentBaggage(ctx, request.Metadata)
	}
	flow, err := baggage.NewMemberRaw(string(flowKey), request.FlowID)
	if err != nil {
		return ctx // a client refuses this event
	}
	if with, err := all.SetMember(flow); err == nil { // or others take all the space there is
		all = with
	}
	return baggage.ContextWithBaggage(ctx, all)
}

// sentBaggage parses by itself, since the propagator logs what it cannot read, and
// callers must not be able to fill logs.
func sentBaggage(ctx context.Context, raw json.RawMessage) baggage.Baggage {
	for _, carrier := range []propagation.TextMapCarrier{metadata{&raw}, headers(ctx)} {
		if b, err := baggage.Parse(carrier.Get("baggage")); err == nil && b.Len() > 0 {
			return b
		}
	}
	return baggage.Baggage{}
}
