package service_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

func TestProbesAreAnsweredByStatusAndBody(t *testing.T) {
	byHeader := service.WithAudiences(
		func(ctx context.Context) string { return events.PeerFrom(ctx).Header("Audience") },
		map[string]func(catalog.Event) bool{"owner": catalog.Everybody, "public": catalog.Public})
	failing := service.WithCheck("lock", sick)
	for name, test := range map[string]struct {
		options                []service.Option
		notReady               bool
		method, path, audience string
		status                 int
		body                   string
	}{
		"alive":                             {method: "GET", path: "/healthz", status: 200, body: `{"status":"ok"}`},
		"alive while a check fails":         {options: []service.Option{failing}, method: "GET", path: "/healthz", status: 200, body: `{"status":"ok"}`},
		"alive while it gets ready":         {notReady: true, method: "GET", path: "/healthz", status: 200, body: `{"status":"ok"}`},
		"asked for the status only":         {method: "HEAD", path: "/healthz", status: 200, body: `{"status":"ok"}`},
		"ready":                             {method: "GET", path: "/readyz", status: 200, body: `{"status":"ok","checks":[]}`},
		"ready, with a check":               {options: []service.Option{service.WithCheck("bell", well)}, method: "GET", path: "/readyz", status: 200, body: `{"status":"ok","checks":[{"name":"bell","status":"ok","durationMs":0}]}`},
		"failing":                           {options: []service.Option{failing}, method: "GET", path: "/readyz", status: 503, body: `{"status":"failing","checks":[{"name":"lock","status":"failing","durationMs":0}]}`},
		"failing, for the public":           {options: []service.Option{failing, byHeader}, audience: "public", method: "GET", path: "/readyz", status: 503, body: `{"status":"failing","checks":[{"name":"lock","status":"failing","durationMs":0}]}`},
		"failing, for the owner":            {options: []service.Option{failing, byHeader}, audience: "owner", method: "GET", path: "/readyz", status: 503, body: `{"status":"failing","checks":[{"name":"lock","status":"failing","error":"192.0.2.7 says secret","durationMs":0}]}`},
		"failing, for an unknown audience":  {options: []service.Option{failing, byHeader}, audience: "x", method: "GET", path: "/readyz", status: 503, body: `{"status":"failing","checks":[]}`},
		"not ready":                         {notReady: true, method: "GET", path: "/readyz", status: 503, body: `{"status":"notReady","checks":[]}`},
		"too slow":                          {options: []service.Option{service.WithCheckTimeout(time.Second), service.WithCheck("lock", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })}, method: "GET", path: "/readyz", status: 503, body: `{"status":"failing","checks":[{"name":"lock","status":"failing","durationMs":1000}]}`},
		"healthz is not for writing":        {method: "POST", path: "/healthz", status: 405},
		"readyz is not for writing":         {method: "DELETE", path: "/readyz", status: 405},
		"there is nothing below the probes": {method: "GET", path: "/readyz/x", status: 404},
		"the events are somewhere else":     {method: "GET", path: "/", status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := service.Register(mux.New(), service.Info{}, test.options...)
				s.SetReady(!test.notReady)
				router := http.NewServeMux()
				s.Mount(router)
				r := httptest.NewRequest(test.method, test.path, nil)
				r.Header.Set("Audience", test.audience)
				w := httptest.NewRecorder()
				router.ServeHTTP(w, r)
				require.Equal(t, test.status, w.Code)
				switch test.status {
				case http.StatusNotFound:
				case http.StatusMethodNotAllowed:
					require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
				default:
					require.JSONEq(t, test.body, w.Body.String())
					require.Equal(t, "application/json", w.Header().Get("Content-Type"))
					require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
				}
				require.NoError(t, s.Wait(t.Context()))
			})
		})
	}
}

func TestAServiceMayBecomeReadyAgain(t *testing.T) {
	s := service.Register(mux.New(), service.Info{})
	for _, ready := range []bool{true, false, true} {
		s.SetReady(ready)
		w := httptest.NewRecorder()
		s.Readyz().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		require.Equal(t, ready, w.Code == http.StatusOK)
	}
}

func TestNothingIsWrittenToACallerWhoIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := service.Register(mux.New(), service.Info{}, service.WithCheck("lock", func(context.Context) error { time.Sleep(time.Second); return nil }))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		w := httptest.NewRecorder()
		require.PanicsWithValue(t, http.ErrAbortHandler, func() {
			s.Readyz().ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil))
		})
		require.Zero(t, w.Body.Len())
		require.NoError(t, s.Wait(t.Context()))
	})
}
