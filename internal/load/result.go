package load

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// A Result is what was measured. The calls of the warm-up are in none of it.
type Result struct {
	// Calls is how many ended, Failed how many of them by an error.
	Calls, Failed int64
	// Errors are the different errors, the most frequent first.
	Errors []ErrorCount
	// Elapsed is the time that the calls stand for, from the end of the warm-up on: in
	// a closed loop until the last call ended, in an open loop until the schedule did,
	// or the last call began if that was later.
	Elapsed time.Duration
	// Latency is how long the calls took, the failed ones too. In an open loop it is
	// counted from the moment at which a call was due, less what the generator itself
	// was late, see Lag: how long a caller waits who begins in time. In a closed loop
	// it is Service, corrected by Config.Interval, which adds calls that were never made.
	Latency *Histogram
	// Service is how long they took from their beginning.
	Service *Histogram
	// Lag is how much later calls began than they could have, through the generator
	// itself: timers, which on Linux are up to 1 ms late, the scheduling of goroutines,
	// a lack of CPU. In a closed loop it is the pause between two calls of a worker.
	Lag Delay
	// Wait is how long calls of an open loop waited because all workers were still
	// busy: the service was slow for this rate, or the workers too few.
	Wait Delay
	// Processor is how long goroutines of this program waited for a processor, those of
	// the warm-up included. A call over the network needs several in turn: if they wait
	// long, Latency tells more of the generator's machine than of the service.
	Processor Delay
	// Backlog is the largest number of calls of an open loop that were due and had not
	// begun; Missed is how many never did.
	Backlog, Missed int64
	// CutOff is how many calls were running when ctx was done. They are in no other
	// figure.
	CutOff int64
	// Interrupted means that ctx ended the run.
	Interrupted bool
}

// Rate returns the number of calls per second.
func (r Result) Rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Calls) / r.Elapsed.Seconds()
}

// An ErrorCount is how often an error occurred.
type ErrorCount struct {
	Label string
	Count int64
}

// A Delay is how much later calls began than they should have.
type Delay struct{ Mean, Max time.Duration }

// result merges what was recorded. The workers have ended.
func (r *run) result(ctx context.Context) Result {
	stopped := r.since()
	result := Result{Latency: NewHistogram(), Service: NewHistogram(), CutOff: r.cutOff.Load()}
	var lag, wait delays
	var late time.Duration
	labels := map[string]int64{}
	for i := range r.shards {
		s := &r.shards[i]
		result.Latency.Merge(s.latency)
		result.Service.Merge(s.service)
		result.Failed += s.failed
		result.Elapsed = max(result.Elapsed, s.last)
		late = max(late, s.late)
		lag.merge(s.lag)
		wait.merge(s.wait)
		for label, n := range s.errors {
			addLabel(labels, label, n)
		}
	}
	result.Calls, result.Lag, result.Wait = result.Service.Count(), lag.delay(), wait.delay()
	result.Errors = sortErrors(labels)
	if result.Interrupted = ctx.Err() != nil; result.Interrupted {
		result.Elapsed = max(0, stopped)
	} else {
		result.Elapsed = max(result.Elapsed, r.schedule.end())
	}
	result.Missed = max(0, r.schedule.due(stopped)-r.begun.Load())
	result.Backlog = max(int64(late.Seconds()*r.Rate), result.Missed)
	return result
}

func sortErrors(labels map[string]int64) []ErrorCount {
	var errors []ErrorCount
	for label, n := range labels {
		errors = append(errors, ErrorCount{label, n})
	}
	slices.SortFunc(errors, func(a, b ErrorCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Label, b.Label))
	})
	return errors
}
