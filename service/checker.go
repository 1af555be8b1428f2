package service

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/guard"
)

// DefaultCheckTimeout is how long a check may take.
const DefaultCheckTimeout = 2 * time.Second

// fresh is how long the results of a round are given again.
const fresh = time.Second

var errStillRunning = errors.New("the check has not returned since it was called before")

// A checker runs checks in rounds, one at a time. All who ask during a round, or
// shortly after it, share its results: asking more often makes no more work.
type checker struct {
	checks  []*probe
	timeout time.Duration
	notice  func(name string, err error) // may be nil

	mu      sync.Mutex
	last    *round
	running guard.Group
}

type round struct {
	done    chan struct{} // closed when the fields below are set
	ended   time.Time
	results []result
}

type result struct {
	name string
	err  error
	took time.Duration
}

// results returns those of a round that was not over a second ago. It belongs to no
// caller: who leaves does not end it for the others.
func (c *checker) results(ctx context.Context) ([]result, error) {
	if len(c.checks) == 0 {
		return nil, nil
	}
	r := c.round()
	select {
	case <-r.done:
		return r.results, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (c *checker) round() *round {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil || c.last.stale() {
		c.last = &round{done: make(chan struct{})}
		go c.run(c.last)
	}
	return c.last
}

func (r *round) stale() bool {
	select {
	case <-r.done:
		return time.Since(r.ended) >= fresh
	default:
		return false
	}
}

// run ends when all checks have returned or are overdue.
func (c *checker) run(r *round) {
	r.results = make([]result, len(c.checks))
	var all sync.WaitGroup
	for i, p := range c.checks {
		all.Go(func() { r.results[i] = c.try(p) })
	}
	all.Wait()
	r.ended = time.Now()
	close(r.done)
}

func (c *checker) try(p *probe) result {
	ctx, cancel := context.WithTimeout(context.Background(), c.timeout)
	defer cancel()
	started := time.Now()
	_, err := c.running.Serve(ctx, p, events.Event{}, func(late error) { c.tell(p, late) })
	if err != nil && err == ctx.Err() {
		err = fmt.Errorf("no result within %s", c.timeout)
	}
	c.tell(p, err)
	return result{p.name, err, time.Since(started)}
}

func (c *checker) tell(p *probe, err error) {
	if err != nil && c.notice != nil {
		c.notice(p.name, err)
	}
}

// wait returns when no check runs, or with the error of ctx.
func (c *checker) wait(ctx context.Context) error {
	c.mu.Lock()
	last := c.last
	c.mu.Unlock()
	if last != nil {
		select {
		case <-last.done:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return c.running.Wait(ctx)
}

// example is what a service that is well answers.
func (c *checker) example() Health {
	h := Health{Status: OK, Checks: []Check{}}
	for _, p := range c.checks {
		h.Checks = append(h.Checks, Check{Name: p.name, Status: OK, DurationMs: 1.5})
	}
	return h
}

// A probe is a registered check, as a Handler so that it can be guarded like one.
type probe struct {
	name  string
	check func(context.Context) error
	busy  atomic.Bool
}

// Serve runs the check, unless it still runs: checks that hang must not pile up.
func (p *probe) Serve(ctx context.Context, _ events.Event) (events.Event, error) {
	if !p.busy.CompareAndSwap(false, true) {
		return events.Event{}, errStillRunning
	}
	defer p.busy.Store(false)
	return events.Event{}, p.check(ctx)
}
