package load

import (
	"math"
	"runtime/metrics"
	"time"
)

// waits are how long goroutines of the program have waited for a processor so far,
// by the runtime's own account.
type waits struct{ histogram *metrics.Float64Histogram }

func readWaits() waits {
	sample := []metrics.Sample{{Name: "/sched/latencies:seconds"}}
	metrics.Read(sample)
	if sample[0].Value.Kind() != metrics.KindFloat64Histogram {
		return waits{}
	}
	return waits{sample[0].Value.Float64Histogram()}
}

// since returns the delay of those that waited after before was read, each taken
// for the upper bound of its bucket, which is at most a quarter too much.
func (w waits) since(before waits) Delay {
	if w.histogram == nil || before.histogram == nil {
		return Delay{}
	}
	var total uint64
	var sum, longest float64
	for i, count := range w.histogram.Counts {
		count -= before.histogram.Counts[i]
		bound := w.histogram.Buckets[i+1]
		if math.IsInf(bound, 1) {
			bound = w.histogram.Buckets[i]
		}
		if count > 0 {
			total += count
			sum += float64(count) * bound
			longest = bound
		}
	}
	if total == 0 {
		return Delay{}
	}
	return Delay{Mean: time.Duration(sum / float64(total) * 1e9), Max: time.Duration(longest * 1e9)}
}
