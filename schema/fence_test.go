package schema_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/schema"
)

// Each test here names a fault of the engine that the fence is for.

func only(t *testing.T, found []schema.Violation, path, keyword string) {
	t.Helper()
	require.Len(t, found, 1)
	require.Equal(t, path, found[0].Path)
	require.Equal(t, keyword, found[0].Keyword)
}

// quick fails a test that takes much longer than any machine needs.
func quick(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	require.Less(t, time.Since(start), limit, "it took too long")
}

func TestAMonstrousExponentIsRefusedAndDoesNotPanic(t *testing.T) {
	for _, keyword := range []string{"minimum", "maximum", "exclusiveMinimum", "multipleOf"} {
		s := compile(t, `{"properties":{"n":{"`+keyword+`":1}}}`)
		for _, n := range []string{"1e9999999", "-1E+9999999", "1e-9999999", "1e99999999999999999999", "0e9999999"} {
			only(t, s.Validate([]byte(`{"n":`+n+`}`)), "/n", "number")
		}
	}
}

func TestALongNumberIsRefusedAtOnce(t *testing.T) {
	s := compile(t, `{"items":{"multipleOf":3}}`)
	for _, n := range []string{strings.Repeat("7", 1<<20), "0." + strings.Repeat("7", 1<<20)} {
		quick(t, 2*time.Second, func() { only(t, s.Validate([]byte(`[`+n+`]`)), "/0", "number") })
	}
}

func TestTrailingGarbageIsRefused(t *testing.T) {
	for _, payload := range []string{`{} x`, `{}{}`, `1 2`, `[]]`, "{}\x00", `"a","b"`} {
		only(t, compile(t, `true`).Validate([]byte(payload)), "", "json")
	}
	require.Empty(t, compile(t, `true`).Validate([]byte(" {} \n\t\r")))
}

func TestDuplicateKeysAreRefused(t *testing.T) {
	s := compile(t, `true`)
	only(t, s.Validate([]byte(`{"a":1,"a":1}`)), "/a", "uniqueKeys")
	only(t, s.Validate([]byte(`{"a":1,"\u0061":2}`)), "/a", "uniqueKeys")
	require.Empty(t, s.Validate([]byte(`{"a":1,"A":2}`)))
}

func TestReferencesAreNeverFetchedOrRead(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var connections atomic.Int32
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			_ = conn.Close()
		}
	}()
	file := filepath.Join(t.TempDir(), "schema.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"type":"string"}`), 0o600))
	for _, ref := range []string{
		"http://" + listener.Addr().String() + "/schema.json",
		"http://" + listener.Addr().String() + "/schema.json#/definitions/a",
		"//" + listener.Addr().String() + "/x",
		"file://" + file,
		"file://" + file + "#",
		file,
		"schema.json",
		"http://json-schema.org/draft-03/schema#",
	} {
		for _, text := range []string{
			`{"$ref":%q}`, `{"items":{"$ref":%q}}`, `{"definitions":{"unused":{"$ref":%q}},"properties":{"a":{"$ref":"#/definitions/unused"}}}`,
			`{"$id":%q,"properties":{"a":{"$ref":"other.json"}}}`,
		} {
			_, err := schema.Compile(json.RawMessage(fmt.Sprintf(text, ref)))
			require.ErrorContains(t, err, "$ref must lead to a place within the schema", "%s: %s", text, ref)
		}
	}
	require.NoError(t, listener.Close())
	<-stopped
	require.Zero(t, connections.Load(), "a reference was fetched")
}

func TestCompilingAndValidatingConcurrently(t *testing.T) {
	const text = `{"$ref":"#/definitions/a","definitions":{"a":{"type":"object","properties":{"next":{"$ref":"#/definitions/a"},"n":{"minimum":1,"format":"email"}}}}}`
	shared := compile(t, text)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				own, err := schema.Compile(json.RawMessage(text))
				if err != nil {
					t.Error(err)
					return
				}
				for _, s := range []*schema.Schema{own, shared} {
					if found := s.Validate([]byte(`{"next":{"next":{"n":0}}}`)); len(found) != 1 || found[0].Path != "/next/next/n" {
						t.Errorf("got %v", found)
					}
				}
			}
		})
	}
	group.Wait()
}

func TestDepthIsBounded(t *testing.T) {
	nested := func(depth int) []byte {
		return []byte(strings.Repeat("[", depth) + strings.Repeat("]", depth))
	}
	s := compile(t, `{"items":{"$ref":"#"},"type":"array"}`)
	require.Empty(t, s.Validate(nested(512)))
	only(t, s.Validate(nested(513)), "", "json")
	_, err := schema.Compile(json.RawMessage(strings.Repeat(`{"not":`, 513) + "{}" + strings.Repeat("}", 513)))
	require.ErrorContains(t, err, "512 levels")
}

func TestADeepMegabyteTakesMilliseconds(t *testing.T) {
	s := compile(t, `{"properties":{"a":{"$ref":"#"},"s":{"type":"string","maxLength":5000}},"required":["s"],"type":"object"}`)
	text := strings.Repeat("x", 2000)
	valid := strings.Repeat(`{"s":"`+text+`","a":`, 511) + `{"s":""}` + strings.Repeat("}", 511)
	invalid := strings.Repeat(`{"t":"`+text+`","a":`, 511) + `{}` + strings.Repeat("}", 511)
	require.Greater(t, len(valid), 1_000_000)
	quick(t, time.Second, func() { require.Empty(t, s.Validate([]byte(valid))) })
	quick(t, time.Second, func() { require.Len(t, s.Validate([]byte(invalid)), 100) })
}

