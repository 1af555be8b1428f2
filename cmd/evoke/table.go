package main

import (
	"strings"
	"unicode/utf8"
)

// A table is text in columns. Its cells are made safe when it is written.
type table struct {
	right map[int]bool // columns whose cells end at the same place, as numbers do
	rows  [][]string
}

func (t *table) add(cells ...string) {
	for i := range cells {
		cells[i] = safe(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// lines returns the rows, at most width characters wide; 0 is no limit.
func (t *table) lines(width int) []string {
	var widths []int
	for _, row := range t.rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lines := make([]string, len(t.rows))
	for n, row := range t.rows {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if t.right[i] {
				cell, pad = pad+cell, ""
			}
			b.WriteString(cell + pad + "  ")
		}
		lines[n] = strings.TrimRight(b.String(), " ")
		if width > 0 {
			lines[n] = clip(lines[n], width)
		}
	}
	return lines
}
