package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// A log keeps what happened, in order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, fmt.Sprintf(format, args...))
}

// seen adds test:event:see to m and returns the events that it gets.
func seen(m *mux.Mux) *[]events.Event {
	var list []events.Event
	m.Add("test:event:see", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		list = append(list, request)
		return events.Event{}, nil
	}))
	return &list
}

func TestItemsTakeWhatTheyLackFromTheBatch(t *testing.T) {
	const base = `{"name":"test:event:see","version":1,"payload":{}`
	type parts struct{ id, flow, identity, auth, metadata string }
	inherited := parts{"fresh", "flow-1", `{"userId":"of-the-batch"}`, `{"token":"of-the-batch"}`, `{}`}
	for name, c := range map[string]struct {
		item string
		want parts
	}{
		"missing":       {base + `}`, inherited},
		"null":          {base + `,"id":null,"flowId":null,"identity":null,"auth":null,"metadata":null}`, inherited},
		"empty":         {base + `,"id":"","flowId":"","identity":{},"auth":{},"metadata":{}}`, inherited},
		"empty, spaced": {base + `,"identity":{ },"auth":{` + "\n" + `}}`, inherited},
		"own":           {base + `,"id":"i","flowId":"own","identity":{"userId":1},"auth":{"token":"own"},"metadata":{"a":1}}`, parts{"i", "own", `{"userId":1}`, `{"token":"own"}`, `{"a":1}`}},
		"own identity":  {base + `,"identity":{"userId":null}}`, parts{"fresh", "flow-1", `{"userId":null}`, `{"token":"of-the-batch"}`, `{}`}},
		"own flow":      {base + `,"flowId":"own"}`, parts{"fresh", "own", `{"userId":"of-the-batch"}`, `{"token":"of-the-batch"}`, `{}`}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMux([]mux.MuxOption{mux.WithIDs(func() string { return "fresh" })})
			got := seen(m)
			r := request(sequential(c.item))
			r.Metadata = json.RawMessage(`{"origin":"of-the-batch"}`)
			response, err := m.Serve(t.Context(), r)
			require.NoError(t, err)
			require.Len(t, *got, 1)
			e := (*got)[0]
			require.Equal(t, c.want, parts{e.ID, e.FlowID, string(e.Identity), string(e.Auth), string(e.Metadata)})
			a := answers(t, response)[0]
			require.Equal(t, []string{c.want.id, c.want.flow, `{}`, `{}`}, []string{a.ID, a.FlowID, string(a.Identity), string(a.Auth)},
				"id, flowId, identity and auth of the answer")
		})
	}
}

func TestItemsWithoutIDsHaveDifferentOnes(t *testing.T) {
	list := run(t, newMux(nil), sequential(echoes(2)...))
	require.NotEmpty(t, list[0].ID)
	require.NotEqual(t, list[0].ID, list[1].ID)
}

func TestItemsTakeWhatTheMiddlewareMadeOfTheBatch(t *testing.T) {
	m := newMux(nil)
	m.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			if request.Name == "system:batch:run" { // as authentication does, once for all
				request.FlowID = "checked-flow"
				request.Identity = json.RawMessage(`{"userId":"checked"}`)
				request.Auth = nil
			}
			return next.Serve(ctx, request)
		})
	})
	got := seen(m)
	run(t, m, sequential(item("test:event:see", `{}`)))
	require.Equal(t, "checked-flow", (*got)[0].FlowID)
	require.Equal(t, `{"userId":"checked"}`, string((*got)[0].Identity))
	require.Equal(t, `{}`, string((*got)[0].Auth))
}

func TestMiddlewareRunsOnceForTheBatchAndOnceForEachItem(t *testing.T) {
	var l log
	m := newMux(nil)
	m.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			l.add("%s of item %d", request.Name, events.CallFrom(ctx).Item)
			return next.Serve(ctx, request)
		})
	})
	run(t, m, sequential(echo(1), item("no:such:event", `{}`), item("test:value:echo", `{}`), `{}`))
	require.Equal(t, []string{
		"system:batch:run of item 0", "test:value:echo of item 1", "no:such:event of item 2", "test:value:echo of item 3",
	}, l.lines)
}

type key string

// Whatever an event leaves in its context must not reach the next one, which may
// be someone else's.
func TestContextOfAnItemDerivesFromTheBatchAndNotFromTheItemBefore(t *testing.T) {
	for name, payload := range map[string]string{
		"sequential": sequential(echo(1), echo(2), echo(3)),
		"parallel":   parallel(echo(1), echo(2), echo(3)),
	} {
		t.Run(name, func(t *testing.T) {
			var l log
			m := newMux(nil)
			m.Use(func(next events.Handler) events.Handler {
				return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
					l.add("%v %v %s", ctx.Value(key("batch")), ctx.Value(key("item")), request.Name)
					if request.Name == "system:batch:run" {
						ctx = context.WithValue(ctx, key("batch"), "b")
					} else {
						ctx = context.WithValue(ctx, key("item"), "i")
					}
					return next.Serve(ctx, request)
				})
			})
			run(t, m, payload)
			require.Equal(t, []string{
				"<nil> <nil> system:batch:run", "b <nil> test:value:echo", "b <nil> test:value:echo", "b <nil> test:value:echo",
			}, l.lines)
		})
	}
}

func TestResponseMetadataStaysWithItsEvent(t *testing.T) {
	m := newMux(nil)
	m.Use(func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			if err := events.SetMetadata(ctx, "served", string(request.Payload[:1])); err != nil {
				return events.Event{}, err
			}
			return next.Serve(ctx, request)
		})
	})
	response, err := m.Serve(t.Context(), request(sequential(echo(1), echo(2))))
	require.NoError(t, err)
	require.Equal(t, `{"served":"{"}`, string(response.Metadata))
	list := answers(t, response)
	require.Equal(t, `{"served":"1"}`, string(list[0].Metadata))
	require.Equal(t, `{"served":"2"}`, string(list[1].Metadata))
}

func TestCallsThatAnItemMakesAreNoItems(t *testing.T) {
	var l log
	m := newMux(nil)
	mux.Handle(m, "test:call:make", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		e, err := events.NewRequest(ctx, "test:call:note", 1, nil)
		if err != nil {
			return struct{}{}, err
		}
		parent, _ := events.RequestFrom(ctx)
		l.add("item %d, parent %t", events.CallFrom(ctx).Item, string(e.Metadata) == `{"parentId":"`+parent.ID+`"}`)
		_, err = m.Serve(ctx, e)
		return struct{}{}, err
	})
	mux.Handle(m, "test:call:note", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		l.add("item %d of flow %s", events.CallFrom(ctx).Item, events.FlowFrom(ctx))
		return struct{}{}, nil
	})
	run(t, m, sequential(item("test:call:make", `{}`), item("test:call:make", `{}`)))
	require.Equal(t, []string{"item 1, parent true", "item 0 of flow flow-1", "item 2, parent true", "item 0 of flow flow-1"}, l.lines)
}
