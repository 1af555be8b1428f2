package service

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

const (
	// A power of two is divided into this many buckets of the same width, so that the
	// middle of a bucket is within 1/32 of all its values.
	stepBits = 4
	steps    = 1 << stepBits
	// Longer durations share the last bucket.
	longest = 1<<42 - 1 // nanoseconds, 73 minutes
	buckets = 624       // bucketOf(longest) + 1
)

// A histogram counts durations. It is safe for concurrent use.
type histogram struct {
	counts   [buckets]atomic.Uint64
	sum, max atomic.Int64 // nanoseconds
}

func (h *histogram) record(d time.Duration) {
	n := int64(max(d, 0)) // a clock may be set back
	h.sum.Add(n)
	for old := h.max.Load(); n > old && !h.max.CompareAndSwap(old, n); old = h.max.Load() {
	}
	h.counts[bucketOf(n)].Add(1) // last: who reads the counts first knows the rest of all of them
}

// counts are those of a histogram at one time.
type counts [buckets]uint64

// read returns the counts and their total.
func (h *histogram) read() (c counts, total uint64) {
	for i := range c {
		c[i] = h.counts[i].Load()
		total += c[i]
	}
	return c, total
}

// quantile returns about the least duration that so many per cent of all are not
// above, in nanoseconds. Total is not 0.
func (c *counts) quantile(percent, total uint64) int64 {
	rank := (total*percent + 99) / 100
	for i, n := range c {
		if rank <= n {
			return middle(i)
		}
		rank -= n
	}
	return math.MaxInt64
}

// bucketOf returns the number of n's bucket: the power of two, then the step in it.
// The first buckets hold one number each.
func bucketOf(n int64) int {
	n = min(n, longest)
	shift := max(0, bits.Len64(uint64(n))-stepBits-1)
	return shift*steps + int(n>>shift)
}

// middle returns the number in the middle of bucket i. The last one may hold any that
// is longer.
func middle(i int) int64 {
	if i == buckets-1 {
		return math.MaxInt64
	}
	shift := max(0, i/steps-1)
	return int64(i-shift*steps)<<shift + int64(1)<<shift/2
}
