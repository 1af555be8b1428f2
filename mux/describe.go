package mux

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// An EventDoc is a Handler that documents itself. It may be wrapped, as long as
// the wrapper has a method Unwrap() events.Handler, as those of [events.Chain]
// have. Options given to Add win over it.
type EventDoc interface {
	// Example returns a request payload and its response.
	Example() (request, response any)
	// Input and Output return values of the payloads' types.
	Input() any
	Output() any
	// Doc returns a text.
	Doc() string
}

// Catalog describes the events that are registered and not hidden.
func (m *Mux) Catalog() catalog.Catalog {
	c := catalog.Catalog{Events: []catalog.Event{}}
	m.routes.Range(func(_, e any) bool {
		for _, r := range e.(*event).versions {
			if !r.hidden {
				e := r.described
				e.Examples, e.Errors = slices.Clone(e.Examples), slices.Clone(e.Errors)
				c.Events = append(c.Events, e)
			}
		}
		return true
	})
	slices.SortFunc(c.Events, func(a, b catalog.Event) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	return c
}

// document takes over what an EventDoc says.
func (r *route) document() {
	h := r.handler
	for {
		if d, ok := h.(EventDoc); ok {
			request, response := d.Example()
			r.examples = append(r.examples, [2]any{request, response})
			r.doc = d.Doc()
			if !r.typed {
				r.inputType, r.outputType = reflect.TypeOf(d.Input()), reflect.TypeOf(d.Output())
			}
			return
		}
		wrapper, ok := h.(interface{ Unwrap() events.Handler })
		if !ok {
			return
		}
		h = wrapper.Unwrap()
	}
}

func (r *route) describe(codec events.Codec) catalog.Event {
	e := catalog.Event{
		Name: r.name, Version: r.version, Irregular: !catalog.Regular(r.name),
		Doc: r.doc, Input: typeName(r.inputType), Output: typeName(r.outputType),
		InputSchema: schemaJSON(r.input, r.inputType), OutputSchema: schemaJSON(r.output, r.outputType),
		SlowValidation: r.validate && r.input != nil && !r.input.Compiled(),
		Errors:         r.errors, Timeout: r.timeout, ServedBy: r.servedBy, Internal: r.internal, Deprecation: r.deprecation,
	}
	for _, example := range r.examples {
		request, err := events.EncodePayload(codec, example[0])
		if err != nil {
			panic(fmt.Sprintf("mux: the example request of %q v%d at %s: %v", r.name, r.version, r.at, err))
		}
		response, err := events.EncodePayload(codec, example[1])
		if err != nil {
			panic(fmt.Sprintf("mux: the example response of %q v%d at %s: %v", r.name, r.version, r.at, err))
		}
		e.Examples = append(e.Examples, catalog.Example{Request: request, Response: response})
	}
	return e
}

func typeName(t reflect.Type) string {
	if t == nil {
		return ""
	}
	return t.String()
}

func schemaJSON(s *schema.Schema, t reflect.Type) json.RawMessage {
	switch {
	case s != nil:
		return s.JSON()
	case t == anything:
		return json.RawMessage(`{}`)
	}
	return nil
}

// Revision returns a number that changes whenever a handler is added or removed.
func (m *Mux) Revision() uint64 { return m.revision.Load() }
