package service

import (
	"context"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
)

// A Status is the outcome of checks.
type Status string

// The statuses of a check, and of a service by all its checks.
const (
	OK      Status = "ok"
	Failing Status = "failing"

	notReady Status = "notReady" // of /readyz only
)

// Enum lists the values for the schema.
func (Status) Enum() []any { return []any{OK, Failing} }

// Health is the answer of service:health:check and of /readyz.
type Health struct {
	// Status is ok if all checks are.
	Status Status `json:"status"`
	// Checks are in the order of their registration.
	Checks []Check `json:"checks"`
}

// A Check is what became of one check.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	// Error says why it fails, to those who may know.
	Error string `json:"error,omitempty"`
	// DurationMs is how long it took, in milliseconds.
	DurationMs float64 `json:"durationMs"`
}

func (s *Service) checkHealth(ctx context.Context, _ struct{}) (Health, error) {
	sees, err := s.admit(ctx, HealthCheck)
	if err != nil {
		return Health{}, err
	}
	return s.health(ctx, sees)
}

// health runs the checks. The error is that of ctx.
func (s *Service) health(ctx context.Context, sees func(catalog.Event) bool) (Health, error) {
	results, err := s.checker.results(ctx)
	if err != nil {
		return Health{}, err
	}
	h := Health{Status: OK, Checks: make([]Check, len(results))}
	for i, r := range results {
		h.Checks[i] = Check{Name: r.name, Status: OK, DurationMs: milliseconds(r.took)}
		if r.err == nil {
			continue
		}
		h.Status, h.Checks[i].Status = Failing, Failing
		if trusted(sees) {
			h.Checks[i].Error = r.err.Error()
		}
	}
	return h, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
