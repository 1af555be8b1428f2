package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

type (
	askPrice struct {
		ID string `json:"id"`
	}
	priceV1 struct {
		Cents int `json:"cents"`
	}
	priceV2 struct {
		Cents    int    `json:"cents"`
		Currency string `json:"currency"`
	}
)

// A story is a service through the years, as those see it who live with it.
type story struct {
	t       *testing.T
	mux     *mux.Mux
	url     string
	dir     string
	clock   evoketest.Clock
	before  string // the catalogue of the last release
	release int
}

func newStory(t *testing.T) *story {
	s := &story{t: t, dir: t.TempDir()}
	s.clock.Advance(firstOf(2026, time.January).Sub(s.clock.Now()))
	metrics := promtracker.New()
	s.mux = mux.New(mux.WithClock(s.clock.Now), mux.WithSunset(), mux.WithTracker(metrics), mux.WithOrigins("billing"))
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics)
	described := service.Register(s.mux, service.Info{Name: "prices"}, service.WithClock(s.clock.Now))
	router := http.NewServeMux()
	s.mux.Mount(router, "/events")
	router.Handle("/docs/", docgen.Handler(described))
	router.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func firstOf(year int, month time.Month) time.Time {
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}

// evoke runs a command and returns its exit code and what it prints.
func (s *story) evoke(args ...string) (int, string) {
	var out bytes.Buffer
	e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &out, width: 80, newID: events.RandomID, now: s.clock.Now}
	return run(s.t.Context(), e, args), out.String()
}

// diff compares the service with its last release, and releases it.
func (s *story) diff() (int, string) {
	s.t.Helper()
	s.release++
	now := filepath.Join(s.dir, fmt.Sprintf("release%d.json", s.release))
	code, out := s.evoke("docs", "--json", s.url+"/events", "-o", now)
	require.Zero(s.t, code, out)
	if s.before == "" {
		require.NoError(s.t, os.WriteFile(filepath.Join(s.dir, "nothing.json"), []byte(`{"events":[]}`), 0o600))
		s.before = filepath.Join(s.dir, "nothing.json")
	}
	code, out = s.evoke("diff", s.before, now)
	s.before = now
	return code, out
}

func (s *story) get(path string) (int, string) {
	s.t.Helper()
	r, err := http.Get(s.url + path)
	require.NoError(s.t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	return r.StatusCode, string(body)
}

// page is what a reader sees of the documentation of a version.
func (s *story) page(version string) string {
	status, body := s.get("/docs/prices:price:get/" + version)
	if status != http.StatusOK {
		return http.StatusText(status)
	}
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(body, " ")), " ")
}

