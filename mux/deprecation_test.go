package mux_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func nothing(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }

func day(year int) time.Time { return time.Date(year, time.March, 4, 5, 6, 7, 0, time.UTC) }

func TestCallersLearnThatAVersionIsDeprecated(t *testing.T) {
	for name, test := range map[string]struct {
		deprecation              catalog.Deprecation
		metadata, header, sunset string
	}{
		"all is known": {
			catalog.Deprecation{Since: day(2025), Sunset: day(2027), Successor: 2, Note: "Use names."},
			`{"since":"2025-03-04T05:06:07Z","sunset":"2027-03-04T05:06:07Z","successor":2,"note":"Use names."}`,
			"@1741064767", "Thu, 04 Mar 2027 05:06:07 GMT",
		},
		"nothing is known":                    {catalog.Deprecation{}, `{}`, "@0", ""},
		"a successor that is hidden":          {catalog.Deprecation{Successor: 3}, `{}`, "@0", ""},
		"a successor that is not there (yet)": {catalog.Deprecation{Successor: 9}, `{"successor":9}`, "@0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			mux.Handle(m, "a:b:c", 1, func(_ context.Context, fail bool) (struct{}, error) {
				if fail {
					return struct{}{}, events.KindNotFound
				}
				return struct{}{}, nil
			}, mux.WithDeprecation(test.deprecation))
			mux.Handle(m, "a:b:c", 2, nothing)
			mux.Handle(m, "a:b:c", 3, nothing, mux.WithHidden())
			for _, payload := range []string{"false", "true", "7"} { // a success, an error, one that does not fit
				w := httptest.NewRecorder()
				r := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"a:b:c","version":1,"payload":`+payload+`}`))
				r.Header.Set("Content-Type", "application/json")
				m.ServeHTTP(w, r)
				var answer struct {
					Metadata struct{ Deprecation json.RawMessage }
				}
				require.NoError(t, json.Unmarshal(w.Body.Bytes(), &answer))
				require.Equal(t, test.metadata, string(answer.Metadata.Deprecation), payload)
				require.Equal(t, test.header, w.Header().Get("Deprecation"))
				require.Equal(t, test.sunset, w.Header().Get("Sunset"))
			}
		})
	}
}

func TestAVersionThatIsNotDeprecatedSaysNothing(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, nothing)
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", "/", strings.NewReader(`{"name":"a:b:c","version":1,"payload":{}}`))
	r.Header.Set("Content-Type", "application/json")
	m.ServeHTTP(w, r)
	require.Contains(t, w.Body.String(), `"metadata":{}`)
	require.NotContains(t, w.Header(), "Deprecation")
	require.NotContains(t, w.Header(), "Sunset")
}

func TestASunsetEndsAVersionOnlyWhereAsked(t *testing.T) {
	now := day(2026)
	announced := catalog.Deprecation{Sunset: day(2027), Successor: 2}
	for name, test := range map[string]struct {
		mux     []mux.MuxOption
		handler []mux.HandlerOption
		ends    bool
	}{
		"not asked":       {nil, nil, false},
		"for the mux":     {[]mux.MuxOption{mux.WithSunset()}, nil, true},
		"for the handler": {nil, []mux.HandlerOption{mux.WithSunset()}, true},
	} {
		t.Run(name, func(t *testing.T) {
			now = day(2026)
			m := mux.New(append(test.mux, mux.WithClock(func() time.Time { return now }))...)
			mux.Handle(m, "a:b:c", 1, nothing, append(test.handler, mux.WithDeprecation(announced))...)
			mux.Handle(m, "a:b:c", 2, nothing)
			call := func(version int) error {
				_, err := client.Call[struct{}](t.Context(), m, "a:b:c", version, nil)
				return err
			}
			now = day(2027).Add(-time.Nanosecond)
			require.NoError(t, call(1))
			now = day(2027)
			if !test.ends {
				require.NoError(t, call(1))
				return
			}
			var e *events.Error
			require.ErrorAs(t, call(1), &e)
			require.Equal(t, events.KindGone, e.Kind)
			require.Equal(t, events.CodeVersionGone, e.Code)
			require.Equal(t, "a:b:c version 1 was served until 2027-03-04T05:06:07Z; use version 2", e.Message)
			require.Equal(t, map[string]any{"event": "a:b:c", "version": json.Number("1"), "sunset": "2027-03-04T05:06:07Z", "successor": json.Number("2")}, e.Parameters)
			require.NoError(t, call(2))
			require.ErrorAs(t, call(7), &e)
			require.Equal(t, []any{json.Number("2")}, e.Parameters["versions"], "a version that has gone is none")
		})
	}
}

func TestTrackersSeeWhoStillCallsAnOldVersion(t *testing.T) {
	type seen struct {
		deprecated bool
		origin     string
	}
	var calls []seen
	watch := &tracker.Mock{StartFn: func(ctx context.Context, _ events.Event) context.Context {
		call := events.CallFrom(ctx)
		calls = append(calls, seen{call.Deprecated, call.Origin})
		return ctx
	}}
	m := mux.New(mux.WithTracker(watch), mux.WithOrigins("billing", "shop"))
	mux.Handle(m, "a:b:c", 1, nothing, mux.WithDeprecation(catalog.Deprecation{}))
	mux.Handle(m, "a:b:c", 2, nothing)
	for _, metadata := range []string{`{"origin":"billing"}`, `{"origin":"invented"}`, `{"origin":7}`, `{}`} {
		_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1, Metadata: []byte(metadata)})
		require.NoError(t, err)
	}
	_, err := client.Call[struct{}](t.Context(), m, "a:b:c", 2, nil, client.WithOrigin("shop"))
	require.NoError(t, err)
	require.Equal(t, []seen{{true, "billing"}, {true, "other"}, {true, "other"}, {true, "other"}, {false, "shop"}}, calls)
}

func TestTheClientsTrackerSeesItToo(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, nothing, mux.WithDeprecation(catalog.Deprecation{}))
	mux.Handle(m, "a:b:c", 2, nothing)
	server := httptest.NewServer(m)
	defer server.Close()
	var deprecated []bool
	c := client.New(server.URL, client.WithTracker(&tracker.Mock{EndFn: func(ctx context.Context, _ events.Event, _ error) context.Context {
		deprecated = append(deprecated, events.CallFrom(ctx).Deprecated)
		return ctx
	}}))
	defer c.CloseIdleConnections()
	for version := 1; version <= 2; version++ {
		_, err := client.Call[struct{}](t.Context(), c, "a:b:c", version, nil)
		require.NoError(t, err)
	}
	require.Equal(t, []bool{true, false}, deprecated)
}

func TestATrackerCanBeAddedWhileItServes(t *testing.T) {
	first, second := new(tracker.Mock), new(tracker.Mock)
	m := mux.New(mux.WithTracker(first))
	release := make(chan struct{})
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, wait bool) (struct{}, error) {
		if wait {
			m.Track(second)
			close(release)
		}
		return struct{}{}, nil
	})
	_, err := client.Call[struct{}](t.Context(), m, "a:b:c", 1, true)
	require.NoError(t, err)
	<-release
	require.Zero(t, second.StartCount)
	require.Zero(t, second.EndCount, "a call that it did not see begin does not end for it")
	_, err = client.Call[struct{}](t.Context(), m, "a:b:c", 1, false)
	require.NoError(t, err)
	require.Equal(t, 2, first.EndCount)
	require.Equal(t, 1, second.EndCount)
}
