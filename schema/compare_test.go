package schema_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

func TestCompareJudgesEachRuleInBothDirections(t *testing.T) {
	const never, request, response, both = "-", "request", "response", "both"
	object := func(a string) string { return `{"type":"object","properties":{"a":` + a + `}}` }
	for _, test := range []struct {
		old, new string
		change   string // path and keyword; "" for no change
		breaks   string
	}{
		{`{"type":"string"}`, `{"type":"number"}`, " type", both},
		{`{"type":"integer"}`, `{"type":"number"}`, " type", response},
		{`{"type":"number"}`, `{"type":"integer"}`, " type", request},
		{`{"type":"string"}`, `{"type":["string","null"]}`, " type", response},
		{`{"type":["string","null"]}`, `{"type":"string"}`, " type", request},
		{`{}`, `{"type":"string"}`, " type", request},
		{`{"type":"string"}`, `true`, " type", response},
		{`true`, `false`, " false", request},
		{`false`, `true`, " false", response},
		{`{"enum":["a"]}`, `{"enum":["a","b"]}`, " enum", response},
		{`{"enum":["a","b"]}`, `{"enum":["b"]}`, " enum", request},
		{`{"enum":["a"]}`, `{"enum":["b"]}`, " enum", both},
		{`{"enum":["1"]}`, `{"enum":[1]}`, " enum", both},
		{`{"enum":["a","b"]}`, `{"enum":["b","a"]}`, "", never},
		{`{"const":1}`, `{"enum":[1,2]}`, " enum", response},
		{`{}`, `{"enum":[1]}`, " enum", request},
		{`{"enum":[1]}`, `{}`, " enum", response},
		{`{"minimum":1}`, `{"minimum":2}`, " minimum", request},
		{`{"minimum":2}`, `{"minimum":1}`, " minimum", response},
		{`{"minimum":2}`, `{"minimum":2.0}`, "", never},
		{`{}`, `{"minimum":1}`, " minimum", request},
		{`{"exclusiveMinimum":1}`, `{}`, " exclusiveMinimum", response},
		{`{"exclusiveMinimum":1}`, `{"exclusiveMinimum":0}`, " exclusiveMinimum", response},
		{`{"maximum":1}`, `{"maximum":2}`, " maximum", response},
		{`{"exclusiveMaximum":2}`, `{"exclusiveMaximum":1}`, " exclusiveMaximum", request},
		{`{"minLength":1}`, `{"minLength":2}`, " minLength", request},
		{`{"maxLength":1}`, `{"maxLength":2}`, " maxLength", response},
		{`{"minItems":1}`, `{"minItems":0}`, " minItems", response},
		{`{"maxItems":2}`, `{"maxItems":1}`, " maxItems", request},
		{`{"minProperties":1}`, `{"minProperties":2}`, " minProperties", request},
		{`{}`, `{"maxProperties":2}`, " maxProperties", request},
		{`{"pattern":"a"}`, `{"pattern":"b"}`, " pattern", both},
		{`{}`, `{"format":"email"}`, " format", request},
		{`{"multipleOf":2}`, `{}`, " multipleOf", response},
		{`{}`, `{"uniqueItems":true}`, " uniqueItems", request},
		{`{"uniqueItems":false}`, `{}`, "", never},
		{`{"not":{"type":"null"}}`, `{"not":{"type":"string"}}`, " not", both},
		{`{"items":{"minimum":1}}`, `{"items":{"minimum":2}}`, "/* minimum", request},
		{`{}`, `{"items":{"type":"string"}}`, "/* type", request},
		{`{"items":[{}]}`, `{"items":[{"minimum":1}]}`, " items", both},
		{`{"additionalProperties":{"type":"string"}}`, `{}`, "/* type", response},
		{`{"additionalProperties":false}`, `{}`, "/* false", response},
		{`{}`, `{"additionalProperties":false}`, "/* false", request},
		{object(`{"type":"string"}`), `{"type":"object"}`, "/a removed", both},
		{`{"type":"object"}`, object(`{"type":"string"}`), "/a added", never},
		{`{"additionalProperties":{"type":"string"}}`, `{"properties":{"a":{"type":"number"}},"additionalProperties":{"type":"string"}}`, "/a added", request},
		{object(`true`), `{"type":"object","properties":{"a":true},"required":["a"]}`, "/a required", request},
		{`{"type":"object","properties":{"a":true},"required":["a"]}`, object(`true`), "/a required", response},
		{`{"type":"object","required":["x"]}`, `{"type":"object"}`, "/x required", response},
		{`{"type":"object"}`, `{"type":"object","required":["x"]}`, "/x required", request},
		{object(`{"minimum":1}`), object(`{"minimum":2}`), "/a minimum", request},
		{`{"properties":{"a/b~":{"minimum":1}}}`, `{"properties":{"a/b~":{"minimum":2}}}`, "/a~1b~0 minimum", request},
		// Nothing but words.
		{`{"title":"a","description":"b","default":1,"examples":[1]}`, `{"deprecated":true}`, "", never},
		{`{"oneOf":[{"title":"a"}]}`, `{"oneOf":[{"title":"b"}]}`, "", never},
		// Definitions' names.
		{`{"$ref":"#/definitions/a","definitions":{"a":{"minimum":1}}}`, `{"$ref":"#/definitions/b","definitions":{"b":{"minimum":1}}}`, "", never},
		{`{"$ref":"#/definitions/a","definitions":{"a":{"minimum":1}}}`, `{"minimum":2}`, " minimum", request},
		{`{"oneOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"minimum":1}}}`, `{"oneOf":[{"$ref":"#/definitions/b"}],"definitions":{"b":{"minimum":1}}}`, "", never},
		{`{"oneOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"minimum":1}}}`, `{"oneOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"minimum":2}}}`, " oneOf", both},
		{`{"not":{"properties":{"title":{}}}}`, `{"not":{"properties":{"deprecated":{}}}}`, " not", both},
		// Wrappers.
		{`{"minimum":1}`, `{"description":"x","allOf":[{"minimum":1}]}`, "", never},
		{`{"allOf":[{"minimum":5}],"minimum":3}`, `{"allOf":[{"minimum":7}],"minimum":3}`, " allOf", both},
		{`{"type":"string"}`, `{"anyOf":[{"type":"string"},{"type":"null"}]}`, " type", response},
		{`{"anyOf":[{"enum":["a"]},{"type":"null"}]}`, `{"enum":["a"]}`, " enum", request},
		{`{"anyOf":[{"type":"null"},{"type":"string"}]}`, `{"type":["null","string"]}`, "", never},
		{`{"anyOf":[{"$ref":"#/definitions/a"},{"type":"null"}],"definitions":{"a":{"type":"object","properties":{"b":{"minimum":1}}}}}`,
			`{"anyOf":[{"$ref":"#/definitions/c"},{"type":"null"}],"definitions":{"c":{"type":"object","properties":{"b":{"minimum":2}}}}}`, "/b minimum", request},
		{`{"anyOf":[{"oneOf":[{"minimum":1}]},{"type":"null"}]}`, `{"oneOf":[{"minimum":1}]}`, " anyOf", response + " oneOf"},
		// A schema with references of its own.
		{object(`{"$id":"x:y","items":{"$ref":"#/definitions/a"},"definitions":{"a":{"minimum":1}}}`),
			object(`{"$id":"x:y","items":{"$ref":"#/definitions/a"},"definitions":{"a":{"minimum":2}}}`), "/a $id", both},
		// Recursion.
		{`{"$ref":"#/definitions/a","definitions":{"a":{"properties":{"n":{"$ref":"#/definitions/a"},"v":{"minimum":1}}}}}`,
			`{"$ref":"#/definitions/b","definitions":{"b":{"properties":{"n":{"$ref":"#/definitions/b"},"v":{"minimum":2}}}}}`, "/v minimum", request},
		{`{"items":{"$ref":"#"}}`, `{"items":{"$ref":"#"},"minItems":1}`, " minItems", request},
	} {
		for direction, name := range map[schema.Direction]string{schema.Request: request, schema.Response: response} {
			changes, err := schema.Compare(json.RawMessage(test.old), json.RawMessage(test.new), direction)
			require.NoError(t, err)
			about := fmt.Sprintf("%s\nto %s\nas a %s: %+v", test.old, test.new, name, changes)
			if test.change == "" {
				require.Empty(t, changes, about)
				continue
			}
			require.NotEmpty(t, changes, about)
			require.Equal(t, test.change, changes[0].Path+" "+changes[0].Keyword, about)
			require.Equal(t, test.breaks == name || test.breaks == both || test.breaks == name+" oneOf", changes[0].Breaking, about)
		}
	}
}

