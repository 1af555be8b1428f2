package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
)

func newListCommand(e *env) *cobra.Command {
	var c connection
	cmd := &cobra.Command{
		Use:   "list URL",
		Short: "List the events of a service",
		Long: `List the events of a service, each version in a line: NAME@VERSION and what it does.

URL is where the service takes events; it must have the event service:catalog:get.
The URL of the catalog.json of its documentation, or a file, does as well.`,
		Example: `  evoke list http://localhost:8080/events
  evoke list --json http://localhost:8080/events | jq -r '.events[].name'`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			known, err := c.readCatalog(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(known)
			}
			printList(e, known)
			return nil
		},
	}
	c.addFlags(cmd)
	return cmd
}

func printList(e *env, c catalog.Catalog) {
	var t table
	for _, event := range c.Events {
		about := firstSentence(event.Doc)
		if note := deprecationNote(event); note != "" {
			about = "(" + note + ") " + about
		}
		if event.Internal {
			about = "(internal) " + about
		}
		t.add(eventKey(event), about)
	}
	for i, line := range t.lines(e.lineWidth()) {
		if c.Events[i].Deprecation != nil {
			line = paint(e.colour, dim, line)
		}
		fmt.Fprintln(e.stdout, line)
	}
}
