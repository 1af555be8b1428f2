package schema

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tests of this file are white-box: they ask the compiled check and the engine,
// each alone, what Validate asks one after the other.

func TestTheCompiledCheckDecidesMostPayloads(t *testing.T) {
	const recursive = `{"anyOf":[{"$ref":"#/definitions/a"},{"type":"null"}],"definitions":{"a":{"type":"object","properties":{"n":{"type":"integer"},"next":{"anyOf":[{"type":"null"},{"$ref":"#/definitions/a"}]}},"required":["next"]}}}`
	for _, test := range []struct{ schema, accepted, refused string }{
		{`true`, `{"a":[1,-0.5e+3,"\ud800\n",{"b":{}}],"b":[true,false,null]} `, `{"a":1,"a":2}|[1,]|[1 2]|{"a" 1}|{"a":1 "b":2}|nul|01|1.|-|1e|"a|{|[|{"a"|{"a":|{"a":1|[1||1e401|{} {}|"` + "\xff" + `"`},
		{`{"type":["integer","null"]}`, `1|-0|1.0|12e2|1.50e1|null|0.0|9999999999999999999999`, `1.5|1e-1|true|"1"`},
		{`{"type":"number"}`, `1|1.5|1e-400`, `"1"|null`},
		{`{"type":["boolean","array"]}`, `true|false|[]`, `{}|0`},
		{`{"minimum":-1,"exclusiveMaximum":1.5}`, `-1|-1.0|1.49999|-9e-1|"x"`, `1.5|15e-1|-1.001|1e19|-1e399`},
		{`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":3,"exclusiveMinimum":true}`, `3.01`, `3|30e-1`},
		{`{"multipleOf":0.01}`, `1.25|7|0|0.010`, `0.005|1.255`},
		{`{"minLength":2,"maxLength":3}`, `"日本"|"abc"|1`, `"é"|"abcd"|"\u0061"`},
		{`{"maxLength":8}`, `"a\nb"`, `"123456789"`},
		{`{"minLength":4611686018427387904}`, `1`, `"\n"|"a"`},
		{`{"pattern":"^[a-z]+$"}`, `"abc"`, `"aBc"|"\u0061"`},
		{`{"format":"date-time"}`, `"2024-02-29T23:59:59.123+14:00"|"2026-01-31T00:00:00Z"`,
			`"2026-02-29T00:00:00Z"|"2026-01-01T24:00:00Z"|"2026-01-01T00:00:60Z"|"2026-01-01T00:00:00"|"2026-01-01T00:00:00.Z"|"2026-13-01T00:00:00Z"|"2026-01-01t00:00:00Z"|"2026-01-01T00:00:00+24:00"`},
		{`{"format":"date"}`, `"2000-02-29"|"2026-04-30"`, `"1900-02-29"|"2026-04-31"|"2026-00-01"|"2026-01-00"|"2026-1-01"`},
		{`{"format":"uuid"}`, `"8c0f5c9e-3a57-4e0c-9e5e-0d4a7e4f3b11"`, `"8c0f5c9e-3a57-4e0c-9e5e-0d4a7e4f3b1"|"8c0f5c9e-3a57-4e0c-9e5e-0d4a7e4f3bxx"|"8c0f5c9e03a57-4e0c-9e5e-0d4a7e4f3b11"`},
		{`{"format":"of our own"}`, `"anything"`, `{`},
		{`{"enum":["a","b\n",1.50,null,true]}`, `"a"|"b\n"|15e-1|null|true`, `"b"|1|false|[]|"\u0061"|1.5000000000000000000000`},
		{`{"const":"a","enum":["a","b"]}`, `"a"`, `"b"`},
		{`{"items":{"type":"string"},"minItems":1,"maxItems":2}`, `["a"]|[ "a" , "b" ]|{}`, `[]|["a","b","c"]|[1]`},
		{`{"properties":{"a":{"type":"string"},"bb":{"type":"null"}},"required":["bb"]}`,
			`{"bb":null}|{"bb" : null , "a" : "x"}|{"bb":null,"c":{}}`, `{}|{"bb":null,"bb":null}|{"bb":1}|{"bb":null,"a":1}|{"b\u0062":null}`},
		{`{"properties":{"a":true},"additionalProperties":false}`, `{"a":1}|{}`, `{"b":1}`},
		{`{"additionalProperties":{"type":"string"},"maxProperties":2,"minProperties":1}`, `{"a":"1","b":"2"}`, `{}|{"a":"1","b":"2","c":"3"}|{"a":"1","a":"2"}|{"a":1}`},
		{`{"propertyNames":{"pattern":"^[0-9]+$"}}`, `{"1":true}`, `{"a":true}`},
		{recursive, `null|{"next":null}|{"n":1,"next":{"next":{"next":null}}}`, `{}|{"next":{}}|1`},
		{`{"title":"only words","allOf":[{"type":"string"}]}`, `"a"`, `1`},
	} {
		s, err := Compile(json.RawMessage(test.schema))
		require.NoError(t, err)
		require.True(t, s.Compiled(), test.schema)
		for payload := range strings.SplitSeq(test.accepted, "|") {
			require.True(t, s.accepts([]byte(payload), 0), "schema %s, payload %s", test.schema, payload)
			require.Nil(t, s.explain([]byte(payload), 0), "schema %s, payload %s", test.schema, payload)
		}
		for payload := range strings.SplitSeq(test.refused, "|") {
			require.False(t, s.accepts([]byte(payload), 0), "schema %s, payload %s", test.schema, payload)
		}
	}
}

