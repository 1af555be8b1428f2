package tracker

import (
	"context"

	"github.com/evoke-rpc/evoke/events"
)

// Multi makes one Tracker of many. Each is told in the order given and passes its
// context to the next one.
func Multi(trackers ...Tracker) Tracker { return multi(trackers) }

type multi []Tracker

func (m multi) Start(ctx context.Context, request events.Event) context.Context {
	for _, t := range m {
		ctx = t.Start(ctx, request)
	}
	return ctx
}

func (m multi) NoticeError(ctx context.Context, err error) context.Context {
	for _, t := range m {
		ctx = t.NoticeError(ctx, err)
	}
	return ctx
}

func (m multi) NoticeEventError(ctx context.Context, request events.Event, err error) context.Context {
	for _, t := range m {
		ctx = t.NoticeEventError(ctx, request, err)
	}
	return ctx
}

func (m multi) End(ctx context.Context, response events.Event, err error) context.Context {
	for _, t := range m {
		ctx = t.End(ctx, response, err)
	}
	return ctx
}

// Inject has those that are an [Injector] add to the request.
func (m multi) Inject(ctx context.Context, request events.Event) events.Event {
	for _, t := range m {
		if i, ok := t.(Injector); ok {
			request = i.Inject(ctx, request)
		}
	}
	return request
}
