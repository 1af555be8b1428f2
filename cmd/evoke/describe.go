package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
)

func newDescribeCommand(e *env) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "describe URL NAME[@VERSION]",
		Short: "Describe an event: its fields, examples and errors",
		Long: `Describe an event as Markdown: its fields, examples and errors, and how to call it.
Without a version that is the newest one that is not deprecated.`,
		Example: `  evoke describe http://localhost:8080/events catalog:product:get
  evoke describe http://localhost:8080/events catalog:product:get@1 --json | jq .inputSchema`,
		Args:              takes(2, 2),
		ValidArgsFunction: completeEvent(e, &c),
		RunE: func(cmd *cobra.Command, args []string) error {
			name, version, err := parseEvent(args[1])
			if err != nil {
				return err
			}
			known, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if version == 0 {
				version = newest(known, name)
			}
			event, ok := known.Find(name, version)
			if !ok {
				return unknownEvent(known, args[1], name)
			}
			if e.json {
				return e.printJSON(event)
			}
			return describe(cmd.Context(), e, event, args[0])
		},
	}
	c.addFlags(cmd)
	return cmd
}

// describe prints what the documentation says of one event.
func describe(ctx context.Context, e *env, event catalog.Event, source string) error {
	one := catalog.Catalog{Events: []catalog.Event{event}}
	text, err := render(ctx, documentation(one), "docs.md")
	if err != nil {
		return err
	}
	_, text, _ = strings.Cut(text, "\n## ") // before it is what holds for all events
	heading, text, _ := strings.Cut(safeText(text), "\n")
	_, err = io.WriteString(e.stdout, paint(e.colour, bold, heading)+"\n"+text)
	if err == nil && isURL(source) {
		_, err = fmt.Fprintf(e.stdout, "\nCall it:\n\n    evoke call %s %s %s\n",
			quoted(source), quoted(eventKey(event)), quoted(examplePayload(event)))
	}
	return err
}

func examplePayload(event catalog.Event) string {
	if len(event.Examples) == 0 {
		return "{}"
	}
	return string(event.Examples[0].Request)
}

// quoted makes s one word of a POSIX shell.
func quoted(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/@._-"
	if s = safe(s); s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
