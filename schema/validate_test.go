package schema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

func compile(t testing.TB, text string) *schema.Schema {
	t.Helper()
	s, err := schema.Compile(json.RawMessage(text))
	require.NoError(t, err, text)
	return s
}

func TestEachKeywordIsReportedWithPlaceExpectationAndFinding(t *testing.T) {
	for _, test := range []struct {
		schema, payload              string
		path, keyword, expected, got string
	}{
		{`false`, `1`, "", "false", "nothing", "1"},
		{`{"type":"string"}`, `1`, "", "type", "string", "number"},
		{`{"type":"integer"}`, `1.5`, "", "type", "integer", "number"},
		{`{"type":"object"}`, `null`, "", "type", "object", "null"},
		{`{"type":["object","null"]}`, `[]`, "", "type", "null or object", "array"},
		{`{"type":"array"}`, `{}`, "", "type", "array", "object"},
		{`{"type":"boolean"}`, `"true"`, "", "type", "boolean", "string"},
		{`{"type":"null"}`, `false`, "", "type", "null", "boolean"},
		{`{"enum":["a",1,null]}`, `"b"`, "", "enum", `one of "a", 1, null`, `"b"`},
		{`{"const":{"a":1}}`, `{}`, "", "const", `{"a":1}`, "object"},
		{`{"const":false}`, `0`, "", "const", `false`, "0"},
		{`{"multipleOf":0.01}`, `0.015`, "", "multipleOf", "a multiple of 0.01", "0.015"},
		{`{"minimum":0.1}`, `0.09`, "", "minimum", "at least 0.1", "0.09"},
		{`{"maximum":10}`, `11`, "", "maximum", "at most 10", "11"},
		{`{"exclusiveMinimum":3}`, `3`, "", "exclusiveMinimum", "more than 3", "3"},
		{`{"exclusiveMaximum":-3}`, `-3`, "", "exclusiveMaximum", "less than -3", "-3"},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":3,"exclusiveMinimum":true}`, `3`, "", "exclusiveMinimum", "more than 3", "3"},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","maximum":3,"exclusiveMaximum":true}`, `3`, "", "exclusiveMaximum", "less than 3", "3"},
		{`{"minLength":2}`, `"é"`, "", "minLength", "at least 2 characters", "1 characters"},
		{`{"maxLength":2}`, `"日本語"`, "", "maxLength", "at most 2 characters", "3 characters"},
		{`{"pattern":"^a+$"}`, `"b"`, "", "pattern", "^a+$", `"b"`},
		{`{"format":"email"}`, `"b"`, "", "format", "email", `"b"`},
		{`{"minItems":2}`, `[1]`, "", "minItems", "at least 2 items", "1 items"},
		{`{"maxItems":1}`, `[1,2]`, "", "maxItems", "at most 1 items", "2 items"},
		{`{"uniqueItems":true}`, `[{"a":1.0},2,{"a":1}]`, "", "uniqueItems", "no item twice", "items 0 and 2 alike"},
		{`{"items":{"type":"string"}}`, `["a",1]`, "/1", "type", "string", "number"},
		{`{"items":[true,{"type":"string"}]}`, `[1,2]`, "/1", "type", "string", "number"},
		{`{"items":[true],"additionalItems":false}`, `[1,2,3]`, "", "additionalItems", "at most 1 items", "3 items"},
		{`{"items":[true],"additionalItems":{"type":"null"}}`, `[1,2]`, "/1", "type", "null", "number"},
		{`{"contains":{"type":"string"}}`, `[1]`, "", "contains", "an item of a certain kind", "none"},
		{`{"minProperties":1}`, `{}`, "", "minProperties", "at least 1 members", "0 members"},
		{`{"maxProperties":0}`, `{"a":1}`, "", "maxProperties", "at most 0 members", "1 members"},
		{`{"required":["a"]}`, `{"b":1}`, "", "required", "a", "nothing"},
		{`{"properties":{"a":{"type":"string"}}}`, `{"a":[]}`, "/a", "type", "string", "array"},
		{`{"patternProperties":{"^x":{"type":"string"}}}`, `{"y":1,"x1":1}`, "/x1", "type", "string", "number"},
		{`{"properties":{"a":true},"additionalProperties":false}`, `{"a":1,"b":2}`, "/b", "additionalProperties", "no other members", "2"},
		{`{"additionalProperties":{"type":"string"}}`, `{"b":2}`, "/b", "type", "string", "number"},
		{`{"propertyNames":{"maxLength":1}}`, `{"bb":2}`, "", "propertyNames", "another name", `"bb"`},
		{`{"dependencies":{"a":["b"]}}`, `{"a":2}`, "", "dependencies", "b beside a", "nothing"},
		{`{"dependencies":{"a":{"required":["c"]}}}`, `{"a":2}`, "", "required", "c", "nothing"},
		{`{"allOf":[{"minimum":1},{"minimum":2}]}`, `1`, "", "minimum", "at least 2", "1"},
		{`{"anyOf":[{"minimum":3},{"maximum":1}]}`, `2`, "", "anyOf", "at least one of several", "2"},
		{`{"anyOf":[{"type":"string","minLength":2},{"type":"null"}]}`, `"a"`, "", "minLength", "at least 2 characters", "1 characters"},
		{`{"anyOf":[{"type":"string"},{"type":"null"}]}`, `1`, "", "type", "null or string", "number"},
		{`{"anyOf":[{"$ref":"#/definitions/a"},{"type":"null"}],"definitions":{"a":{"type":"object","required":["b"]}}}`, `{}`, "", "required", "b", "nothing"},
		{`{"oneOf":[{"minimum":3},{"maximum":1}]}`, `2`, "", "oneOf", "exactly one of several", "2"},
		{`{"oneOf":[{"minimum":1},{"maximum":3}]}`, `2`, "", "oneOf", "exactly one of several", "2 of them"},
		{`{"not":{"type":"string"}}`, `"x"`, "", "not", "something else", `"x"`},
		{`{"if":{"minimum":5},"then":{"multipleOf":2},"else":{"multipleOf":3}}`, `7`, "", "multipleOf", "a multiple of 2", "7"},
		{`{"if":{"minimum":5},"then":{"multipleOf":2},"else":{"multipleOf":3}}`, `4`, "", "multipleOf", "a multiple of 3", "4"},
		{`{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}}`, `4`, "", "type", "string", "number"},
		{`{"$ref":"http://json-schema.org/draft-07/schema#"}`, `{"type":"strin"}`, "/type", "anyOf", "", ""},
		{`true`, `[1,]`, "", "json", "one JSON value, at most 512 levels deep", "expected a JSON value at byte 3"},
		{`true`, ``, "", "json", "one JSON value, at most 512 levels deep", "unexpected end of JSON at byte 0"},
		{`true`, `{"a":[{"b":1,"b":2}]}`, "/a/0/b", "uniqueKeys", "one member of this name", "two"},
		{`true`, `{"a":1e401}`, "/a", "number", "a number of at most 512 bytes, its exponent from -400 to 400", "a larger exponent"},
	} {
		got := compile(t, test.schema).Validate([]byte(test.payload))
		if test.got == "" { // the draft's own words, of which the path counts
			require.NotEmpty(t, got, test.schema)
			require.Equal(t, test.path, got[0].Path, test.schema)
			continue
		}
		require.Equal(t, []schema.Violation{{Path: test.path, Keyword: test.keyword, Expected: test.expected, Got: test.got}}, got,
			"schema %s, payload %s", test.schema, test.payload)
	}
}

func TestAllViolationsAreReportedSortedByPath(t *testing.T) {
	s := compile(t, `{"type":"object","required":["z"],"properties":{"b":{"type":"string","minLength":3,"pattern":"^x"},"a":{"items":{"minimum":1}}}}`)
	var places []string
	for _, v := range s.Validate([]byte(`{"b":"y","a":[0,1,-1]}`)) {
		places = append(places, v.Path+" "+v.Keyword)
	}
	require.Equal(t, []string{" required", "/a/0 minimum", "/a/2 minimum", "/b minLength", "/b pattern"}, places)
}

func TestPathsAreJSONPointers(t *testing.T) {
	s := compile(t, `{"additionalProperties":{"additionalProperties":{"items":{"type":"string"}}}}`)
	for payload, want := range map[string]string{
		`{"a.b":{"c":[1]}}`:           "/a.b/c/0",
		`{"a":{"b.c":[1]}}`:           "/a/b.c/0",
		`{"a/b":{"~1":[1]}}`:          "/a~1b/~01/0",
		`{"":{"":[1]}}`:               "///0",
		`{"":{"a":["x",1]}}`:          "//a/1",
		`{"a":{"\u0000/\u0000":[1]}}`: "/a/\x00~1\x00/0",
		`{"(root)":{"0":[1]}}`:        "/(root)/0/0",
		`{"é":{"\"":[1]}}`:            `/é/"/0`,
	} {
		got := s.Validate([]byte(payload))
		require.Len(t, got, 1, payload)
		require.Equal(t, want, got[0].Path, payload)
	}
}

