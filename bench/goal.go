package main

import "fmt"

// A goal is a bound that a figure of a row is to keep.
type goal struct {
	What    string  `json:"what"`
	Bound   float64 `json:"bound"`
	AtLeast bool    `json:"atLeast,omitempty"` // otherwise the bound is the most
	Value   float64 `json:"value"`
}

func (g goal) met() bool {
	if g.AtLeast {
		return g.Value >= g.Bound
	}
	return g.Value <= g.Bound
}

func (g goal) String() string {
	sign, outcome := "≤", "met"
	if g.AtLeast {
		sign = "≥"
	}
	if !g.met() {
		outcome = "**missed**"
	}
	return fmt.Sprintf("%s %s %.4g %s", g.What, sign, g.Bound, outcome)
}

func ratioAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "ratio", Bound: most, Value: r.Ratio.Median} }
}

func ratioAtLeast(least float64) func(row) goal {
	return func(r row) goal { return goal{What: "ratio", Bound: least, AtLeast: true, Value: r.Ratio.Median} }
}

func allocsAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "allocs", Bound: most, Value: r.Allocs} }
}

func bytesAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "bytes", Bound: most, Value: r.Bytes} }
}

func addedAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "added ns", Bound: most, Value: r.Added.Median} }
}

func secondsAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "seconds", Bound: most, Value: r.Wall / 1e9} }
}

func goroutinesAtMost(most float64) func(row) goal {
	return func(r row) goal { return goal{What: "goroutines", Bound: most, Value: float64(r.Goroutines)} }
}

// expected is what a contender is to keep in a case.
type expected struct {
	name      string // of the case
	contender string
	goals     []func(row) goal
}

// expectations are those of Evoke; nothing is expected of floors and peers.
func expectations() []expected {
	return []expected{
		{caseSmall, evokeDefault, []func(row) goal{ratioAtMost(0.75), allocsAtMost(20), bytesAtMost(1100)}},
		{caseSmall, evokeUnchecked, []func(row) goal{ratioAtMost(0.66), allocsAtMost(18), bytesAtMost(1000)}},
		{caseLarge, evokeDefault, []func(row) goal{ratioAtMost(1.00)}},
		{caseLarge, evokeUnchecked, []func(row) goal{ratioAtMost(0.88)}},
		{caseBatch, evokeDefault, []func(row) goal{ratioAtMost(0.75)}},
		{caseBatch, evokeUnchecked, []func(row) goal{ratioAtMost(0.65)}},
		{caseClient, evokeDefault, []func(row) goal{ratioAtMost(1.05)}},
		{caseEndToEnd, evokeDefault, []func(row) goal{ratioAtLeast(1.05)}},
		{caseEndToEnd, evokeUnchecked, []func(row) goal{ratioAtLeast(1.10)}},
		{caseRouting, routingMany, []func(row) goal{ratioAtMost(1.05)}},
		{caseStart, evokeDefault, []func(row) goal{secondsAtMost(2)}},
		{caseTrackers, trackerLog, []func(row) goal{addedAtMost(500)}},
		{caseTrackers, trackerProm, []func(row) goal{addedAtMost(400)}},
		{caseTrackers, trackerTrace, []func(row) goal{addedAtMost(1000)}},
		{caseParallel, parallelMany, []func(row) goal{goroutinesAtMost(32)}},
		{caseIdle, evokeDefault, []func(row) goal{ratioAtMost(1.02)}},
	}
}

// setGoals adds to the rows of one case what they are to keep.
func setGoals(rows []row) {
	for _, e := range expectations() {
		for i, r := range rows {
			if r.Case != e.name || r.Contender != e.contender {
				continue
			}
			for _, of := range e.goals {
				rows[i].Goals = append(rows[i].Goals, of(r))
			}
		}
	}
	aheadOfPeers(rows)
}

// aheadOfPeers compares Evoke with the best peer in its case.
func aheadOfPeers(rows []row) {
	best := goal{What: "best peer"}
	for _, r := range rows {
		if !r.Peer {
			continue
		}
		best.AtLeast = r.PerSecond > 0
		if candidate := r.Ratio.Median; best.Bound == 0 || (candidate < best.Bound) != best.AtLeast {
			best.Bound = candidate
		}
	}
	if best.Bound == 0 {
		return
	}
	for i, r := range rows {
		if r.Contender == evokeDefault || r.Contender == evokeUnchecked {
			best.Value = r.Ratio.Median
			rows[i].Goals = append(rows[i].Goals, best)
		}
	}
}
