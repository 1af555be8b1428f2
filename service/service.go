// Package service registers the events by which a service tells of itself: what it
// offers, whether it is well, and how it is used.
//
//	s := service.Register(m, service.Info{Name: "shop", Version: "1.2.0"},
//		service.WithCheck("database", db.PingContext))
//	s.Mount(http.DefaultServeMux) // GET /healthz and /readyz
//
// All three are public, so that a service can be asked without any configuration.
// They tell each caller only what is meant for him; see [WithAudiences].
package service

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// The names of the events that [Register] adds, all of them version 1. Their
// requests are empty.
const (
	CatalogGet  = "service:catalog:get"  // answers a [catalog.Catalog]
	HealthCheck = "service:health:check" // answers a [Health]
	StatsGet    = "service:stats:get"    // answers [Stats]
)

// CodeNotForAudience is the code of the error forbidden that a caller gets who may
// not know of the event that he sent.
const CodeNotForAudience = "NOT_FOR_THIS_AUDIENCE"

// Info says which service it is.
type Info struct {
	Name    string
	Version string
	// Build is the state of the source; without it that is the revision of the
	// version control system that the Go toolchain has put into the binary.
	Build string
	// Description says what the service is for, in Markdown.
	Description string
	// Endpoint is where events are sent, a path on the same host or a URL.
	Endpoint string
}

// A Service describes and watches what a mux serves. It is safe for concurrent use.
type Service struct {
	mux       *mux.Mux
	info      Info
	now       func() time.Time
	since     time.Time
	audiences audiences
	checker   checker
	notReady  atomic.Bool

	mu      sync.Mutex // held to replace current
	current atomic.Pointer[view]
}

// Register adds the events of this package to m, and counts the calls that m serves
// from now on. It panics on a programming error: they were added before, or a check
// is nil, without a name or has that of another one.
func Register(m *mux.Mux, info Info, options ...Option) *Service {
	s := &Service{mux: m, info: info, now: time.Now, checker: checker{timeout: DefaultCheckTimeout}}
	if s.info.Build == "" {
		s.info.Build = build()
	}
	for _, o := range options {
		o(s)
	}
	s.since = s.now()

	refused := mux.WithError(events.KindForbidden, CodeNotForAudience, "The caller may not know of this event.")
	mux.Handle(m, CatalogGet, 1, s.getCatalog, refused,
		mux.WithDoc("Describes the service: its events with their schemas, examples, errors and deprecations, as far as the caller may know of them."),
		mux.WithExample(struct{}{}, s.describe([]catalog.Event{})))
	mux.Handle(m, HealthCheck, 1, s.checkHealth, refused,
		mux.WithDoc("Tells whether the service is well, by checks of what it needs. Results are kept for a second."),
		mux.WithExample(struct{}{}, s.checker.example()),
		mux.WithTimeout(s.checker.timeout+time.Second))
	mux.Handle(m, StatsGet, 1, s.getStats, refused,
		mux.WithDoc("Counts the calls of each event since the service has started, as far as the caller may know of the events. Quantiles of the latency are within 5 %."),
		mux.WithExample(struct{}{}, exampleStats()))
	m.Track(&usage{service: s})
	return s
}

// Catalog describes the service with all events that are not hidden, so that its
// documentation says the same as its catalogue: docgen.Handler(s).
func (s *Service) Catalog() catalog.Catalog { return s.view().catalog }

// Revision returns another number whenever the catalogue changes.
func (s *Service) Revision() uint64 { return s.mux.Revision() }

// Wait returns when no check runs any more, or with the error of ctx. Call it after
// the transports have stopped.
func (s *Service) Wait(ctx context.Context) error { return s.checker.wait(ctx) }

func (s *Service) getCatalog(ctx context.Context, _ struct{}) (catalog.Catalog, error) {
	sees, err := s.admit(ctx, CatalogGet)
	if err != nil {
		return catalog.Catalog{}, err
	}
	return s.Catalog().Only(sees), nil
}

func (s *Service) describe(list []catalog.Event) catalog.Catalog {
	return catalog.Catalog{
		Name: s.info.Name, Version: s.info.Version, Build: s.info.Build,
		Description: s.info.Description, Endpoint: s.info.Endpoint, Events: list,
	}
}

// A view is what the service knows of its events, as of a revision of its mux. It is
// replaced, not changed, apart from the counters.
type view struct {
	revision uint64
	catalog  catalog.Catalog
	counters map[eventKey]*counter
}

type eventKey struct {
	name    string
	version int
}

// view returns the present view. Hidden events are in none, so that nothing can be
// told of them, and those that were removed are forgotten.
func (s *Service) view() *view {
	if v := s.current.Load(); v != nil && v.revision == s.mux.Revision() {
		return v
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	revision := s.mux.Revision() // read before the catalogue, which may be newer
	old := s.current.Load()
	if old == nil {
		old = &view{}
	} else if old.revision == revision {
		return old
	}
	list := s.mux.Catalog().Events
	v := &view{revision: revision, catalog: s.describe(list), counters: make(map[eventKey]*counter, len(list))}
	for _, e := range list {
		k := eventKey{e.Name, e.Version}
		if v.counters[k] = old.counters[k]; v.counters[k] == nil {
			v.counters[k] = new(counter)
		}
	}
	s.current.Store(v)
	return v
}
