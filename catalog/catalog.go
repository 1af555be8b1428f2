// Package catalog describes a service as plain data: what can be asked of it, in
// which versions, and what it answers. Documentation and tools are made of it.
package catalog

import (
	"encoding/json"
	"regexp"
	"time"

	"github.com/evoke-rpc/evoke/events"
)

// A Catalog is the description of a service.
type Catalog struct {
	// Events are sorted by name, then by version.
	Events []Event `json:"events"`
}

// An Event describes one version of one event.
type Event struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	// Irregular is true when the name is not domain:resource:action in lower case.
	Irregular bool `json:"irregular,omitempty"`
	// Doc is the author's text.
	Doc string `json:"doc,omitempty"`
	// Input and Output name the Go types of the payloads.
	Input  string `json:"input,omitempty"`
	Output string `json:"output,omitempty"`
	// InputSchema and OutputSchema are JSON Schema, draft-07; absent where the
	// types are unknown, as those of a raw handler.
	InputSchema  json.RawMessage `json:"inputSchema,omitempty"`
	OutputSchema json.RawMessage `json:"outputSchema,omitempty"`
	// Examples are in the author's order.
	Examples []Example `json:"examples,omitempty"`
	// Errors are those that the author declared.
	Errors []Error `json:"errors,omitempty"`
	// Timeout is how long a call may take, in nanoseconds; 0 is no limit.
	Timeout time.Duration `json:"timeout,omitempty"`
	// Internal events are for the services of the same owner.
	Internal bool `json:"internal,omitempty"`
	// Deprecation is nil as long as the version is not deprecated.
	Deprecation *Deprecation `json:"deprecation,omitempty"`
}

// A Deprecation says that a version will go.
type Deprecation struct {
	// Since is when it was deprecated.
	Since time.Time `json:"since,omitzero"`
	// Sunset is when it may be gone.
	Sunset time.Time `json:"sunset,omitzero"`
	// Successor is the version to use instead, of the same name; 0 if there is none.
	Successor int `json:"successor,omitempty"`
	// Note tells what to do.
	Note string `json:"note,omitempty"`
}

// An Example is a pair of payloads.
type Example struct {
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
}

// An Error is one that an event can answer with.
type Error struct {
	Kind        events.Kind `json:"kind"`
	Code        string      `json:"code"`
	Description string      `json:"description,omitempty"`
}

var regular = regexp.MustCompile(`^[a-z0-9-]+(:[a-z0-9-]+){2}$`)

// Regular reports whether name follows the advice domain:resource:action in lower
// case.
func Regular(name string) bool { return regular.MatchString(name) }
