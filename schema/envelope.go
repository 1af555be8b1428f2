package schema

import "encoding/json"

// Envelope returns the schema of an event as it is written: JSON Schema, draft 4,
// in which the protocol has always been described. Readers accept more; see
// PROTOCOL.md.
func Envelope() json.RawMessage { return json.RawMessage(envelope) }

const envelope = `{
  "$schema": "http://json-schema.org/draft-04/schema#",
  "title": "Event",
  "description": "A versioned JSON event: a request or a response.",
  "type": "object",
  "properties": {
    "name": {
      "description": "domain:resource:action by advice; a response adds :response, :redirect or the kind of its error.",
      "type": "string",
      "minLength": 1,
      "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]+$"
    },
    "version": {
      "description": "The version of the event of this name.",
      "type": "integer",
      "minimum": 1,
      "maximum": 2147483647
    },
    "id": {
      "description": "The sender's name for this event; its response has the same.",
      "type": "string",
      "minLength": 1
    },
    "flowId": {
      "description": "Shared by all the events that one first event sets off.",
      "type": "string",
      "minLength": 1
    },
    "payload": {
      "description": "The input of a request, the output of a response; an object is the advice.",
      "not": {"type": "null"}
    },
    "identity": {
      "description": "On whose behalf the event is sent.",
      "type": "object"
    },
    "auth": {
      "description": "What proves the identity. It is never passed on and never answered.",
      "type": "object"
    },
    "metadata": {
      "description": "What a receiver may ignore.",
      "type": "object"
    }
  },
  "required": ["name", "version", "id", "flowId", "payload", "identity", "auth", "metadata"]
}
`
