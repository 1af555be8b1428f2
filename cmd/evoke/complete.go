package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
)

// completionTimeout is how long a shell waits for the names of events.
const completionTimeout = 2 * time.Second

// completeEvent completes the second argument of a command, an event of the service
// whose URL is the first one. A service that does not answer completes nothing.
func completeEvent(e *env, c *connection) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 2 {
			return nil, cobra.ShellCompDirectiveDefault // a payload, which may be a file
		}
		if len(args) != 1 || !isURL(args[0]) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTimeout)
		defer cancel()
		known, err := c.readCatalog(ctx, args[0])
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completions(known, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// completions are names, and versions once an @ was typed.
func completions(c catalog.Catalog, begun string) (found []cobra.Completion) {
	seen := map[string]bool{}
	for _, event := range c.Events {
		word := event.Name
		if strings.Contains(begun, "@") {
			word = eventKey(event)
		} else if newest(c, event.Name) != event.Version {
			continue
		}
		if !strings.HasPrefix(word, begun) || seen[word] || word != safe(word) || strings.ContainsAny(word, " \t") {
			continue
		}
		seen[word] = true
		about := firstSentence(event.Doc)
		if note := deprecationNote(event); note != "" {
			about = note
		}
		found = append(found, cobra.CompletionWithDesc(word, safe(about)))
	}
	return found
}
