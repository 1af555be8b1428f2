// Package mock answers events by their examples: a service made of nothing but its
// catalogue.
package mock

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/schema"
	"github.com/evoke-rpc/evoke/service"
)

// CodeNoExample is the code of the error that an event is answered with if nothing
// is known of its response.
const CodeNoExample = "NO_EXAMPLE"

// New returns a mux that serves the events of c. A request that does not fit its
// schema is answered as a real service would. Others get the response of the example
// whose request is most like theirs, the first one if none is; without examples a
// response that is made up, see [Sample], or NO_EXAMPLE.
//
// The event service:catalog:get answers c itself. The error says which event of c
// cannot be served.
func New(c catalog.Catalog) (*mux.Mux, error) {
	m := mux.New()
	m.Add(service.CatalogGet, 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, c)
	}))
	type key struct {
		name    string
		version int
	}
	seen := map[key]bool{{service.CatalogGet, 1}: true}
	for i, e := range c.Events {
		k := key{e.Name, e.Version}
		if k == (key{service.CatalogGet, 1}) {
			continue
		}
		if err := (events.Event{Name: e.Name, Version: e.Version}).Validate(); err != nil {
			return nil, fmt.Errorf("event %d of the catalogue, %q version %d: %w", i+1, e.Name, e.Version, err)
		}
		if seen[k] {
			return nil, fmt.Errorf("event %d of the catalogue, %q version %d, is there twice", i+1, e.Name, e.Version)
		}
		seen[k] = true
		h, err := newHandler(e)
		if err != nil {
			return nil, fmt.Errorf("event %d of the catalogue, %q version %d: %w", i+1, e.Name, e.Version, err)
		}
		m.Add(e.Name, e.Version, h, deprecation(e.Deprecation)...)
	}
	return m, nil
}

func deprecation(d *catalog.Deprecation) []mux.HandlerOption {
	if d == nil {
		return nil
	}
	return []mux.HandlerOption{mux.WithDeprecation(*d)}
}

// A handler serves one event.
type handler struct {
	event    catalog.Event
	input    *schema.Schema // nil if any request will do
	examples []example
	sample   json.RawMessage // nil if there is none, or none is needed
}

type example struct {
	request  any
	response json.RawMessage
}

func newHandler(e catalog.Event) (*handler, error) {
	h := &handler{event: e}
	if len(e.InputSchema) > 0 {
		s, err := schema.Compile(e.InputSchema)
		if err != nil {
			return nil, fmt.Errorf("the schema of the request cannot be used: %w", err)
		}
		h.input = s
	}
	for i, x := range e.Examples {
		request, err := decode(x.Request)
		if err != nil {
			return nil, fmt.Errorf("the request of example %d is not JSON: %w", i+1, err)
		}
		h.examples = append(h.examples, example{request, x.Response})
	}
	if len(h.examples) == 0 {
		h.sample, _ = Sample(e.OutputSchema)
	}
	return h, nil
}

// Serve answers request by what the catalogue knows of the event.
func (h *handler) Serve(_ context.Context, request events.Event) (events.Event, error) {
	if h.input != nil {
		if violations := h.input.Validate(request.Payload, schema.Case); violations != nil {
			return events.Event{}, events.Errorf(events.KindBadRequest, events.CodeInvalidPayload, "the payload does not fit the event").
				With("violations", violations)
		}
	}
	switch {
	case len(h.examples) > 0:
		response, err := h.best(request.Payload)
		if err != nil {
			return events.Event{}, err
		}
		return events.NewResponse(request, response)
	case h.sample != nil:
		return events.NewResponse(request, h.sample)
	}
	return events.Event{}, events.Errorf(events.KindError, CodeNoExample,
		"the catalogue has no example of %s version %d, and describes no response that could be made up", h.event.Name, h.event.Version)
}

// best returns the response of the example whose request is most like payload.
func (h *handler) best(payload json.RawMessage) (json.RawMessage, error) {
	asked, err := decode(payload)
	if err != nil {
		return nil, err
	}
	response, most := h.examples[0].response, 0.0
	for _, x := range h.examples {
		if l := likeness(asked, x.request); l > most {
			response, most = x.response, l
		}
	}
	return response, nil
}
