package docgen

import (
	"cmp"
	"encoding/json"
)

// asyncAPI is the service in AsyncAPI 3: one channel, on which the service receives
// each event in each version and replies.
func (s *site) asyncAPI() []byte {
	messages, operations, channelMessages := object{}, object{}, object{}
	reference := func(to string) object { return object{"$ref": to} }
	for _, e := range s.events {
		id := identifier(e)
		request, response := id+".request", id+".response"
		at := "#/components/messages/"
		m := object{
			"name": e.Name, "title": e.Name, "contentType": "application/json",
			"payload": envelope(e.Name, e.Version, inlined(e.InputSchema, at+request+"/payload/properties/payload")),
		}
		r := object{
			"name": e.Name + ":response", "title": e.Name + ":response", "contentType": "application/json",
			"payload": envelope(e.Name+":response", e.Version, inlined(e.OutputSchema, at+response+"/payload/properties/payload")),
		}
		if e.Doc != "" {
			m["description"] = e.Doc
		}
		for _, x := range e.Examples {
			m["examples"] = append(list(m["examples"]), example3(e.Name, e.Version, x.Request))
			r["examples"] = append(list(r["examples"]), example3(e.Name+":response", e.Version, x.Response))
		}
		messages[request], messages[response] = m, r
		channelMessages[request], channelMessages[response] = reference(at+request), reference(at+response)
		operation := object{
			"action":   "receive",
			"title":    e.Name,
			"channel":  reference("#/channels/events"),
			"messages": []object{reference("#/channels/events/messages/" + request)},
			"reply": object{
				"channel":  reference("#/channels/events"),
				"messages": []object{reference("#/channels/events/messages/" + response)},
			},
		}
		if summary := summary(e.Doc); summary != "" {
			operation["summary"] = summary
		}
		if e.Deprecation != nil {
			operation["x-deprecated"] = deprecationText(e.Deprecation)
		}
		operations[id] = operation
	}
	info := object{"title": s.config.title, "version": cmp.Or(s.version, "1")}
	if s.config.description != "" {
		info["description"] = s.config.description
	}
	return encode(object{
		"asyncapi":           "3.0.0",
		"info":               info,
		"defaultContentType": "application/json",
		"channels":           object{"events": object{"address": s.config.endpoint, "messages": channelMessages}},
		"operations":         operations,
		"components":         object{"messages": messages},
	})
}

func list(v any) []any {
	l, _ := v.([]any)
	return l
}

func example3(name string, version int, payload json.RawMessage) object {
	return object{"payload": object{"name": name, "version": version, "payload": payload}}
}
