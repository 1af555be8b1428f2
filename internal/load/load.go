// Package load makes calls under load and measures how long they take.
//
// In a closed loop every worker makes its next call when the one before has ended,
// so a service that stalls is asked less while it stalls, and one stall is one slow
// call. In an open loop calls begin by a schedule of fixed rate, as those of callers
// who know nothing of each other do. There, latency counts from the moment at which a
// call should have begun: a stall of a second is in the latency of all calls that fell
// due within it, which corrects what Gil Tene named coordinated omission. How late the
// generator was by itself is told apart, so that it is not blamed on the service.
//
// The schedule is arithmetic: the n-th call is due n/rate seconds after the beginning,
// and a worker that is free takes the next number and waits for its time. There is no
// queue, and no more goroutines than workers, however far the service falls behind.
package load

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// MinInterval is the shortest Config.Interval.
const MinInterval = 100 * time.Microsecond

// defaultEvery is how often Config.Progress is called.
const defaultEvery = 100 * time.Millisecond

// A Config says how the calls are made. Only Call is needed; a run without Duration
// and Count goes on until its context is done.
type Config struct {
	// Call makes one call. Worker, from 0, makes one call at a time; n is the number
	// of the call, from 0, and negative for one of the warm-up. Call is called
	// concurrently and obeys ctx. An error that is Errors counts as several.
	Call func(ctx context.Context, worker, n int) error
	// Concurrency is the number of workers, 1 if 0.
	Concurrency int
	// Rate is how many calls begin per second, all workers together: an open loop.
	// 0 is a closed loop.
	Rate float64
	// Duration is how long calls are begun; those that run then are waited for. 0 is
	// no limit.
	Duration time.Duration
	// Count is how many calls are made; 0 is no limit.
	Count int
	// Warmup is how long calls are made before any is measured.
	Warmup time.Duration
	// Interval corrects a closed loop: each worker is taken to make a call every
	// Interval, and a longer call to have held up those that it left no time for, as
	// RecordCorrectedValue of HdrHistogram does. 0 is no correction.
	Interval time.Duration
	// Label names an error, so that equal ones are counted together; nil means its
	// text. At most MaxLabels names are kept.
	Label func(error) string
	// Progress is called every Every (100 ms if 0), and at the end, by one goroutine.
	Progress func(Progress)
	Every    time.Duration
}

// Progress is how far a run has come.
type Progress struct {
	// Elapsed counts from the end of the warm-up, and is negative during it.
	Elapsed time.Duration
	// Calls and Failed are of those that were measured.
	Calls, Failed int64
	// Backlog is how many calls were due and have not begun.
	Backlog int64
}

// Run makes calls as config says and returns when the last one has ended. When ctx is
// done it begins no more, and the result is that of the calls that had ended. The
// error is for a config that cannot be.
func Run(ctx context.Context, config Config) (Result, error) {
	if err := config.check(); err != nil {
		return Result{}, err
	}
	config.Concurrency = max(config.Concurrency, 1)
	r := newRun(config)
	stopProgress := r.reportProgress()
	before := readWaits()
	r.work(ctx)
	result := r.result(ctx)
	result.Processor = readWaits().since(before)
	stopProgress()
	return result, nil
}

func (c Config) check() error {
	switch {
	case c.Call == nil:
		return errors.New("load: Call is nil")
	case c.Concurrency < 0 || c.Count < 0 || c.Duration < 0 || c.Warmup < 0 || c.Every < 0:
		return errors.New("load: Concurrency, Count, Duration, Warmup and Every must not be negative")
	case c.Rate < 0 || math.IsNaN(c.Rate) || math.IsInf(c.Rate, 0):
		return fmt.Errorf("load: Rate is %v, not a number of calls per second", c.Rate)
	case c.Interval != 0 && c.Interval < MinInterval:
		return fmt.Errorf("load: Interval is %v, less than %v", c.Interval, MinInterval)
	case c.Interval != 0 && c.Rate != 0:
		return errors.New("load: Interval corrects a closed loop; with a Rate latency is right without it")
	}
	return nil
}

// A run is one execution of Run. Its times count from the end of the warm-up.
type run struct {
	Config
	schedule schedule
	zero     time.Time
	warmed   atomic.Int64 // calls of the warm-up of a closed loop
	taken    atomic.Int64 // numbers given to calls that are measured; in an open loop, from the warm-up on
	begun    atomic.Int64 // calls that began and are measured
	cutOff   atomic.Int64
	shards   []shard
}

func newRun(config Config) *run {
	r := &run{Config: config, shards: newShards(config), schedule: schedule{rate: config.Rate, duration: config.Duration, count: int64(config.Count)}}
	r.taken.Store(-r.schedule.before(config.Warmup))
	r.zero = time.Now().Add(config.Warmup)
	return r
}

func (r *run) since() time.Duration { return time.Since(r.zero) }

// work runs the workers and waits for them.
func (r *run) work(ctx context.Context) {
	var workers sync.WaitGroup
	for id := range r.Concurrency {
		workers.Go(func() { newWorker(r, id).loop(ctx) })
	}
	workers.Wait()
}

// reportProgress calls Progress until the function that it returns is called.
func (r *run) reportProgress() (stop func()) {
	if r.Progress == nil {
		return func() {}
	}
	every := r.Every
	if every == 0 {
		every = defaultEvery
	}
	done := make(chan struct{})
	var reporter sync.WaitGroup
	reporter.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				r.Progress(r.progress())
			case <-done:
				r.Progress(r.progress())
				return
			}
		}
	})
	return func() { close(done); reporter.Wait() }
}

func (r *run) progress() Progress {
	p := Progress{Elapsed: r.since()}
	p.Backlog = max(0, r.schedule.due(p.Elapsed)-r.begun.Load())
	for i := range r.shards {
		calls, failed := r.shards[i].counts()
		p.Calls += calls
		p.Failed += failed
	}
	return p
}
