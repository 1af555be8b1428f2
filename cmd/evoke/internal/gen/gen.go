// Package gen writes clients of a service from its catalogue: one file each, which
// needs nothing but the standard library of its language.
//
// What a catalogue says is data here, whoever wrote it: names become identifiers,
// texts become comments and strings, and nothing of it becomes code. The same
// catalogue always gives the same file.
package gen

import (
	"fmt"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// check tells what of a catalogue no client could call.
func check(c catalog.Catalog) error {
	seen := map[key]bool{}
	for i, e := range c.Events {
		if err := (events.Event{Name: e.Name, Version: e.Version}).Validate(); err != nil {
			return fmt.Errorf("event %d of the catalogue: %w", i+1, err)
		}
		k := key{e.Name, e.Version}
		if seen[k] {
			return fmt.Errorf("the catalogue has %q version %d twice", e.Name, e.Version)
		}
		seen[k] = true
		if err := compiles(e.InputSchema); err != nil {
			return fmt.Errorf("%q version %d: its input: %w", e.Name, e.Version, err)
		}
		if err := compiles(e.OutputSchema); err != nil {
			return fmt.Errorf("%q version %d: its output: %w", e.Name, e.Version, err)
		}
	}
	return nil
}

// compiles reports what is wrong with a schema. One that is absent says nothing.
func compiles(raw []byte) error {
	if len(raw) == 0 {
		return nil
	}
	_, err := schema.Compile(raw)
	return err
}

// A key is what an event is called by.
type key struct {
	name    string
	version int
}

// about is how a file tells which service it was made of.
func about(c catalog.Catalog) string {
	text := c.Name
	if c.Version != "" {
		text += " version " + c.Version
	}
	if strings.TrimSpace(text) == "" {
		text = "a service without a name"
	}
	return oneLine(text)
}
