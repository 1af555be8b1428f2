package load_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/load"
)

func TestAHistogramKnowsItsQuantilesToAThousandth(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	h := load.NewHistogram()
	all := make([]time.Duration, 10_000)
	var sum time.Duration
	for i := range all {
		all[i] = time.Duration(random.ExpFloat64() * float64(5*time.Millisecond))
		sum += all[i]
		h.Record(all[i])
	}
	slices.Sort(all)
	require.Equal(t, all[0], h.Min())
	require.Equal(t, all[len(all)-1], h.Max())
	require.InDelta(t, sum/10_000, h.Mean(), 1)
	for _, q := range []float64{0.01, 0.5, 0.9, 0.99, 0.999} {
		require.InEpsilon(t, all[int(q*10_000)-1], h.Quantile(q), 0.001, "quantile %v", q)
	}
	require.Equal(t, h.Max(), h.Quantile(1))
}

func TestMergedHistogramsHoldWhatEachHeld(t *testing.T) {
	a, b := load.NewHistogram(), load.NewHistogram()
	a.Record(3 * time.Second)
	b.Record(time.Second)
	a.Merge(b)
	a.Merge(load.NewHistogram())
	require.EqualValues(t, 2, a.Count())
	require.Equal(t, time.Second, a.Min())
	require.Equal(t, 3*time.Second, a.Max())
	require.Equal(t, 2*time.Second, a.Mean())
}

func TestDurationsBeyondTheRangeAreKeptAtItsEnds(t *testing.T) {
	h := load.NewHistogram()
	h.Record(-time.Second)
	h.Record(1000 * time.Hour)
	require.EqualValues(t, 2, h.Count())
	require.Equal(t, time.Duration(0), h.Min())
	require.Equal(t, 24*time.Hour, h.Max())
	require.Len(t, h.Buckets(1), 15) // whole decades are the fewest
}

func TestBucketsHaveRoundBoundsAndHoldEverything(t *testing.T) {
	ms := time.Millisecond
	for name, test := range map[string]struct {
		durations []time.Duration
		most      int
		want      []load.Bucket
	}{
		"one duration": {[]time.Duration{ms}, 10, []load.Bucket{{ms, 1100 * time.Microsecond, 1}}},
		"zero":         {[]time.Duration{0}, 10, []load.Bucket{{0, 1, 1}}},
		"a narrow range is cut fine": {[]time.Duration{10 * ms, 11*ms + ms/2, 12*ms + ms/2, 14 * ms}, 4,
			[]load.Bucket{{10 * ms, 11 * ms, 1}, {11 * ms, 12 * ms, 1}, {12 * ms, 13 * ms, 1}, {13 * ms, 15 * ms, 1}}},
		"a wide one coarse, its gaps included": {[]time.Duration{ms, 2 * ms, 900 * ms}, 4,
			[]load.Bucket{{ms, 10 * ms, 2}, {10 * ms, 100 * ms, 0}, {100 * ms, 1000 * ms, 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			h := load.NewHistogram()
			for _, d := range test.durations {
				h.Record(d)
			}
			require.Equal(t, test.want, h.Buckets(test.most))
		})
	}
}

func FuzzBuckets(f *testing.F) {
	f.Add(int64(0), int64(1), int64(time.Hour), 12)
	f.Fuzz(func(t *testing.T, a, b, c int64, most int) {
		h := load.NewHistogram()
		for _, d := range []int64{a, b, c} {
			h.Record(time.Duration(d))
		}
		buckets := h.Buckets(most)
		var counted int64
		for i, bucket := range buckets {
			require.Less(t, bucket.From, bucket.To)
			if i > 0 {
				require.Equal(t, buckets[i-1].To, bucket.From)
			}
			counted += bucket.Count
		}
		require.EqualValues(t, 3, counted)
		require.LessOrEqual(t, buckets[0].From, h.Min())
		require.Greater(t, buckets[len(buckets)-1].To, h.Max())
	})
}