func TestTheCompiledCheckLooksForLettersAndUnknownMembers(t *testing.T) {
	s, err := Compile(json.RawMessage(`{"properties":{"key":{"properties":{"list":true}},"map":{"additionalProperties":true,"properties":{"sum":true}}}}`))
	require.NoError(t, err)
	for _, test := range []struct {
		payload string
		wrong   Check
	}{
		{`{"key":{"list":1},"map":{"SUM":1,"other":2}}`, 0},
		{`{"Key":1}`, Case | Unknown},
		{"{\"\u212aey\":1}", Case | Unknown},
		{`{"key":{"liſt":1}}`, Case | Unknown},
		{`{"key":{"lists":1}}`, Unknown},
		{`{"other":{}}`, Unknown},
	} {
		for _, checks := range []Check{0, Case, Unknown, Case | Unknown} {
			require.Equal(t, test.wrong&checks == 0, s.accepts([]byte(test.payload), checks), "%s, checks %d", test.payload, checks)
			require.Equal(t, test.wrong&checks == 0, s.explain([]byte(test.payload), checks) == nil, "%s, checks %d", test.payload, checks)
		}
	}
}

func TestWhatNoCompiledCheckExpressesTakesTheLongWay(t *testing.T) {
	properties := make([]string, maxDeclared+1)
	for i := range properties {
		properties[i] = fmt.Sprintf(`"p%d":true`, i)
	}
	for _, text := range []string{
		`{"oneOf":[true]}`, `{"not":false}`, `{"if":true}`, `{"contains":true}`, `{"uniqueItems":true}`, `{"items":[true]}`,
		`{"patternProperties":{"a":true}}`, `{"dependencies":{"a":["b"]}}`, `{"dependencies":{"a":true}}`, `{"required":["undescribed"]}`,
		`{"format":"email"}`, `{"enum":[[1]]}`, `{"const":{}}`, `{"anyOf":[{"type":"string"},{"type":"array"}]}`, `{"allOf":[true,true]}`,
		`{"type":"object","allOf":[{"required":["a"]}]}`, `{"minimum":123456789012345678901}`, `{"properties":{"a":{"items":{"oneOf":[true]}}}}`,
		`{"properties":{"a":true},"propertyNames":{"maxLength":1}}`, `{"properties":{` + strings.Join(properties, ",") + `}}`,
	} {
		s, err := Compile(json.RawMessage(text))
		require.NoError(t, err, text)
		require.False(t, s.Compiled(), text)
		require.False(t, s.accepts([]byte(`null`), 0), text)
		require.Equal(t, s.explain([]byte(`null`), 0), s.Validate([]byte(`null`)), text)
	}
	unused, err := Compile(json.RawMessage(`{"type":"null","definitions":{"a":{"oneOf":[true]}}}`))
	require.NoError(t, err)
	require.True(t, unused.Compiled())
}

func TestTheCompiledCheckHasLimits(t *testing.T) {
	s, err := Compile(json.RawMessage(`true`))
	require.NoError(t, err)
	nested := func(open, end string, n int) []byte {
		return []byte(strings.Repeat(open, n) + "0" + strings.Repeat(end, n))
	}
	require.True(t, s.accepts(nested("[", "]", maxDepth), 0))
	require.False(t, s.accepts(nested("[", "]", maxDepth+1), 0))
	require.True(t, s.accepts(nested(`[{"a":`, "}]", maxUndeclared), 0))
	require.False(t, s.accepts(nested(`{"a":`, "}", maxUndeclared+1), 0), "more keys than it keeps")
	require.False(t, s.accepts(nested(`[`, "]", 1<<20), 0))
	require.True(t, s.accepts([]byte(strings.Repeat("7", maxNumber)), 0))
	require.False(t, s.accepts([]byte(strings.Repeat("7", maxNumber+1)), 0))
	var list []string
	for i := range maxUndeclared {
		list = append(list, fmt.Sprintf(`"%d":0`, i))
	}
	object := "{" + strings.Join(list, ",") + "}"
	require.True(t, s.accepts([]byte("["+object+","+object+"]"), 0))
	require.False(t, s.accepts([]byte(object[:len(object)-1]+`,"x":0}`), 0))
	require.Nil(t, s.Validate([]byte(object[:len(object)-1]+`,"x":0}`)))
}

// Nested alternatives must not be compiled once for every way that leads to them.
func TestNestedOptionsCompileOnce(t *testing.T) {
	text := `{"$ref":"#/definitions/d0","definitions":{"d200":{"type":"null"}`
	for i := range 200 {
		text += fmt.Sprintf(`,"d%d":{"anyOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]}`, i, i+1, i+1)
	}
	s, err := Compile(json.RawMessage(text + "}}"))
	require.NoError(t, err)
	require.Nil(t, s.Validate([]byte(`null`)))
}

func FuzzAcceptsAgainstEngineForAnySchema(f *testing.F) {
	for _, draft := range []string{"draft4", "draft6", "draft7"} {
		files, err := filepath.Glob(filepath.Join("testdata", "suite", draft, "*.json"))
		require.NoError(f, err)
		for _, file := range files {
			for _, g := range readSuite(f, file) {
				if s, err := Compile(withDraft(f, g.Schema, draft)); err != nil || !s.Compiled() {
					continue
				}
				for _, test := range g.Tests {
					f.Add([]byte(withDraft(f, g.Schema, draft)), []byte(test.Data))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text, payload []byte) {
		if len(text) > 4096 || len(payload) > 4096 {
			t.Skip()
		}
		s, err := Compile(text)
		if err != nil || !s.Compiled() {
			t.Skip()
		}
		for _, checks := range []Check{0, Case | Unknown} {
			if found := s.explain(payload, checks); found != nil && s.accepts(payload, checks) {
				t.Fatalf("accepted with checks %d, but: %v\npayload %s\nschema %s", checks, found, payload, text)
			}
		}
	})
}
