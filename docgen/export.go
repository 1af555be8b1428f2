package docgen

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// catalogJSON is the catalogue with what this audience may see.
func (s *site) catalogJSON() []byte {
	return encode(catalog.Catalog{
		Name: s.config.title, Version: s.version, Build: s.build,
		Description: s.config.description, Endpoint: s.config.endpoint, Events: s.events,
	})
}

// object is written with its keys sorted, so that the exports do not change
// without reason.
type object = map[string]any

// envelope is the schema of the event that carries a payload.
func envelope(name string, version int, payload json.RawMessage) object {
	if payload == nil {
		payload = json.RawMessage("{}")
	}
	return object{
		"type": "object",
		"properties": object{
			"name":     object{"type": "string", "const": name},
			"version":  object{"type": "integer", "const": version},
			"id":       object{"type": "string"},
			"flowId":   object{"type": "string"},
			"payload":  payload,
			"identity": object{"type": "object"},
			"auth":     object{"type": "object"},
			"metadata": object{"type": "object"},
		},
		"required": []string{"name", "version", "payload"},
	}
}

// inlined returns a schema whose references lead to where it now stands.
func inlined(raw json.RawMessage, at string) json.RawMessage {
	if len(raw) == 0 {
		return nil
	}
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	if o, ok := v.(object); ok {
		delete(o, "$schema")
	}
	return encode(rebased(v, at))
}

func rebased(v any, at string) any {
	switch t := v.(type) {
	case object:
		for k, inner := range t {
			switch k {
			case "enum", "const", "default", "examples": // data, which may look like a reference
			case "properties", "patternProperties", "definitions", "dependencies":
				if named, ok := inner.(object); ok {
					for name := range named {
						named[name] = rebased(named[name], at)
					}
				}
			case "$ref":
				if ref, ok := inner.(string); ok && strings.HasPrefix(ref, "#") {
					t[k] = at + strings.TrimPrefix(ref, "#")
				}
			default:
				t[k] = rebased(inner, at)
			}
		}
	case []any:
		for i := range t {
			t[i] = rebased(t[i], at)
		}
	}
	return v
}

// identifier makes a name that the formats accept as a key, another one for each
// event: a colon becomes _ and whatever is neither letter, digit nor - its code.
func identifier(e catalog.Event) string {
	var b strings.Builder
	for _, c := range []byte(e.Name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
			b.WriteByte(c)
		case c == ':':
			b.WriteByte('_')
		default:
			fmt.Fprintf(&b, ".%02x", c)
		}
	}
	return b.String() + "_v" + strconv.Itoa(e.Version)
}

// markdown is the whole documentation as one text.
func (s *site) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", inline(s.config.title))
	if s.config.description != "" {
		b.WriteString(s.config.description + "\n\n")
	}
	fmt.Fprintf(&b, "Events are sent by POST to `%s`.\n", s.config.endpoint)
	for _, e := range s.events {
		fmt.Fprintf(&b, "\n## %s v%d\n\n", inline(e.Name), e.Version)
		if e.Deprecation != nil {
			fmt.Fprintf(&b, "**%s**\n\n", deprecationText(e.Deprecation))
		}
		if e.ServedBy > 0 {
			fmt.Fprintf(&b, "Served by the handler of version %d: requests and responses are converted.\n\n", e.ServedBy)
		}
		if e.Doc != "" {
			b.WriteString(e.Doc + "\n\n")
		}
		writeFields(&b, "Request", e.InputSchema)
		writeFields(&b, "Response", e.OutputSchema)
		for _, x := range e.Examples {
			fmt.Fprintf(&b, "Example request and response:\n\n%s\n%s\n", fenced(indent(x.Request)), fenced(indent(x.Response)))
		}
		if list := append(e.Errors[:len(e.Errors):len(e.Errors)], builtIn(e)...); len(list) > 0 {
			b.WriteString("Errors:\n\n")
			for _, x := range list {
				fmt.Fprintf(&b, "- `%s` `%s` %s\n", x.Kind, x.Code, inline(x.Description))
			}
		}
	}
	return []byte(b.String())
}

func writeFields(b *strings.Builder, title string, raw json.RawMessage) {
	root, ok := tree(raw, "")
	if !ok {
		return
	}
	fmt.Fprintf(b, "%s: %s\n\n", title, root.Type)
	root.list(b, 0)
	b.WriteString("\n")
}

func (f *field) list(b *strings.Builder, depth int) {
	for i := range f.Children {
		c := &f.Children[i]
		fmt.Fprintf(b, "%s- `%s` %s", strings.Repeat("  ", depth), strings.ReplaceAll(c.Name, "`", "'"), c.Type)
		if c.Required {
			b.WriteString(", required")
		}
		for _, bound := range c.Bounds {
			b.WriteString(", " + inline(bound))
		}
		if len(c.Enum) > 0 {
			b.WriteString(", one of " + inline(strings.Join(c.Enum, " ")))
		}
		if c.Description != "" {
			b.WriteString(": " + inline(c.Description))
		}
		b.WriteString("\n")
		c.list(b, depth+1)
	}
}

// inline keeps a text on its line.
func inline(s string) string { return strings.Join(strings.Fields(s), " ") }

// fenced shows code that may itself hold fences.
func fenced(code string) string {
	longest, run := 2, 0
	for _, c := range []byte(code) {
		if run++; c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	return fence + "json\n" + code + "\n" + fence + "\n"
}

func deprecationText(d *catalog.Deprecation) string {
	text := "Deprecated"
	if !d.Since.IsZero() {
		text += " since " + d.Since.Format("2006-01-02")
	}
	if !d.Sunset.IsZero() {
		text += ", may be gone after " + d.Sunset.Format("2006-01-02")
	}
	if d.Successor > 0 {
		text += ", use version " + strconv.Itoa(d.Successor)
	}
	return inline(text + ". " + d.Note)
}

// llms is an index for language models, after the convention llms.txt.
func (s *site) llms() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n", inline(s.config.title))
	if s.config.description != "" {
		fmt.Fprintf(&b, "> %s\n\n", inline(s.config.description))
	}
	fmt.Fprintf(&b, "Versioned JSON events. Send {\"name\", \"version\", \"payload\"} by POST to %s as application/json; "+
		"the answer is an event named <name>:response or <name>:<kind of error>.\n\n## Docs\n\n", s.config.endpoint)
	b.WriteString("- [Everything as Markdown](docs.md)\n- [Catalogue](catalog.json)\n- [AsyncAPI](asyncapi.json)\n- [OpenAPI](openapi.json)\n\n## Events\n\n")
	for _, e := range s.events {
		fmt.Fprintf(&b, "- [%s v%d](%s): %s\n", inline(e.Name), e.Version, link(e, "./").Href, inline(summary(e.Doc)))
	}
	return []byte(b.String())
}

// errorEnvelope is the schema of an error event.
func errorEnvelope() object {
	payload := encode(object{
		"type": "object",
		"properties": object{
			"code":       object{"type": "string"},
			"message":    object{"type": "string"},
			"parameters": object{"type": "object"},
		},
		"required": []string{"code", "message", "parameters"},
	})
	o := envelope("", 1, payload)
	properties := o["properties"].(object)
	properties["name"], properties["version"] = object{"type": "string"}, object{"type": "integer"}
	return o
}

// pointer makes a key part of a JSON Pointer in a URL fragment (RFC 6901).
func pointer(key string) string {
	return url.PathEscape(scan.PointerToken(key))
}
