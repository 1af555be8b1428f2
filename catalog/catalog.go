// Package catalog describes a service as plain data: what can be asked of it, in
// which versions, and what it answers. Documentation and tools are made of it.
package catalog

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"github.com/evoke-rpc/evoke/events"
)

// A Catalog is the description of a service. Treat it as immutable: copies share
// their events.
type Catalog struct {
	// Name is the service's.
	Name string `json:"name,omitempty"`
	// Version and Build tell which state of the service it describes.
	Version string `json:"version,omitempty"`
	Build   string `json:"build,omitempty"`
	// Description says what the service is for, in Markdown.
	Description string `json:"description,omitempty"`
	// Endpoint is where events are sent, a path on the same host or a URL.
	Endpoint string `json:"endpoint,omitempty"`
	// Events are sorted by name, then by version.
	Events []Event `json:"events"`
}

// Find returns the event that has this name and version.
func (c Catalog) Find(name string, version int) (Event, bool) {
	i, ok := slices.BinarySearchFunc(c.Events, Event{Name: name, Version: version}, byKey)
	if !ok {
		return Event{}, false
	}
	return c.Events[i], true
}

func byKey(a, b Event) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
}

// Only returns the part of c that an audience may know of: the events that sees
// reports true for, in order, without a word of versions that it does not.
func (c Catalog) Only(sees func(Event) bool) Catalog {
	all := Catalog{Events: slices.SortedStableFunc(slices.Values(c.Events), byKey)}
	c.Events = []Event{}
	for _, e := range all.Events {
		if sees(e) {
			c.Events = append(c.Events, e)
		}
	}
	secret := func(name string, version int) bool {
		_, exists := all.Find(name, version)
		_, seen := c.Find(name, version)
		return exists && !seen
	}
	for i, e := range c.Events {
		if secret(e.Name, e.ServedBy) {
			c.Events[i].ServedBy = 0
		}
		if e.Deprecation != nil && secret(e.Name, e.Deprecation.Successor) {
			d := *e.Deprecation
			d.Successor = 0
			c.Events[i].Deprecation = &d
		}
	}
	return c
}

// Public is an audience that sees what is not internal.
func Public(e Event) bool { return !e.Internal }

// Everybody is an audience that sees all events.
func Everybody(Event) bool { return true }

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
	// SlowValidation is true when payloads are validated, but InputSchema has something
	// that no compiled check expresses: each takes tens of microseconds or more.
	SlowValidation bool `json:"slowValidation,omitempty"`
	// Examples are in the author's order.
	Examples []Example `json:"examples,omitempty"`
	// Errors are those that the author declared.
	Errors []Error `json:"errors,omitempty"`
	// Timeout is how long a call may take, in nanoseconds; 0 is no limit.
	Timeout time.Duration `json:"timeout,omitempty"`
	// ServedBy is the version whose handler serves this one, by conversion of the
	// payloads; 0 if it has a handler of its own.
	ServedBy int `json:"servedBy,omitempty"`
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