func TestIntegersMayBeWrittenWithAFraction(t *testing.T) {
	for _, test := range []struct {
		schema, payload string
		valid           bool
	}{
		{`{"type":"integer"}`, `1.0`, true},
		{`{"type":"integer"}`, `1e2`, true},
		{`{"type":"integer"}`, `-0`, true},
		{`{"type":"integer"}`, `1.0000001`, false},
		{`{"minLength":2.0}`, `"ab"`, true},
		{`{"minLength":2.0}`, `"a"`, false},
		{`{"maxItems":1e0}`, `[1,2]`, false},
		{`{"enum":[1.50]}`, `1.5`, true},
		{`{"const":1}`, `1.0`, true},
		{`{"enum":[9007199254740993]}`, `9007199254740992`, false}, // equal as float64
		{`{"const":0.1}`, `0.10000000000000000001`, false},
		{`{"uniqueItems":true}`, `[9007199254740993,9007199254740992]`, true},
		{`{"multipleOf":0.1}`, `0.3`, true},
		{`{"const":0.5}`, `[1,2,null]`, false},
		{`{"enum":[5e-1]}`, `0.50`, true},
	} {
		got := compile(t, test.schema).Validate([]byte(test.payload))
		require.Equal(t, test.valid, got == nil, "schema %s, payload %s: %v", test.schema, test.payload, got)
	}
}

