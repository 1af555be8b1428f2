package gen_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

// A dice makes catalogues by chance, the same one from the same seed.
type dice struct{ *rand.Rand }

func pick[T any](d dice, from ...T) T { return from[d.IntN(len(from))] }

func (d dice) catalog() catalog.Catalog {
	c := catalog.Catalog{Name: pick(d, texts...)}
	for i := range 1 + d.IntN(8) {
		e := catalog.Event{Name: pick(d, "a:b:c", "a-b:c", pick(d, texts...)+":b:c", pick(d, texts...)), Version: i + 1, Doc: pick(d, texts...)}
		if (events.Event{Name: e.Name, Version: 1}).Validate() != nil {
			e.Name = "x:y:z"
		}
		e.Input, e.Output = pick(d, "", "x.A", "a", pick(d, texts...)), pick(d, "", "x.A", "x.a", "[]x.A")
		e.InputSchema, e.OutputSchema = d.document(), d.document()
		c.Events = append(c.Events, e)
	}
	return c
}

// document is a schema with definitions, nil if chance made one that is wrong.
func (d dice) document() []byte {
	s := d.schema(3)
	definitions := map[string]any{}
	for _, name := range []string{"A", "b", "c"} {
		definitions[name] = d.schema(2)
	}
	s["definitions"] = definitions
	raw := encoded(s)
	if _, err := schema.Compile(raw); err != nil {
		return nil
	}
	return raw
}

type object = map[string]any

func (d dice) schema(depth int) object {
	s := object{}
	if d.IntN(4) == 0 {
		s["description"], s["deprecated"], s["default"] = pick(d, texts...), d.IntN(2) == 0, pick(d, texts...)
	}
	if depth == 0 {
		s["type"] = pick(d, "string", "integer", "number", "boolean", "null")
		return s
	}
	switch d.IntN(12) {
	case 0:
		return object{"$ref": "#/definitions/" + pick(d, "A", "b", "c", "missing")}
	case 1:
		s["enum"] = []any{pick(d, texts...), pick(d, texts...), pick[any](d, nil, 1, 2.5, true, "x")}
	case 2:
		s["type"], s["items"] = pick[any](d, "array", []string{"array", "null"}), d.schema(depth-1)
	case 3:
		s["type"], s["additionalProperties"] = pick[any](d, "object", []string{"object", "null"}), d.schema(depth-1)
	case 4:
		s["anyOf"] = []any{d.schema(depth - 1), pick(d, object{"type": "null"}, d.schema(depth-1))}
	case 5:
		s["oneOf"] = []any{d.schema(depth - 1), d.schema(depth - 1), d.schema(depth - 1)}
	case 6:
		s["allOf"] = []any{d.schema(depth - 1), pick(d, d.schema(depth-1), object{"minimum": 1})}
	case 7:
		s["type"] = []string{"string", pick(d, "integer", "null"), pick(d, "object", "array")}
	case 8:
		s["type"], s["format"], s["minimum"] = pick(d, "string", "integer"), pick(d, "date-time", "email"), pick(d, 0, -1)
	case 9:
	default:
		properties, required := object{}, []string{}
		for i := range d.IntN(5) {
			name := pick(d, texts...)
			if properties[name] == nil && i%2 == 0 {
				required = append(required, name)
			}
			properties[name] = d.schema(depth - 1)
		}
		s["type"], s["properties"], s["required"] = pick[any](d, "object", []string{"object", "null"}), properties, required
		if d.IntN(3) == 0 {
			s["additionalProperties"] = pick[any](d, true, false, d.schema(depth-1))
		}
	}
	return s
}

func FuzzCatalogs(f *testing.F) {
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := dice{rand.New(rand.NewPCG(seed, 0))}.catalog()
		golang, err := gen.Go(c, "client")
		require.NoError(t, err)
		checkGo(t, golang, len(c.Events))
		typeScript, err := gen.TypeScript(c)
		require.NoError(t, err)
		checkTypeScript(t, typeScript)

		again, err := gen.Go(c, "client")
		require.NoError(t, err)
		require.Equal(t, string(golang), string(again), "the same catalogue made another client")
	})
}

// FuzzSchemas has any text as a schema and as each of an event's texts.
func FuzzSchemas(f *testing.F) {
	for i, e := range rich().Events {
		f.Add([]byte(e.InputSchema), texts[i])
		f.Add([]byte(e.OutputSchema), e.Doc)
	}
	f.Fuzz(func(t *testing.T, raw []byte, text string) {
		e := catalog.Event{Name: text, Version: 1, Doc: text, Input: text, InputSchema: raw, Errors: []catalog.Error{{Code: text, Description: text}}}
		c := catalog.Catalog{Name: text, Version: strconv.Itoa(len(text)), Events: []catalog.Event{e}}
		golang, err := gen.Go(c, "client")
		typeScript, errTS := gen.TypeScript(c)
		if err != nil {
			require.Equal(t, err.Error(), errTS.Error())
			return
		}
		checkGo(t, golang, 1)
		require.NoError(t, errTS)
		checkTypeScript(t, typeScript)
	})
}
