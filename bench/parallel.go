package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

const (
	caseParallel = "parallel batch"
	parallelMany = "10000 events"

	manyItems       = 10_000
	maxBatchAnswers = 64 << 20
)

// compareParallel looks at the goroutines and the memory of parallel batches, a
// usual one and one that is a hundred times as large.
func compareParallel(options) ([]row, error) {
	var rows []row
	for _, size := range []int{batchSize, manyItems} {
		r, err := parallelBatch(size)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	rows[1].Ratio = exactly(rows[1].Wall / rows[0].Wall)
	return rows, nil
}

func parallelBatch(size int) (row, error) {
	var watch watermark
	m := mux.New()
	mux.Handle(m, eventName, eventVersion, func(_ context.Context, o Order) (Receipt, error) {
		watch.look()
		return place(o), nil
	})
	m.Add(batchName, 1, batch.New(m, batch.WithMaxItems(manyItems), batch.WithMaxResponseBytes(maxBatchAnswers)))
	request := parallelRequest(size)

	watch.begin()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	response, err := m.Serve(context.Background(), request)
	took := time.Since(begun)
	runtime.ReadMemStats(&after)
	if err == nil {
		err = response.Err()
	}
	if err != nil {
		return row{}, err
	}
	var answers []json.RawMessage
	if err := json.Unmarshal(response.Payload, &answers); err != nil || len(answers) != size {
		return row{}, fmt.Errorf("a batch of %d was answered by %d events: %w", size, len(answers), err)
	}
	n := float64(size)
	return row{
		Case: caseParallel, Contender: fmt.Sprintf("%d events", size), Ratio: exactly(1), Wall: float64(took) / n,
		Allocs: float64(after.Mallocs-before.Mallocs) / n, Bytes: float64(after.TotalAlloc-before.TotalAlloc) / n,
		Goroutines: watch.goroutines.Load(),
		Note: fmt.Sprintf("%d goroutines and %.1f MB of heap more; %.1f MB asked, %.1f MB answered",
			watch.goroutines.Load(), float64(watch.heap.Load())/1e6, float64(len(request.Payload))/1e6, float64(len(response.Payload))/1e6),
	}, nil
}

func parallelRequest(size int) events.Event {
	asked := items[Order]{Parallel: true}
	for i := range size {
		asked.Events = append(asked.Events, newEvent(i, smallLines))
	}
	return events.Event{Name: batchName, Version: 1, ID: eventID(0), FlowID: flowID(0), Payload: json.RawMessage(encode(asked))}
}

// A watermark keeps the greatest number of goroutines, and the largest heap, beyond
// what there was at the beginning. It is safe for concurrent use after begin.
type watermark struct {
	goroutinesBefore, heapBefore int64
	goroutines, heap             atomic.Int64
	looks                        atomic.Int64
}

func (w *watermark) begin() {
	w.goroutinesBefore, w.heapBefore = int64(runtime.NumGoroutine()), int64(heapInUse())
}

// look reads the heap, which stops the world, only now and then.
func (w *watermark) look() {
	raise(&w.goroutines, int64(runtime.NumGoroutine())-w.goroutinesBefore)
	if w.looks.Add(1)%100 == 0 {
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		raise(&w.heap, int64(stats.HeapAlloc)-w.heapBefore)
	}
}

func raise(mark *atomic.Int64, to int64) {
	for {
		now := mark.Load()
		if to <= now || mark.CompareAndSwap(now, to) {
			return
		}
	}
}
