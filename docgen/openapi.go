package docgen

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// openAPI is the service in OpenAPI 3.1. That format knows paths and not events, so
// each event and version is a path of its own, /events#name@v1: a convention, since
// what stands behind # is not sent.
func (s *site) openAPI() []byte {
	server, endpoint := s.config.server()
	braces := strings.NewReplacer("{", "%7B", "}", "%7D") // which would mark a parameter
	paths := object{}
	for _, e := range s.events {
		path := fmt.Sprintf("%s#%s@v%d", endpoint, braces.Replace(e.Name), e.Version)
		at := "#/paths/" + pointer(path) + "/post"
		media := func(schema object, examples object) object {
			m := object{"schema": schema}
			if len(examples) > 0 {
				m["examples"] = examples
			}
			return object{"application/json": m}
		}
		requests, responses := object{}, object{}
		for i, x := range e.Examples {
			name := fmt.Sprintf("example%d", i+1)
			requests[name] = object{"value": object{"name": e.Name, "version": e.Version, "payload": x.Request}}
			responses[name] = object{"value": object{"name": e.Name + ":response", "version": e.Version, "payload": x.Response}}
		}
		operation := object{
			"operationId": identifier(e),
			"summary":     e.Name,
			"requestBody": object{"required": true, "content": media(
				envelope(e.Name, e.Version, inlined(e.InputSchema, at+"/requestBody/content/application~1json/schema/properties/payload")), requests)},
			"responses": object{"200": object{
				"description": "The event that answers: a response, or an error.",
				"content": media(object{"anyOf": []any{
					envelope(e.Name+":response", e.Version, inlined(e.OutputSchema, at+"/responses/200/content/application~1json/schema/anyOf/0/properties/payload")),
					object{"$ref": "#/components/schemas/Error"},
				}}, responses),
			}},
		}
		if e.Doc != "" {
			operation["description"] = e.Doc
		}
		if e.Deprecation != nil {
			operation["deprecated"] = true
		}
		paths[path] = object{"post": operation}
	}
	info := object{"title": s.config.title, "version": cmp.Or(s.version, "1")}
	if s.config.description != "" {
		info["description"] = s.config.description
	}
	api := object{
		"openapi":    "3.1.0",
		"info":       info,
		"paths":      paths,
		"components": object{"schemas": object{"Error": errorEnvelope()}},
	}
	if server != "" {
		api["servers"] = []object{{"url": server}}
	}
	return encode(api)
}

// server splits the endpoint, since a path of OpenAPI begins with a slash.
func (c config) server() (server, path string) {
	if u, err := url.Parse(c.endpoint); err == nil && u.Host != "" {
		server, path = u.Scheme+"://"+u.Host, u.EscapedPath()
	} else {
		path = c.endpoint
	}
	return server, "/" + strings.TrimPrefix(path, "/")
}
