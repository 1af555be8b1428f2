package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
)

func newLintCommand(e *env) *cobra.Command {
	var c connection
	var day string
	level := catalog.Warning
	cmd := &cobra.Command{
		Use:   "lint URL",
		Short: "Find what the description of a service lacks or has wrong",
		Long: `Find what the description of a service lacks or has wrong: irregular names, missing
texts, schemas and examples, examples that do not fit, deprecations that leave callers
alone. The exit code is 1 if something is found.

URL is where the service takes events; it must have the event service:catalog:get.
The URL of the catalog.json of its documentation, or a file, does as well.

  defect   what is not true, as an example that does not fit its schema
  warning  what callers will miss, as an example
  hint     what a careful author would still do, as describing each field`,
		Example: `  evoke lint http://localhost:8080/events
  evoke lint --level hint catalog.json`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at, err := e.day(day)
			if err != nil {
				return err
			}
			known, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return printFindings(e, catalog.Lint(known, at), level)
		},
	}
	c.addFlags(cmd)
	cmd.Flags().TextVar(&level, "level", level, "tell, and fail for, what is of `LEVEL` hint, warning or defect, or above")
	addDayFlag(cmd, &day)
	return cmd
}

// printFindings fails if there are findings of the level or above.
func printFindings(e *env, all []catalog.Finding, level catalog.Level) error {
	told := []catalog.Finding{}
	counts := map[catalog.Level]int{}
	for _, f := range all {
		counts[f.Level]++
		if f.Level >= level {
			told = append(told, f)
		}
	}
	if e.json {
		if err := e.printJSON(struct {
			Findings []catalog.Finding `json:"findings"`
		}{told}); err != nil {
			return err
		}
	} else {
		listFindings(e, told)
		fmt.Fprintln(e.stdout, countFindings(counts, level))
	}
	if len(told) > 0 {
		return &exitError{code: exitNo}
	}
	return nil
}

// listFindings writes the findings, those of an event below its name.
func listFindings(e *env, list []catalog.Finding) {
	var t table
	for _, f := range list {
		message := f.Message
		if f.Path != "" {
			message += ", at " + f.Path
		}
		t.add(f.Level.String(), f.Rule, message)
	}
	before := ""
	for i, line := range t.lines(0) {
		f := list[i]
		before = e.heading(f.Name, f.Version, before)
		level, text := f.Level.String(), line[len(f.Level.String()):]
		fmt.Fprintf(e.stdout, "  %s%s\n", paint(e.colour, styleOfLevel(f.Level), level), text)
	}
	if len(list) > 0 {
		fmt.Fprintln(e.stdout)
	}
}

func styleOfLevel(level catalog.Level) style {
	switch level {
	case catalog.Defect:
		return red
	case catalog.Warning:
		return yellow
	}
	return dim
}

func countFindings(counts map[catalog.Level]int, level catalog.Level) string {
	var parts, untold []string
	for l := catalog.Defect; ; l-- {
		if n := counts[l]; n > 0 {
			part := fmt.Sprintf("%d %s", n, l)
			if n > 1 {
				part += "s"
			}
			if parts = append(parts, part); l < level {
				untold = append(untold, l.String())
			}
		}
		if l == catalog.Hint {
			break
		}
	}
	if len(parts) == 0 {
		return "nothing found"
	}
	summary := strings.Join(parts, ", ")
	if len(untold) > 0 {
		summary += " (see --level " + untold[len(untold)-1] + ")"
	}
	return summary
}
