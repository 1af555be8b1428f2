package schema

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	oracle "github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
)

// The tests of this file are white-box: they stand behind the same fence, decode.

// FuzzAgainstOracle compares the verdict with that of another engine. Where these
// differ by design, a pair is skipped:
//   - format: the other one checks none in its default state;
//   - what either does not compile: places outside of $id's document, ids that
//     are used twice, numbers as lengths beyond an int;
//   - $id and id, whose odd forms they resolve differently.
func FuzzAgainstOracle(f *testing.F) {
	for _, draft := range []string{"draft4", "draft6", "draft7"} {
		files, err := filepath.Glob(filepath.Join("testdata", "suite", draft, "*.json"))
		require.NoError(f, err)
		for _, file := range files {
			for _, g := range readSuite(f, file) {
				for _, test := range g.Tests {
					f.Add([]byte(withDraft(f, g.Schema, draft)), []byte(test.Data))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, schema, payload []byte) {
		if len(schema) > 4096 || len(payload) > 4096 || incomparable.Match(schema) {
			t.Skip()
		}
		ours, err := Compile(schema)
		if err != nil {
			t.Skip()
		}
		document, err := decode(payload)
		if err != nil {
			if ours.Validate(payload) == nil {
				t.Fatalf("accepted, but no JSON: %q", payload)
			}
			return
		}
		theirs, err := compileOracle(schema)
		if err != nil {
			t.Skip()
		}
		found, wrong := ours.Validate(payload), theirs.Validate(document)
		if (found == nil) != (wrong == nil) {
			t.Fatalf("schema %s\npayload %s\nours: %v\ntheirs: %v", schema, payload, found, wrong)
		}
	})
}

var incomparable = regexp.MustCompile(`format|id"|\\u|content|\$schema.*\$schema`)

func compileOracle(text []byte) (s *oracle.Schema, err error) {
	document, err := decode(text)
	if err != nil {
		return nil, err
	}
	c := oracle.NewCompiler()
	c.DefaultDraft(oracle.Draft7)
	c.UseLoader(oracle.SchemeURLLoader{})
	if err := c.AddResource("schema://here/", document); err != nil {
		return nil, err
	}
	return c.Compile("schema://here/")
}

// Quiet and loud checks judge by different code: ours, and the engine's.
func FuzzQuietAndLoudAgree(f *testing.F) {
	f.Add([]byte(`{"minimum":3,"maxLength":2}`), []byte(`[1]`))
	f.Add([]byte(`{"$schema":"http://json-schema.org/draft-04/schema#","minimum":3,"exclusiveMinimum":true}`), []byte(`3.0`))
	f.Add([]byte(`{"type":["integer","null"],"multipleOf":0.5,"format":"date","pattern":"a"}`), []byte(`"a"`))
	f.Add([]byte(`{"required":["a"],"minProperties":2,"maxItems":1}`), []byte(`{"a":1}`))
	f.Fuzz(func(t *testing.T, schema, payload []byte) {
		s, err := Compile(schema)
		if err != nil {
			t.Skip()
		}
		document, err := decode(payload)
		if err != nil {
			t.Skip()
		}
		c := check{known: map[visit]bool{}}
		if quiet, loud := c.holds(s.root, document), len(violations(s.root, document, 0)) == 0; quiet != loud {
			t.Fatalf("schema %s, payload %s: quietly %v, loudly %v", schema, payload, quiet, loud)
		}
	})
}

func TestQuietAndLoudAgreeOnTheOfficialSuite(t *testing.T) {
	for _, draft := range []string{"draft4", "draft6", "draft7"} {
		files, err := filepath.Glob(filepath.Join("testdata", "suite", draft, "*.json"))
		require.NoError(t, err)
		for _, file := range files {
			for _, g := range readSuite(t, file) {
				s, err := Compile(withDraft(t, g.Schema, draft))
				if err != nil {
					continue // it refers to other documents
				}
				for _, test := range g.Tests {
					document, err := decode(test.Data)
					require.NoError(t, err)
					c := check{known: map[visit]bool{}}
					require.Equal(t, test.Valid, c.holds(s.root, document), "%s: %s: %s", file, g.Description, test.Description)
				}
			}
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range []string{
		`{"$ref":"#"}`, `{"$ref":"#/definitions/a","definitions":{"a":{"$ref":"#/definitions/a"}}}`, `{"$id":"http://x/y","$ref":"z#"}`,
		`{"items":[{"$ref":"#/items/0"}]}`, `{"type":[]}`, `{"enum":[]}`, `{"pattern":"(?<a>"}`, `{"minLength":1e400}`, `{"definitions":true}`,
		`{"$schema":"http://json-schema.org/draft-04/schema#","id":"#a","exclusiveMinimum":true}`, `{"multipleOf":1e-400}`, `true`, `null`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Compile(text)
		if err != nil {
			if strings.Contains(err.Error(), "cannot compile") {
				t.Fatalf("the engine panicked: %v: %s", err, text)
			}
			return
		}
		for _, payload := range []string{`{}`, `[]`, `""`, `1.5`, `null`, `true`, `{"a":[{"a":1}]}`} {
			for _, v := range s.Validate([]byte(payload)) {
				if v.Keyword == "internal" || v.Expected == "" {
					t.Fatalf("schema %s, payload %s: %+v", text, payload, v)
				}
			}
		}
		if changes, err := Compare(text, text, Request); err != nil || len(changes) > 0 {
			t.Fatalf("%s differs from itself: %v %v", text, changes, err)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{
		`{"a":[1,-0,1.0,1e2,"\ud800",true,false,null]}`, ` [ ] `, `{"a":1,"a":2}`, `1e500`, "\"\\u0000\"", `{"":{"~/":"\"\\"}}`, `[1,]`, `12 `, `-1.5E-3`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := decode(text)
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		var want any
		valid := d.Decode(&want) == nil && json.Valid(text)
		if err != nil {
			if r := err.(*refusal); valid && r.keyword == "json" && !strings.Contains(r.got, "UTF-8") && !strings.Contains(r.got, "deep") && !strings.Contains(r.got, "nest") {
				t.Fatalf("%q: refused: %v", text, err)
			}
			return
		}
		if !valid {
			t.Fatalf("%q: accepted, but is no JSON", text)
		}
		if !reflect.DeepEqual(exact(got), exact(plainly(want))) {
			t.Fatalf("%q: got %v, want %v", text, got, want)
		}
	})
}

// plainly writes integers as decode does.
func plainly(v any) any {
	switch t := v.(type) {
	case json.Number:
		n, err := number([]byte(t))
		if err == nil {
			return n
		}
	case []any:
		for i := range t {
			t[i] = plainly(t[i])
		}
	case map[string]any:
		for k := range t {
			t[k] = plainly(t[k])
		}
	}
	return v
}

// The engine behind the fence panics on such a number, and so does the oracle.
func TestTheFenceIsNeededForTheOracleToo(t *testing.T) {
	s, err := compileOracle([]byte(`{"minimum":1}`))
	require.NoError(t, err)
	require.Panics(t, func() { _ = s.Validate(json.Number("1e9999999")) })
}
