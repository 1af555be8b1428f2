package catalog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/internal/scan"
	"github.com/evoke-rpc/evoke/schema"
)

// A Level tells how much a finding matters.
type Level uint8

const (
	// Hint is what a careful author would still do.
	Hint Level = iota
	// Warning is what callers will miss.
	Warning
	// Defect is what is not true.
	Defect
)

var levels = [...]string{"hint", "warning", "defect"}

// String returns hint, warning or defect.
func (l Level) String() string {
	if int(l) < len(levels) {
		return levels[l]
	}
	return fmt.Sprintf("level %d", uint8(l))
}

// MarshalText writes what String returns.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what String returns.
func (l *Level) UnmarshalText(text []byte) error {
	i := slices.Index(levels[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is no level; the levels are hint, warning and defect", text)
	}
	*l = Level(i)
	return nil
}

// A Finding is something in a catalogue that its author should look at.
type Finding struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Level   Level  `json:"level"`
	// Rule names what was looked for; see [Lint].
	Rule string `json:"rule"`
	// Path is a JSON Pointer into a payload, with * for any item or member, if the
	// finding is about a field.
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// Lint returns what c lacks or has wrong, sorted by event. The time at decides
// whether a sunset has passed. The rules are
//
//	irregular-name                the name is not domain:resource:action in lower case
//	missing-doc                   there is no text
//	missing-schema                the request or the response is not described
//	missing-example               there is no example
//	missing-errors                no error is declared (hint)
//	missing-description           a field has neither a description nor a title (hint)
//	version-gap                   a version below is missing (hint)
//	invalid-schema                a schema cannot be used (defect)
//	invalid-example               an example does not fit its schema (defect)
//	deprecated-without-successor  and without a note that tells what to do
//	deprecated-without-sunset     callers are not told how long they have
//	unknown-successor             there is no such version (defect)
//	deprecated-successor          the successor is deprecated, too
//	past-sunset                   the version is still there after its sunset
//
// and findings are warnings unless it says otherwise.
func Lint(c Catalog, at time.Time) []Finding {
	l := linter{catalog: c.Only(Everybody), at: at} // which sorts it
	for i, e := range l.catalog.Events {
		l.event = e
		l.texts()
		l.payloads()
		l.version(i)
		if e.Deprecation != nil {
			l.deprecation(*e.Deprecation)
		}
	}
	return l.found
}

type linter struct {
	catalog Catalog
	at      time.Time
	event   Event // the one that is looked at
	found   []Finding
}

func (l *linter) report(level Level, rule, path, format string, args ...any) {
	l.found = append(l.found, Finding{l.event.Name, l.event.Version, level, rule, path, fmt.Sprintf(format, args...)})
}

func (l *linter) texts() {
	if !Regular(l.event.Name) {
		l.report(Warning, "irregular-name", "", "the name is not domain:resource:action in lower case")
	}
	if l.event.Doc == "" {
		l.report(Warning, "missing-doc", "", "there is no text that says what it does")
	}
	if len(l.event.Errors) == 0 {
		l.report(Hint, "missing-errors", "", "no error is declared")
	}
	if len(l.event.Examples) == 0 {
		l.report(Warning, "missing-example", "", "there is no example")
	}
}

func (l *linter) payloads() {
	l.payload("request", l.event.InputSchema, func(x Example) json.RawMessage { return x.Request })
	l.payload("response", l.event.OutputSchema, func(x Example) json.RawMessage { return x.Response })
}

func (l *linter) payload(part string, raw json.RawMessage, of func(Example) json.RawMessage) {
	if len(raw) == 0 {
		l.report(Warning, "missing-schema", "", "the %s is not described", part)
		return
	}
	s, err := schema.Compile(raw)
	if err != nil {
		l.report(Defect, "invalid-schema", "", "the schema of the %s cannot be used: %v", part, err)
		return
	}
	for i, x := range l.event.Examples {
		for _, v := range s.Validate(of(x)) {
			l.report(Defect, "invalid-example", v.Path, "example %d, %s: expected %s, got %s (%s)", i+1, part, v.Expected, v.Got, v.Keyword)
		}
	}
	for _, path := range undescribed(raw) {
		l.report(Hint, "missing-description", path, "the %s's field has no description", part)
	}
}

// version compares with the event before, at i-1.
func (l *linter) version(i int) {
	if i == 0 {
		return
	}
	before := l.catalog.Events[i-1]
	if before.Name == l.event.Name && before.Version < l.event.Version-1 {
		l.report(Hint, "version-gap", "", "the version before it is %d", before.Version)
	}
}

func (l *linter) deprecation(d Deprecation) {
	switch successor, exists := l.catalog.Find(l.event.Name, d.Successor); {
	case d.Successor == 0 && d.Note == "":
		l.report(Warning, "deprecated-without-successor", "", "it is deprecated, but nothing says what to use instead")
	case d.Successor == 0:
	case !exists:
		l.report(Defect, "unknown-successor", "", "its successor, version %d, is not there", d.Successor)
	case successor.Deprecation != nil:
		l.report(Warning, "deprecated-successor", "", "its successor, version %d, is deprecated, too", d.Successor)
	}
	switch {
	case d.Sunset.IsZero():
		l.report(Warning, "deprecated-without-sunset", "", "it is deprecated, but nothing says until when it is served")
	case !l.at.Before(d.Sunset):
		l.report(Warning, "past-sunset", "", "its sunset was %s", date(d.Sunset))
	}
}

// undescribed returns the paths of the fields that a schema does not describe, each
// field of a shared definition once.
func undescribed(raw json.RawMessage) []string {
	var root any
	if json.Unmarshal(raw, &root) != nil {
		return nil
	}
	w := walk{root: root, seen: map[string]bool{"#": true}}
	w.within("", root)
	return w.found
}

// maxPath is how long a path may be, in bytes, for what is below it to be looked at.
const maxPath = 1024

// A walk goes through the fields of a schema.
type walk struct {
	root  any
	seen  map[string]bool // the references that were followed
	found []string
}

func (w *walk) within(path string, schema any) {
	s, ok := schema.(map[string]any)
	if !ok || len(path) > maxPath {
		return
	}
	if ref, ok := s["$ref"].(string); ok {
		if !w.seen[ref] {
			w.seen[ref] = true
			w.within(path, w.resolve(ref))
		}
		return
	}
	properties, _ := s["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		at := path + "/" + scan.PointerToken(name)
		if !w.described(properties[name]) {
			w.found = append(w.found, at)
		}
		w.within(at, properties[name])
	}
	for _, key := range []string{"items", "additionalProperties"} {
		w.within(path+"/*", s[key])
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		options, _ := s[key].([]any)
		for _, option := range options {
			w.within(path, option)
		}
	}
}

// described reports whether a field says what it is, itself or by the definition
// that it refers to.
func (w *walk) described(schema any) bool {
	s, _ := schema.(map[string]any)
	if ref, ok := s["$ref"].(string); ok && s["description"] == nil && s["title"] == nil {
		s, _ = w.resolve(ref).(map[string]any)
	}
	for _, key := range []string{"description", "title"} {
		if text, _ := s[key].(string); text != "" {
			return true
		}
	}
	return false
}

// resolve follows a reference to a definition, nil if it leads elsewhere.
func (w *walk) resolve(ref string) any {
	root, _ := w.root.(map[string]any)
	definitions, _ := root["definitions"].(map[string]any)
	name, _ := strings.CutPrefix(ref, "#/definitions/")
	return definitions[strings.NewReplacer("~1", "/", "~0", "~").Replace(name)]
}
