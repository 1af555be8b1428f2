package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/evoke-rpc/evoke/internal/load"
)

// plotRows is how many bars a histogram has at most, if it spans less than as many
// decades.
const plotRows = 16

// A pen draws bars: by blocks that end at an eighth of a character, or by one ASCII
// character.
type pen struct{ ascii bool }

// newPen draws what the terminal can show, by its locale (POSIX.1-2024, chapter 8.2).
func newPen(ascii bool) pen {
	locale := strings.ToUpper(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")))
	utf8 := strings.Contains(locale, "UTF-8") || strings.Contains(locale, "UTF8") || runtime.GOOS == "windows"
	return pen{ascii: ascii || !utf8}
}

// bar draws part of whole at most width characters long. What is not nothing is seen.
func (p pen) bar(part, whole float64, width int) string {
	if part <= 0 || whole <= 0 {
		return ""
	}
	if p.ascii {
		return strings.Repeat("#", max(1, int(part/whole*float64(width))))
	}
	eighths := max(1, int(part/whole*float64(8*width)))
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string('█' + rune(8-rest)) // U+2589, seven eighths, to U+258F, one
	}
	return bar
}

// text returns s as the pen can write it.
func (p pen) text(s string) string {
	if !p.ascii {
		return s
	}
	return strings.NewReplacer("µ", "u", "…", "~").Replace(s)
}

// plot draws a histogram of width columns.
func (p pen) plot(h *load.Histogram, width int) []string {
	buckets := h.Buckets(plotRows)
	marks := marksOf(h, buckets)
	var most int64
	from, count, mark := 0, 0, 0
	for i, b := range buckets {
		most = max(most, b.Count)
		from = max(from, utf8.RuneCountInString(roundTime(b.From)))
		count = max(count, len(grouped(b.Count)))
		mark = max(mark, utf8.RuneCountInString(marks[i]))
	}
	room := max(10, width-from-count-mark-len("        ")-len("100.0 %"))
	lines := make([]string, len(buckets))
	for i, b := range buckets {
		bar := p.bar(float64(b.Count), float64(most), room)
		line := fmt.Sprintf("%*s  %-*s  %*s  %7s  %s", from, roundTime(b.From), room, bar, count, grouped(b.Count),
			percent(float64(b.Count), float64(h.Count())), marks[i])
		lines[i] = clip(strings.TrimRight(line, " "), width)
	}
	return lines
}

// marksOf says in which buckets the quantiles are.
func marksOf(h *load.Histogram, buckets []load.Bucket) []string {
	marks := make([]string, len(buckets))
	for _, f := range figures {
		at := f.of(h)
		for i, b := range buckets {
			if f.plotted && b.From <= at && at < b.To {
				marks[i] = strings.TrimSpace(marks[i] + " " + f.name)
			}
		}
	}
	return marks
}
