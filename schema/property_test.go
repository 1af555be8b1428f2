package schema_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

// The promise of the package: what encoding/json writes of a type is valid by the
// type's schema, and what breaks the schema is not.
func TestEveryValueOfATypeIsValidAndABrokenOneIsNot(t *testing.T) {
	compiled := compileAll(t)
	filled := map[string]int{}
	mutations := map[string]int{}
	for seed := range uint64(25) {
		g := newGenerator(seed)
		for at, typ := range stressTypes {
			checkValue(t, g, typ, compiled[at], mutations)
		}
		for name, n := range g.filled {
			filled[name] += n
		}
	}
	for _, keyword := range []string{
		"type", "required", "enum", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern", "format",
		"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "propertyNames",
	} {
		require.Positive(t, mutations[keyword], "no payload was broken by %s", keyword)
	}
	requireAllFieldsFilled(t, reflect.TypeFor[stress](), filled, map[reflect.Type]bool{})
}

func FuzzEveryValueOfATypeIsValidAndABrokenOneIsNot(f *testing.F) {
	compiled := compileAll(f)
	for seed := range uint64(3) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, at uint8) {
		i := int(at) % len(stressTypes)
		checkValue(t, newGenerator(seed), stressTypes[i], compiled[i], map[string]int{})
	})
}

func compileAll(t testing.TB) (compiled []*schema.Schema) {
	for _, typ := range stressTypes {
		raw, err := schema.Of(typ)
		require.NoError(t, err, typ)
		s, err := schema.Compile(raw)
		require.NoError(t, err, "%s: %s", typ, raw)
		compiled = append(compiled, s)
	}
	return compiled
}

// checkValue draws a value and breaks it in a few of the ways in which it can be.
func checkValue(t testing.TB, g *generator, typ reflect.Type, s *schema.Schema, mutations map[string]int) {
	v := g.value(typ, 5)
	for _, value := range []any{v.Interface(), v.Addr().Interface()} {
		payload, err := json.Marshal(value)
		require.NoError(t, err, typ)
		if found := s.Validate(payload); found != nil {
			t.Fatalf("%s: its own value is refused: %v\npayload %s\nschema %s", typ, found, payload, s.JSON())
		}
		for range 4 {
			broken := read(payload)
			m := mutator{root: read(s.JSON())}
			m.look(m.root, broken, "", func(to any) { broken = to })
			if len(m.found) == 0 {
				return
			}
			change := m.pick(g)
			change.apply()
			mutations[change.keyword]++
			text, err := json.Marshal(broken)
			require.NoError(t, err)
			if s.Validate(text) == nil {
				t.Fatalf("%s: broken by %+v, but accepted\npayload %s\nschema %s", typ, change, text, s.JSON())
			}
		}
	}
}

// requireAllFieldsFilled fails if a field of a struct of this package was never
// given a value: then the property says nothing of it.
func requireAllFieldsFilled(t *testing.T, typ reflect.Type, filled map[string]int, seen map[reflect.Type]bool) {
	if seen[typ] {
		return
	}
	seen[typ] = true
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		requireAllFieldsFilled(t, typ.Elem(), filled, seen)
	case reflect.Struct:
		if typ.PkgPath() != reflect.TypeFor[stress]().PkgPath() && typ.Name() != "" {
			return
		}
		if _, drawn := reflect.New(typ).Interface().(json.Marshaler); drawn && typ != reflect.TypeFor[WithTime]() {
			return
		}
		for sf := range typ.Fields() {
			if !sf.IsExported() && (!sf.Anonymous || sf.Type.Kind() != reflect.Struct) || sf.Type.Kind() == reflect.Chan || sf.Type == reflect.TypeFor[struct{}]() {
				continue
			}
			require.Positive(t, filled[typ.String()+"."+sf.Name], "no value was drawn for %s.%s", typ, sf.Name)
			requireAllFieldsFilled(t, sf.Type, filled, seen)
		}
	}
}
