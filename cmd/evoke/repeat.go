package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// A round is one of several calls, for programs.
type round struct {
	Name      string  `json:"name,omitempty"` // of the answer; empty if there was none
	FlowID    string  `json:"flowId,omitempty"`
	ElapsedMs float64 `json:"elapsedMs"`
	Error     string  `json:"error,omitempty"` // why there was none
}

// A summary tells of all calls.
type summary struct {
	Calls    int   `json:"calls"`
	Answered int   `json:"answered"` // without an error
	Errors   int   `json:"errors"`   // error events
	Lost     int   `json:"lost"`     // without an answer
	Latency  spent `json:"latencyMs"`
}

// spent is how long answers took, in milliseconds.
type spent struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

// callRepeatedly calls until it has done so often enough or ctx ends.
func (c *caller) callRepeatedly(ctx context.Context, service *client.Client, request events.Event) error {
	e := c.env
	var s summary
	var rounds []round
	var took []time.Duration
	for n := 1; n <= c.repeat; n++ {
		a, err := c.call(ctx, service, request)
		if ctx.Err() != nil {
			break // what it interrupted is not the service's
		}
		s.count(a, err)
		if err == nil {
			took = append(took, a.elapsed)
		}
		r := newRound(a, err)
		if e.json {
			rounds = append(rounds, r)
		} else if _, err := fmt.Fprintln(e.stdout, r.line(n, e.colour, a.failed() != nil)); err != nil {
			return err
		}
	}
	s.Latency = measure(took)
	if err := printRounds(e, rounds, s); err != nil {
		return err
	}
	return s.exit()
}

func newRound(a answer, err error) round {
	r := round{Name: a.event.Name, FlowID: a.event.FlowID, ElapsedMs: milliseconds(a.elapsed)}
	if err != nil {
		r.Error = explain(err)
	}
	return r
}

func (r round) line(n int, colour, failed bool) string {
	what, as := safe(r.Name), green
	if r.Error != "" {
		what, as = safe(r.Error), red
	} else if failed {
		as = red
	}
	line := fmt.Sprintf("%4d  %8.1f ms  %s", n, r.ElapsedMs, paint(colour, as, what))
	if r.FlowID != "" {
		line += "  flow " + safe(r.FlowID)
	}
	return line
}

func (s *summary) count(a answer, err error) {
	s.Calls++
	switch {
	case err != nil:
		s.Lost++
	case a.failed() != nil:
		s.Errors++
	default:
		s.Answered++
	}
}

func measure(took []time.Duration) spent {
	if len(took) == 0 {
		return spent{}
	}
	slices.Sort(took)
	return spent{
		Min: milliseconds(took[0]), Median: milliseconds(took[(len(took)-1)/2]), Max: milliseconds(took[len(took)-1]),
	}
}

func printRounds(e *env, rounds []round, s summary) error {
	if e.json {
		return e.printJSON(struct {
			Rounds  []round `json:"rounds"`
			Summary summary `json:"summary"`
		}{rounds, s})
	}
	line := fmt.Sprintf("%d calls: %d answered, %d errors, %d without an answer", s.Calls, s.Answered, s.Errors, s.Lost)
	if s.Lost < s.Calls {
		line += fmt.Sprintf("; fastest %.1f ms, median %.1f ms, slowest %.1f ms", s.Latency.Min, s.Latency.Median, s.Latency.Max)
	}
	_, err := fmt.Fprintln(e.stdout, line)
	return err
}

// exit is the exit code of the worst call.
func (s *summary) exit() error {
	switch {
	case s.Lost > 0:
		return &exitError{code: exitNoAnswer}
	case s.Errors > 0:
		return &exitError{code: exitNo}
	case s.Calls == 0:
		return &exitError{exitNoAnswer, errors.New("interrupted")}
	}
	return nil
}