// metric is the value of a series, "" if there is none.
func (s *story) metric(series string) string {
	_, body := s.get("/metrics")
	for line := range strings.Lines(body) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// call sends version 1 or 2 of the event as billing does, or as an unknown caller.
func (s *story) call(version int, origin string) (events.Event, http.Header) {
	s.t.Helper()
	body := fmt.Sprintf(`{"name":"prices:price:get","version":%d,"payload":{"id":"p-1"},"metadata":{"origin":%q}}`, version, origin)
	r, err := http.Post(s.url+"/events", "application/json", strings.NewReader(body))
	require.NoError(s.t, err)
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	require.NoError(s.t, err)
	e, err := events.Decoder{Response: true}.Decode(text)
	require.NoError(s.t, err)
	return e, r.Header
}

func TestTheLifeOfAnEvent(t *testing.T) {
	s := newStory(t)
	c := client.New(s.url + "/events")
	defer c.CloseIdleConnections()
	billing := client.Prefer(c, "prices:price:get",
		client.Version[askPrice, priceV2](2),
		client.Convert(1,
			func(in askPrice) (askPrice, error) { return in, nil },
			func(old priceV1) (priceV2, error) { return priceV2{old.Cents, "EUR"}, nil }))
	billing.Recheck = time.Nanosecond
	works := func(why string) {
		t.Helper()
		price, err := billing.Call(t.Context(), askPrice{"p-1"})
		require.NoError(t, err, why)
		require.Equal(t, priceV2{1250, "EUR"}, price, why)
	}

	// Version 1 ships.
	mux.Handle(s.mux, "prices:price:get", 1, func(context.Context, askPrice) (priceV1, error) { return priceV1{1250}, nil }, mux.WithDoc("Tells a price."))
	code, out := s.diff()
	require.Zero(t, code, out)
	require.Contains(t, out, "prices:price:get@1\n  additive  version: added")
	require.Contains(t, s.page("1"), "Tells a price.")
	answer, header := s.call(1, "billing")
	require.JSONEq(t, `{"cents":1250}`, string(answer.Payload))
	require.Empty(t, header.Get("Deprecation"))
	answer, _ = s.call(2, "billing")
	require.Contains(t, string(answer.Payload), `"versions":[1]`)
	works("it falls back to version 1")

	// To change version 1 itself would break its callers, and is refused.
	s.mux.Remove("prices:price:get", 1)
	mux.Handle(s.mux, "prices:price:get", 1, func(context.Context, askPrice) (map[string]string, error) { return nil, nil })
	released := s.before
	code, out = s.diff()
	require.Equal(t, exitNo, code, out)
	require.Contains(t, out, "breaking  response")
	s.before = released
	s.mux.Remove("prices:price:get", 1)
	mux.Handle(s.mux, "prices:price:get", 1, func(context.Context, askPrice) (priceV1, error) { return priceV1{1250}, nil }, mux.WithDoc("Tells a price."))

	// Version 2 is added beside it.
	mux.Handle(s.mux, "prices:price:get", 2, func(context.Context, askPrice) (priceV2, error) { return priceV2{1250, "EUR"}, nil }, mux.WithDoc("Tells a price and its currency."))
	code, out = s.diff()
	require.Zero(t, code, out)
	require.Contains(t, out, "prices:price:get@2\n  additive  version: added")
	require.Contains(t, s.page("2"), "Changes since v1")
	require.Contains(t, s.page("2"), "additive /currency")
	works("it has found version 2")
	require.NotEmpty(t, s.metric(`evoke_call_duration_seconds_count{name="prices:price:get",side="callee",version="2"}`))

	// Version 1 is served by the handler of version 2.
	s.mux.Remove("prices:price:get", 1)
	upcast := func(options ...mux.HandlerOption) {
		mux.Upcast(s.mux, "prices:price:get", 1, 2,
			func(in askPrice) (askPrice, error) { return in, nil },
			func(p priceV2) (priceV1, error) { return priceV1{p.Cents}, nil }, append(options, mux.WithDoc("Tells a price."))...)
	}
	upcast()
	code, out = s.diff()
	require.Zero(t, code, out)
	require.NotContains(t, out, "breaking")
	require.Contains(t, s.page("1"), "Served by the handler of v2")
	calls := s.metric(`evoke_call_duration_seconds_count{name="prices:price:get",side="callee",version="1"}`)
	newer := s.metric(`evoke_call_duration_seconds_count{name="prices:price:get",side="callee",version="2"}`)
	answer, _ = s.call(1, "billing")
	require.JSONEq(t, `{"cents":1250}`, string(answer.Payload))
	require.NotEqual(t, calls, s.metric(`evoke_call_duration_seconds_count{name="prices:price:get",side="callee",version="1"}`), "it is a call of version 1")
	require.Equal(t, newer, s.metric(`evoke_call_duration_seconds_count{name="prices:price:get",side="callee",version="2"}`), "and not of version 2")

	// It is deprecated, and it is counted who still calls it.
	deprecated := mux.WithDeprecation(catalog.Deprecation{Since: firstOf(2026, time.January), Sunset: firstOf(2027, time.January), Successor: 2, Note: "Mind the currency."})
	s.mux.Remove("prices:price:get", 1)
	upcast(deprecated)
	code, out = s.diff()
	require.Zero(t, code, out)
	require.Contains(t, out, "additive  deprecation: added")
	require.Contains(t, out, "additive  sunset: added (2027-01-01)")
	require.Contains(t, s.page("1"), "Deprecated since 2026-01-01; may be gone after 2027-01-01; use v2 . Mind the currency.")
	answer, header = s.call(1, "billing")
	require.JSONEq(t, `{"deprecation":{"since":"2026-01-01T00:00:00Z","sunset":"2027-01-01T00:00:00Z","successor":2,"note":"Mind the currency."}}`, string(answer.Metadata))
	require.Equal(t, "@1767225600", header.Get("Deprecation"))
	require.Equal(t, "Fri, 01 Jan 2027 00:00:00 GMT", header.Get("Sunset"))
	s.call(1, "somebody")
	s.call(1, "somebody else")
	require.Equal(t, "1", s.metric(`evoke_deprecated_calls_total{name="prices:price:get",origin="billing",side="callee",version="1"}`))
	require.Equal(t, "2", s.metric(`evoke_deprecated_calls_total{name="prices:price:get",origin="other",side="callee",version="1"}`))
	_, out = s.evoke("lint", s.url+"/events")
	require.NotContains(t, out, "sunset", "all is announced")
	code, out = s.evoke("list", s.url+"/events")
	require.Zero(t, code)
	require.Contains(t, out, "deprecated")

	// To remove it now would break a promise.
	s.mux.Remove("prices:price:get", 1)
	released = s.before
	code, out = s.diff()
	require.Equal(t, exitNo, code, out)
	require.Contains(t, out, "breaking  version: removed; its sunset is 2027-01-01")
	s.before = released
	upcast(deprecated)

	// Its sunset comes.
	s.clock.Advance(firstOf(2027, time.January).Sub(s.clock.Now()))
	answer, header = s.call(1, "billing")
	require.Equal(t, "prices:price:get:gone", answer.Name)
	var gone struct {
		Code       string
		Parameters struct{ Successor int }
	}
	require.NoError(t, json.Unmarshal(answer.Payload, &gone))
	require.Equal(t, events.CodeVersionGone, gone.Code)
	require.Equal(t, 2, gone.Parameters.Successor)
	require.NotEmpty(t, header.Get("Sunset"))
	require.Equal(t, "1", s.metric(`evoke_errors_total{kind="gone",name="prices:price:get",side="callee",version="1"}`))
	code, out = s.evoke("call", s.url+"/events", "prices:price:get@1", `{"id":"p-1"}`)
	require.Equal(t, exitNo, code)
	require.Contains(t, out, "use version 2")
	_, out = s.evoke("lint", s.url+"/events")
	require.Contains(t, out, "sunset", "it is time to remove it")

	// It is removed, as expected.
	s.mux.Remove("prices:price:get", 1)
	code, out = s.diff()
	require.Zero(t, code, out)
	require.Contains(t, out, "expected  version: removed; its sunset was 2027-01-01")
	require.Equal(t, "Not Found", s.page("1"))
	require.NotContains(t, s.page("2"), "v1")
	answer, _ = s.call(1, "billing")
	require.Equal(t, "eventNotFound", answer.Name)
	require.Contains(t, string(answer.Payload), `"versions":[2]`)
	works("it has been calling version 2 all the time")
}
