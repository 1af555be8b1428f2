package load

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// This looks inside, since in the virtual time of the other tests no timer is late.
func TestTheGeneratorsOwnLagIsNotBlamedOnTheService(t *testing.T) {
	const ms = time.Millisecond
	w := newWorker(newRun(Config{Concurrency: 1, Rate: 100}), 0)
	defer w.timer.Stop()

	s := w.sample(20*ms, 23*ms, 27*ms) // the worker was free, but its timer late
	require.Equal(t, sample{latency: 4 * ms, service: 4 * ms, lag: 3 * ms, at: 23 * ms}, s)

	w.free = 24 * ms // by then it should have been free, having been late itself
	s = w.sample(20*ms, 27*ms, 30*ms)
	require.Equal(t, sample{latency: 7 * ms, service: 3 * ms, lag: 3 * ms, wait: 4 * ms, at: 27 * ms}, s)
}
