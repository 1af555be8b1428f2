package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
)

const about = `Evoke calls, inspects and compares services of versioned JSON events.

Exit codes:
  0  all is well
  1  the answer is no: an error event, a breaking change, a finding, a failing check
  2  wrong use, or an event that was not sent because it is invalid
  3  no answer: nobody listens, a timeout, or what answered is no service of events

What was asked for goes to stdout, and what there is to say about it to stderr. With
--json stdout is one JSON document. If there is none, stderr is one instead:
{"error": {"exitCode", "reason", "message", ...}}.`

// run executes a command line and returns the exit code.
func run(ctx context.Context, e *env, args []string) int {
	root := newRoot(e)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	e.json = e.json || slices.Contains(args, "--json") // the flags may not have been read
	e.fail(err)
	return codeOf(err)
}

func newRoot(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:           "evoke",
		Short:         "Calls, inspects and compares services of versioned JSON events",
		Long:          about,
		SilenceErrors: true, // run prints them
		SilenceUsage:  true,
	}
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.PersistentFlags().BoolVar(&e.json, "json", false, "print JSON for programs")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(
		newCallCommand(e),
		newListCommand(e),
		newDescribeCommand(e),
		newDocsCommand(e),
		newHealthCommand(e),
		newStatsCommand(e),
		newBenchCommand(e),
		newGenCommand(e),
		newDiffCommand(e),
		newLintCommand(e),
		newServeCommand(e),
	)
	return root
}

// takes wants the arguments of a command, of which the last ones may be missing.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return &exitError{exitUsage, errors.New("an argument is missing: " + cmd.UseLine())}
		case len(args) > most:
			return &exitError{exitUsage, fmt.Errorf("%q is one argument too many: %s", args[most], cmd.UseLine())}
		}
		return nil
	}
}
