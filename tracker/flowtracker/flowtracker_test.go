package flowtracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

func TestAFlowNestsAcrossServicesSidesAndBatches(t *testing.T) {
	flows := flowtracker.New()
	catalog := mux.New(mux.WithTracker(flows.Service("catalog")))
	catalog.Add("system:batch:run", 1, batch.New(catalog))
	answering(catalog, "catalog:product:get", nil)
	answering(catalog, "catalog:stock:reserve", events.Errorf(events.KindUnprocessable, "OUT_OF_STOCK", "none left"))
	toCatalog := listen(t, catalog, client.WithTracker(flows.Service("orders")))

	orders := mux.New(mux.WithTracker(flows.Service("orders")))
	calling(orders, "orders:stock:check", toCatalog, "catalog:product:get")
	orders.Add("orders:order:place", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		_, err := client.Call[any](ctx, orders, "orders:stock:check", 1, nil) // within the process
		require.NoError(t, err)
		b := client.NewBatch("system:batch:run", 1)
		client.Queue[any](b, "catalog:product:get", 1, nil)
		reserved := client.Queue[any](b, "catalog:stock:reserve", 1, nil)
		require.NoError(t, b.Send(ctx, toCatalog))
		_, err = reserved.Get()
		return events.Event{}, err
	}))
	send(t, orders, "orders:order:place", "f-1")

	require.Equal(t, []string{
		"orders:order:place v1 served by orders: failedDependency",
		".orders:stock:check v1 served by orders: response",
		"..catalog:product:get v1 called by orders: response",
		"...catalog:product:get v1 served by catalog: response",
		".system:batch:run v1 called by orders: response",
		"..system:batch:run v1 served by catalog: response",
		"...catalog:product:get v1 item 1 served by catalog: response",
		"...catalog:stock:reserve v1 item 2 served by catalog: unprocessable",
	}, waterfall(t, flows, "f-1"))
	require.Contains(t, text(page(t, flows, flowPath("f-1"))), "It failed here: catalog:stock:reserve in catalog: unprocessable OUT_OF_STOCK")
	require.Contains(t, text(page(t, flows, "/flows/")), "because of catalog:stock:reserve in catalog: unprocessable OUT_OF_STOCK")
}

func TestEachOutcomeIsShown(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want record
	}{
		"a success":           {nil, record{Kind: "response"}},
		"a redirect":          {&events.Redirect{URL: "u"}, record{Kind: "redirect"}},
		"an error":            {events.Errorf(events.KindGone, "SOLD", "sold").Wrap(errors.New("no row")), record{Kind: "gone", Code: "SOLD", Error: "gone SOLD: sold: no row"}},
		"an unexpected error": {errors.New("disk full"), record{Kind: "error", Code: "UNHANDLED_ERROR", Error: "disk full"}},
		"no answer":           {context.Canceled, record{Kind: "none", Error: "context canceled"}},
	} {
		t.Run(name, func(t *testing.T) {
			flows := flowtracker.New()
			m := mux.New(mux.WithTracker(flows))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
				if tc.err == context.Canceled {
					cancel()
				}
				return events.Event{}, tc.err
			}))
			_, _ = m.Serve(ctx, events.Event{Name: "a:b:c", Version: 1, ID: "id-1", FlowID: "f-1"})
			got := exported(t, flows, "f-1")
			require.Len(t, got, 1)
			tc.want.Name, tc.want.ID, tc.want.FlowID, tc.want.Side = "a:b:c", "id-1", "f-1", "callee"
			tc.want.Span, tc.want.ElapsedNs = got[0].Span, got[0].ElapsedNs
			require.Equal(t, tc.want, got[0])
			require.Equal(t, []string{"a:b:c v1 served: " + tc.want.Kind}, waterfall(t, flows, "f-1"))
		})
	}
}

