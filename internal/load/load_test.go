package load_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/load"
)

// A stub is a service that takes some time, and more for the calls that it stalls at.
// It obeys the context.
type stub struct {
	takes   time.Duration
	stallAt int // 0 is never
	stall   time.Duration
	calls   atomic.Int64
}

func (s *stub) call(ctx context.Context, _, n int) error {
	s.calls.Add(1)
	takes := s.takes
	if s.stallAt > 0 && n == s.stallAt {
		takes = s.stall
	}
	timer := time.NewTimer(takes)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func run(t *testing.T, config load.Config) load.Result {
	t.Helper()
	result, err := load.Run(t.Context(), config)
	require.NoError(t, err)
	return result
}

func TestAClosedLoopCallsBackToBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stub{takes: 10 * time.Millisecond}
		result := run(t, load.Config{Call: s.call, Concurrency: 4, Duration: 2 * time.Second})
		require.EqualValues(t, 800, result.Calls)
		require.Equal(t, 2*time.Second, result.Elapsed)
		require.InDelta(t, 400, result.Rate(), 1e-9)
		require.Equal(t, 10*time.Millisecond, result.Latency.Min())
		require.Equal(t, 10*time.Millisecond, result.Latency.Quantile(0.5))
		require.Equal(t, 10*time.Millisecond, result.Latency.Max())
		require.Zero(t, result.Lag)
		require.Zero(t, result.Missed)
	})
}

func TestAnOpenLoopKeepsItsRate(t *testing.T) {
	for _, rate := range []float64{0.5, 3, 100, 333.3, 7000} {
		synctest.Test(t, func(t *testing.T) {
			s := &stub{takes: time.Millisecond}
			result := run(t, load.Config{Call: s.call, Concurrency: 50, Rate: rate, Duration: 10 * time.Second})
			require.EqualValues(t, math.Ceil(rate*10), result.Calls)
			require.Equal(t, 10*time.Second, result.Elapsed)
			require.Equal(t, time.Millisecond, result.Latency.Max())
			require.Zero(t, result.Lag)
			require.Zero(t, result.Wait)
			require.Zero(t, result.Backlog)
			require.Zero(t, result.Missed)
		})
	}
}

func TestCallsOfAnOpenLoopBeginWhenTheyAreDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zero := time.Now()
		began := make([]time.Duration, 30)
		call := func(_ context.Context, _, n int) error {
			began[n] = time.Since(zero)
			return nil
		}
		run(t, load.Config{Call: call, Concurrency: 3, Rate: 4, Count: 30})
		for n, at := range began {
			require.Equal(t, time.Duration(n)*250*time.Millisecond, at, "call %d", n)
		}
	})
}

// One worker, 100 calls per second for 10 s; each call takes 1 ms but one, which takes
// 1 s. The calls that fall due meanwhile begin late, by 990 ms, 981 ms and so on down
// to 0, as the queue shrinks by 9 ms with each: 111 of 1000 calls are slow. A histogram
// of the calls alone has one slow call.
func TestAnOpenLoopCountsWhatAStallHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stub{takes: time.Millisecond, stallAt: 500, stall: time.Second}
		result := run(t, load.Config{Call: s.call, Rate: 100, Duration: 10 * time.Second})
		require.EqualValues(t, 1000, result.Calls)

		require.Equal(t, time.Second, result.Latency.Max())
		require.InEpsilon(t, 910*time.Millisecond, result.Latency.Quantile(0.99), 0.002)
		require.InEpsilon(t, 550*time.Millisecond, result.Latency.Quantile(0.95), 0.002)
		require.InEpsilon(t, time.Millisecond, result.Latency.Quantile(0.88), 0.002)

		require.InEpsilon(t, time.Millisecond, result.Service.Quantile(0.99), 0.002)
		require.Equal(t, time.Second, result.Service.Max())

		require.Zero(t, result.Lag, "the generator itself was never late")
		require.Equal(t, 990*time.Millisecond, result.Wait.Max)
		require.EqualValues(t, 99, result.Backlog)
		require.Zero(t, result.Missed)
	})
}

func TestACorrectedClosedLoopCountsWhatAStallHeldUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stub{takes: 10 * time.Millisecond, stallAt: 50, stall: time.Second}
		naive := run(t, load.Config{Call: s.call, Count: 901})
		require.InEpsilon(t, 10*time.Millisecond, naive.Latency.Quantile(0.99), 0.002)

		corrected := run(t, load.Config{Call: s.call, Count: 901, Interval: 10 * time.Millisecond})
		require.EqualValues(t, 901, corrected.Calls)
		require.EqualValues(t, 1000, corrected.Latency.Count())
		require.InEpsilon(t, 900*time.Millisecond, corrected.Latency.Quantile(0.99), 0.002)
		require.InEpsilon(t, 10*time.Millisecond, corrected.Service.Quantile(0.99), 0.002)
	})
}

// Two workers can make 20 calls of 100 ms a second; 100 are asked for.
func TestAServiceThatCannotFollowLeavesStartsMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int64
		s := &stub{takes: 100 * time.Millisecond}
		call := func(ctx context.Context, worker, n int) error {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			return s.call(ctx, worker, n)
		}
		result := run(t, load.Config{Call: call, Concurrency: 2, Rate: 100, Duration: 10 * time.Second})
		require.LessOrEqual(t, most.Load(), int64(2))
		require.InDelta(t, 200, result.Calls, 2)
		require.Equal(t, int64(1000), result.Calls+result.Missed)
		require.Equal(t, result.Missed, result.Backlog)
		require.InDelta(t, 20, result.Rate(), 0.2)
		require.Greater(t, result.Wait.Max, 7*time.Second)
		require.Zero(t, result.Lag, "that is not the generator's fault")
	})
}

