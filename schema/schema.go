package schema

import (
	"encoding/json"
	"fmt"

	"github.com/xeipuuv/gojsonschema"
)

// A Schema checks payloads. It is immutable and safe for concurrent use.
type Schema struct {
	raw   json.RawMessage
	root  *rule
	quick *acceptor // nil if the schema is not Compiled
}

// Compile reads a schema of draft 4, 6 or 7, which $schema names; without it,
// draft 7. References lead to places within the schema or to those drafts' own
// schemas; nothing is read from files or the network. A schema that could not be
// applied in finite time, as {"$ref": "#"}, is an error.
func Compile(raw json.RawMessage) (*Schema, error) { return compile(raw, nil) }

// compile is Compile with documents that references may name, by URL.
func compile(raw json.RawMessage, documents map[string]json.RawMessage) (s *Schema, err error) {
	defer func() {
		if v := recover(); v != nil {
			s, err = nil, fmt.Errorf("schema: the engine cannot compile it: %v", v)
		}
	}()
	document, err := decode(raw)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	draft, err := draftOf(document, gojsonschema.Draft7)
	if err != nil {
		return nil, err
	}
	if err := wellFormed(document, draft); err != nil {
		return nil, err
	}
	c := newCompiler()
	for at, text := range documents {
		decoded, err := decode(text)
		if err != nil {
			return nil, fmt.Errorf("schema: %s: %w", at, err)
		}
		if err := c.add(at, decoded, draft); err != nil {
			return nil, err
		}
	}
	root, err := c.compile(document, draft)
	if err != nil {
		return nil, err
	}
	return &Schema{raw: raw, root: root, quick: newQuick(root, raw)}, nil
}

// JSON returns the schema as it was given. Do not modify it.
func (s *Schema) JSON() json.RawMessage { return s.raw }
