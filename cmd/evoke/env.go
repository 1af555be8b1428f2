package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/evoke-rpc/evoke/events"
)

// An env is what the commands have to do with the world outside.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	json      bool // the flag --json
	colour    bool // stdout may be coloured
	colourErr bool // stderr may be coloured
	tty       bool // stdout is a terminal
	terminal  bool // a person can be asked: stdin and stdout are terminals
	width     int  // of the terminal, in columns
	height    int  // of the terminal, in lines

	newID func() string    // ids of events
	now   func() time.Time // what durations are measured by
}

func newEnv(stdin *os.File, stdout, stderr *os.File) *env {
	e := &env{stdin: stdin, stdout: stdout, stderr: stderr, width: 80, height: 24, newID: events.RandomID, now: time.Now}
	colours := os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
	e.colourErr = colours && isTerminal(stderr)
	if isTerminal(stdout) {
		e.colour = colours
		e.tty = true
		e.terminal = isTerminal(stdin)
		if width, height, err := term.GetSize(int(stdout.Fd())); err == nil && width > 0 && height > 0 {
			e.width, e.height = width, height
		}
	}
	return e
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// printJSON prints v for programs.
func (e *env) printJSON(v any) error { return writeJSON(e.stdout, v) }

// writeJSON writes v as one document. A program reads it, but it may pass by a
// terminal.
func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, safeText(strings.ToValidUTF8(string(indent(b.Bytes())), "\ufffd")))
	return err
}

// notef tells people about what the command answers. Programs read that alone.
func (e *env) notef(format string, args ...any) {
	if e.json {
		return
	}
	fmt.Fprintf(e.stderr, "evoke: "+format+"\n", args...)
}

// lineWidth is how long a line of a table may be; 0 is no limit.
func (e *env) lineWidth() int {
	if !e.tty {
		return 0
	}
	return e.width
}