func TestARunIsBoundedByCount(t *testing.T) {
	for _, rate := range []float64{0, 50} {
		synctest.Test(t, func(t *testing.T) {
			s := &stub{takes: 10 * time.Millisecond}
			result := run(t, load.Config{Call: s.call, Concurrency: 7, Rate: rate, Count: 100, Duration: time.Hour})
			require.EqualValues(t, 100, result.Calls)
			require.EqualValues(t, 100, s.calls.Load())
			require.Zero(t, result.Missed)
			if rate > 0 {
				require.InDelta(t, rate, result.Rate(), 1e-9)
			}
		})
	}
}

func TestCallsOfTheWarmUpAreNotMeasured(t *testing.T) {
	for _, rate := range []float64{0, 100} {
		synctest.Test(t, func(t *testing.T) {
			var warm atomic.Int64
			call := func(_ context.Context, _, n int) error {
				takes := 10 * time.Millisecond
				if n < 0 {
					warm.Add(1)
					takes = 50 * time.Millisecond
				}
				time.Sleep(takes)
				return nil
			}
			result := run(t, load.Config{Call: call, Concurrency: 8, Rate: rate, Warmup: time.Second, Count: 100})
			require.EqualValues(t, 100, result.Calls)
			require.Equal(t, 10*time.Millisecond, result.Latency.Max())
			if rate == 0 {
				require.EqualValues(t, 8*20, warm.Load())
			} else {
				require.EqualValues(t, 100, warm.Load())
			}
		})
	}
}

func TestACancelledRunTellsWhatItMeasured(t *testing.T) {
	for _, rate := range []float64{0, 10} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second+50*time.Millisecond)
			defer cancel()
			s := &stub{takes: 100 * time.Millisecond}
			result, err := load.Run(ctx, load.Config{Call: s.call, Rate: rate})
			require.NoError(t, err)
			require.True(t, result.Interrupted)
			require.EqualValues(t, 20, result.Calls)
			require.Zero(t, result.Failed)
			require.EqualValues(t, 1, result.CutOff)
			require.Zero(t, result.Missed)
			require.Equal(t, 2050*time.Millisecond, result.Elapsed)
		})
	}
}

func TestARunUnderADoneContextMakesNoCall(t *testing.T) {
	for _, rate := range []float64{0, 10} {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		s := &stub{}
		result, err := load.Run(ctx, load.Config{Call: s.call, Rate: rate, Concurrency: 3})
		require.NoError(t, err)
		require.Zero(t, s.calls.Load())
		require.Zero(t, result.Calls)
		require.Zero(t, result.Latency.Quantile(0.99))
		require.Zero(t, result.Latency.Mean())
		require.Empty(t, result.Latency.Buckets(10))
	}
}

func TestErrorsAreCountedByLabel(t *testing.T) {
	full, slow := errors.New("full"), errors.New("slow")
	call := func(_ context.Context, _, n int) error {
		switch {
		case n%10 == 0:
			return load.Errors{full, slow, full}
		case n%5 == 0:
			return full
		}
		return nil
	}
	label := func(err error) string { return "it is " + err.Error() }
	result := run(t, load.Config{Call: call, Concurrency: 3, Count: 100, Label: label})
	require.EqualValues(t, 100, result.Calls)
	require.EqualValues(t, 20, result.Failed)
	require.Equal(t, []load.ErrorCount{{Label: "it is full", Count: 30}, {Label: "it is slow", Count: 10}}, result.Errors)
}

func TestOnlySoManyErrorsAreToldApart(t *testing.T) {
	call := func(_ context.Context, _, n int) error { return fmt.Errorf("error %d", n) }
	result := run(t, load.Config{Call: call, Count: 1000})
	require.Len(t, result.Errors, load.MaxLabels+1)
	require.Equal(t, load.ErrorCount{Label: load.OtherErrors, Count: 1000 - load.MaxLabels}, result.Errors[0])
}

func TestProgressIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []load.Progress
		call := func(_ context.Context, _, n int) error {
			time.Sleep(30 * time.Millisecond)
			if n == 0 {
				return errors.New("no")
			}
			return nil
		}
		run(t, load.Config{
			Call: call, Rate: 10, Count: 5, Warmup: 250 * time.Millisecond,
			Progress: func(p load.Progress) { told = append(told, p) }, Every: 200 * time.Millisecond,
		})
		require.Equal(t, []load.Progress{
			{Elapsed: -50 * time.Millisecond},
			{Elapsed: 150 * time.Millisecond, Calls: 2, Failed: 1},
			{Elapsed: 350 * time.Millisecond, Calls: 4, Failed: 1},
			{Elapsed: 430 * time.Millisecond, Calls: 5, Failed: 1},
		}, told)
	})
}

func TestAConfigThatCannotBeIsRefused(t *testing.T) {
	call := func(context.Context, int, int) error { return nil }
	for name, config := range map[string]load.Config{
		"no call":              {Count: 1},
		"negative concurrency": {Call: call, Concurrency: -1},
		"negative count":       {Call: call, Count: -1},
		"negative duration":    {Call: call, Duration: -1},
		"negative rate":        {Call: call, Rate: -1},
		"endless rate":         {Call: call, Rate: math.Inf(1)},
		"no rate at all":       {Call: call, Rate: math.NaN()},
		"short interval":       {Call: call, Interval: time.Nanosecond},
		"interval and rate":    {Call: call, Interval: time.Second, Rate: 1},
	} {
		_, err := load.Run(t.Context(), config)
		require.ErrorContains(t, err, "load: ", name)
	}
}
