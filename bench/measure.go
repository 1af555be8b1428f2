package main

import (
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// A subject is something that is measured beside others.
type subject struct {
	name string
	// run makes so many calls one after the other, the first of them with number n.
	run func(n, calls int) error
	// verify checks the answer to the last call, outside of what is measured; nil if
	// there is nothing to check.
	verify func() error
	// events is how many there are in one call.
	events int
	peer   bool
}

// A sample is what one event took in one slice of time.
type sample struct {
	wall, cpu     float64 // nanoseconds; cpu is that of all threads, the collector's too
	allocs, bytes float64
}

// slice is how long a subject is measured before it is the turn of the next one:
// long enough for the collector to run several times, short enough for what else the
// machine does to hit all subjects alike.
const slice = 40 * time.Millisecond

// measure measures the subjects in turn and returns the samples of each, one per
// round. Each round begins with another subject, so that nobody always follows the
// same one.
func measure(subjects []subject, rounds int) ([][]sample, error) {
	all := make([]*series, len(subjects))
	for i, s := range subjects {
		all[i] = &series{subject: s}
		if err := all[i].warmUp(); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
	}
	samples := make([][]sample, len(subjects))
	for round := range rounds {
		for i := range subjects {
			i = (i + round) % len(subjects)
			s, err := all[i].sample()
			if err != nil {
				return nil, fmt.Errorf("%s: %w", subjects[i].name, err)
			}
			samples[i] = append(samples[i], s)
		}
	}
	return samples, nil
}

// A series is a subject that is being measured.
type series struct {
	subject
	calls int // of one slice
	made  int
}

func (s *series) make(calls int) error {
	err := s.run(s.made, calls)
	s.made += calls
	return err
}

func (s *series) check() error {
	if s.verify == nil {
		return nil
	}
	return s.verify()
}

// warmUp also checks the first answer and finds how many calls fill a slice.
func (s *series) warmUp() error {
	if err := s.make(1); err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	for calls := 1; ; calls *= 2 {
		begun := time.Now()
		if err := s.make(calls); err != nil {
			return err
		}
		if took := time.Since(begun); took > slice/4 {
			s.calls = max(1, int(int64(calls)*int64(slice)/int64(took)))
			return nil
		}
	}
}

func (s *series) sample() (sample, error) {
	var before, after runtime.MemStats
	runtime.GC() // what others left is not this subject's to clear away
	runtime.ReadMemStats(&before)
	begun, cpu := time.Now(), cpuTime()
	if err := s.make(s.calls); err != nil {
		return sample{}, err
	}
	wall := time.Since(begun)
	cpu = cpuTime() - cpu
	runtime.ReadMemStats(&after)
	if err := s.check(); err != nil {
		return sample{}, err
	}
	n := float64(s.calls * s.events)
	return sample{
		wall: float64(wall) / n, cpu: float64(cpu) / n,
		allocs: float64(after.Mallocs-before.Mallocs) / n, bytes: float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, nil
}

// cpuTime is what the process has used in user and system mode.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err) // only for arguments that do not exist
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// A spread is a median between the least and the greatest value.
type spread struct {
	Median float64 `json:"median"`
	Min    float64 `json:"min"`
	Max    float64 `json:"max"`
}

func spreadOf(values []float64) spread {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	median := sorted[middle]
	if len(sorted)%2 == 0 {
		median = (sorted[middle-1] + median) / 2
	}
	return spread{Median: median, Min: sorted[0], Max: sorted[len(sorted)-1]}
}

// exactly is the spread of a value that was measured once.
func exactly(value float64) spread { return spread{value, value, value} }

func medianOf(samples []sample, value func(sample) float64) float64 {
	values := make([]float64, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	return spreadOf(values).Median
}

func cpuOf(s sample) float64    { return s.cpu }
func wallOf(s sample) float64   { return s.wall }
func allocsOf(s sample) float64 { return s.allocs }
func bytesOf(s sample) float64  { return s.bytes }
