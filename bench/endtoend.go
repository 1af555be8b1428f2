package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/internal/load"
)

// Of an end to end run.
const (
	connections = 64
	loadWarmup  = 100 * time.Millisecond
	loadTime    = 400 * time.Millisecond
)

// compareEndToEnd measures requests per second over loopback, in a closed loop.
func compareEndToEnd(o options) (rows []row, err error) {
	s, err := startServer(context.Background())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	var targets []*target
	all := newContenders() // for their requests and answers
	defer stopAll(all)
	for _, c := range all {
		t, err := newTarget(c, s.addresses[c.name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		defer t.close()
		targets = append(targets, t)
	}
	for round := range max(1, o.rounds/2) { // these rounds are long
		for i := range targets {
			if err := targets[(i+round)%len(targets)].load(s); err != nil {
				return nil, err
			}
		}
	}
	for _, t := range targets {
		rows = append(rows, t.row(targets[0]))
	}
	return rows, nil
}

// A target is a contender that is served elsewhere.
type target struct {
	*contender
	connections []*connection
	calls       int
	perSecond   []float64
	p99         []float64 // milliseconds
	cpu         []float64 // nanoseconds that the server used for a call
}

// newTarget opens the connections and checks the first answer on each.
func newTarget(c *contender, address string) (*target, error) {
	t := &target{contender: c}
	for n := range connections {
		conn, err := dial(address, c.request(smallLines))
		if err != nil {
			return nil, errors.Join(err, t.close())
		}
		t.connections = append(t.connections, conn)
		if err := t.checkOver(conn, n); err != nil {
			return nil, errors.Join(err, t.close())
		}
	}
	return t, nil
}

// checkOver makes a call and checks its answer, as far as the contender's can be.
func (t *target) checkOver(conn *connection, n int) error {
	body, err := conn.call(n)
	if err != nil || t.answer == nil {
		return err
	}
	return t.compare(n, smallLines, body)
}

// load adds a round, and checks one answer after it.
func (t *target) load(s *server) error {
	begun := t.calls
	var called atomic.Int64 // the warm-up too, as in the CPU time
	before, err := s.cpuTime()
	if err != nil {
		return err
	}
	result, err := load.Run(context.Background(), load.Config{
		Concurrency: connections, Warmup: loadWarmup, Duration: loadTime,
		Call: func(_ context.Context, worker, n int) error {
			called.Add(1)
			_, err := t.connections[worker].call(numbers/2 + begun + n) // n is negative in the warm-up
			return err
		},
	})
	if err != nil {
		return err
	}
	if result.Failed > 0 {
		return fmt.Errorf("%s: %d of %d calls failed: %v", t.name, result.Failed, result.Calls, result.Errors)
	}
	after, err := s.cpuTime()
	if err != nil {
		return err
	}
	t.calls += int(result.Calls)
	t.cpu = append(t.cpu, float64(after-before)/float64(called.Load()))
	t.perSecond = append(t.perSecond, result.Rate())
	t.p99 = append(t.p99, float64(result.Latency.Quantile(0.99))/float64(time.Millisecond))
	return t.checkOver(t.connections[0], t.calls)
}

func (t *target) row(floor *target) row {
	ratios := make([]float64, len(t.perSecond))
	for round, n := range t.perSecond {
		ratios[round] = n / floor.perSecond[round]
	}
	return row{
		Case: caseEndToEnd, Contender: t.name, Peer: t.peer, Ratio: spreadOf(ratios),
		CPU: spreadOf(t.cpu).Median, PerSecond: spreadOf(t.perSecond).Median, P99: spreadOf(t.p99).Median,
	}
}

func (t *target) close() error {
	var err error
	for _, c := range t.connections {
		err = errors.Join(err, c.Close())
	}
	return err
}
