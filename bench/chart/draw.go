package main

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strings"
)

// Sizes in user units, which are CSS pixels where the picture is shown as it is.
const (
	width       = 760
	labelWidth  = 240
	valueWidth  = 60
	plotWidth   = width - labelWidth - valueWidth
	headHeight  = 64
	barHeight   = 18
	barDistance = 28
	footHeight  = 30
)

// The style follows the reader's colour scheme; both palettes have a contrast of at
// least 4.5 for text (WCAG 2.2, 1.4.3) and 3 for bars (1.4.11).
const style = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: 600 }
  .note, .tick { font-size: 12px; fill: #59636e }
  .evoke { font-weight: 600 }
  rect.background { fill: #ffffff }
  rect.evoke { fill: #0969da }
  rect.peer { fill: #818b98 }
  rect.floor { fill: #bf8700 }
  .grid { stroke: #d1d9e0 }
  .one, .spread { stroke: #1f2328 }
  .one { stroke-dasharray: 3 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc }
    .note, .tick { fill: #9198a1 }
    rect.background { fill: #0d1117 }
    rect.evoke { fill: #4493f8 }
    rect.peer { fill: #6e7681 }
    rect.floor { fill: #9e6a03 }
    .grid { stroke: #3d444d }
    .one, .spread { stroke: #f0f6fc }
  }
`

// draw writes an SVG picture of the rows, the smallest ratio first.
func draw(w io.Writer, title, note string, rows []row) {
	rows = slices.SortedStableFunc(slices.Values(rows), func(a, b row) int { return cmp.Compare(a.Ratio.Median, b.Ratio.Median) })
	height := headHeight + len(rows)*barDistance + footHeight
	most := max(1, rows[len(rows)-1].Ratio.Median)
	x := func(ratio float64) float64 { return labelWidth + plotWidth*min(ratio, most)/most }

	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title text">`+"\n", width, height, width, height)
	fmt.Fprintf(w, "<title id=\"title\">%s</title>\n<desc id=\"text\">%s</desc>\n", html.EscapeString(title), html.EscapeString(inWords(note, rows)))
	fmt.Fprintf(w, "<style>%s</style>\n", style)
	fmt.Fprintf(w, "<rect class=\"background\" width=\"%d\" height=\"%d\" rx=\"6\"/>\n", width, height)
	fmt.Fprintf(w, "<text class=\"title\" x=\"16\" y=\"26\">%s</text>\n<text class=\"note\" x=\"16\" y=\"46\">%s</text>\n", html.EscapeString(title), html.EscapeString(note))
	drawGrid(w, most, x, height)
	for i, r := range rows {
		drawBar(w, r, x, headHeight+i*barDistance)
	}
	fmt.Fprintln(w, "</svg>")
}

// drawGrid draws a line at each tick, and one at 1 that stands out.
func drawGrid(w io.Writer, most float64, x func(float64) float64, height int) {
	bottom := height - footHeight
	step := tickStep(most)
	for tick := 0.0; tick <= most; tick += step {
		fmt.Fprintf(w, "<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", x(tick), headHeight-4, x(tick), bottom)
		fmt.Fprintf(w, "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%g</text>\n", x(tick), bottom+18, tick)
	}
	fmt.Fprintf(w, "<line class=\"one\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", x(1), headHeight-4, x(1), bottom)
}

// tickStep is 1, 2 or 5 times a power of ten, so that there are at most ten ticks.
func tickStep(most float64) float64 {
	for power := math.Pow(10, math.Floor(math.Log10(most))-1); ; power *= 10 {
		for _, step := range []float64{1, 2, 5} {
			if most/(step*power) <= 10 {
				return step * power
			}
		}
	}
}

func drawBar(w io.Writer, r row, x func(float64) float64, top int) {
	class := r.class()
	middle := top + barHeight/2
	fmt.Fprintf(w, "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>\n", class, labelWidth-10, middle+5, html.EscapeString(r.Contender))
	fmt.Fprintf(w, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>\n", class, labelWidth, top, x(r.Ratio.Median)-labelWidth, barHeight)
	fmt.Fprintf(w, "<line class=\"spread\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>\n", x(r.Ratio.Min), middle, x(r.Ratio.Max), middle)
	fmt.Fprintf(w, "<text class=\"%s\" x=\"%.1f\" y=\"%d\">%.2f</text>\n", class, max(x(r.Ratio.Median), x(r.Ratio.Max))+8, middle+5, r.Ratio.Median)
}

func (r row) class() string {
	switch {
	case r.Peer:
		return "peer"
	case strings.HasPrefix(r.Contender, "Evoke"):
		return "evoke"
	}
	return "floor"
}

// inWords is the picture for those who cannot see it.
func inWords(note string, rows []row) string {
	parts := make([]string, len(rows))
	for i, r := range rows {
		parts[i] = fmt.Sprintf("%s %.2f", r.Contender, r.Ratio.Median)
	}
	return note + " " + strings.Join(parts, "; ") + "."
}
