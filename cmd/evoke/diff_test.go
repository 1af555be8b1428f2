package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
)

// TestThePageShowsWhatIsSaidOfCatalogs compares the page with what the commands that
// read files print of those in testdata/page.
func TestThePageShowsWhatIsSaidOfCatalogs(t *testing.T) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	t.Chdir("testdata/page")
	for _, command := range []string{"diff old.json new.json", "lint catalog.json"} {
		e, stdout, stderr := newTestEnv("")
		e.now = func() time.Time { return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC) }
		require.Equal(t, exitNo, run(t.Context(), e, strings.Fields(command)))
		require.Empty(t, stderr.String())
		require.Contains(t, string(text), "$ evoke "+command+"\n"+stdout.String()+"```")
	}
	e, stdout, _ := newTestEnv("")
	c, err := readCatalog(t.Context(), "catalog.json")
	require.NoError(t, err)
	require.NoError(t, announceMock(e, c, "http://localhost:9090"))
	require.Contains(t, string(text), "$ evoke serve catalog.json --addr localhost:9090\n"+stdout.String()+"```")
}

// The rules are listed in the documentation of catalog.Lint and on the page.
func TestThePageListsTheRules(t *testing.T) {
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	source, err := os.ReadFile("../../catalog/lint.go")
	require.NoError(t, err)
	_, rules, _ := strings.Cut(string(source), "The rules are\n//\n")
	rules, _, _ = strings.Cut(rules, "\n//\n// and")
	for line := range strings.Lines(rules) {
		rule := strings.Fields(line)[1]
		level := "warning"
		for _, other := range []string{"hint", "defect"} {
			if strings.Contains(line, "("+other+")") {
				level = other
			}
		}
		require.Contains(t, string(text), "| `"+rule+"` | "+level+" | ")
		require.Contains(t, string(source), `"`+rule+`"`)
	}
	require.Equal(t, strings.Count(rules, "\n")+1, strings.Count(string(text), "` | warning | ")+
		strings.Count(string(text), "` | hint | ")+strings.Count(string(text), "` | defect | "))
}

func TestOnATerminalWhatBreaksIsRed(t *testing.T) {
	e, stdout, _ := newTestEnv("")
	e.colour = true
	found := []catalog.Difference{
		{Name: "a:b:c", Version: 1, Effect: catalog.Breaking, Part: "version", Change: "removed"},
		{Name: "a:b:c", Version: 2, Effect: catalog.Additive, Part: "version", Change: "added"},
		{Name: "a:b:c", Version: 3, Effect: catalog.Expected, Part: "version", Change: "removed"},
		{Name: "a:b:c", Version: 3, Effect: catalog.Minor, Part: "doc", Change: "changed"},
	}
	require.Equal(t, exitNo, codeOf(printDiff(e, found, true)))
	require.Equal(t, "\x1b[1ma:b:c@1\x1b[0m\n  \x1b[31mbreaking\x1b[0m  version: removed\n"+
		"\x1b[1ma:b:c@2\x1b[0m\n  \x1b[32madditive\x1b[0m  version: added\n"+
		"\x1b[1ma:b:c@3\x1b[0m\n  \x1b[33mexpected\x1b[0m  version: removed\n  \x1b[2mminor\x1b[0m     doc: changed\n"+
		"\n1 breaking, 1 expected, 1 additive, 1 minor\n", stdout.String())
}

func TestOnATerminalDefectsAreRed(t *testing.T) {
	e, stdout, _ := newTestEnv("")
	e.colour = true
	found := []catalog.Finding{
		{Name: "a:b:c", Version: 1, Level: catalog.Defect, Rule: "r", Message: "x"},
		{Name: "a:b:c", Version: 1, Level: catalog.Warning, Rule: "rule", Message: "y", Path: "/z"},
		{Name: "a:b:d", Version: 1, Level: catalog.Hint, Rule: "r", Message: "x"},
	}
	require.Equal(t, exitNo, codeOf(printFindings(e, found, catalog.Hint)))
	require.Equal(t, "\x1b[1ma:b:c@1\x1b[0m\n  \x1b[31mdefect\x1b[0m   r     x\n  \x1b[33mwarning\x1b[0m  rule  y, at /z\n"+
		"\x1b[1ma:b:d@1\x1b[0m\n  \x1b[2mhint\x1b[0m     r     x\n\n1 defect, 1 warning, 1 hint\n", stdout.String())
}
