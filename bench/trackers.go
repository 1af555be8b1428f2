package main

import (
	"context"
	"errors"
	"io"
	"math"

	"github.com/rs/zerolog"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/oteltracker"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
	"github.com/evoke-rpc/evoke/tracker/zerologtracker"
)

// The rows of the trackers' case.
const (
	caseTrackers = "trackers"

	trackerNone  = "none"
	trackerNoOp  = "NoOp"
	trackerLog   = "zerolog"
	trackerProm  = "Prometheus"
	trackerTrace = "OpenTelemetry, unsampled"
)

// compareTrackers measures what trackers add to a call.
func compareTrackers(o options) (rows []row, err error) {
	tracers := trace.NewTracerProvider(trace.WithSampler(trace.NeverSample()))
	meters := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader()))
	defer func() {
		ctx := context.Background()
		err = errors.Join(err, tracers.Shutdown(ctx), meters.Shutdown(ctx))
	}()
	requests := spreadRequests(1, 1)
	subjects := []subject{serving(trackerNone, newTracked(), requests)}
	for _, t := range []struct {
		name    string
		tracker tracker.Tracker
	}{
		{trackerNoOp, tracker.NoOp{}},
		{trackerLog, zerologtracker.New(zerolog.New(io.Discard))},
		{trackerProm, promtracker.New()},
		{trackerTrace, oteltracker.New(oteltracker.WithTracerProvider(tracers), oteltracker.WithMeterProvider(meters))},
	} {
		subjects = append(subjects, serving(t.name, newTracked(mux.WithTracker(t.tracker)), requests))
	}
	samples, err := measure(subjects, o.rounds)
	if err != nil {
		return nil, err
	}
	rows = rowsOf(caseTrackers, subjects, samples)
	for i := range rows[1:] {
		rows[i+1].Added = addedBy(samples[i+1], samples[0])
	}
	rows[1].Goals = []goal{{What: "allocs", Bound: math.Round(rows[0].Allocs), Value: math.Round(rows[1].Allocs)}}
	return rows, nil
}

func newTracked(options ...mux.MuxOption) *mux.Mux {
	m := mux.New(options...)
	m.Add(wideName(0), eventVersion, events.HandlerFunc(answerAtOnce))
	return m
}

// addedBy is how much more CPU one takes than the other, round by round.
func addedBy(more, less []sample) *spread {
	added := make([]float64, len(more))
	for round := range added {
		added[round] = more[round].cpu - less[round].cpu
	}
	s := spreadOf(added)
	return &s
}
