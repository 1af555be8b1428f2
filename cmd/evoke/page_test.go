package main

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/mux"
)

const page = "../../docs/command-line.md"

// shown are the commands whose output is exact enough to be compared.
var shown = []string{"call", "list", "describe", "health", "stats"}

var (
	console = regexp.MustCompile("(?s)```console\n\\$ evoke (.*?)\n(.*?)```")
	numbers = regexp.MustCompile(`\d+(\.\d+)?`)
	spaces  = regexp.MustCompile(` +`)
)

// TestThePageShowsWhatTheCommandsPrint runs the commands of the page in their order.
// UPDATE_SCRIPTS=1 writes what they print into the page.
func TestThePageShowsWhatTheCommandsPrint(t *testing.T) {
	const documented = "http://localhost:8080/events"
	m := mux.New(mux.WithIDs(counter("callee")))
	addShop(m)
	url := serve(t, http.Handler(m))
	text, err := os.ReadFile(page)
	require.NoError(t, err)

	compared := 0
	updated := console.ReplaceAllStringFunc(string(text), func(block string) string {
		found := console.FindStringSubmatch(block)
		args := words(strings.ReplaceAll(found[1], documented, url))
		if !slices.Contains(shown, args[0]) {
			return block
		}
		compared++
		e, printed, _ := newTestEnv("")
		e.stderr = printed
		run(t.Context(), e, args)
		now := strings.ReplaceAll(printed.String(), url, documented)
		if os.Getenv("UPDATE_SCRIPTS") == "" {
			require.Equal(t, steady(found[2]), steady(now), found[1])
		}
		return "```console\n$ evoke " + found[1] + "\n" + now + "```"
	})
	require.NotZero(t, compared)
	if os.Getenv("UPDATE_SCRIPTS") != "" {
		require.NoError(t, os.WriteFile(page, []byte(updated), 0o600))
	}
}

// steady leaves out of what a command prints how long things took, and when.
func steady(printed string) string {
	return spaces.ReplaceAllString(numbers.ReplaceAllString(printed, "N"), " ")
}

// words splits a command line at spaces that are not in single quotes.
func words(line string) []string {
	quoted := false
	fields := strings.FieldsFunc(line, func(r rune) bool {
		if r == '\'' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for i := range fields {
		fields[i] = strings.ReplaceAll(fields[i], "'", "")
	}
	return fields
}
