package gen_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
	"github.com/evoke-rpc/evoke/events"
)

// texts are what somebody might write who wants code of his to run.
var texts = []string{
	"*/ export const injected = 1; /*", "*/\nexport const injected = 1;\n/**", "\"; injected(); \"", "`; injected(); `", "${injected()}", "\\", "\\\"",
	"\nfunc init() { panic(1) }\n", "\r\nimport \"os\"", "//go:embed secret", "\n//go:linkname a b", "+build ignore", "\u2028injected()", "\u202e\u2066evil",
	"class", "constructor", "__proto__", "func", "type", "nil", "string", "error", "Error", "Client", "Promise", "Option", "WithID", "-", "", " ", "日本", "größe", "1st",
	"a-b", "a_b", "aB", "AB", "a,omitempty", "a\"b", "a`b", "\x00", "@deprecated", "{@link x}", "😀", "İ", "ǅ", "ﬀ", "ⸯ", "𝒜", "K", "null", "undefined", "json", "time",
}

// hostile is a catalogue with each of the texts in all places.
func hostile() catalog.Catalog {
	c := catalog.Catalog{Name: texts[1], Version: texts[7], Description: texts[0]}
	properties, enum := map[string]any{}, []any{}
	for _, text := range texts {
		properties[text] = map[string]any{"type": "string", "description": text, "title": text, "default": text, "format": text}
		enum = append(enum, text)
	}
	for i, text := range texts {
		definition := url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(text))
		input := map[string]any{"type": "object", "properties": map[string]any{
			text: map[string]any{"enum": enum}, "ref": map[string]any{"$ref": "#/definitions/" + definition}, "const": map[string]any{"const": text},
			"mixed": map[string]any{"enum": []any{1, text, true, nil, map[string]any{text: text}}},
		}, "definitions": map[string]any{text: map[string]any{"type": "object", "description": text, "properties": properties}}}
		e := catalog.Event{
			Name: text, Version: 1, Doc: text, Input: text, Output: "x." + text, InputSchema: encoded(input),
			OutputSchema: encoded(map[string]any{"type": "object", "description": text, "required": []string{text}, "properties": map[string]any{text: map[string]any{"type": "integer"}}}),
			Errors:       []catalog.Error{{Kind: events.Kind(text), Code: text, Description: text}},
			Deprecation:  &catalog.Deprecation{Note: text},
		}
		if (events.Event{Name: text, Version: 1}).Validate() != nil {
			e.Name = fmt.Sprint("event ", i)
		}
		c.Events = append(c.Events, e)
	}
	return c
}

