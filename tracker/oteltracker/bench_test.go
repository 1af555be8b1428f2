package oteltracker_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// BenchmarkServe serves the same event by two muxes in turn, one with NoOp, so that
// whatever else the machine does slows down both. It reports medians: what a call
// takes, how much more than with NoOp and how many times as much. All but NoOp also
// measure by the SDK's metrics.
func BenchmarkServe(b *testing.B) {
	without, with := `{}`, `{"traceparent":"00-`+traceOne+`-aaaaaaaaaaaaaaaa-00"}`
	unsampled := newRecording(b, sdktrace.ParentBased(sdktrace.NeverSample()))
	sampled := newRecording(b, sdktrace.AlwaysSample())
	for _, bench := range []struct {
		name     string
		tracker  tracker.Tracker
		metadata string
	}{
		{"NoOp", tracker.NoOp{}, without},
		{"Unsampled", unsampled, without},
		{"UnsampledByCaller", unsampled, with},
		{"Sampled", sampled, without},
	} {
		b.Run(bench.name, func(b *testing.B) {
			noop, watched := newServing(tracker.NoOp{}, bench.metadata), newServing(bench.tracker, bench.metadata)
			for b.Loop() {
				noop.run(b)
				watched.run(b)
				sampled.spans.Reset()
			}
			b.ReportMetric(0, "ns/op") // of both together
			b.ReportMetric(watched.median(), "ns/call")
			b.ReportMetric(watched.median()-noop.median(), "ns-more")
			b.ReportMetric(watched.median()/noop.median(), "x-NoOp")
		})
	}
}

type serving struct {
	mux      *mux.Mux
	metadata json.RawMessage
	took     []time.Duration // each for callsPerRun
}

const callsPerRun = 100

func newServing(t tracker.Tracker, metadata string) *serving {
	m := mux.New(mux.WithTracker(t))
	m.Add("a:b:c", 1, answering(nil))
	return &serving{mux: m, metadata: json.RawMessage(metadata)}
}

func (s *serving) run(b *testing.B) {
	request := events.Event{Name: "a:b:c", Version: 1, ID: "id-1", FlowID: "flow-1", Metadata: s.metadata}
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
