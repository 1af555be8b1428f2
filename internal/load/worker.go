package load

import (
	"context"
	"time"
)

// A worker makes one call at a time.
type worker struct {
	*run
	id    int
	shard *shard
	timer *time.Timer
	// free is when it would have been free, in an open loop, if the generator took no
	// time at all: what a call begins later than that, and than it is due, is the
	// generator's own lag.
	free time.Duration
}

func newWorker(r *run, id int) *worker {
	w := &worker{run: r, id: id, shard: &r.shards[id%len(r.shards)], free: r.since()}
	if r.Rate > 0 {
		w.free = -r.Warmup
		w.timer = time.NewTimer(time.Hour)
	}
	return w
}

// loop makes calls until there are no more, or ctx is done.
func (w *worker) loop(ctx context.Context) {
	next := w.closed
	if w.timer != nil {
		defer w.timer.Stop()
		next = w.open
	}
	for {
		n, due, ok := next(ctx)
		if !ok {
			return
		}
		if n >= 0 {
			w.begun.Add(1)
		}
		began := w.since()
		err := w.Call(ctx, w.id, int(n))
		ended := w.since()
		if err != nil && ctx.Err() != nil { // cut off, which tells nothing of the service
			if n >= 0 {
				w.cutOff.Add(1)
			}
			return
		}
		if n >= 0 {
			w.shard.record(w.sample(due, began, ended), err)
		}
		if w.timer == nil {
			w.free = ended
		} else {
			w.free = max(due, w.free) + ended - began
		}
	}
}

// closed returns the next call, which is due as soon as the worker is free.
func (w *worker) closed(ctx context.Context) (n int64, due time.Duration, ok bool) {
	now := w.since()
	switch {
	case ctx.Err() != nil:
		return 0, 0, false
	case now < 0:
		return -w.warmed.Add(1), w.free, true
	case w.Duration > 0 && now >= w.Duration:
		return 0, 0, false
	}
	n = w.taken.Add(1) - 1
	return n, w.free, w.schedule.has(n)
}

// open takes the next call of the schedule and waits until it is due.
func (w *worker) open(ctx context.Context) (n int64, due time.Duration, ok bool) {
	n = w.taken.Add(1) - 1
	if ctx.Err() != nil || !w.schedule.has(n) {
		return 0, 0, false
	}
	due = w.schedule.at(n)
	if wait := due - w.since(); wait > 0 {
		w.timer.Reset(wait)
		select {
		case <-w.timer.C:
		case <-ctx.Done():
			return 0, 0, false
		}
	}
	return n, due, w.Duration == 0 || w.since() < w.Duration // too late is missed
}

// sample takes a call apart: from due on it waited for the worker, then began late
// through the generator's fault, then ran.
func (w *worker) sample(due, began, ended time.Duration) sample {
	s := sample{service: ended - began, lag: began - max(due, w.free), at: ended}
	if w.timer != nil {
		s.wait = max(0, w.free-due)
		s.at = began
	}
	s.latency = s.wait + s.service
	return s
}
