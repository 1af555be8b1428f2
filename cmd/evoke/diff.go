package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
)

func newDiffCommand(e *env) *cobra.Command {
	var c connection
	var all bool
	var day string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what is different between two states of a service, and what breaks callers",
		Long: `Tell what is different between two states of a service, and what breaks callers. The
exit code is 1 if something does: CI can then refuse a change that needs a new version.

OLD and NEW are each the URL of a service, the URL or the file of a catalog.json, or
REVISION:PATH, a file in git.

  breaking  a caller that is right with OLD can be wrong with NEW
  expected  a version is gone, but not before the sunset that callers were told of
  additive  callers stay as right as they are
  minor     texts, examples, timeouts: told with --all only`,
		Example: `  evoke diff origin/main:catalog.json catalog.json
  evoke diff https://shop.example.com/events http://localhost:8080/events`,
		Args: takes(2, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := e.day(day)
			if err != nil {
				return err
			}
			was, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			is, err := c.readCatalog(cmd.Context(), args[1])
			if err != nil {
				return err
			}
			return printDiff(e, catalog.Compare(was, is, at), all)
		},
	}
	c.addFlags(cmd)
	cmd.Flags().BoolVar(&all, "all", false, "also tell what is minor")
	addDayFlag(cmd, &day)
	return cmd
}

func addDayFlag(cmd *cobra.Command, day *string) {
	cmd.Flags().StringVar(day, "at", "", "judge sunsets as of `DATE`, as 2026-12-31, in place of now")
}

// day reads the flag --at.
func (e *env) day(text string) (time.Time, error) {
	if text == "" {
		return e.now(), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--at is a date as 2026-12-31 or a time as 2026-12-31T12:00:00Z, not %q", text)
}

// A diff is what the command prints for programs.
type diff struct {
	Breaking    int                  `json:"breaking"`
	Expected    int                  `json:"expected"`
	Additive    int                  `json:"additive"`
	Minor       int                  `json:"minor"`
	Differences []catalog.Difference `json:"differences"`
}

func newDiff(found []catalog.Difference, all bool) diff {
	d := diff{Differences: []catalog.Difference{}}
	for _, f := range found {
		switch f.Effect {
		case catalog.Breaking:
			d.Breaking++
		case catalog.Expected:
			d.Expected++
		case catalog.Additive:
			d.Additive++
		default:
			d.Minor++
		}
		if f.Effect != catalog.Minor || all {
			d.Differences = append(d.Differences, f)
		}
	}
	return d
}

// printDiff fails if there is a breaking difference.
func printDiff(e *env, found []catalog.Difference, all bool) error {
	d := newDiff(found, all)
	if e.json {
		if err := e.printJSON(d); err != nil {
			return err
		}
	} else {
		d.print(e)
		fmt.Fprintln(e.stdout, d.summary())
	}
	if d.Breaking > 0 {
		return &exitError{code: exitNo}
	}
	return nil
}

// print writes the differences, those of an event below its name.
func (d diff) print(e *env) {
	var t table
	for _, f := range d.Differences {
		t.add(string(f.Effect), f.String())
	}
	before := ""
	for i, line := range t.lines(0) {
		f := d.Differences[i]
		before = e.heading(f.Name, f.Version, before)
		effect, text := line[:len(f.Effect)], line[len(f.Effect):]
		fmt.Fprintf(e.stdout, "  %s%s\n", paint(e.colour, styleOfEffect(f.Effect), effect), text)
	}
	if len(d.Differences) > 0 {
		fmt.Fprintln(e.stdout)
	}
}

// heading names the event that the following lines are about, if it is another one
// than before.
func (e *env) heading(name string, version int, before string) string {
	key := safe(eventKey(catalog.Event{Name: name, Version: version}))
	if key != before {
		fmt.Fprintln(e.stdout, paint(e.colour, bold, key))
	}
	return key
}

func styleOfEffect(effect catalog.Effect) style {
	switch effect {
	case catalog.Breaking:
		return red
	case catalog.Expected:
		return yellow
	case catalog.Additive:
		return green
	}
	return dim
}

func (d diff) summary() string {
	var counts []string
	for _, c := range []struct {
		n      int
		effect catalog.Effect
	}{{d.Breaking, catalog.Breaking}, {d.Expected, catalog.Expected}, {d.Additive, catalog.Additive}, {d.Minor, catalog.Minor}} {
		if c.n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", c.n, c.effect))
		}
	}
	if len(counts) == 0 {
		return "no difference"
	}
	told := slices.ContainsFunc(d.Differences, func(f catalog.Difference) bool { return f.Effect == catalog.Minor })
	if d.Minor > 0 && !told {
		counts[len(counts)-1] += " (see --all)"
	}
	return strings.Join(counts, ", ")
}
