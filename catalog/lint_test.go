package catalog_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

const described = `{"type":"object","properties":{"id":{"type":"string","description":"the id"}},"required":["id"]}`

// good is an event that nothing is found in.
func good() catalog.Event {
	return catalog.Event{
		Name: "a:b:c", Version: 1, Doc: "Gets it.",
		InputSchema: json.RawMessage(described), OutputSchema: json.RawMessage(`{"type":"integer"}`),
		Examples: []catalog.Example{{Request: json.RawMessage(`{"id":"x"}`), Response: json.RawMessage(`1`)}},
		Errors:   []catalog.Error{{Kind: events.KindNotFound, Code: "NOT_THERE"}},
	}
}

func found(list ...catalog.Event) []string {
	var lines []string
	for _, f := range catalog.Lint(catalog.Catalog{Events: list}, today) {
		lines = append(lines, fmt.Sprintf("v%d %s %s %s: %s", f.Version, f.Level, f.Rule, f.Path, f.Message))
	}
	return lines
}

func TestLintFindsNothingInAGoodCatalog(t *testing.T) {
	next := good()
	next.Version = 2
	old := good()
	old.Deprecation = &catalog.Deprecation{Sunset: today.Add(time.Second), Successor: 2}
	require.Empty(t, found(next, old))
}

func TestLintFindsWhatEachRuleLooksFor(t *testing.T) {
	deprecated := func(d catalog.Deprecation) func(*catalog.Event) {
		return func(e *catalog.Event) { e.Deprecation = &d }
	}
	soon := today.AddDate(0, 1, 0)
	for name, test := range map[string]struct {
		change func(*catalog.Event)
		want   []string
	}{
		"name":     {func(e *catalog.Event) { e.Name = "getIt" }, []string{"v1 warning irregular-name : the name is not domain:resource:action in lower case"}},
		"text":     {func(e *catalog.Event) { e.Doc = "" }, []string{"v1 warning missing-doc : there is no text that says what it does"}},
		"errors":   {func(e *catalog.Event) { e.Errors = nil }, []string{"v1 hint missing-errors : no error is declared"}},
		"example":  {func(e *catalog.Event) { e.Examples = nil }, []string{"v1 warning missing-example : there is no example"}},
		"request":  {func(e *catalog.Event) { e.InputSchema = nil }, []string{"v1 warning missing-schema : the request is not described"}},
		"response": {func(e *catalog.Event) { e.OutputSchema = nil }, []string{"v1 warning missing-schema : the response is not described"}},
		"schema": {func(e *catalog.Event) { e.OutputSchema = json.RawMessage(`{"$ref":"#"}`) }, []string{
			"v1 defect invalid-schema : the schema of the response cannot be used: schema: at \"\": $ref leads back to itself"}},
		"wrong examples": {func(e *catalog.Event) {
			e.Examples = append(e.Examples, catalog.Example{Request: json.RawMessage(`{}`), Response: json.RawMessage(`"x"`)})
		}, []string{
			"v1 defect invalid-example : example 2, request: expected id, got nothing (required)",
			"v1 defect invalid-example : example 2, response: expected integer, got string (type)"}},
		"no successor":              {deprecated(catalog.Deprecation{Sunset: soon}), []string{"v1 warning deprecated-without-successor : it is deprecated, but nothing says what to use instead"}},
		"a note for a successor":    {deprecated(catalog.Deprecation{Sunset: soon, Note: "Use a:b:d."}), nil},
		"no sunset":                 {deprecated(catalog.Deprecation{Successor: 3}), []string{"v1 warning deprecated-without-sunset : it is deprecated, but nothing says until when it is served"}},
		"a sunset that is past":     {deprecated(catalog.Deprecation{Successor: 3, Sunset: today}), []string{"v1 warning past-sunset : its sunset was 2026-07-01"}},
		"no such successor":         {deprecated(catalog.Deprecation{Successor: 9, Sunset: soon}), []string{"v1 defect unknown-successor : its successor, version 9, is not there"}},
		"a successor that goes too": {deprecated(catalog.Deprecation{Successor: 2, Sunset: soon}), []string{"v1 warning deprecated-successor : its successor, version 2, is deprecated, too"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, second, third := good(), good(), good()
			test.change(&e)
			second.Name, second.Version, second.Deprecation = e.Name, 2, &catalog.Deprecation{Sunset: soon, Successor: 3}
			third.Name, third.Version = e.Name, 3
			var want []string
			for _, line := range found(second, third, e) {
				if line[:2] == "v1" {
					want = append(want, line)
				}
			}
			require.Equal(t, test.want, want)
		})
	}
}

