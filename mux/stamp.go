package mux

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// stamp makes what a handler returned the answer to its request: the ids and the
// version are the request's, identity and auth are never echoed. The error says
// why the event cannot be one.
func (c *call) stamp(request, response events.Event) (events.Event, error) {
	if c.madeHere(response) {
		response.ID, response.FlowID, response.Version = request.ID, request.FlowID, request.Version
		response.Identity, response.Auth, response.Metadata = emptyObject, emptyObject, emptyObject
		return c.stampMetadata(response), nil
	}
	outcome, ok := strings.CutPrefix(response.Name, request.Name+":")
	switch {
	case response.Name == "":
		outcome = "response"
	case response.Name == string(events.KindError):
		outcome = response.Name
	case !ok || outcome == "" || strings.Contains(outcome, ":"):
		return response, fmt.Errorf("the handler of %s version %d answered with an event named %q; a response is named %s:response or %s:<kind>",
			request.Name, request.Version, response.Name, request.Name, request.Name)
	}
	if !ok {
		response.Name = request.Name + ":" + outcome
	}
	response.Version, response.ID, response.FlowID = request.Version, request.ID, request.FlowID
	response.Identity, response.Auth = emptyObject, emptyObject
	if len(response.Payload) == 0 {
		response.Payload = emptyObject
	}
	if len(response.Metadata) == 0 {
		response.Metadata = emptyObject
	}
	d := events.Decoder{MaxDepth: c.mux.decoder.MaxDepth, Response: true}
	if err := d.Validate(response); err != nil {
		return response, fmt.Errorf("the handler of %s version %d answered: %v", request.Name, request.Version, err)
	}
	if outcome != "response" && outcome != "redirect" {
		response.Payload = completeError(response.Payload, events.Kind(outcome))
	}
	return c.stampMetadata(response), nil
}

// madeHere reports whether response is a success that a typed handler gave to this
// package to encode, and that nobody has touched since: its name and its payload need
// no check. In so few bytes a payload cannot be nested too deeply.
func (c *call) madeHere(response events.Event) bool {
	return c.route != nil && c.route.plain && response.Name == c.route.success &&
		len(response.Metadata) == 0 && len(response.Payload) <= events.DefaultMaxDepth &&
		c.mux.decoder.MaxDepth == 0 && c.mux.chain.Load() == nil &&
		utf8.Valid(response.Payload) // which a json.RawMessage need not be
}

// stampMetadata adds what the handler set by [events.SetMetadata], and that the
// version is deprecated.
func (c *call) stampMetadata(response events.Event) events.Event {
	if set := events.MetadataFrom(c.ctx); set != nil {
		w := scan.Walk(set, 0, 1<<20)
		for w.Next() {
			key, _ := scan.Unquote(w.Key())
			response.Metadata = scan.SetMember(response.Metadata, key, w.Value())
		}
	}
	if c.route != nil && c.route.deprecation != nil {
		response.Metadata = scan.SetMember(response.Metadata, "deprecation", c.deprecation())
	}
	return response
}

// completeError adds the members that the payload of an error always has to one
// that a handler wrote by hand.
func completeError(payload []byte, kind events.Kind) []byte {
	for _, member := range [...]struct{ key, value string }{
		{"code", `"` + kind.Code() + `"`}, {"message", `""`}, {"parameters", `{}`},
	} {
		if scan.Lookup(payload, member.key) == nil {
			payload = scan.SetMember(payload, member.key, []byte(member.value))
		}
	}
	return payload
}
