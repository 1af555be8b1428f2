package main

import (
	"strings"

	"github.com/evoke-rpc/evoke/internal/load"
)

// A limit is what kept a run from being faster.
type limit string

const (
	noLimit        limit = "none"
	limitService   limit = "service"
	limitGenerator limit = "generator"
)

// A verdict says at a glance what the figures are worth.
type verdict struct {
	limit limit
	text  string
}

// style shows whether the figures are sound, tell what the service can do, or are
// doubtful.
func (v verdict) style() style {
	switch v.limit {
	case limitGenerator:
		return yellow
	case limitService:
		return bold
	}
	return green
}

// processorsPerCall is how many goroutines in turn wait for a processor in a call over
// HTTP: the worker, the connection's writer and its reader, and the worker again.
const processorsPerCall = 4

// judge tells whether the service or the generator was the limit.
func (b *bench) judge(r load.Result) verdict {
	open := b.rate > 0
	late := r.Missed*200 > r.Calls+r.Missed || r.Wait.Mean > r.Service.Mean()/2
	switch {
	case r.Calls == 0:
		return verdict{noLimit, "No call was measured."}
	case processorsPerCall*r.Processor.Mean > r.Service.Mean()/4:
		return verdict{limitGenerator, "The generator was the limit: it was short of processors, which makes calls look " +
			"slower than they are. Use fewer workers, a lower rate or another machine."}
	case !open && r.Lag.Mean > r.Service.Mean()/10:
		return verdict{limitGenerator, "The generator was the limit: its pauses between calls are long beside the calls. " +
			"Use more workers."}
	case open && late && r.Lag.Mean > r.Wait.Mean:
		return verdict{limitGenerator, "The generator was the limit: it began calls late by itself. " +
			"Use a lower rate or another machine."}
	case open && late:
		return verdict{limitService, "The service was the limit: calls were due while " + workersWere(b.workers) +
			" still busy. More workers tell whether it can do more."}
	case open:
		return verdict{noLimit, "The service and the generator kept up with the rate."}
	}
	return verdict{limitService, "The service was the limit: " + workersWere(b.workers) +
		" always busy with calls. More workers tell whether it can do more."}
}

func workersWere(n int) string {
	if n == 1 {
		return "the worker was"
	}
	return "the " + grouped(int64(n)) + " workers were"
}

// wrap breaks a text into lines of at most width characters.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case width > 0 && len([]rune(line))+1+len([]rune(word)) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