func TestCompareRefusesWhatIsNoSchema(t *testing.T) {
	_, err := schema.Compare(json.RawMessage(`{`), json.RawMessage(`{}`), schema.Request)
	require.ErrorContains(t, err, "the old one")
	_, err = schema.Compare(json.RawMessage(`{}`), json.RawMessage(`{}x`), schema.Request)
	require.ErrorContains(t, err, "the new one")
}

func TestNothingDiffersFromItself(t *testing.T) {
	for _, typ := range stressTypes {
		raw, err := schema.Of(typ)
		require.NoError(t, err)
		for _, d := range []schema.Direction{schema.Request, schema.Response} {
			changes, err := schema.Compare(raw, raw, d)
			require.NoError(t, err)
			require.Empty(t, changes, typ)
		}
	}
}

// What Compare calls harmless for requests lets every payload pass that the old
// schema describes.
func TestNoPayloadContradictsCompare(t *testing.T) {
	harmless := 0
	for seed := range uint64(3000) {
		r := &sketcher{rand.New(rand.NewPCG(seed, 7))}
		old := r.schema(3)
		next := r.change(old)
		changes, err := schema.Compare(encode(t, old), encode(t, next), schema.Request)
		require.NoError(t, err)
		if breaks(changes) {
			continue
		}
		harmless++
		before, after := compile(t, string(encode(t, old))), compile(t, string(encode(t, next)))
		for range 20 {
			payload := encode(t, r.payload(old))
			if before.Validate(payload) == nil {
				require.Empty(t, after.Validate(payload), "harmless: %v\nold %s\nnew %s\npayload %s", changes, encode(t, old), encode(t, next), payload)
			}
		}
	}
	require.Greater(t, harmless, 300, "too few pairs were harmless for the test to mean much")
}

func breaks(changes []schema.Change) bool {
	return slices.ContainsFunc(changes, func(c schema.Change) bool { return c.Breaking })
}

func encode(t *testing.T, v any) json.RawMessage {
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return text
}
