// Command chart draws the results of the benchmarks:
//
//	go run ./chart [-in results.json] [-out ../docs/performance.svg] [-case NAME]
//
// The picture has one bar for each contender of a case, as long as its CPU time
// relative to that of hand-written code, the shortest first.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// results is the part of bench's file of results that is drawn.
type results struct {
	Go   string `json:"go"`
	CPUs int    `json:"cpus"`
	Rows []row  `json:"rows"`
}

type row struct {
	Case      string `json:"case"`
	Contender string `json:"contender"`
	Peer      bool   `json:"peer"`
	Ratio     struct {
		Median float64 `json:"median"`
		Min    float64 `json:"min"`
		Max    float64 `json:"max"`
	} `json:"ratio"`
}

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "chart:", err)
		os.Exit(1)
	}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("chart", flag.ContinueOnError)
	flags.SetOutput(stderr)
	in := flags.String("in", "results.json", "the `file` of results")
	out := flags.String("out", "../docs/performance.svg", "the `file` to write")
	name := flags.String("case", "small event, in process", "the `name` of the case to draw")
	if err := flags.Parse(args); err != nil {
		return err
	}
	text, err := os.ReadFile(*in)
	if err != nil {
		return err
	}
	var r results
	if err := json.Unmarshal(text, &r); err != nil {
		return fmt.Errorf("%s: %w", *in, err)
	}
	rows := r.of(*name)
	if len(rows) == 0 {
		return fmt.Errorf("%s: there is no case %q", *in, *name)
	}
	var picture bytes.Buffer
	draw(&picture, fmt.Sprintf("CPU time per call: %s", *name), fmt.Sprintf("Ratio to hand-written code; the thin lines are the spread over all rounds. %s, %d CPUs.", r.Go, r.CPUs), rows)
	return os.WriteFile(*out, picture.Bytes(), 0o644)
}

func (r results) of(name string) []row {
	var rows []row
	for _, row := range r.Rows {
		if row.Case == name {
			rows = append(rows, row)
		}
	}
	return rows
}
