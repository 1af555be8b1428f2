package load

import (
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// longest is the longest time that a Histogram tells from longer ones.
const longest = 24 * time.Hour

// A Histogram counts durations from 1 ns to 24 h with three significant digits;
// its least, greatest and mean are exact. It is not safe for concurrent use.
type Histogram struct {
	counts   *hdrhistogram.Histogram
	min, max time.Duration
	sum      float64 // in nanoseconds
}

// NewHistogram returns an empty Histogram, which takes 300 KB.
func NewHistogram() *Histogram {
	return &Histogram{counts: hdrhistogram.New(1, int64(longest), 3)}
}

// Record adds d. A negative one counts as 0.
func (h *Histogram) Record(d time.Duration) {
	d = min(max(d, 0), longest)
	if h.Count() == 0 || d < h.min {
		h.min = d
	}
	h.max = max(h.max, d)
	h.sum += float64(d)
	_ = h.counts.RecordValue(int64(d)) // which is in range
}

// RecordCorrected adds d and, if it is longer than interval, what calls would have
// taken that were not made meanwhile: d - interval, d - 2*interval and so on.
func (h *Histogram) RecordCorrected(d, interval time.Duration) {
	h.Record(d)
	for d -= interval; interval > 0 && d >= interval; d -= interval {
		h.Record(d)
	}
}

// Merge adds what from holds.
func (h *Histogram) Merge(from *Histogram) {
	if from.Count() == 0 {
		return
	}
	if h.Count() == 0 || from.min < h.min {
		h.min = from.min
	}
	h.max = max(h.max, from.max)
	h.sum += from.sum
	h.counts.Merge(from.counts)
}

// Count returns how many durations were recorded.
func (h *Histogram) Count() int64 { return h.counts.TotalCount() }

// Min returns the least duration, 0 if there is none.
func (h *Histogram) Min() time.Duration { return h.min }

// Max returns the greatest duration, 0 if there is none.
func (h *Histogram) Max() time.Duration { return h.max }

// Mean returns the arithmetic mean, 0 if there is none.
func (h *Histogram) Mean() time.Duration {
	if h.Count() == 0 {
		return 0
	}
	return time.Duration(h.sum / float64(h.Count()))
}

// Quantile returns the duration that a part q of all, from 0 to 1, did not exceed.
func (h *Histogram) Quantile(q float64) time.Duration {
	d := time.Duration(h.counts.ValueAtQuantile(q * 100))
	return min(max(d, h.min), h.max)
}
