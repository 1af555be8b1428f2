package promtracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

func TestAFailedCallIsCountedByTheKindThatWasAnswered(t *testing.T) {
	for name, tc := range map[string]struct {
		handler events.Handler
		kind    string // "" for none
	}{
		"a success":            {answering(nil), ""},
		"a redirect":           {answering(&events.Redirect{URL: "u"}), ""},
		"an error of a kind":   {answering(events.KindNotFound), "notFound"},
		"an unexpected error":  {answering(errors.New("disk full")), "error"},
		"an error of a callee": {answering(events.NewErrorEvent(events.Event{Name: "x", Version: 1}, events.KindGone).Err()), "failedDependency"},
		"an error event": {events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			return events.Event{Name: "a:b:c:gone"}, nil
		}), "gone"},
		"an error event of an unknown kind": {events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			return events.Event{Name: "a:b:c:invented-by-the-handler"}, nil
		}), "error"},
		"an error event of an older peer": {events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			return events.Event{Name: "a:b:c:user_denied"}, nil
		}), "userDenied"},
		"an event and an error": {events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			return events.Event{Payload: json.RawMessage(`1`)}, errors.New("cache cold")
		}), "noticed"},
		"a panic": {events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { panic("boom") }), "error"},
	} {
		t.Run(name, func(t *testing.T) {
			prom := promtracker.New()
			m := newMux(prom)
			m.Add("a:b:c", 1, tc.handler)
			call(t, m, "a:b:c", 1)
			want := map[string]float64{
				"call_duration_seconds_count{a:b:c,callee,1}": 1,
				"call_duration_seconds_sum{a:b:c,callee,1}":   .25,
			}
			if tc.kind != "" {
				want["errors_total{"+tc.kind+",a:b:c,callee,1}"] = 1
			}
			require.Equal(t, want, scrape(t, prom))
		})
	}
}

func TestACallAtItsDeadlineOrWithoutItsCallerEndsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prom := promtracker.New()
		m := mux.New(mux.WithTracker(prom))
		m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
			<-ctx.Done()
			return events.Event{}, ctx.Err()
		}))
		for _, end := range []func(context.Context) (context.Context, context.CancelFunc){
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithTimeout(ctx, 2*time.Second)
			},
			func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				time.AfterFunc(time.Second, cancel)
				return ctx, cancel
			},
		} {
			ctx, cancel := end(t.Context())
			_, _ = m.Serve(ctx, events.Event{Name: "a:b:c", Version: 1})
			cancel()
		}
		require.NoError(t, m.Wait(t.Context()))
		require.Equal(t, map[string]float64{
			"call_duration_seconds_count{a:b:c,callee,1}": 2,
			"call_duration_seconds_sum{a:b:c,callee,1}":   3,
			"errors_total{error,a:b:c,callee,1}":          1,
			"errors_total{canceled,a:b:c,callee,1}":       1,
		}, scrape(t, prom))
	})
}

func TestAPanicAfterTheDeadlineIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		prom := promtracker.New()
		m := mux.New(mux.WithTracker(prom), mux.WithTimeout(time.Second))
		m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
			time.Sleep(time.Minute)
			panic("boom")
		}))
		call(t, m, "a:b:c", 1)
		require.NoError(t, m.Wait(t.Context()))
		require.Equal(t, map[string]float64{
			"call_duration_seconds_count{a:b:c,callee,1}": 1,
			"call_duration_seconds_sum{a:b:c,callee,1}":   1,
			"errors_total{error,a:b:c,callee,1}":          1,
			"errors_total{noticed,a:b:c,callee,1}":        1,
		}, scrape(t, prom))
	})
}

func TestABodyThatIsNoEventIsAnErrorWithoutACall(t *testing.T) {
	prom := promtracker.New()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"name":"a:b:c"`))
	r.Header.Set("Content-Type", "application/json")
	newMux(prom).ServeHTTP(httptest.NewRecorder(), r)
	require.Equal(t, map[string]float64{"errors_total{badProtocol,unknown,callee,unknown}": 1}, scrape(t, prom))
}
