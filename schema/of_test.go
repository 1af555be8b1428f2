package schema_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

func TestOfDescribesTypesInFewWords(t *testing.T) {
	for _, test := range []struct {
		of   reflect.Type
		want string // without $schema
	}{
		{reflect.TypeFor[int](), `{"type":"integer"}`},
		{reflect.TypeFor[int8](), `{"type":"integer","minimum":-128,"maximum":127}`},
		{reflect.TypeFor[uint64](), `{"type":"integer","minimum":0}`},
		{reflect.TypeFor[*string](), `{"type":["string","null"]}`},
		{reflect.TypeFor[[]byte](), `{"type":["string","null"],"contentEncoding":"base64"}`},
		{reflect.TypeFor[[2]bool](), `{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2}`},
		{reflect.TypeFor[map[int]string](), `{"type":["object","null"],"propertyNames":{"pattern":"^-?[0-9]+$"},"additionalProperties":{"type":"string"}}`},
		{reflect.TypeFor[map[uint]any](), `{"type":["object","null"],"propertyNames":{"pattern":"^[0-9]+$"}}`},
		{reflect.TypeFor[any](), `{}`},
		{reflect.TypeFor[struct{}](), `{"type":"object"}`},
		{reflect.TypeFor[level](), `{"enum":["low","high"]}`},
		{reflect.TypeFor[list](), `{"$ref":"#/definitions/list","definitions":{"list":{"type":["array","null"],"items":{"$ref":"#/definitions/list"}}}}`},
		{reflect.TypeFor[mutualA](), `{"$ref":"#/definitions/mutualA","definitions":{
			"mutualA":{"type":"object","properties":{"B":{"anyOf":[{"$ref":"#/definitions/mutualB"},{"type":"null"}]}}},
			"mutualB":{"type":"object","properties":{"As":{"type":["array","null"],"items":{"$ref":"#/definitions/mutualA"}}},"required":["As"]}}}`},
		{reflect.TypeFor[Diamond](), `{"type":"object","properties":{"Extra":{"type":"string"}},"required":["Extra"]}`},
		{reflect.TypeFor[struct {
			A int `json:"a,string"`
			B *bool
			C string `json:",omitempty" required:"true" description:"words" deprecated:"true" default:"x" example:"y"`
		}](), `{"type":"object","properties":{"a":{"type":"string","pattern":"^-?[0-9]+$"},"B":{"type":["boolean","null"]},
			"C":{"description":"words","type":"string","default":"x","examples":["y"],"deprecated":true}},"required":["a","C"]}`},
	} {
		raw, err := schema.Of(test.of)
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(raw, &got))
		require.Equal(t, "http://json-schema.org/draft-07/schema#", got["$schema"])
		delete(got, "$schema")
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.JSONEq(t, test.want, string(text), test.of)
	}
}

func TestTypesOfOneNameAreKeptApart(t *testing.T) {
	raw, err := schema.For[struct {
		Mine   Event
		Theirs holder
	}]()
	require.NoError(t, err)
	require.Contains(t, string(raw), `"Event":{"type":"object","properties":{"Only"`)
	require.Contains(t, string(raw), `"Event2":{"type":"object","properties":{"Other"`)
}

// holder holds another type that is named Event.
type holder struct{}

func (holder) OneOf() []any {
	type Event struct{ Other int }
	return []any{Event{}}
}

func TestOfNamesTheFieldThatIsWrong(t *testing.T) {
	for want, typ := range map[string]reflect.Type{
		".A.B: chan int is not JSON":  reflect.TypeFor[struct{ A struct{ B chan int } }](),
		".A[]: func() is not JSON":    reflect.TypeFor[struct{ A []func() }](),
		".A: complex128 is not JSON":  reflect.TypeFor[struct{ A complex128 }](),
		".A: a map's key is a string": reflect.TypeFor[struct{ A map[bool]int }](),
		`.A: the tag minimum must be a number`: reflect.TypeFor[struct {
			A int `minimum:"x"`
		}](),
		`.A: the tag minLength must be a number`: reflect.TypeFor[struct {
			A string `minLength:"-1"`
		}](),
		`.A: the tag required must be "true" or`: reflect.TypeFor[struct {
			A int `required:"yes"`
		}](),
		`.A: the tag pattern:`: reflect.TypeFor[struct {
			A string `pattern:"("`
		}](),
		`.A: no tag about a text goes with the option`: reflect.TypeFor[struct {
			A string `json:",string" maxLength:"2"`
		}](),
		`.A: its JSONSchema:`:                     reflect.TypeFor[struct{ A wrongSchema }](),
		`.A: its JSONSchema must be of draft 7`:   reflect.TypeFor[struct{ A oldSchema }](),
		`.A: its OneOf must list values, got nil`: reflect.TypeFor[struct{ A emptyChoice }](),
	} {
		_, err := schema.Of(typ)
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "schema: ")
	}
}

type wrongSchema struct{}

func (wrongSchema) JSONSchema() json.RawMessage { return json.RawMessage(`{"type":"strnig"}`) }

type oldSchema struct{}

func (oldSchema) JSONSchema() json.RawMessage {
	return json.RawMessage(`{"$schema":"http://json-schema.org/draft-04/schema#"}`)
}

type emptyChoice struct{}

func (emptyChoice) OneOf() []any { return []any{nil} }