// Schemas that ask the same question at every level, twice, must not ask it 2^512 times.
func TestRepeatedQuestionsAreAskedOnce(t *testing.T) {
	for name, text := range map[string]string{
		"anyOf": `{"type":"object","anyOf":[{"properties":{"a":{"$ref":"#"}},"required":["x"]},{"properties":{"a":{"$ref":"#"}},"required":["y"]}]}`,
		"oneOf": `{"type":"object","oneOf":[{"properties":{"a":{"$ref":"#"}},"required":["x"]},{"properties":{"a":{"$ref":"#"}},"required":["y"]}]}`,
		"allOf": `{"type":"object","allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}},"required":["y"]}]}`,
		"not":   `{"type":"object","not":{"properties":{"a":{"$ref":"#"}}},"if":{"properties":{"a":{"$ref":"#"}}},"then":{"properties":{"a":{"$ref":"#"}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := compile(t, text)
			quick(t, 5*time.Second, func() {
				for _, leaf := range []string{`{}`, `{"x":1}`, `{"y":1}`, `{"x":1,"y":1}`, `7`} {
					s.Validate([]byte(strings.Repeat(`{"x":1,"a":`, 500) + leaf + strings.Repeat("}", 500)))
				}
			})
		})
	}
}

func TestAFloodOfViolationsIsBounded(t *testing.T) {
	wide := make([]string, 40)
	for i := range wide {
		wide[i] = fmt.Sprintf("%q", fmt.Sprint("field", i))
	}
	names := make([]string, 15_000)
	for i := range names {
		names[i] = fmt.Sprintf(`"unknown%d":1`, i)
	}
	many := func(item string) string { return "[" + strings.Repeat(item+",", 1<<18/(len(item)+1)) + item + "]" }
	object := "{" + strings.Join(names, ",") + "}"
	for name, test := range map[string]struct{ schema, payload string }{
		"required in items":    {`{"items":{"required":[` + strings.Join(wide, ",") + `]}}`, many("{}")},
		"types of items":       {`{"items":{"type":"string"}}`, many("1")},
		"bounds of items":      {`{"items":{"minimum":2,"multipleOf":2,"maximum":0}}`, many("1")},
		"options":              {`{"items":{"oneOf":[{"minimum":2},{"maximum":0}]}}`, many("1")},
		"items in options":     {`{"anyOf":[{"type":"array","items":{"type":"string"}},{"type":"null"}]}`, many("1")},
		"additional members":   {`{"additionalProperties":false}`, object},
		"names of members":     {`{"propertyNames":{"maxLength":3}}`, object},
		"types of members":     {`{"additionalProperties":{"type":"string"}}`, object},
		"patterns":             {`{"patternProperties":{"^u":{"type":"string"}}}`, object},
		"items alike":          {`{"uniqueItems":true}`, many("1")},
		"no item fits":         {`{"contains":{"type":"string"}}`, many("1")},
		"items after the last": {`{"items":[true],"additionalItems":false}`, many("1")},
		"nested arrays":        {`{"type":"array","items":{"anyOf":[{"$ref":"#"},{"type":"string"}]}}`, many("[[1],[2]]")},
	} {
		t.Run(name, func(t *testing.T) {
			s := compile(t, test.schema)
			var found []schema.Violation
			quick(t, 3*time.Second, func() { found = s.Validate([]byte(test.payload)) })
			require.NotEmpty(t, found)
			require.LessOrEqual(t, len(found), 100)
			require.Equal(t, found, s.Validate([]byte(test.payload)), "the choice of violations must not vary")
		})
	}
}

func TestViolationsHoldNoLongPartsOfPayloadOrSchema(t *testing.T) {
	long := strings.Repeat("é~/", 1<<18)
	key, err := json.Marshal(long)
	require.NoError(t, err)
	deep := strings.Repeat(`{`+string(key[:200])+`":`, 500) + "1" + strings.Repeat("}", 500)
	options := `"` + strings.Repeat("x", 5000) + `"`
	for _, test := range []struct{ schema, payload string }{
		{`{"additionalProperties":false}`, `{` + string(key) + `:1}`},
		{`{"additionalProperties":{"type":"string"}}`, `{` + string(key) + `:1}`},
		{`{"propertyNames":{"maxLength":1}}`, `{` + string(key) + `:1}`},
		{`{"additionalProperties":{"$ref":"#"},"type":"object"}`, deep},
		{`{"type":"number"}`, string(key)},
		{`{"maxLength":1,"pattern":"^` + strings.Repeat("y", 900) + `$","format":"email"}`, string(key)},
		{`{"enum":[1,` + options + `]}`, string(key)},
		{`{"const":` + options + `}`, string(key)},
		{`{"required":[` + options + `]}`, `{}`},
		{`{"dependencies":{"a":[` + options + `]}}`, `{"a":1}`},
		{`true`, `{` + string(key) + `:1e999}`},
		{`true`, `{` + string(key) + `:1,` + string(key) + `:2}`},
		{`false`, string(key)},
		{`{"maximum":1}`, strings.Repeat("9", 500)},
		{`true`, long},
	} {
		found := compile(t, test.schema).Validate([]byte(test.payload))
		require.NotEmpty(t, found, test.schema)
		text, err := json.Marshal(found)
		require.NoError(t, err)
		require.Less(t, len(text), 4000*len(found), "%s: %s", test.schema, text[:min(300, len(text))])
	}
}
