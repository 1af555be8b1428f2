// Command bench compares what a call costs through Evoke, through the frameworks
// that one would pick instead, and by hand:
//
//	go run . [-rounds N] [-only REGEXP] [-json FILE]
//
// It prints one table. Ratios are to the first row of a case, which is what a good
// engineer writes without any framework; the contenders of a case are measured in
// turn, round by round, and the ratio is the median of those of the rounds.
//
// The peers are given every advantage that their protocol has: the body of their
// request is the payload alone or with little around it, and what an event says
// besides is in headers that nobody reads.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
)

type options struct {
	rounds int
	only   string
	json   string
	serve  bool
}

// A comparison measures one case.
type comparison struct {
	name string
	run  func(options) ([]row, error)
}

func comparisons() []comparison {
	return []comparison{
		{caseSmall, compareSingle(caseSmall, smallLines)},
		{caseLarge, compareSingle(caseLarge, largeLines)},
		{caseBatch, compareBatch},
		{caseClient, compareClients},
		{caseEndToEnd, compareEndToEnd},
		{caseRouting, compareRouting},
		{caseTrackers, compareTrackers},
		{caseParallel, compareParallel},
		{caseIdle, compareIdle},
		{caseStart, compareStart}, // last: it leaves a large heap to collect
	}
}

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&o.rounds, "rounds", 30, "how often each contender is measured")
	flags.StringVar(&o.only, "only", "", "measure only the cases whose name matches this `regexp`")
	flags.StringVar(&o.json, "json", "", "also write the results to this `file`")
	flags.BoolVar(&o.serve, "serve", false, "serve the contenders until the input ends; bench runs itself so")
	if err := flags.Parse(args); err != nil {
		return err
	}
	only, err := regexp.Compile(o.only)
	switch {
	case o.serve:
		return serve(stdin, stdout)
	case flags.NArg() > 0:
		return fmt.Errorf("there are no arguments, but %q was given", flags.Args())
	case o.rounds < 1:
		return fmt.Errorf("-rounds is %d; at least 1 is needed", o.rounds)
	case err != nil:
		return fmt.Errorf("-only: %w", err)
	}
	r := newResults(o)
	for _, c := range comparisons() {
		if !only.MatchString(c.name) {
			continue
		}
		fmt.Fprintf(stderr, "%s ...\n", c.name)
		rows, err := c.run(o)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		setGoals(rows)
		r.Rows = append(r.Rows, rows...)
	}
	if len(r.Rows) == 0 {
		return fmt.Errorf("no case has a name that matches %q", o.only)
	}
	r.table(stdout)
	if o.json == "" {
		return nil
	}
	return r.write(o.json)
}
