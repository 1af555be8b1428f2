package promtracker_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
	"github.com/evoke-rpc/evoke/tracker/promtracker"
)

// BenchmarkServe serves the same event by two muxes in turn, one with NoOp, so that
// whatever else the machine does slows down both. It reports medians: what a call
// takes, how much more than with NoOp and how many times as much.
func BenchmarkServe(b *testing.B) {
	sampled := promtracker.WithTraceID(func(context.Context) string { return traceID })
	for name, t := range map[string]tracker.Tracker{"NoOp": tracker.NoOp{}, "Plain": promtracker.New(), "Exemplars": promtracker.New(sampled)} {
		b.Run(name, func(b *testing.B) {
			without, with := newServing(tracker.NoOp{}), newServing(t)
			for b.Loop() {
				without.run(b)
				with.run(b)
			}
			b.ReportMetric(0, "ns/op") // of both together
			b.ReportMetric(with.median(), "ns/call")
			b.ReportMetric(with.median()-without.median(), "ns-more")
			b.ReportMetric(with.median()/without.median(), "x-NoOp")
		})
	}
}

type serving struct {
	mux  *mux.Mux
	took []time.Duration // each for callsPerRun
}

const callsPerRun = 100

func newServing(t tracker.Tracker) *serving {
	m := mux.New(mux.WithTracker(t))
	m.Add("a:b:c", 1, answering(nil))
	return &serving{mux: m}
}

func (s *serving) run(b *testing.B) {
	request := events.Event{Name: "a:b:c", Version: 1, ID: "id-1", FlowID: "flow-1"}
	begun := time.Now()
	for range callsPerRun {
		if _, err := s.mux.Serve(context.Background(), request); err != nil {
			b.Fatal(err)
		}
	}
	s.took = append(s.took, time.Since(begun))
}

func (s *serving) median() float64 {
	slices.Sort(s.took)
	return float64(s.took[len(s.took)/2].Nanoseconds()) / callsPerRun
}