func encoded(v any) json.RawMessage {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestNothingOfAHostileCatalogBecomesCode(t *testing.T) {
	c := hostile()
	golang, err := gen.Go(c, "hostile")
	require.NoError(t, err)
	checkGo(t, golang, len(c.Events))
	typeScript, err := gen.TypeScript(c)
	require.NoError(t, err)
	checkTypeScript(t, typeScript)
}

func TestTheRichClientsPassTheChecks(t *testing.T) {
	c := rich()
	golang, err := gen.Go(c, "rich")
	require.NoError(t, err)
	checkGo(t, golang, len(c.Events))
	typeScript, err := gen.TypeScript(c)
	require.NoError(t, err)
	checkTypeScript(t, typeScript)
}

func TestSchemasThatContainThemselvesBecomeTypes(t *testing.T) {
	for name, schema := range map[string]string{
		"an object by value":      `{"$ref":"#/definitions/a","definitions":{"a":{"type":"object","properties":{"a":{"$ref":"#/definitions/a"}},"required":["a"]}}}`,
		"two objects by value":    `{"$ref":"#/definitions/a","definitions":{"a":{"type":"object","properties":{"b":{"$ref":"#/definitions/b"}},"required":["b"]},"b":{"type":"object","properties":{"a":{"$ref":"#/definitions/a"}},"required":["a"]}}}`,
		"a list":                  `{"$ref":"#/definitions/a","definitions":{"a":{"type":"array","items":{"$ref":"#/definitions/a"}}}}`,
		"a list or null":          `{"$ref":"#/definitions/a","definitions":{"a":{"type":["array","null"],"items":{"$ref":"#/definitions/a"}}}}`,
		"a map":                   `{"$ref":"#/definitions/a","definitions":{"a":{"type":"object","additionalProperties":{"$ref":"#/definitions/a"}}}}`,
		"a union":                 `{"$ref":"#/definitions/a","definitions":{"a":{"oneOf":[{"type":"string"},{"type":"array","items":{"$ref":"#/definitions/a"}},{"type":"array","items":{"$ref":"#/definitions/b"}}]},"b":{"anyOf":[{"$ref":"#/definitions/a"},{"type":"null"}]}}}`,
		"the root":                `{"type":"object","properties":{"self":{"$ref":"#"},"property":{"$ref":"#/properties/self"}}}`,
		"an object by allOf":      `{"$ref":"#/definitions/a","definitions":{"a":{"allOf":[{"type":"object","properties":{"x":{"type":"string"}}},{"type":"object","properties":{"a":{"$ref":"#/definitions/a"}}}],"required":["a"]}}}`,
		"a list of nullable ones": `{"$ref":"#/definitions/a","definitions":{"a":{"type":["object","null"],"properties":{"next":{"$ref":"#/definitions/a"}},"required":["next"]}}}`,
		"an id of its own":        `{"type":"object","properties":{"x":{"$id":"type:x","allOf":[{"$ref":"#/definitions/n"}],"definitions":{"n":{"type":"object","properties":{"n":{"$ref":"#/definitions/n"}}}}}}}`,
		"a tuple":                 `{"type":"array","items":[{"type":"string"},{"type":"integer"}]}`,
		"several types":           `{"type":["string","integer","null","array","object"],"items":{"type":"boolean"}}`,
		"boolean schemas":         `{"type":"object","properties":{"a":true,"b":false},"additionalProperties":false}`,
		"another draft":           `{"$schema":"http://json-schema.org/draft-04/schema#","type":"number","minimum":0,"exclusiveMinimum":true}`,
		"one without types":       `{"items":{"additionalProperties":{"properties":{"a":{"not":{"type":"string"}}}}}}`,
		"all numbers":             `{"type":"object","properties":{"a":{"enum":[1,2.5,1e400,-0]},"b":{"enum":[9223372036854775808]},"c":{"type":"integer","minimum":0,"maximum":18446744073709551615},"d":{"const":false}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := catalog.Catalog{Events: []catalog.Event{{Name: "a:b:c", Version: 1, InputSchema: []byte(schema), OutputSchema: []byte(schema)}}}
			golang, err := gen.Go(c, "client")
			require.NoError(t, err)
			checkGo(t, golang, 1)
			typeScript, err := gen.TypeScript(c)
			require.NoError(t, err)
			checkTypeScript(t, typeScript)
		})
	}
}

func TestWhatCannotBeCalledIsAnErrorThatNamesIt(t *testing.T) {
	for name, tc := range map[string]struct {
		events []catalog.Event
		want   string
	}{
		"no name":          {[]catalog.Event{{Version: 1}}, `event 1 of the catalogue: badProtocol INVALID_COMMUNICATION_PROTOCOL: invalid event: "name" is empty; it must be the event's name`},
		"no version":       {[]catalog.Event{{Name: "a:b:c", Version: 1}, {Name: "a:b:c"}}, `event 2 of the catalogue: `},
		"a line break":     {[]catalog.Event{{Name: "a\nb", Version: 1}}, `event 1 of the catalogue: `},
		"the same twice":   {[]catalog.Event{{Name: "a:b:c", Version: 1}, {Name: "a:b:c", Version: 1}}, `the catalogue has "a:b:c" version 1 twice`},
		"no schema":        {[]catalog.Event{{Name: "a:b:c", Version: 1, InputSchema: []byte(`7`)}}, `"a:b:c" version 1: its input: schema: `},
		"a wrong keyword":  {[]catalog.Event{{Name: "a:b:c", Version: 1, OutputSchema: []byte(`{"type":"text"}`)}}, `"a:b:c" version 1: its output: schema: `},
		"an endless one":   {[]catalog.Event{{Name: "a:b:c", Version: 1, OutputSchema: []byte(`{"$ref":"#"}`)}}, `"a:b:c" version 1: its output: schema: `},
		"another document": {[]catalog.Event{{Name: "a:b:c", Version: 1, OutputSchema: []byte(`{"$ref":"file:///etc/passwd"}`)}}, `"a:b:c" version 1: its output: schema: `},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := gen.Go(catalog.Catalog{Events: tc.events}, "client")
			require.ErrorContains(t, err, tc.want)
			_, err = gen.TypeScript(catalog.Catalog{Events: tc.events})
			require.ErrorContains(t, err, tc.want)
		})
	}
	for _, name := range []string{"", "1st", "my client", "my-client", "func", "_", "main", "a.b", "a\nb"} {
		_, err := gen.Go(catalog.Catalog{}, name)
		require.ErrorContains(t, err, "cannot be the name of a package", "%q", name)
	}
}

func TestANameNeverPassesSilentlyFromOneEventToAnother(t *testing.T) {
	first := catalog.Event{Name: "a:b:c-d", Version: 1}
	alone, err := gen.Go(catalog.Catalog{Events: []catalog.Event{first}}, "client")
	require.NoError(t, err)
	require.Contains(t, string(alone), ") ABCDV1(")
	both, err := gen.Go(catalog.Catalog{Events: []catalog.Event{first, {Name: "a:b-c:d", Version: 1}}}, "client")
	require.NoError(t, err)
	require.NotContains(t, string(both), ") ABCDV1(", "code that called the one would call the other")
}
