package load

import (
	"errors"
	"runtime"
	"sync"
	"time"
)

// MaxLabels is how many different errors are counted each by its name. Others are
// counted as OtherErrors.
const MaxLabels = 50

// OtherErrors is the name of errors beyond MaxLabels.
const OtherErrors = "other"

// Errors is the error of a call that failed in several ways, as the items of a batch
// do: each one is counted, the call only once.
type Errors []error

// Error joins the texts.
func (e Errors) Error() string { return errors.Join(e...).Error() }

// A sample is what is measured of one call.
type sample struct {
	latency, service time.Duration
	lag, wait        time.Duration
	at               time.Duration // when the call ended, in an open loop began
}

// A shard records the calls of some workers, so that they seldom wait for each other,
// and so that ten thousand of them do not need as many histograms.
type shard struct {
	mu               sync.Mutex
	label            func(error) string
	interval         time.Duration
	latency, service *Histogram // the same one if they cannot differ
	lag, wait        delays
	late             time.Duration // the most that a call began after it was due
	failed           int64
	errors           map[string]int64
	last             time.Duration // the last of samples' at
	_                [64]byte      // keeps shards out of each other's cache lines
}

func newShards(c Config) []shard {
	shards := make([]shard, min(c.Concurrency, 4*runtime.GOMAXPROCS(0)))
	for i := range shards {
		s := &shards[i]
		s.label, s.interval, s.errors = c.Label, c.Interval, map[string]int64{}
		s.latency = NewHistogram()
		s.service = s.latency
		if c.Rate > 0 || c.Interval > 0 {
			s.service = NewHistogram()
		}
		if s.label == nil {
			s.label = error.Error
		}
	}
	return shards
}

func (s *shard) record(m sample, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.interval > 0 {
		s.latency.RecordCorrected(m.latency, s.interval)
	} else {
		s.latency.Record(m.latency)
	}
	if s.service != s.latency {
		s.service.Record(m.service)
	}
	s.lag.add(m.lag)
	s.wait.add(m.wait)
	s.late = max(s.late, m.lag+m.wait)
	s.last = max(s.last, m.at)
	if err != nil {
		s.failed++
		s.count(err)
	}
}

// count counts err by its name, or each of its errors.
func (s *shard) count(err error) {
	many, ok := err.(Errors)
	if !ok {
		many = Errors{err}
	}
	for _, e := range many {
		addLabel(s.errors, s.label(e), 1)
	}
}

// addLabel adds to a count of a bounded number of names.
func addLabel(counts map[string]int64, label string, n int64) {
	names := len(counts)
	if _, others := counts[OtherErrors]; others {
		names--
	}
	if _, known := counts[label]; !known && names >= MaxLabels {
		label = OtherErrors
	}
	counts[label] += n
}

func (s *shard) counts() (calls, failed int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.service.Count(), s.failed
}

// delays sums up how much later things happened than they should have.
type delays struct {
	sum, max time.Duration
	n        int64
}

func (d *delays) add(by time.Duration) {
	d.sum += by
	d.max = max(d.max, by)
	d.n++
}

func (d *delays) merge(from delays) {
	d.sum += from.sum
	d.max = max(d.max, from.max)
	d.n += from.n
}

func (d delays) delay() Delay {
	if d.n == 0 {
		return Delay{}
	}
	return Delay{Mean: d.sum / time.Duration(d.n), Max: d.max}
}
