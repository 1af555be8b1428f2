package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/internal/load"
)

// A figure is one of those that tell a latency.
type figure struct {
	name    string
	of      func(*load.Histogram) time.Duration
	plotted bool // marked in the histogram
}

var figures = [...]figure{
	{"min", (*load.Histogram).Min, false},
	{"mean", (*load.Histogram).Mean, false},
	{"p50", quantile(0.5), true},
	{"p90", quantile(0.9), true},
	{"p99", quantile(0.99), true},
	{"p99.9", quantile(0.999), true},
	{"max", (*load.Histogram).Max, true},
}

func quantile(q float64) func(*load.Histogram) time.Duration {
	return func(h *load.Histogram) time.Duration { return h.Quantile(q) }
}

// narrow is the width below which the figures stand below each other.
const narrow = 76

// printHeader says what is going to be done.
func (b *bench) printHeader() error {
	t := &b.target
	event := fmt.Sprintf("%s@%d", t.name, t.version)
	how := counted(b.workers, "worker calls", "workers call") + " back to back"
	if b.rate > 0 {
		how = callRate(b.rate) + " by " + counted(b.workers, "worker", "workers")
	}
	if b.count > 0 {
		how += ", " + counted(b.count, "call", "calls")
	}
	if b.duration < maxBenchDuration || b.count == 0 {
		how += ", for " + roundTime(b.duration)
	}
	lines := []string{paint(b.env.colour, bold, safe(event)) + " at " + safe(t.url), how}
	if b.batch > 0 {
		lines = append(lines, fmt.Sprintf("each call a batch of %s by %s@%d", counted(b.batch, "event", "events"), safe(t.batchName), t.batchVersion))
	}
	if b.warmup > 0 {
		lines = append(lines, "after "+roundTime(b.warmup)+" that are not measured")
	}
	return printLines(b.env.stdout, append(lines, ""))
}

// printReport says what came of it.
func (b *bench) printReport(r load.Result) error {
	p, width := newPen(b.ascii), b.env.width
	var lines []string
	if r.Interrupted {
		lines = append(lines, paint(b.env.colour, yellow, interruptedText(r)), "")
	}
	for _, line := range b.summary(r).lines(width) {
		if r.Failed > 0 && (strings.HasPrefix(line, "failed") || strings.HasPrefix(line, " ")) {
			line = paint(b.env.colour, red, line)
		}
		lines = append(lines, line)
	}
	if r.Calls > 0 {
		lines = append(lines, "")
		lines = append(lines, b.latencies(r, width).lines(width)...)
		lines = append(lines, "")
		lines = append(lines, p.plot(r.Latency, width)...)
		lines = append(lines, "")
		lines = append(lines, b.delays(r).lines(width)...)
	}
	lines = append(lines, "")
	if r.Failed > 0 {
		text := percent(float64(r.Failed), float64(r.Calls)) + " of the calls failed; how long they took is in the figures."
		lines = append(lines, b.paragraph(red, text)...)
	}
	v := b.judge(r)
	lines = append(lines, b.paragraph(v.style(), v.text)...)
	for i := range lines {
		lines[i] = p.text(lines[i])
	}
	return printLines(b.env.stdout, lines)
}

// paragraph is a text in lines of the terminal's width.
func (b *bench) paragraph(as style, text string) []string {
	lines := wrap(text, b.env.width)
	for i := range lines {
		lines[i] = paint(b.env.colour, as, lines[i])
	}
	return lines
}

func interruptedText(r load.Result) string {
	if r.CutOff == 0 {
		return "Interrupted."
	}
	return fmt.Sprintf("Interrupted: %s cut off, not counted below.", counted(int(r.CutOff), "call was", "calls were"))
}

// summary counts what was called and answered.
func (b *bench) summary(r load.Result) *table {
	t := &table{right: map[int]bool{1: true}}
	rate := callRate(r.Rate())
	if b.rate > 0 {
		rate += ", " + percent(r.Rate(), b.rate) + " of the " + callRate(b.rate) + " asked for"
	}
	t.add("calls", grouped(r.Calls), rate)
	if r.Missed > 0 {
		t.add("missed", grouped(r.Missed), "were due and never begun")
	}
	if b.batch > 0 {
		n := r.Calls * int64(b.batch)
		t.add("events", grouped(n), callRate(r.Rate()*float64(b.batch))+", "+grouped(n-b.answered.Load())+" of them failed")
	}
	if size := b.sizes.mean(); size > 0 {
		t.add("answer", shortSize(float64(size)), "on average, "+shortSize(float64(size)*r.Rate())+"/s")
	}
	t.add("time", shortTime(r.Elapsed))
	t.add("failed", grouped(r.Failed), percent(float64(r.Failed), float64(r.Calls)))
	for _, e := range r.Errors {
		t.add("", grouped(e.Count), e.Label)
	}
	return t
}

// latencies has a line for each kind of latency, or if that is too wide, a column.
func (b *bench) latencies(r load.Result, width int) *table {
	rows := [][]string{{"latency"}, {""}}
	for _, f := range figures {
		rows[0] = append(rows[0], f.name)
		rows[1] = append(rows[1], shortTime(f.of(r.Latency)))
	}
	if b.rate > 0 || b.interval > 0 {
		rows[1][0] = "corrected"
		naive := []string{"as seen"}
		for _, f := range figures {
			naive = append(naive, shortTime(f.of(r.Service)))
		}
		rows = append(rows, naive)
	}
	if width < narrow {
		rows = transposed(rows)
	}
	t := &table{right: map[int]bool{}}
	for i, row := range rows {
		if i == 0 {
			for column := range row[1:] {
				t.right[column+1] = true
			}
		}
		t.add(row...)
	}
	return t
}

func transposed(rows [][]string) [][]string {
	columns := make([][]string, len(rows[0]))
	for i := range columns {
		for _, row := range rows {
			columns[i] = append(columns[i], row[i])
		}
	}
	return columns
}

// delays tells why calls did not begin when they should have.
func (b *bench) delays(r load.Result) *table {
	t := &table{right: map[int]bool{1: true, 2: true}}
	t.add("delays", "mean", "max")
	if b.rate > 0 {
		t.add("workers", shortTime(r.Wait.Mean), shortTime(r.Wait.Max), "until one was free, in the latency")
		t.add("generator", shortTime(r.Lag.Mean), shortTime(r.Lag.Max), "by its own fault, not in the latency")
	} else {
		t.add("generator", shortTime(r.Lag.Mean), shortTime(r.Lag.Max), "between two calls of a worker")
	}
	t.add("processors", shortTime(r.Processor.Mean), shortTime(r.Processor.Max), "until the generator had one")
	return t
}

// counted is n of something.
func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(int64(n)) + " " + many
}