func TestFormatsAreForStringsAtAnyDepth(t *testing.T) {
	for _, s := range []string{
		`{"format":"email"}`,
		`{"anyOf":[{"format":"email"},{"type":"null"}]}`,
		`{"not":{"not":{"format":"date"}}}`,
		`{"oneOf":[{"format":"ipv4","minimum":0},{"type":"null"}]}`,
	} {
		require.Empty(t, compile(t, s).Validate([]byte(`12`)), s)
	}
	require.NotEmpty(t, compile(t, `{"not":{"format":"email"}}`).Validate([]byte(`12`)))
}

func TestAWrongSchemaIsAnErrorThatNamesThePlace(t *testing.T) {
	for text, want := range map[string]string{
		`{"properties":{"a":{"pattern":"("}}}`:        `"/properties/a/pattern"`,
		`{"patternProperties":{"(":{}}}`:              `patternProperties`,
		`{"type":"strnig"}`:                           `/type`,
		`{"type":5}`:                                  `/type`,
		`{"properties":5}`:                            `"/properties"`,
		`{"properties":{"a":5}}`:                      `"/properties/a"`,
		`{"items":"x"}`:                               `/items`,
		`{"allOf":{}}`:                                `"/allOf"`,
		`{"required":"a"}`:                            `"/required"`,
		`{"minLength":-1}`:                            `"/minLength"`,
		`{"minLength":1.5}`:                           `"/minLength"`,
		`{"minimum":"1"}`:                             `"/minimum"`,
		`{"multipleOf":0}`:                            `"/multipleOf"`,
		`{"definitions":true}`:                        `"/definitions"`,
		`{"definitions":{"a":{"items":{"type":[]}}}}`: `/definitions/a/items`,
		`{"dependencies":{"a":5}}`:                    `/dependencies/a`,
		`{"$ref":"#/x","x":{"type":"strnig"}}`:        `"/x/type"`,
		`{"$ref":"#/x","x":{"properties":[]}}`:        `"/x/properties"`,
		`{"$ref":"#/x","x":7}`:                        `"/x"`,
		`{"$ref":"#/nowhere"}`:                        `$ref`,
		`{"$ref":"#"}`:                                `back to itself`,
		`{"anyOf":[{"$ref":"#/definitions/a"}],"definitions":{"a":{"not":{"$ref":"#"}}}}`: `back to itself`,
		`{"$schema":"https://json-schema.org/draft/2020-12/schema"}`:                      `draft 4, 6 or 7`,
		`{"$schema":"http://json-schema.org/draft-03/schema#"}`:                           `draft 4, 6 or 7`,
		`{"$schema":7}`:          `draft 4, 6 or 7`,
		`5`:                      `expected`,
		`"x"`:                    `expected`,
		`[]`:                     `expected`,
		`null`:                   `expected`,
		`{"a":1,"a":2}`:          `one member of this name`,
		`{}{}`:                   `one JSON value`,
		`{"minimum":1e9999999}`:  `exponent`,
		`{"properties":{"a":{}}`: `one JSON value`,
		``:                       `one JSON value`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","not":true}`: `"/not"`,
	} {
		_, err := schema.Compile(json.RawMessage(text))
		require.ErrorContains(t, err, want, text)
		require.True(t, strings.HasPrefix(err.Error(), "schema: "), err)
	}
}

func TestASchemaIsKeptAsItWasGiven(t *testing.T) {
	text := ` {"type" : "string"} `
	require.Equal(t, text, string(compile(t, text).JSON()))
}
