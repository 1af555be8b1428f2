package schema

import (
	"fmt"
	"strings"
	"sync"

	"github.com/xeipuuv/gojsonschema"
)

var drafts = map[string]gojsonschema.Draft{
	"http://json-schema.org/draft-04/schema": gojsonschema.Draft4,
	"http://json-schema.org/draft-06/schema": gojsonschema.Draft6,
	"http://json-schema.org/draft-07/schema": gojsonschema.Draft7,
}

// draftOf returns the draft that a document names, or else the given one.
func draftOf(document any, otherwise gojsonschema.Draft) (gojsonschema.Draft, error) {
	object, _ := document.(map[string]any)
	named, given := object["$schema"]
	if !given {
		return otherwise, nil
	}
	name, _ := named.(string)
	if d, ok := drafts[strings.TrimSuffix(name, "#")]; ok {
		return d, nil
	}
	return 0, fmt.Errorf("schema: $schema must name draft 4, 6 or 7, as %q, got %s", draft, describe(named))
}

// metaSchema returns a draft's own schema, which the engine carries with it.
func metaSchema(url string) (any, error) { return gojsonschema.NewReferenceLoader(url).LoadJSON() }

// metaRules are the compiled schemas of the drafts. They never change.
var metaRules = func() map[gojsonschema.Draft]func() (*rule, error) {
	all := map[gojsonschema.Draft]func() (*rule, error){}
	for url, d := range drafts {
		all[d] = sync.OnceValues(func() (*rule, error) {
			document, err := metaSchema(url)
			if err != nil {
				return nil, err
			}
			return newCompiler().compile(document, d)
		})
	}
	return all
}()

// wellFormed checks a schema against the schema of its draft.
func wellFormed(document any, d gojsonschema.Draft) error {
	meta, err := metaRules[d]()
	if err != nil {
		return fmt.Errorf("schema: draft %d: %w", d, err)
	}
	if wrong := violations(meta, document, 0); len(wrong) > 0 {
		v := wrong[0]
		return fmt.Errorf("schema: at %q: %s: expected %s, got %s", v.Path, v.Keyword, v.Expected, v.Got)
	}
	return nil
}
