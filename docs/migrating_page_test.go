package docs_test

import (
	"go/format"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// originals is the exported API of the original library.
var originals = []string{
	"Event", "RandomID", "NewError", "NewErrorWithMetadata", "NewResponse", "Handler", "HandlerFunc", "EventDoc",
	"HTTPTracker", "NewNoOpTracker", "MockTracker", "Mux", "NewMux", "NewMuxWithTracker",
	"Mux.Add", "Mux.ServeHTTP", "Mux.ServeDoc", "Batch",
}

func readMigratingPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("migrating.md")
	require.NoError(t, err)
	return string(page)
}

func TestMigratingPageHasEveryOriginalName(t *testing.T) {
	page := readMigratingPage(t)
	anchors := map[string]bool{}
	for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(page, -1) {
		anchors[strings.ReplaceAll(strings.ToLower(heading[1]), " ", "-")] = true
	}
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([^`]*)` \\| .* \\| \\[.*\\]\\(#(.*)\\) \\|$").FindAllStringSubmatch(page, -1) {
		names = append(names, row[1])
		require.True(t, anchors[row[2]], "the row of %s links to #%s, which is no section", row[1], row[2])
	}
	require.Equal(t, originals, names, "the rows of the table")
}

// What the page shows under Now is in migrating_test.go, line by line, where it is
// compiled and run. What it shows under Before is at least Go.
func TestMigratingPageSnippets(t *testing.T) {
	page := readMigratingPage(t)
	program, err := os.ReadFile("migrating_test.go")
	require.NoError(t, err)
	compiled := trimLines(string(program))
	count := map[string]int{}
	for _, block := range regexp.MustCompile("(?s)([^\n]*)\n\n```go\n(.*?)```").FindAllStringSubmatch(page, -1) {
		label, snippet := block[1], block[2]
		count[label]++
		formatted, err := format.Source([]byte(snippet))
		require.NoError(t, err, "under %q:\n%s", label, snippet)
		require.Equal(t, string(formatted), snippet, "under %q: the snippet is not formatted as gofmt does", label)
		switch label {
		case "Before:":
		case "Now:":
			require.True(t, strings.Contains(compiled, "\n"+trimLines(snippet)), "a snippet under Now is not in migrating_test.go:\n%s", snippet)
		default:
			t.Errorf("a snippet is neither under Before nor under Now, but under %q", label)
		}
	}
	require.Equal(t, strings.Count(page, "```go"), count["Before:"]+count["Now:"], "a snippet was not found")
	require.GreaterOrEqual(t, count["Now:"], count["Before:"], "a snippet under Before has none under Now")
}

func trimLines(text string) string {
	var trimmed strings.Builder
	for line := range strings.Lines(text) {
		trimmed.WriteString(strings.TrimSpace(line) + "\n")
	}
	return trimmed.String()
}
