package main

import (
	"fmt"
	"net/http"
)

// The cases in which contenders are compared.
const (
	caseSmall    = "small event, in process"
	caseLarge    = "large event, in process"
	caseBatch    = "batch of 100, per event"
	caseClient   = "client's own side"
	caseEndToEnd = "end to end, 64 connections"
)

// compareSingle measures the serving of one event with so many lines.
func compareSingle(name string, lines int) func(options) ([]row, error) {
	return func(o options) ([]row, error) {
		all := newContenders()
		defer stopAll(all)
		var subjects []subject
		for _, c := range all {
			e := newExchange(c.handler, c.request(lines))
			s := e.subject(c, 1)
			if c.answer != nil {
				s.verify = func() error { return c.compare(e.last, lines, e.writer.body) }
			}
			subjects = append(subjects, s)
		}
		return compare(name, subjects, o)
	}
}

// compareBatch measures the serving of a batch.
func compareBatch(o options) ([]row, error) {
	all := newContenders()
	defer stopAll(all)
	var subjects []subject
	for _, c := range all {
		if c.batch == nil {
			continue
		}
		e := newExchange(c.handler, c.batch())
		s := e.subject(c, batchSize)
		s.verify = func() error { return c.compareBatch(e.last, e.writer.body) }
		subjects = append(subjects, s)
	}
	return compare(caseBatch, subjects, o)
}

// compare measures the subjects and compares them with the first.
func compare(name string, subjects []subject, o options) ([]row, error) {
	samples, err := measure(subjects, o.rounds)
	if err != nil {
		return nil, err
	}
	return rowsOf(name, subjects, samples), nil
}

// subject makes calls of so many events. While they are timed their answers are only
// looked at for the status.
func (e *exchange) subject(c *contender, events int) subject {
	return subject{name: c.name, peer: c.peer, events: events, run: func(n, calls int) error {
		for i := range calls {
			e.call((n + i) * events)
			if e.writer.status != http.StatusOK {
				return fmt.Errorf("call %d was answered by status %d: %s", n+i, e.writer.status, e.writer.body)
			}
		}
		return nil
	}}
}

// compareClients measures the caller's side: the server is a transport that has the
// answer ready.
func compareClients(o options) ([]row, error) {
	all := newContenders()
	defer stopAll(all)
	orders := make([]Order, 256)
	for n := range orders {
		orders[n] = newOrder(n, smallLines)
	}
	var subjects []subject
	for _, c := range all {
		if c.dial == nil {
			continue
		}
		caller, err := newCaller(c)
		if err != nil {
			return nil, fmt.Errorf("%s, client: %w", c.name, err)
		}
		defer caller.stop()
		if err := caller.check(3); err != nil {
			return nil, fmt.Errorf("%s, client: %w", c.name, err)
		}
		subjects = append(subjects, subject{name: c.name, peer: c.peer, events: 1, run: func(n, calls int) error {
			for i := range calls {
				n := (n + i) % len(orders)
				receipt, err := caller.call(n, orders[n])
				if err != nil {
					return err
				}
				if receipt.Order != orders[n].ID {
					return fmt.Errorf("%s was answered by the receipt of %s", orders[n].ID, receipt.Order)
				}
			}
			return nil
		}})
	}
	return compare(caseClient, subjects, o)
}
