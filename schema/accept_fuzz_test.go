package schema_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

// What the compiled check accepts, the engine must. The test draws a type, a value
// of it, and changes the value's JSON as edits say.
func FuzzAcceptsAgainstEngine(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, []byte{})
		for change := range byte(len(changes)) {
			f.Add(seed, []byte{change, byte(seed), byte(7 * change), change + 1, byte(3 * seed), change})
		}
	}
	f.Fuzz(func(t *testing.T, seed uint64, edits []byte) {
		g := newGenerator(seed)
		s, payload := g.schemaAndPayload(t)
		for ; len(edits) >= 3; edits = edits[3:] {
			at := (int(edits[1])<<8 | int(edits[2])) % (len(payload) + 1)
			payload = changes[int(edits[0])%len(changes)](payload, at)
		}
		requireAgreement(t, s, payload)
	})
}

func requireAgreement(t testing.TB, s *schema.Schema, payload []byte) {
	for _, checks := range []schema.Check{0, schema.Case, schema.Unknown, schema.Case | schema.Unknown} {
		if schema.Accepts(s, payload, checks) {
			if found := schema.Explain(s, payload, checks); found != nil {
				t.Fatalf("accepted with checks %d, but: %v\npayload %s\nschema %s", checks, found, payload, s.JSON())
			}
		}
	}
}

// The check would be right but useless if it refused everything. What encoding/json
// writes without escapes is accepted whenever it is valid.
func TestWhatIsValidIsAcceptedByTheCompiledCheck(t *testing.T) {
	accepted, compiled := 0, 0
	for seed := range uint64(800) {
		g := newGenerator(seed)
		s, payload := g.schemaAndPayload(t)
		if !s.Compiled() {
			continue
		}
		compiled++
		if bytes.IndexByte(payload, '\\') >= 0 || schema.Explain(s, payload, 0) != nil {
			requireAgreement(t, s, payload)
			continue
		}
		accepted++
		require.True(t, schema.Accepts(s, payload, 0), "seed %d: payload %s\nschema %s", seed, payload, s.JSON())
	}
	require.Greater(t, compiled, 400)
	require.Greater(t, accepted, 200)
}

// schemaAndPayload draws a type, and a value that mostly fits.
func (g *generator) schemaAndPayload(t testing.TB) (*schema.Schema, []byte) {
	typ := g.anyType(3)
	raw, err := schema.Of(typ)
	require.NoError(t, err, typ)
	s, err := schema.Compile(raw)
	require.NoError(t, err, "%s", raw)
	payload, err := json.Marshal(g.value(typ, 5).Addr().Interface())
	require.NoError(t, err, typ)
	if g.IntN(3) == 0 {
		broken := read(payload)
		m := mutator{root: read(raw)}
		m.look(m.root, broken, "", func(to any) { broken = to })
		if len(m.found) > 0 {
			m.pick(g).apply()
		}
		payload, err = json.Marshal(broken)
		require.NoError(t, err)
	}
	return s, payload
}

func (g *generator) anyType(depth int) reflect.Type {
	leaves := []reflect.Type{
		reflect.TypeFor[bool](), reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int64](), reflect.TypeFor[uint16](),
		reflect.TypeFor[uint64](), reflect.TypeFor[float64](), reflect.TypeFor[float32](), reflect.TypeFor[string](), reflect.TypeFor[text](),
		reflect.TypeFor[time.Time](), reflect.TypeFor[any](), reflect.TypeFor[json.Number](), reflect.TypeFor[json.RawMessage](),
		reflect.TypeFor[level](), reflect.TypeFor[grade](), reflect.TypeFor[[]byte](), reflect.TypeFor[uuid.UUID](), reflect.TypeFor[node](),
		reflect.TypeFor[list](), reflect.TypeFor[tree](), reflect.TypeFor[page[level]](), reflect.TypeFor[mutualA](), reflect.TypeFor[quotedFields](),
		reflect.TypeFor[Outer](), reflect.TypeFor[described](), reflect.TypeFor[mappings](), reflect.TypeFor[plainKinds](), reflect.TypeFor[order](),
	}
	if depth == 0 {
		return leaves[g.IntN(len(leaves))]
	}
	switch g.IntN(9) {
	case 0:
		return leaves[g.IntN(len(leaves))]
	case 1:
		return reflect.PointerTo(g.anyType(depth - 1))
	case 2:
		return reflect.SliceOf(g.anyType(depth - 1))
	case 3:
		return reflect.ArrayOf(g.IntN(3), g.anyType(depth-1))
	case 4:
		return reflect.MapOf(reflect.TypeFor[string](), g.anyType(depth-1))
	case 5:
		return reflect.MapOf(reflect.TypeFor[int](), g.anyType(depth-1))
	}
	var fields []reflect.StructField
	for i := range g.IntN(6) {
		typ := g.anyType(depth - 1)
		fields = append(fields, reflect.StructField{Name: fmt.Sprintf("F%d", i), Type: typ, Tag: g.tag(i, typ)})
	}
	return reflect.StructOf(fields)
}

