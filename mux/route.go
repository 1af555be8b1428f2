package mux

import (
	"cmp"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// event holds the versions of one name, ascending. It is replaced, not changed.
type event struct{ versions []*route }

// A route is a registered handler.
type route struct {
	name    string
	success string // the name of its responses
	version int
	handler events.Handler
	at      string // file:line of the registration
	timeout time.Duration

	inputType, outputType reflect.Type // nil if unknown
	input, output         *schema.Schema
	typed                 bool
	anyInput              bool
	plain                 bool // typed, encoded by encoding/json and without middleware
	validate              bool
	strict                bool
	development           bool

	servedBy         int  // the version whose handler serves this one, 0 for its own
	gone             bool // after the sunset
	hidden, internal bool
	deprecation      *catalog.Deprecation
	doc              string
	examples         [][2]any
	errors           []catalog.Error
	middlewares      []events.Middleware
	described        catalog.Event
}

// Add serves the event name of the given version by h. It panics on a programming
// error: the name and version are taken or out of range, h is nil, or an example
// cannot be encoded.
func (m *Mux) Add(name string, version int, h events.Handler, options ...HandlerOption) {
	m.add(&route{name: name, version: version, handler: h, at: callSite()}, options)
}

func (m *Mux) add(r *route, options []HandlerOption) {
	if f, isFunc := r.handler.(events.HandlerFunc); r.handler == nil || isFunc && f == nil {
		panic(fmt.Sprintf("mux: the handler of %q v%d is nil, at %s", r.name, r.version, r.at))
	}
	if err := m.decoder.Validate(events.Event{Name: r.name, Version: r.version}); err != nil {
		panic(fmt.Sprintf("mux: cannot add %q v%d at %s: %v", r.name, r.version, r.at, err))
	}
	r.success = r.name + ":response"
	r.validate, r.strict, r.development, r.gone = !m.trusting, m.strict, m.development, m.gone
	if r.servedBy == 0 {
		r.timeout = m.timeout
	}
	r.document()
	for _, o := range options {
		o.applyRoute(r)
	}
	r.input, r.output = m.schemaOf(r, r.inputType), m.schemaOf(r, r.outputType)
	r.anyInput = r.inputType == anything
	r.described = r.describe(m.codec)
	_, isJSON := m.codec.(events.JSON)
	r.plain = r.typed && isJSON && len(r.middlewares) == 0
	r.handler = events.Chain(r.middlewares...)(r.handler)
	m.deprecate(r)

	m.mu.Lock()
	defer m.mu.Unlock()
	versions := m.versions(r.name)
	i, taken := find(versions, r.version)
	if taken {
		panic(fmt.Sprintf("mux: %q v%d at %s was added before, at %s", r.name, r.version, r.at, versions[i].at))
	}
	m.routes.Store(r.name, &event{slices.Insert(slices.Clone(versions), i, r)})
	m.revision.Add(1)
}

// anything is the type that stands for any payload as input, and for {} as output.
var anything = reflect.TypeFor[struct{}]()

// schemaOf returns the schema of t, nil where there is nothing to check. Types are
// shared by events, so that each is compiled once.
func (m *Mux) schemaOf(r *route, t reflect.Type) *schema.Schema {
	if t == nil || t == anything {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.schemas[t]; s != nil {
		return s
	}
	raw, err := schema.Of(t)
	if err != nil {
		panic(fmt.Sprintf("mux: cannot add %q v%d at %s: %v", r.name, r.version, r.at, err))
	}
	s, err := schema.Compile(raw)
	if err != nil {
		panic(fmt.Sprintf("mux: cannot add %q v%d at %s: the schema of %s: %v", r.name, r.version, r.at, t, err))
	}
	if m.schemas == nil {
		m.schemas = map[reflect.Type]*schema.Schema{}
	}
	m.schemas[t] = s
	return s
}

// Remove stops serving the event and reports whether it was served. Calls that
// run go on.
func (m *Mux) Remove(name string, version int) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	versions := m.versions(name)
	i, ok := find(versions, version)
	switch {
	case !ok:
	case len(versions) == 1:
		m.routes.Delete(name)
	default:
		m.routes.Store(name, &event{slices.Delete(slices.Clone(versions), i, i+1)})
	}
	if ok {
		m.revision.Add(1)
	}
	return ok
}

func (m *Mux) route(name string, version int) *route {
	for _, r := range m.versions(name) {
		if r.version == version {
			return r
		}
	}
	return nil
}

func (m *Mux) versions(name string) []*route {
	if e, ok := m.routes.Load(name); ok {
		return e.(*event).versions
	}
	return nil
}

func find(versions []*route, version int) (int, bool) {
	return slices.BinarySearchFunc(versions, version, func(r *route, v int) int { return cmp.Compare(r.version, v) })
}

// notFound is the error for an event without a handler; it tells which versions
// there are.
func (m *Mux) notFound(request events.Event) error {
	versions := []int{}
	for _, r := range m.versions(request.Name) {
		if !r.hidden && !m.ended(r) && (r.servedBy == 0 || m.route(r.name, r.servedBy) != nil) {
			versions = append(versions, r.version)
		}
	}
	var near []string
	if len(versions) == 0 {
		near = m.nearest(request.Name)
	}
	e := events.Errorf(events.KindEventNotFound, events.CodeNoEventHandler,
		"no handler for %s version %d%s", request.Name, request.Version, hint(versions, near))
	e = e.With("event", request.Name).With("version", request.Version).With("versions", versions)
	if len(near) > 0 {
		e = e.With("suggestions", near)
	}
	return e
}

func hint(versions []int, near []string) string {
	if len(near) > 0 {
		return "; did you mean " + strings.Join(near, ", ") + "?"
	}
	if len(versions) == 0 {
		return ""
	}
	numbers := make([]string, len(versions))
	for i, v := range versions {
		numbers[i] = strconv.Itoa(v)
	}
	return "; there is version " + strings.Join(numbers, ", ")
}

// callSite is the line outside of this package that registers a handler.
func callSite() string {
	const self = "github.com/evoke-rpc/evoke/mux."
	var pcs [8]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := frames.Next()
		if !strings.HasPrefix(f.Function, self) || !more {
			return fmt.Sprintf("%s:%d", f.File, f.Line)
		}
	}
}
