package service

import (
	"context"
	"fmt"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
)

// An Option configures a Service.
type Option func(*Service)

// WithCheck adds a check of something that the service needs. The service is well as
// long as all of them return nil. They run at the same time, each limited by
// [WithCheckTimeout], and not more often than once a second however often they are
// asked for. A check that panics, or does not return in time, has failed; it is not
// called again before it has returned. Its context holds nothing of the caller.
//
// The name is shown to callers; the error is shown as [WithAudiences] says.
func WithCheck(name string, check func(context.Context) error) Option {
	return func(s *Service) {
		if name == "" || check == nil {
			panic(fmt.Sprintf("service: the check %q needs a name and a function", name))
		}
		for _, c := range s.checker.checks {
			if c.name == name {
				panic(fmt.Sprintf("service: there are two checks called %q", name))
			}
		}
		s.checker.checks = append(s.checker.checks, &probe{name: name, check: check})
	}
}

// WithCheckTimeout limits each check to d, in place of [DefaultCheckTimeout]. It
// panics if d is not positive.
func WithCheckTimeout(d time.Duration) Option {
	if d <= 0 {
		panic(fmt.Sprintf("service: a check cannot end within %s", d))
	}
	return func(s *Service) { s.checker.timeout = d }
}

// WithCheckNotice tells notice of each check that fails, each time that it was run,
// with its whole error: an [*events.PanicError] for a panic. It is for the log, must
// be safe for concurrent use and must not panic.
func WithCheckNotice(notice func(name string, err error)) Option {
	return func(s *Service) { s.checker.notice = notice }
}

// WithAudiences tells each caller only what is meant for him: of maps the context of
// a call to the name of an audience, as by [events.PeerFrom] or the identity in
// [events.RequestFrom], and sees tells for each name which events it may know of. An
// unknown name sees nothing. Without this option all see what is not internal, see
// [catalog.Public]; docgen.WithAudiences has the same functions for the same names.
//
// An audience is answered by those events of this package that it may know of; their
// catalogue and counts leave out the others. The errors of failed checks are only
// for an audience that may know of the event service:health:check even if that is
// internal. The HTTP handlers ask of too; their context has a peer, but no event.
func WithAudiences(of func(context.Context) string, sees map[string]func(catalog.Event) bool) Option {
	return func(s *Service) { s.audiences = audiences{of, sees} }
}

// WithClock reads the times of [Stats] from now, which must be safe for concurrent
// use, in place of [time.Now]. Give the mux the same one.
func WithClock(now func() time.Time) Option {
	return func(s *Service) { s.now = now }
}
