package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"unicode/utf8"
)

// results are what a run has measured and where.
type results struct {
	Go         string            `json:"go"`
	OS         string            `json:"os"`
	Arch       string            `json:"arch"`
	CPUs       int               `json:"cpus"`
	Rounds     int               `json:"rounds"`
	EventBytes map[string]int    `json:"eventBytes"`
	Versions   map[string]string `json:"versions"` // of the modules that the program is made of
	Rows       []row             `json:"rows"`
}

func newResults(o options) results {
	r := results{
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.GOMAXPROCS(0), Rounds: o.rounds,
		EventBytes: map[string]int{"small": len(eventMessage(smallLines).body), "large": len(eventMessage(largeLines).body)},
		Versions:   map[string]string{},
	}
	peers := []string{"connectrpc.com/", "github.com/twitchtv/twirp", "github.com/gorilla/rpc", "github.com/danielgtaylor/huma", "github.com/ethereum/go-ethereum", "github.com/creachadair/jrpc2"}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			for _, p := range peers {
				if strings.HasPrefix(m.Path, p) {
					r.Versions[m.Path] = m.Version
				}
			}
		}
	}
	return r
}

// write writes the results to a file, as JSON.
func (r results) write(path string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// table prints the rows in Markdown.
func (r results) table(w io.Writer) {
	fmt.Fprintf(w, "%s %s/%s, %d CPUs, %d rounds; events of %d and %d bytes\n\n",
		r.Go, r.OS, r.Arch, r.CPUs, r.Rounds, r.EventBytes["small"], r.EventBytes["large"])
	lines := [][]string{
		{"case", "contender", "ratio", "min..max", "CPU ns", "allocs", "bytes", "per second", "goals and notes"},
		{"---", "---", "--:", "---", "--:", "--:", "--:", "--:", "---"},
	}
	last := ""
	for _, row := range r.Rows {
		cells := row.cells()
		if row.Case == last {
			cells[0] = ""
		}
		last = row.Case
		lines = append(lines, cells)
	}
	printTable(w, lines)
}

func (r row) cells() []string {
	var notes []string
	if r.P99 > 0 {
		notes = append(notes, fmt.Sprintf("p99 %.1f ms", r.P99))
	}
	if r.Added != nil {
		notes = append(notes, fmt.Sprintf("%+.0f ns (%+.0f..%+.0f)", r.Added.Median, r.Added.Min, r.Added.Max))
	}
	if r.Note != "" {
		notes = append(notes, r.Note)
	}
	for _, g := range r.Goals {
		notes = append(notes, g.String())
	}
	return []string{
		r.Case, r.Contender, fmt.Sprintf("%.2f", r.Ratio.Median), fmt.Sprintf("%.2f..%.2f", r.Ratio.Min, r.Ratio.Max),
		number(r.CPU, 0), number(r.Allocs, 1), number(r.Bytes, 0), number(r.PerSecond, 0), strings.Join(notes, "; "),
	}
}

// number leaves out what was not measured.
func number(n float64, decimals int) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(n, 'f', decimals, 64)
}

// printTable aligns the cells; the second line says which columns are numbers.
func printTable(w io.Writer, lines [][]string) {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for n, line := range lines {
		for i, cell := range line {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch {
			case n == 1:
				cell = strings.Replace(cell, "-", strings.Repeat("-", len(pad)+1), 1)
			case strings.HasSuffix(lines[1][i], ":"):
				cell = pad + cell
			default:
				cell += pad
			}
			fmt.Fprintf(w, "| %s ", cell)
		}
		fmt.Fprintln(w, "|")
	}
}
