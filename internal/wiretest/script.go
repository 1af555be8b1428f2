// Package wiretest reads golden scripts of the wire and compares answers with
// them. It knows nothing of who answers: a test sends what a [Case] says over
// HTTP, in memory or otherwise. testdata/wire/README.md describes the scripts.
package wiretest

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A Case is one exchange: what is sent and what must come back.
type Case struct {
	File string
	Line int
	// Title is the comment above the case.
	Title string
	// Service names what the case is sent to, "" for the ordinary one.
	Service string
	// HTTP is nil unless the case is about HTTP, so that no other transport can
	// run it.
	HTTP *HTTP
	Sent []byte

	want     []byte
	exact    bool
	open     bool // nothing is said of the answer
	recorded bool
	next     int // the line behind the case
}

// HTTP is what a case says of HTTP.
type HTTP struct {
	Method, Path string
	// Header is sent. An empty value leaves a header out that is sent otherwise.
	Header http.Header

	status int
	answer http.Header // an empty value is a header that must not be there
}

// Name is the case's position and title, for a subtest.
func (c Case) Name() string { return fmt.Sprintf("%s:%d %s", filepath.Base(c.File), c.Line, c.Title) }

// Glob reads the scripts whose paths match pattern. It fails if there are none.
func Glob(pattern string) ([]Case, error) {
	files, err := filepath.Glob(pattern)
	if err == nil && len(files) == 0 {
		err = fmt.Errorf("no script matches %s", pattern)
	}
	var cases []Case
	for _, file := range files {
		text, readErr := os.ReadFile(file)
		more, parseErr := Parse(file, string(text))
		cases, err = append(cases, more...), cmp.Or(err, readErr, parseErr)
	}
	return cases, err
}

// Parse reads the text of a script; its errors name file and the line.
func Parse(file, text string) ([]Case, error) {
	cases, err := Draft(file, text)
	for _, c := range cases {
		if err == nil && c.open {
			err = fmt.Errorf("%s:%d: %w", file, c.next, errOpen)
		}
	}
	if err != nil {
		return nil, err
	}
	return cases, nil
}

var errOpen = errors.New("the case expects nothing: it has no <-- and no <==")

// Draft is [Parse] for a script whose cases need not say yet what must come back. The
// Check of such a case fails, whatever the answer.
func Draft(file, text string) ([]Case, error) {
	var cases []Case
	var b block
	for i, line := range append(strings.Split(text, "\n"), "") {
		err := b.add(i+1, line)
		if err == nil && strings.TrimSpace(line) == "" {
			if b.c.Line > 0 {
				b.c.File, b.c.next = file, i+1
				err = b.end()
				cases = append(cases, b.c)
			}
			b = block{}
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
	}
	return cases, nil
}

// A block is the lines up to an empty one: a case, or a comment alone.
type block struct {
	c                         Case
	requested, sent, answered bool
}

var requestLine = regexp.MustCompile(`^([A-Z]+) (/\S*)$`)

func (b *block) add(number int, line string) error {
	line, err := unfold(strings.TrimRight(line, "\r"))
	mark, rest, _ := strings.Cut(line, " ")
	if b.c.Line == 0 && strings.TrimSpace(line) != "" && mark != "//" {
		b.c.Line = number
	}
	if err != nil {
		return err
	}
	switch mark {
	case "//":
		b.c.Title = strings.TrimSpace(b.c.Title + " " + rest)
	case "@":
		b.c.Service = rest
	case ">":
		err = addHeader(b.http().Header, rest)
	case "<":
		if status, no := strconv.Atoi(rest); no == nil {
			b.http().status = status
		} else {
			err = addHeader(b.http().answer, rest)
		}
	case "-->":
		b.c.Sent = appendLine(b.c.Sent, b.sent, rest)
		b.sent = true
	case "<--", "<==":
		if b.answered && b.c.exact != (mark == "<==") {
			return errors.New("<-- and <== in one case")
		}
		b.c.want = appendLine(b.c.want, b.answered, rest)
		b.answered, b.c.exact = true, mark == "<=="
	default:
		if strings.TrimSpace(line) == "" {
			return nil
		}
		m := requestLine.FindStringSubmatch(line)
		if m == nil {
			return fmt.Errorf("what is %q?", line)
		}
		b.http().Method, b.http().Path = m[1], m[2]
		b.requested = true
	}
	return err
}

func (b *block) end() error {
	switch {
	case !b.sent && !b.requested:
		return errors.New("the case sends nothing: it has no --> and no request line")
	case !b.answered:
		b.c.open = true
		return nil
	case b.c.exact || len(b.c.want) == 0:
		return nil
	}
	want, err := read(b.c.want)
	if err == nil {
		err = checkPlaceholders(want)
	}
	return err
}

func (b *block) http() *HTTP {
	if b.c.HTTP == nil {
		b.c.HTTP = &HTTP{
			Method: http.MethodPost, Path: "/events", Header: http.Header{"Content-Type": {"application/json"}},
			status: http.StatusOK, answer: http.Header{},
		}
	}
	return b.c.HTTP
}

func addHeader(h http.Header, line string) error {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("%q is no header", line)
	}
	h.Set(key, strings.TrimSpace(value))
	return nil
}

func appendLine(text []byte, begun bool, line string) []byte {
	if begun {
		text = append(text, '\n')
	}
	return append(text, line...)
}

var folded = regexp.MustCompile(`\$\((?:(\d+)\*)?("(?:[^"\\]|\\.)*")\)`)

// unfold replaces $("text") and $(n*"text").
func unfold(line string) (string, error) {
	var failed error
	line = folded.ReplaceAllStringFunc(line, func(s string) string {
		m := folded.FindStringSubmatch(s)
		text, err := strconv.Unquote(m[2])
		n, countErr := strconv.Atoi(cmp.Or(m[1], "1"))
		failed = cmp.Or(failed, err, countErr)
		return strings.Repeat(text, n)
	})
	return line, failed
}
