package service

import (
	"context"
	"time"

	"github.com/evoke-rpc/evoke/events"
)

// None stands among the kinds of errors in [EventStats] for calls that were not
// answered, since their callers were gone.
const None events.Kind = "none"

// Stats is the answer of service:stats:get.
type Stats struct {
	// Since is when the counting began.
	Since time.Time `json:"since"`
	// UptimeMs is how long ago that was, in milliseconds.
	UptimeMs int64 `json:"uptimeMs"`
	// Events are those of the catalogue, sorted by name, then by version, with those
	// that were never called.
	Events []EventStats `json:"events"`
}

// EventStats is what is known of the calls of one version of one event.
type EventStats struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	// Calls is how many have ended, items of batches included.
	Calls uint64 `json:"calls"`
	// Errors is how many of them were answered by an error, by its kind. An unknown
	// kind counts as error.
	Errors map[events.Kind]uint64 `json:"errors"`
	// InFlight is how many have begun and not ended.
	InFlight  int64   `json:"inFlight"`
	LatencyMs Latency `json:"latencyMs"`
	// LastError is nil as long as there was none.
	LastError *Failure `json:"lastError"`
	// Deprecated reports whether the version is deprecated.
	Deprecated bool `json:"deprecated"`
}

// Latency tells how long calls took, in milliseconds. The quantiles, by nearest rank,
// are within 5 % of the exact ones up to an hour; the others are exact.
type Latency struct {
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
	Mean float64 `json:"mean"`
}

// A Failure is a call that was answered by an error.
type Failure struct {
	// Code is that of the error, as the caller got it; at most 128 bytes of it.
	Code string      `json:"code"`
	Kind events.Kind `json:"kind"`
	// At is when the call ended.
	At time.Time `json:"at"`
}

func (s *Service) getStats(ctx context.Context, _ struct{}) (Stats, error) {
	sees, err := s.admit(ctx, StatsGet)
	if err != nil {
		return Stats{}, err
	}
	v := s.view()
	stats := Stats{Since: s.since, UptimeMs: s.now().Sub(s.since).Milliseconds(), Events: []EventStats{}}
	for _, e := range v.catalog.Events {
		if sees(e) {
			one := v.counters[eventKey{e.Name, e.Version}].read()
			one.Name, one.Version, one.Deprecated = e.Name, e.Version, e.Deprecation != nil
			stats.Events = append(stats.Events, one)
		}
	}
	return stats, nil
}

func exampleStats() Stats {
	return Stats{
		Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), UptimeMs: 60_000,
		Events: []EventStats{{
			Name: StatsGet, Version: 1, Calls: 2, Errors: map[events.Kind]uint64{}, InFlight: 1,
			LatencyMs: Latency{P50: 0.5, P90: 1.5, P99: 1.5, Max: 1.5, Mean: 1},
		}},
	}
}
