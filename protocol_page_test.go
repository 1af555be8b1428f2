package evoke_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A protocolPage is what of PROTOCOL.md can be checked: its code blocks and its
// tables.
type protocolPage struct {
	blocks []codeBlock
	tables []pageTable
}

type codeBlock struct {
	language string
	text     string
	line     int
}

type pageTable struct {
	head []string
	rows [][]string
}

func readProtocolPage(t *testing.T) protocolPage {
	t.Helper()
	data, err := os.ReadFile("PROTOCOL.md")
	require.NoError(t, err)
	var page protocolPage
	var inBlock, inTable bool
	for i, line := range strings.Split(string(data), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !inBlock:
			page.blocks = append(page.blocks, codeBlock{language: language, line: i + 1})
		case inBlock && !fence:
			page.blocks[len(page.blocks)-1].text += line + "\n"
		case strings.HasPrefix(line, "|") && !inTable:
			page.tables = append(page.tables, pageTable{head: cells(line)})
		case strings.HasPrefix(line, "|---"):
		case strings.HasPrefix(line, "|"):
			table := &page.tables[len(page.tables)-1]
			table.rows = append(table.rows, cells(line))
		}
		inBlock = inBlock != fence
		inTable = !inBlock && strings.HasPrefix(line, "|")
	}
	require.False(t, inBlock, "PROTOCOL.md ends within a code block")
	return page
}

func cells(line string) []string {
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// rows returns the rows of the one table with this head.
func (p protocolPage) rows(t *testing.T, head ...string) [][]string {
	t.Helper()
	var found [][]string
	for _, table := range p.tables {
		if strings.Join(table.head, "|") == strings.Join(head, "|") {
			require.Empty(t, found, "PROTOCOL.md has two tables headed %q", head)
			found = table.rows
		}
	}
	require.NotEmpty(t, found, "PROTOCOL.md has no table headed %q", head)
	return found
}

// column returns the code in the first column of a table.
func (p protocolPage) column(t *testing.T, head ...string) []string {
	t.Helper()
	var codes []string
	for _, row := range p.rows(t, head...) {
		codes = append(codes, code(row[0]))
	}
	return codes
}

func code(cell string) string { return strings.Trim(cell, "`") }

// An exchange is a body that is sent and the one that comes back.
type exchange struct{ sent, back string }

var arrow = regexp.MustCompile(`(?m)^(-->|<--) `)

// exchanges reads a block of lines that begin with --> and <--, each going on as
// long as no other one begins.
func exchanges(t *testing.T, b codeBlock) []exchange {
	t.Helper()
	var found []exchange
	marks := arrow.FindAllStringIndex(b.text, -1)
	for i, mark := range marks {
		end := len(b.text)
		if i+1 < len(marks) {
			end = marks[i+1][0]
		}
		body := strings.TrimSpace(b.text[mark[1]:end])
		if b.text[mark[0]] == '-' {
			found = append(found, exchange{sent: body})
			continue
		}
		require.NotEmpty(t, found, "PROTOCOL.md:%d: an answer comes before its request", b.line)
		found[len(found)-1].back = body
	}
	require.NotEmpty(t, found, "PROTOCOL.md:%d: a block of no language holds --> and <-- lines", b.line)
	return found
}
