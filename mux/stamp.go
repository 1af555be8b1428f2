package mux

import (
	"fmt"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// stamp makes what a handler returned the answer to its request: the ids and the
// version are the request's, identity and auth are never echoed. The error says
// why the event cannot be one.
func (c *call) stamp(response events.Event) (events.Event, error) {
	request := c.details.Request
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
	response.Name = request.Name + ":" + outcome
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
