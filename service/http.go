package service

import (
	"encoding/json"
	"net/http"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

// Mount serves [Service.Healthz] at /healthz and [Service.Readyz] at /readyz. Router
// is an [http.ServeMux] or has its method Handle.
func (s *Service) Mount(router interface{ Handle(string, http.Handler) }) {
	router.Handle("/healthz", s.Healthz())
	router.Handle("/readyz", s.Readyz())
}

// Healthz answers GET with status 200 as long as the process can answer at all. It
// runs no check: to restart a service does not help where something else fails.
func (s *Service) Healthz() http.Handler {
	return getOnly(func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, struct {
			Status Status `json:"status"`
		}{OK})
	})
}

// Readyz answers GET with status 200 if all checks are well, and with 503 if one
// fails or after SetReady(false). The body is a [Health] as JSON, with as much of it
// as the caller may know.
func (s *Service) Readyz() http.Handler {
	return getOnly(func(w http.ResponseWriter, r *http.Request) {
		if s.notReady.Load() {
			write(w, http.StatusServiceUnavailable, Health{Status: notReady, Checks: []Check{}})
			return
		}
		ctx := events.WithPeer(r.Context(), events.Peer{Protocol: "http", Addr: r.RemoteAddr, TLS: r.TLS, Headers: r.Header})
		sees := s.audiences.at(ctx)
		h, err := s.health(ctx, sees)
		if err != nil {
			panic(http.ErrAbortHandler) // the caller is gone
		}
		if !sees(catalog.Event{Name: HealthCheck, Version: 1}) {
			h.Checks = []Check{}
		}
		status := http.StatusOK
		if h.Status != OK {
			status = http.StatusServiceUnavailable
		}
		write(w, status, h)
	})
}

// SetReady says whether the service wants more work; at first it does. A service that
// is about to stop says no, and goes on serving until it gets none.
func (s *Service) SetReady(ready bool) { s.notReady.Store(!ready) }

func getOnly(serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "health is read by GET", http.StatusMethodNotAllowed)
			return
		}
		serve(w, r)
	})
}

func write(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // strings and finite numbers can be encoded
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // a caller who is gone needs no answer
}