// tag draws a name, options and limits.
func (g *generator) tag(i int, typ reflect.Type) reflect.StructTag {
	name := []string{"key", "Key", "ſum", "class", "a.b/c~d", "é", ""}[g.IntN(7)]
	if name != "" && g.IntN(2) == 0 {
		name += fmt.Sprint(i)
	}
	tag := `json:"` + name + []string{"", "", ",omitempty", ",omitzero", ",string"}[g.IntN(5)] + `"`
	if strings.Contains(tag, ",string") {
		return reflect.StructTag(tag)
	}
	var all []string
	switch typ.Kind() {
	case reflect.String:
		if typ == reflect.TypeFor[string]() {
			all = []string{`minLength:"1"`, `maxLength:"2"`, `maxLength:"70"`, `pattern:"^[a-z0-9]*$"`, `enum:"a,12,日本"`, `format:"date"`, `format:"uuid"`, `format:"word"`}
		}
	case reflect.Int, reflect.Int64, reflect.Float64:
		all = []string{`minimum:"-1"`, `maximum:"1.5"`, `exclusiveMinimum:"0"`, `exclusiveMaximum:"1e3"`, `multipleOf:"3"`, `multipleOf:"0.5"`, `enum:"0,1,-3"`}
	case reflect.Slice:
		if typ.Elem().Kind() != reflect.Uint8 {
			all = []string{`minItems:"1"`, `maxItems:"1"`, `uniqueItems:"true"`}
		}
	case reflect.Map:
		all = []string{`minProperties:"1"`, `maxProperties:"1"`}
	case reflect.Struct, reflect.Pointer, reflect.Bool:
		all = []string{`description:"words"`, `required:"true"`, `deprecated:"true"`}
	}
	for range 2 {
		if len(all) > 0 && g.IntN(2) == 0 {
			tag += " " + all[g.IntN(len(all))]
		}
	}
	return reflect.StructTag(tag)
}

// changes alter a JSON text at a byte, some of them without altering its meaning.
var changes = []func(text []byte, at int) []byte{
	func(text []byte, at int) []byte { return splice(text, at, at, " \n") },
	func(text []byte, at int) []byte { return splice(text, at, at+1, "") },
	func(text []byte, at int) []byte { return splice(text, at, at+at%9+1, "") },
	func(text []byte, at int) []byte { // a part twice, as a member
		end := min(len(text), at+1+at%40)
		return splice(text, end, end, string(text[at:end]))
	},
	func(text []byte, at int) []byte { // up to the next comma twice, so that the commas are right
		if n := bytes.IndexByte(text[at:], ','); n >= 0 {
			return splice(text, at+n, at+n, ","+string(text[at:at+n]))
		}
		return splice(text, at, at, ",")
	},
	func(text []byte, at int) []byte {
		if at == len(text) {
			return append(text, '0')
		}
		return splice(text, at, at+1, fmt.Sprintf(`\u%04x`, text[at]))
	},
	func(text []byte, at int) []byte {
		if at < len(text) {
			text[at] ^= 0x20 // the other case of a letter
		}
		return text
	},
	func(text []byte, at int) []byte { return afterNumber(text, at, ".0") },
	func(text []byte, at int) []byte { return afterNumber(text, at, "0e-1") },
	func(text []byte, at int) []byte { return afterNumber(text, at, "e2") },
	func(text []byte, at int) []byte { return afterNumber(text, at, "000000000000000000") },
	func(text []byte, at int) []byte { return afterNumber(text, at, ".5E+001") },
	func(text []byte, at int) []byte { return splice(text, at, at+1, string("{}[]\",:\\0-.et9"[at%14])) },
	func(text []byte, at int) []byte { return splice(text, at, at, string("{}[]\",:\\0-.et9"[at%14])) },
	func(text []byte, at int) []byte { return bytes.Replace(text, []byte("k"), []byte("\u212a"), 1+at%2) },
	func(text []byte, at int) []byte { return bytes.Replace(text, []byte("s"), []byte("ſ"), 1+at%2) },
	func(text []byte, at int) []byte { return bytes.Replace(text, []byte("ſ"), []byte("S"), 1+at%2) },
	func(text []byte, at int) []byte {
		return bytes.Replace(text, []byte("{"), []byte(`{"more":[{"a":1,"b":{}}],`), 1+at%3)
	},
	func(text []byte, at int) []byte { return splice(text, at, at, string([]byte{byte(at)})) },
	func(text []byte, at int) []byte { // other order: json.Marshal sorts
		var v any
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&v) == nil {
			text, _ = json.Marshal(v)
		}
		return text
	},
}

func splice(text []byte, from, to int, with string) []byte {
	return bytes.Join([][]byte{text[:from], text[min(to, len(text)):]}, []byte(with))
}

// afterNumber inserts a text behind the next digits.
func afterNumber(text []byte, at int, with string) []byte {
	i := bytes.IndexAny(text[at:], "0123456789")
	if i < 0 {
		return text
	}
	for at += i; at < len(text) && '0' <= text[at] && text[at] <= '9'; {
		at++
	}
	return splice(text, at, at, with)
}