func TestLintFindsGapsBetweenVersions(t *testing.T) {
	first, third, other := good(), good(), good()
	third.Version = 3
	other.Name, other.Version = "a:b:d", 7
	require.Equal(t, []string{"v3 hint version-gap : the version before it is 1"}, found(third, first, other))
}

func TestLintFindsEachFieldWithoutADescriptionOnce(t *testing.T) {
	e := good()
	e.OutputSchema = json.RawMessage(`{"type":"object","properties":{
		"a/b":{"type":"string"},
		"by":{"$ref":"#/definitions/person","description":"who"},
		"for":{"$ref":"#/definitions/person"},
		"lines":{"title":"lines","type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}},
		"map":{"description":"x","additionalProperties":{"properties":{"v":{"description":""}}}},
		"one":{"description":"x","oneOf":[{"properties":{"l":true}},{"properties":{"r":{"title":"y"}}}]},
		"told":{"$ref":"#/definitions/a~1b"}
	},"definitions":{
		"person":{"properties":{"name":{"type":"string"},"friend":{"$ref":"#/definitions/person","title":"a friend"}}},
		"a/b":{"description":"told here"}
	}}`)
	e.Examples = nil
	var paths []string
	for _, f := range catalog.Lint(catalog.Catalog{Events: []catalog.Event{e}}, today) {
		if f.Rule == "missing-description" {
			require.Equal(t, catalog.Hint, f.Level)
			require.Equal(t, "the response's field has no description", f.Message)
			paths = append(paths, f.Path)
		}
	}
	require.Equal(t, []string{"/a~1b", "/by/name", "/for", "/lines/*/n", "/map/*/v", "/one/l"}, paths)
}

func TestLevelsAreWrittenAsWords(t *testing.T) {
	for level, word := range map[catalog.Level]string{catalog.Hint: "hint", catalog.Warning: "warning", catalog.Defect: "defect"} {
		raw, err := json.Marshal(level)
		require.NoError(t, err)
		require.Equal(t, `"`+word+`"`, string(raw))
		var read catalog.Level
		require.NoError(t, json.Unmarshal(raw, &read))
		require.Equal(t, level, read)
	}
	var level catalog.Level
	require.EqualError(t, level.UnmarshalText([]byte("error")), `"error" is no level; the levels are hint, warning and defect`)
	require.Equal(t, "level 9", catalog.Level(9).String())
	require.Less(t, catalog.Hint, catalog.Warning)
	require.Less(t, catalog.Warning, catalog.Defect)
}

func ExampleLint() {
	c := catalog.Catalog{Events: []catalog.Event{{
		Name: "catalog:product:get", Version: 1, Doc: "Returns a product.",
		InputSchema: json.RawMessage(`{"type":"string"}`), OutputSchema: json.RawMessage(`{"type":"object"}`),
		Examples:    []catalog.Example{{Request: json.RawMessage(`7`), Response: json.RawMessage(`{}`)}},
		Deprecation: &catalog.Deprecation{Note: "Ask the shop."},
	}}}
	for _, f := range catalog.Lint(c, time.Now()) {
		if f.Level >= catalog.Warning {
			fmt.Printf("%s, %s: %s\n", f.Level, f.Rule, f.Message)
		}
	}
	// Output:
	// defect, invalid-example: example 1, request: expected string, got number (type)
	// warning, deprecated-without-sunset: it is deprecated, but nothing says until when it is served
}
