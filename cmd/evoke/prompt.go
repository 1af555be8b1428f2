package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/schema"
)

// maxAsked is how deep a payload is asked for field by field. Deeper parts, as of a
// type that requires itself, are asked for as JSON.
const maxAsked = 16

// A prompt asks a person for the fields of a payload.
type prompt struct {
	in   *bufio.Reader
	out  io.Writer
	root json.RawMessage // the schema of the payload
}

// askForMissing asks for the required fields that a payload lacks. What is there is
// left as it is.
func (e *env) askForMissing(ctx context.Context, root, payload json.RawMessage) (json.RawMessage, error) {
	if len(root) == 0 || scan.Kind(payload) != "object" {
		return payload, nil
	}
	p := &prompt{in: bufio.NewReader(e.stdin), out: e.stderr, root: root}
	return p.fill(ctx, "", p.resolve(root), payload)
}

// fill adds to an object the required members that it lacks.
func (p *prompt) fill(ctx context.Context, path string, s, object json.RawMessage) (json.RawMessage, error) {
	for _, key := range required(s) {
		var err error
		property := p.resolve(scan.Lookup(s, "properties", key))
		place := path + "/" + scan.PointerToken(key)
		value := json.RawMessage(scan.Lookup(object, key))
		switch {
		case value == nil:
			value, err = p.ask(ctx, place, property)
		case scan.Kind(value) == "object":
			value, err = p.fill(ctx, place, property, value)
		}
		if err != nil {
			return nil, err
		}
		object = scan.SetMember(object, key, value)
	}
	return object, nil
}

// ask returns the value that a person gives for a place in the payload.
func (p *prompt) ask(ctx context.Context, path string, s json.RawMessage) (json.RawMessage, error) {
	if scan.Lookup(s, "properties") != nil && strings.Count(path, "/") < maxAsked {
		return p.fill(ctx, path, s, json.RawMessage("{}"))
	}
	check, err := schema.Compile(p.alone(s))
	if err != nil {
		return nil, &exitError{exitUsage, fmt.Errorf("%s is missing, and its schema cannot be read: %w", safe(path), err)}
	}
	for {
		fmt.Fprintf(p.out, "%s (%s): ", safe(path), safe(describeField(s)))
		line, err := p.readLine(ctx)
		if err != nil {
			fmt.Fprintln(p.out)
			return nil, &exitError{exitUsage, fmt.Errorf("nothing was sent, since %s is required and was not given: %w", safe(path), err)}
		}
		value, problem := parseReply(s, line)
		if problem == "" {
			violations := check.Validate(value, schema.Case)
			if violations == nil {
				return value, nil
			}
			problem = "expected " + violations[0].Expected + ", got " + violations[0].Got
			if violations[0].Path != "" {
				problem = violations[0].Path + ": " + problem
			}
		}
		fmt.Fprintln(p.out, "  "+safe(problem))
	}
}

// readLine reads what is typed until Enter. If ctx ends, reading goes on, since it
// cannot be interrupted; the program ends then.
func (p *prompt) readLine(ctx context.Context) (string, error) {
	type reply struct {
		line string
		err  error
	}
	replies := make(chan reply, 1)
	go func() {
		line, err := p.in.ReadString('\n')
		replies <- reply{strings.TrimRight(line, "\r\n"), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-replies:
		if errors.Is(r.err, io.EOF) && r.line != "" {
			r.err = nil
		}
		return r.line, r.err
	}
}

// parseReply reads what was typed as a value of the schema's type.
func parseReply(s json.RawMessage, line string) (value json.RawMessage, problem string) {
	switch typeOf(s) {
	case "string":
		return scan.AppendQuoted(nil, line), ""
	case "boolean":
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes", "true":
			return json.RawMessage("true"), ""
		case "n", "no", "false":
			return json.RawMessage("false"), ""
		}
		return nil, "expected yes or no"
	}
	value, err := scan.Document([]byte(line), events.DefaultMaxDepth)
	if err != nil {
		return nil, "expected " + describeField(s) + ", written as JSON"
	}
	return value, ""
}

// resolve follows references to the schema that says what a value is.
func (p *prompt) resolve(s json.RawMessage) json.RawMessage {
	for range maxAsked {
		ref, whole := "", false
		if raw := scan.Lookup(s, "$ref"); scan.Kind(raw) == "string" {
			ref, whole = scan.Unquote(raw)
		}
		if !whole {
			return s
		}
		if ref == "#" {
			s = p.root
			continue
		}
		s = scan.Lookup(p.root, "definitions", strings.TrimPrefix(ref, "#/definitions/"))
	}
	return s
}

// alone is a part of the schema as a schema of its own.
func (p *prompt) alone(s json.RawMessage) json.RawMessage {
	if scan.Kind(s) != "object" {
		return json.RawMessage("{}")
	}
	if definitions := scan.Lookup(p.root, "definitions"); definitions != nil {
		return scan.SetMember(s, "definitions", definitions)
	}
	return s
}

// required lists the members that a schema of an object requires.
func required(s json.RawMessage) (keys []string) {
	if json.Unmarshal(scan.Lookup(s, "required"), &keys) != nil {
		return nil
	}
	return keys
}

// describeField says in brackets what is expected: the type or the values that may
// be given, and the description.
func describeField(s json.RawMessage) string {
	text := typeOf(s)
	if values := choices(s); len(values) > 0 {
		text = strings.Join(values, ", ")
	}
	if raw := scan.Lookup(s, "description"); scan.Kind(raw) == "string" {
		description, _ := scan.Unquote(raw)
		text += "; " + description
	}
	return text
}

// typeOf is the type of the values that a schema allows, null aside; "JSON" if there
// may be several.
func typeOf(s json.RawMessage) string {
	raw := scan.Lookup(s, "type")
	var types []string
	if scan.Kind(raw) == "string" {
		one, _ := scan.Unquote(raw)
		return one
	}
	if json.Unmarshal(raw, &types) == nil && len(types) == 2 && types[1] == "null" {
		return types[0]
	}
	if enum := []string(nil); raw == nil && json.Unmarshal(scan.Lookup(s, "enum"), &enum) == nil && len(enum) > 0 {
		return "string"
	}
	return "JSON"
}

// choices are the values of an enum as they are typed.
func choices(s json.RawMessage) (values []string) {
	var enum []json.RawMessage
	if json.Unmarshal(scan.Lookup(s, "enum"), &enum) != nil {
		return nil
	}
	for _, v := range enum {
		text := string(v)
		if scan.Kind(v) == "string" {
			text, _ = scan.Unquote(v)
		}
		values = append(values, text)
	}
	return values
}
