package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/schema"
)

// maxPayload is the largest payload that is read, in bytes.
const maxPayload = 64 << 20

// readPayload reads JSON from where arg says it is: - for stdin, @FILE for a file, or
// else arg itself. Empty is the empty object.
func readPayload(e *env, arg string) (json.RawMessage, error) {
	data, source, err := []byte(arg), "the payload", error(nil)
	switch {
	case arg == "":
		return json.RawMessage("{}"), nil
	case arg == "-":
		source = "stdin"
		data, err = readAll(e.stdin)
	case strings.HasPrefix(arg, "@"):
		source = arg[1:]
		data, err = readFile(source)
	}
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("cannot read the payload: %w", err)}
	}
	payload, err := scan.Document(data, events.DefaultMaxDepth)
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("%s is not JSON: %w", source, err)}
	}
	return payload, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readAll(f)
}

func readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPayload+1))
	if err == nil && len(data) > maxPayload {
		err = fmt.Errorf("it is larger than %d bytes", maxPayload)
	}
	return data, err
}

// An invalidPayload was not sent.
type invalidPayload struct {
	event      catalog.Event
	violations []schema.Violation
}

func (i *invalidPayload) Error() string {
	lines := make([]string, len(i.violations))
	for n, v := range i.violations {
		lines[n] = "\n  " + violationLine(v)
	}
	slices.Sort(lines)
	return i.summary() + strings.Join(lines, "")
}

func (i *invalidPayload) summary() string {
	return fmt.Sprintf("the payload does not fit %s version %d, nothing was sent (--no-validate sends it anyway)",
		safe(i.event.Name), i.event.Version)
}

func violationLine(v schema.Violation) string {
	place := v.Path
	switch {
	case v.Keyword == "required":
		return safe(fmt.Sprintf("%s/%s: expected a value, got nothing", place, scan.PointerToken(v.Expected)))
	case place == "":
		place = "the payload"
	}
	return safe(fmt.Sprintf("%s: expected %s, got %s", place, v.Expected, v.Got))
}

// validate checks a payload as the service will. A schema that cannot be read is the
// service's business.
func validate(event catalog.Event, payload json.RawMessage) error {
	if len(event.InputSchema) == 0 {
		return nil
	}
	s, err := schema.Compile(event.InputSchema)
	if err != nil {
		return nil
	}
	if violations := s.Validate(payload, schema.Case); violations != nil {
		return &exitError{exitUsage, &invalidPayload{event, violations}}
	}
	return nil
}
