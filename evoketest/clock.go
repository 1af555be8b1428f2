package evoketest

import (
	"sync"
	"time"
)

// A Clock stands still until it is moved, for [mux.WithClock] and
// [client.WithClock]. The zero value begins at midnight of 1 January 2000, UTC, as
// testing/synctest does. It is safe for concurrent use.
//
// Deadlines follow the real clock; a test of those runs in a bubble of
// testing/synctest.
type Clock struct {
	mu     sync.Mutex
	passed time.Duration
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(c.passed)
}

// Advance moves the clock by d; back if d is negative, as clocks are when they are
// put right.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += d
}
