package mock_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/cmd/evoke/internal/mock"
	"github.com/evoke-rpc/evoke/schema"
)

func TestASampleIsWhatTheSchemaAllows(t *testing.T) {
	for raw, want := range map[string]string{
		`{}`:                              `{}`,
		`true`:                            `{}`,
		`{"type":"string"}`:               `"text"`,
		`{"type":["null","boolean"]}`:     `true`,
		`{"type":"integer"}`:              `1`,
		`{"type":"number","minimum":2.5}`: `2.5`,
		`{"type":"integer","maximum":-3}`: `-3`,
		`{"exclusiveMinimum":4,"type":"integer"}`:                                                      `5`,
		`{"exclusiveMaximum":1,"type":"number"}`:                                                       `0`,
		`{"multipleOf":7,"type":"integer"}`:                                                            `7`,
		`{"const":{"a":1.50}}`:                                                                         `{"a":1.50}`,
		`{"enum":["b","a"]}`:                                                                           `"b"`,
		`{"type":"string","default":"d","examples":["e"]}`:                                             `"e"`,
		`{"type":"string","default":"d"}`:                                                              `"d"`,
		`{"type":"string","format":"date-time"}`:                                                       `"2026-01-01T00:00:00Z"`,
		`{"type":"string","format":"email","maxLength":30}`:                                            `"somebody@example.com"`,
		`{"type":"string","format":"uuid"}`:                                                            `"00000000-0000-4000-8000-000000000000"`,
		`{"type":"string","minLength":6}`:                                                              `"texttt"`,
		`{"type":"string","maxLength":2}`:                                                              `"te"`,
		`{"type":"string","pattern":"^-?[0-9]+$","minLength":3}`:                                       `"111"`,
		`{"type":"string","contentEncoding":"base64"}`:                                                 `"text"`,
		`{"type":"array","items":{"type":"boolean"}}`:                                                  `[true]`,
		`{"type":"array","items":{"type":"boolean"},"minItems":2}`:                                     `[true,true]`,
		`{"type":"array","maxItems":0}`:                                                                `[]`,
		`{"items":[{"type":"boolean"},{"type":"string"}]}`:                                             `[true,"text"]`,
		`{"required":["x"],"additionalProperties":{"type":"integer"}}`:                                 `{"x":1}`,
		`{"anyOf":[{"type":"null"},{"type":"string"}]}`:                                                `"text"`,
		`{"properties":{"a":{"const":1}},"oneOf":[{"properties":{"b":{"const":2}},"required":["b"]}]}`: `{"a":1,"b":2}`,
		`{"allOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}}}]}`:                `{"a":1,"b":2}`,
		`{"properties":{"a":{"type":"string","pattern":"^(x|y){9}$"}}}`:                                `{}`, // left out, as nothing fits
		`{"$ref":"#/definitions/a~1b","definitions":{"a/b":{"type":"string"}}}`:                        `"text"`,
		`{"properties":{"next":{"$ref":"#"},"n":{"const":1}},"required":["n"]}`:                        `{"n":1,"next":{"n":1,"next":{"n":1}}}`,
		// None.
		`false`:           ``,
		`{"type":"null"}`: ``,
		`{"not":{}}`:      ``,
		`{"type":"string","pattern":"^(x|y){9}$"}`:                           ``,
		`{"type":"array","minItems":1e9}`:                                    ``,
		`{"type":"string","minLength":1000000000}`:                           ``,
		`{"type":"object","required":["a"],"properties":{"a":{"$ref":"#"}}}`: ``,
		`{"type":7}`: ``,
		`{`:          ``,
		``:           ``,
	} {
		t.Run(raw, func(t *testing.T) {
			sample, ok := mock.Sample(json.RawMessage(raw))
			require.Equal(t, want != "", ok)
			require.Equal(t, want, string(sample))
		})
	}
}

func TestSamplesOfGoTypesFit(t *testing.T) {
	type money struct {
		Cents    int64  `json:"cents"`
		Currency string `json:"currency" enum:"EUR,USD"`
	}
	type person struct {
		Name    string              `json:"name" minLength:"1"`
		Born    time.Time           `json:"born"`
		Friends []*person           `json:"friends,omitempty"`
		Paid    map[string]money    `json:"paid"`
		Tags    [2]string           `json:"tags"`
		Photo   []byte              `json:"photo"`
		Count   uint8               `json:"count,string"`
		Any     any                 `json:"any"`
		Rates   map[int]*float64    `json:"rates"`
		Nested  *struct{ A, B int } `json:"nested"`
	}
	raw, err := schema.For[person]()
	require.NoError(t, err)
	first, ok := mock.Sample(raw)
	require.True(t, ok)
	again, _ := mock.Sample(raw)
	require.Equal(t, string(first), string(again))
	var read person
	require.NoError(t, json.Unmarshal(first, &read))
	require.Equal(t, money{}, read.Paid["x"])
	require.Len(t, read.Friends, 1)
}

// A few types that refer to each other in all their fields unfold without end.
func TestASampleIsBounded(t *testing.T) {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, `%s"f%d":{"$ref":"#"}`, strings.Repeat(",", min(i, 1)), i)
	}
	sample, ok := mock.Sample(json.RawMessage(`{"properties":{` + b.String() + `}}`))
	require.True(t, ok)
	require.Less(t, len(sample), 64<<10)
}

func FuzzSample(f *testing.F) {
	f.Add([]byte(`{"type":"array","items":{"$ref":"#"},"minItems":1}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		sample, ok := mock.Sample(raw)
		require.Equal(t, ok, sample != nil)
		if ok {
			s, err := schema.Compile(raw)
			require.NoError(t, err)
			require.Empty(t, s.Validate(sample))
		}
	})
}
