package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/evoke-rpc/evoke/internal/load"
)

// A progressBar is one line of a terminal, drawn again and again.
type progressBar struct {
	bench *bench
	out   io.Writer
	width func() int
	pen   pen
}

// newProgressBar returns nil if stderr is no terminal that can replace a line.
func newProgressBar(b *bench) *progressBar {
	f, ok := b.env.stderr.(*os.File)
	if !ok || !isTerminal(f) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	width := func() int {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
			return columns
		}
		return b.env.width
	}
	return &progressBar{bench: b, out: f, width: width, pen: newPen(b.ascii)}
}

// draw replaces the line. Its last column stays empty, since terminals differ in what
// they do after writing there.
func (p *progressBar) draw(now load.Progress) {
	line := p.line(now, p.width()-1)
	if p.bench.env.colourErr && now.Failed > 0 {
		line = paint(true, red, line)
	}
	fmt.Fprintf(p.out, "\r%s\x1b[K", line) // ECMA-48: erase to the end of the line
}

func (p *progressBar) clear() { fmt.Fprint(p.out, "\r\x1b[K") }

// line is the bar, which keeps its length as the figures behind it grow.
func (p *progressBar) line(now load.Progress, width int) string {
	if now.Elapsed < 0 {
		return clip("warming up, "+roundTime((-now.Elapsed).Round(100*time.Millisecond))+" left", width)
	}
	done := p.bench.done(now)
	text := fmt.Sprintf("%3.0f %%  %s calls", 100*done, grouped(now.Calls))
	if now.Elapsed >= time.Second {
		text += "  " + callRate(float64(now.Calls)/now.Elapsed.Seconds())
	}
	if now.Failed > 0 {
		text += "  " + grouped(now.Failed) + " failed"
	}
	if now.Backlog > int64(p.bench.workers) {
		text += "  " + grouped(now.Backlog) + " behind"
	}
	length := min(max(width/3, 1), 40)
	bar := p.pen.bar(done, 1, length)
	return clip("["+bar+strings.Repeat(" ", length-utf8.RuneCountInString(bar))+"]  "+text, width)
}

// done is how much of the run is over, from 0 to 1.
func (b *bench) done(now load.Progress) float64 {
	done := now.Elapsed.Seconds() / b.duration.Seconds()
	if b.count > 0 {
		done = max(done, float64(now.Calls)/float64(b.count))
	}
	return min(done, 1)
}
