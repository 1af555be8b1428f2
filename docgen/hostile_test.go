package docgen_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
)

// hostile is an event that says s wherever something can be said.
func hostile(s string) catalog.Event {
	raw := func(v any) json.RawMessage {
		data, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		return data
	}
	type o = map[string]any
	schema := raw(o{
		"title": s, "description": s, "type": "object", "required": []string{s},
		"properties": o{
			s:   o{"type": "string", "description": s, "enum": []string{s}, "default": s, "examples": []string{s}, "pattern": "x", "format": s},
			"r": o{"$ref": "#/definitions/r"}, "c": o{"const": s}, "m": o{"additionalProperties": o{"type": "string", "description": s}},
		},
		"definitions": o{"r": o{"description": s, "type": "array", "items": o{"title": s, "enum": []any{s, 1}}}},
	})
	return catalog.Event{
		Name: s, Version: 2, Irregular: true, Doc: s, Input: s, Output: s, InputSchema: schema, OutputSchema: schema,
		Examples: []catalog.Example{{Request: raw(o{s: s}), Response: raw(s)}},
		Errors:   []catalog.Error{{Kind: events.Kind(s), Code: s, Description: s}}, Deprecation: &catalog.Deprecation{Note: s, Successor: 3},
	}
}

func TestHostileTextsHarmNothing(t *testing.T) {
	for name, s := range map[string]string{
		"script":            `<script>alert(1)</script>`,
		"end of an element": `</code></pre></title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>`,
		"attribute":         `" onmouseover="alert(1)`,
		"attribute'":        `' onmouseover='alert(1)' x="`,
		"javascript":        "[x](javascript:alert(1)) <javascript:alert(1)> ![x](javascript:alert(1)) [y](JaVaScRiPt&colon;alert(1)) [z]( java\tscript:alert(1))",
		"data":              "[x](data:text/html,<script>alert(1)</script>) [v](vbscript:x)\n\n[r]\n\n[r]: javascript:alert(1)",
		"raw HTML":          "<style>*{}</style>\n\n<iframe src=//example.org></iframe>\n\n<a href=\"javascript:alert(1)\">x</a>",
		"template":          "{{.Root}} {{template \"head\"}} ${alert(1)} `${alert(1)}`",
		"RTL":               "a\u202egnp.exe\u2066\u200f\u2028\u2029",
		"NUL":               "a\x00b\x1b[31m\u007f",
		"newlines":          "a\r\n\r\n# b\n```\n</pre>",
		"not UTF-8":         "a\xff\xfe<script>",
	} {
		t.Run(name, func(t *testing.T) {
			second := hostile(s)
			second.Version, second.InputSchema = 1, []byte(`{"type":"object"}`)
			l := list{hostile(s), second}
			h := docgen.Handler(l, docgen.WithTitle(s), docgen.WithDescription(s), docgen.WithConsole())
			html := page(t, h, "/docs/")
			for _, version := range []string{"1", "2"} {
				html += page(t, h, "/docs/"+url.PathEscape(s)+"/"+version)
			}
			html += get(t, h, "/docs/none/1").Body.String()
			own := strings.NewReplacer(`<script src="./script.js" defer></script>`, "", `<script src="../script.js" defer></script>`, "")
			lower := strings.ToLower(own.Replace(html))
			for _, bad := range []string{"<script", "<iframe", "<style", "onmouseover=\"", "<img src=x", `href="javascript:`, `href="vbscript:`,
				`href="data:`, `src="javascript:`, `src="data:`, `href="java`} {
				require.NotContains(t, short(lower, bad), bad)
			}
			require.NotRegexp(t, inline, own.Replace(html))
			for _, path := range []string{"search.json", "catalog.json", "asyncapi.json", "openapi.json"} {
				text := page(t, h, "/docs/"+path)
				require.True(t, json.Valid([]byte(text)), path)
				require.NotContains(t, text, "<", path)
			}
			_ = page(t, h, "/docs/docs.md") + page(t, h, "/docs/llms.txt")
		})
	}
}

// short cuts the text around a find, so that the message can be read.
func short(text, find string) string {
	i := strings.Index(text, find)
	if i < 0 {
		return ""
	}
	return text[max(0, i-200):min(len(text), i+200)]
}

func TestTypesThatReferToEachOtherAreDrawnInBounds(t *testing.T) {
	definitions := map[string]any{}
	properties := map[string]any{}
	for _, c := range "abcdefghijkl" {
		properties[string(c)] = map[string]any{"$ref": "#/definitions/" + string(c)}
	}
	for _, c := range "abcdefghijkl" {
		definitions[string(c)] = map[string]any{"type": "object", "properties": properties}
	}
	schema, err := json.Marshal(map[string]any{"$ref": "#/definitions/a", "definitions": definitions})
	require.NoError(t, err)
	h := docgen.Handler(list{{Name: "a", Version: 1, InputSchema: schema, OutputSchema: schema}})
	require.Less(t, len(page(t, h, "/docs/a/1")), 3<<20)
	require.Less(t, len(page(t, h, "/docs/docs.md")), 3<<20)
	require.Less(t, len(page(t, h, "/docs/search.json")), 64<<10)
}

// In quadratic time it would not end before the tests do.
func TestTextsOfAMegabyteTakeBoundedTime(t *testing.T) {
	for _, part := range []string{"[a](", "<script>"} {
		s := strings.Repeat(part, 1<<20/len(part))
		for name, e := range map[string]catalog.Event{
			"doc":               {Doc: s},
			"name":              {Name: s},
			"error":             {Errors: []catalog.Error{{Kind: events.KindGone, Code: s, Description: s}}},
			"schema":            {InputSchema: hostile(s[:1<<15]).InputSchema},
			"field description": {InputSchema: quoted(`{"properties":{"a":{"description":%s}}}`, s)},
			"example":           {Examples: []catalog.Example{{Request: quoted("%s", s), Response: quoted("[%s]", s)}}},
		} {
			path := "/docs/a/1"
			if e.Name == "" {
				e.Name = "a"
			} else {
				path = "/docs/"
			}
			e.Version = 1
			h := docgen.Handler(list{e})
			require.NotContains(t, short(page(t, h, path), "<script>"), "<script>", "%s of %q", name, part)
			require.True(t, json.Valid([]byte(page(t, h, "/docs/search.json"))), "%s of %q", name, part)
			_ = page(t, h, "/docs/docs.md")
		}
	}
}

func quoted(format, s string) json.RawMessage {
	q, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return json.RawMessage(strings.Replace(format, "%s", string(q), 1))
}
