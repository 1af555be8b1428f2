package service

import (
	"context"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

type audiences struct {
	of   func(context.Context) string // nil if all callers are alike
	sees map[string]func(catalog.Event) bool
}

// at returns what the caller may know of.
func (a audiences) at(ctx context.Context) func(catalog.Event) bool {
	if a.of == nil {
		return catalog.Public
	}
	if sees := a.sees[a.of(ctx)]; sees != nil {
		return sees
	}
	return func(catalog.Event) bool { return false }
}

// admit returns what the caller may know of, or an error if the event that he sent is
// not part of that.
func (s *Service) admit(ctx context.Context, name string) (func(catalog.Event) bool, error) {
	sees := s.audiences.at(ctx)
	if e, ok := s.Catalog().Find(name, 1); !ok || !sees(e) {
		return sees, events.Errorf(events.KindForbidden, CodeNotForAudience, "the caller may not know of %s", name)
	}
	return sees, nil
}

// trusted reports whether an audience may read the errors of checks, which tell of
// the inside.
func trusted(sees func(catalog.Event) bool) bool {
	return sees(catalog.Event{Name: HealthCheck, Version: 1, Internal: true})
}