func TestACallInProgressIsShownAsFarAsItHasCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flows := flowtracker.New()
		m := mux.New(mux.WithTracker(flows))
		m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			time.Sleep(3 * time.Second)
			require.Equal(t, []string{"a:b:c v1 served: in progress"}, waterfall(t, flows, "f-1"))
			require.Contains(t, text(page(t, flows, "/flows/")), "in progress f-1")
			require.Contains(t, text(page(t, flows, "/flows/")), "3.00 s 1 call")
			require.Empty(t, listed(t, flows, "?failed=1"), "it has not failed yet")
			time.Sleep(time.Second)
			return events.Event{}, nil
		}))
		send(t, m, "a:b:c", "f-1")
		require.Equal(t, []string{"a:b:c v1 served: response"}, waterfall(t, flows, "f-1"))
		require.Contains(t, text(page(t, flows, "/flows/")), "4.00 s 1 call")
	})
}

func TestAPanicHasItsStackEvenAfterTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		flows := flowtracker.New()
		m := mux.New(mux.WithTracker(flows), mux.WithTimeout(time.Second))
		for name, d := range map[string]time.Duration{"at once": 0, "late": time.Minute} {
			m.Add(name, 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
				time.Sleep(d)
				panic("boom")
			}))
			send(t, m, name, name)
		}
		require.NoError(t, m.Wait(t.Context()))
		for _, name := range []string{"at once", "late"} {
			c := exported(t, flows, name)[0]
			require.Contains(t, c.Error, "panic: boom", name)
			require.Contains(t, c.Stack, "flowtracker_test.go", name)
		}
		require.Equal(t, "DEADLINE_EXCEEDED", exported(t, flows, "late")[0].Code, "that was the answer")
	})
}

func TestAnUnreadableBodyIsListed(t *testing.T) {
	flows := flowtracker.New()
	m := mux.New(mux.WithTracker(flows.Service("orders")))
	for i := range 30 {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"auth":{"token":"planted-secret"}}`))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = fmt.Sprint("198.51.100.7:", 1000+i)
		m.ServeHTTP(httptest.NewRecorder(), r)
	}
	list := page(t, flows, "/flows/")
	require.Contains(t, text(list), `orders from 198.51.100.7:1029: badProtocol INVALID_COMMUNICATION_PROTOCOL: invalid event: "name" is missing`)
	require.Equal(t, 20, strings.Count(list, "198.51.100.7"), "the last ones")
	require.NotContains(t, list, "planted-secret")
	require.Empty(t, listed(t, flows, ""))
}

func TestTwoTrackersOfOneMuxDoNotMixTheirCalls(t *testing.T) {
	one, two := flowtracker.New(), flowtracker.New()
	m := mux.New(mux.WithTracker(one.Service("one")))
	m.Track(two.Service("two"))
	answering(m, "a:b:c", nil)
	send(t, m, "a:b:c", "f-1")
	require.Equal(t, []string{"a:b:c v1 served by one: response"}, waterfall(t, one, "f-1"))
	require.Equal(t, []string{"a:b:c v1 served by two: response"}, waterfall(t, two, "f-1"))
}

func TestAnEndWithoutAStartIsIgnored(t *testing.T) {
	flows := flowtracker.New()
	ctx := t.Context()
	require.Equal(t, ctx, flows.End(ctx, events.Event{Name: "a:b:c:response"}, nil))
	require.Equal(t, ctx, flows.NoticeEventError(ctx, events.Event{}, &events.PanicError{Late: true}))
	require.Empty(t, listed(t, flows, ""))
}

func TestManyCallsAndReadersAtOnce(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithLimit(5), flowtracker.WithCallsPerFlow(50), flowtracker.WithMemory(100<<10))
	m := mux.New(mux.WithTracker(flows.Service("orders")))
	answering(m, "a:b:c", errors.New("x"))
	calling(m, "a:b:d", m, "a:b:c")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 100 {
				_, err := m.Serve(t.Context(), events.Event{Name: "a:b:d", Version: 1, FlowID: fmt.Sprint("f-", (i+j)%10), Payload: json.RawMessage(`{}`)})
				if err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for j := range 20 {
				get(t, flows, "/flows/?q=a:b")
				get(t, flows, flowPath(fmt.Sprint("f-", j%10)))
			}
		})
	}
	all.Wait()
	require.Len(t, listed(t, flows, ""), 5)
}
