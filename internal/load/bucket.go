package load

import (
	"math"
	"time"
)

// A Bucket counts the durations from From, inclusive, to To, exclusive, as exactly as
// a [Histogram] tells durations apart.
type Bucket struct {
	From, To time.Duration
	Count    int64
}

// series are the bounds of buckets within a decade, the finest first: numbers that
// are easily read and about as far from each other in proportion.
var series = [...][]float64{
	{1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.7, 3, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8, 7.5, 8.2, 9.1},
	{1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2},
	{1, 1.5, 2, 3, 5, 7},
	{1, 2, 5},
	{1, 3},
	{1},
}

// Buckets counts the durations in logarithmic buckets with round bounds, without
// gaps from the least to the greatest duration: as many as are at most most, but
// never fewer than whole decades make.
func (h *Histogram) Buckets(most int) []Bucket {
	if h.Count() == 0 {
		return nil
	}
	var buckets []Bucket
	for _, s := range series {
		if buckets = bucketsOver(s, h.min, h.max); len(buckets) <= most {
			break
		}
	}
	i := 0
	for _, bar := range h.counts.Distribution() {
		middle := min(max(time.Duration(bar.From+bar.To)/2, h.min), h.max)
		for middle >= buckets[i].To {
			i++
		}
		buckets[i].Count += bar.Count
	}
	return buckets
}

// bucketsOver returns the empty buckets of series s that hold least to greatest.
func bucketsOver(s []float64, least, greatest time.Duration) []Bucket {
	var buckets []Bucket
	from := time.Duration(0)
	for power := 1.0; ; power *= 10 {
		for _, bound := range s {
			to := time.Duration(math.Round(bound * power))
			if to <= from {
				continue
			}
			if to > least {
				buckets = append(buckets, Bucket{From: from, To: to})
			}
			if from = to; to > greatest {
				return buckets
			}
		}
	}
}
