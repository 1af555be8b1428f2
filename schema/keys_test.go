package schema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

func TestChecksOfWhatJSONSchemaAllows(t *testing.T) {
	type line struct {
		Count int `json:"count"`
	}
	type order struct {
		Name   string          `json:"name"`
		Lines  []line          `json:"lines"`
		Next   *order          `json:"next"`
		Labels map[string]line `json:"labels,omitempty"`
		Empty  struct{}        `json:"empty,omitzero"`
	}
	raw, err := schema.For[order]()
	require.NoError(t, err)
	s, err := schema.Compile(raw)
	require.NoError(t, err)
	const inner = `{"name":"b","lines":[],"next":null}`
	for _, test := range []struct {
		payload         string
		letters, others []schema.Violation
	}{
		{`{"name":"a","lines":[{"count":1}],"next":` + inner + `,"labels":{"NAME":{"count":1}}}`, nil, nil},
		{`{"name":"a","lines":[],"next":null,"Name":"b"}`,
			[]schema.Violation{{Path: "/Name", Keyword: "case", Expected: "name", Got: `"Name"`}}, nil},
		{`{"name":"a","lines":[{"count":1,"COUNT":2}],"next":null}`,
			[]schema.Violation{{Path: "/lines/0/COUNT", Keyword: "case", Expected: "count", Got: `"COUNT"`}}, nil},
		{`{"name":"a","lines":[],"next":{"name":"b","lines":[],"next":null,"liNes":1}}`,
			[]schema.Violation{{Path: "/next/liNes", Keyword: "case", Expected: "lines", Got: `"liNes"`}}, nil},
		{`{"name":"a","lines":[],"next":null,"more":1}`, nil,
			[]schema.Violation{{Path: "/more", Keyword: "unknown", Expected: "no members but those of the schema", Got: `"more"`}}},
		{`{"name":"a","lines":[],"next":null,"labels":{"x":{"count":1,"y":2}}}`, nil,
			[]schema.Violation{{Path: "/labels/x/y", Keyword: "unknown", Expected: "no members but those of the schema", Got: `"y"`}}},
	} {
		require.Nil(t, s.Validate([]byte(test.payload)), "JSON Schema allows it: %s", test.payload)
		require.Equal(t, test.letters, s.Validate([]byte(test.payload), schema.Case), test.payload)
		if test.letters == nil {
			require.Equal(t, test.others, s.Validate([]byte(test.payload), schema.Case, schema.Unknown), test.payload)
		}
	}
}
