package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

const (
	caseRouting = "routing"
	caseStart   = "start, 100 000 events"

	routingMany = "100 000 events"

	fewEvents  = 10
	manyEvents = 100_000
)

// compareRouting measures calls of the same ten events, registered alone and among
// many, and of all of the many in turn, which no cache of the processor holds.
func compareRouting(o options) ([]row, error) {
	few, many := newWideMux(fewEvents), newWideMux(manyEvents)
	subjects := []subject{
		serving("10 events", few, spreadRequests(fewEvents, fewEvents)),
		serving(routingMany, many, spreadRequests(fewEvents, manyEvents)),
		serving("100 000 events, each in turn", many, spreadRequests(manyEvents, manyEvents)),
	}
	return compare(caseRouting, subjects, o)
}

// compareStart measures how long it takes to register many typed events, and what
// memory they hold.
func compareStart(options) ([]row, error) {
	before, begun := heapInUse(), time.Now()
	m := mux.New()
	for n := range manyEvents {
		mux.Handle(m, wideName(n), eventVersion, func(_ context.Context, o Order) (Receipt, error) { return place(o), nil })
	}
	took := time.Since(begun)
	held := heapInUse() - before
	runtime.KeepAlive(m)
	return []row{{
		Case: caseStart, Contender: evokeDefault, Ratio: exactly(1), Wall: float64(took),
		Note: fmt.Sprintf("%.2f s, %.0f MB held, %.0f B per event", took.Seconds(), held/1e6, held/manyEvents),
	}}, nil
}

func wideName(n int) string { return fmt.Sprintf("shop:order%06d:place", n) }

// newWideMux has so many events, which are answered at once.
func newWideMux(size int) *mux.Mux {
	m := mux.New()
	for n := range size {
		m.Add(wideName(n), eventVersion, events.HandlerFunc(answerAtOnce))
	}
	return m
}

func answerAtOnce(context.Context, events.Event) (events.Event, error) {
	return events.Event{Payload: []byte(`{}`)}, nil
}

// spreadRequests are requests for so many of the events of a mux, evenly spread.
func spreadRequests(count, size int) []events.Event {
	requests := make([]events.Event, count)
	for i := range requests {
		requests[i] = events.Event{
			Name: wideName(i * (size / count)), Version: eventVersion, ID: eventID(i), FlowID: flowID(i), Payload: []byte(`{}`),
		}
	}
	return requests
}

// serving calls a Handler without any transport.
func serving(name string, h events.Handler, requests []events.Event) subject {
	return subject{name: name, events: 1, run: func(n, calls int) error {
		for i := range calls {
			response, err := h.Serve(context.Background(), requests[(n+i)%len(requests)])
			if err == nil {
				err = response.Err()
			}
			if err != nil {
				return err
			}
		}
		return nil
	}}
}

func heapInUse() float64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc)
}
