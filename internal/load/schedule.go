package load

import (
	"math"
	"time"
)

// A schedule says when the calls of an open loop begin. Times count from the end of
// the warm-up, whose calls have negative numbers. The zero rate schedules nothing.
type schedule struct {
	rate     float64 // calls per second
	duration time.Duration
	count    int64
}

// at returns when call n is due.
func (s schedule) at(n int64) time.Duration {
	return time.Duration(math.Round(float64(n) / s.rate * float64(time.Second)))
}

// has reports whether call n is one of the run.
func (s schedule) has(n int64) bool {
	return (s.count == 0 || n < s.count) && (s.duration == 0 || s.rate == 0 || s.at(n) < s.duration)
}

// before returns how many calls are due within d, the first one at its beginning.
func (s schedule) before(d time.Duration) int64 {
	if s.rate == 0 || d <= 0 {
		return 0
	}
	n := int64(math.Ceil(d.Seconds() * s.rate))
	for n > 0 && s.at(n-1) >= d { // what rounding may have added
		n--
	}
	return n
}

// due returns how many calls of the run have fallen due at d.
func (s schedule) due(d time.Duration) int64 {
	if s.rate == 0 || d < 0 {
		return 0
	}
	d++ // a call that is due at this moment counts
	if s.duration > 0 {
		d = min(d, s.duration)
	}
	n := s.before(d)
	if s.count > 0 {
		n = min(n, s.count)
	}
	return n
}

// end returns when the schedule is over: the time that its calls stand for, which is
// what a rate refers to. 0 means that the calls alone tell.
func (s schedule) end() time.Duration {
	end := s.duration
	if s.rate > 0 && s.count > 0 {
		if last := s.at(s.count); end == 0 || last < end {
			end = last
		}
	}
	if s.rate == 0 && s.count > 0 {
		return 0
	}
	return end
}
