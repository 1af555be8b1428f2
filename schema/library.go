package schema

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/xeipuuv/gojsonschema"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// A place is a schema within a document, before its own id counts.
type place struct {
	value any
	base  *url.URL // what relative references below it are relative to
	draft gojsonschema.Draft
	at    string // JSON Pointer from the document, for errors
}

func (p place) child(value any, key string) place {
	p.value, p.at = value, p.at+"/"+scan.PointerToken(key)
	return p
}

// enter returns the place with the base that its id gives it. Beside a $ref, all
// other keywords are ignored, the id too.
func (p place) enter() (inside place, id *url.URL) {
	object, _ := p.value.(map[string]any)
	key := "$id"
	if p.draft == gojsonschema.Draft4 {
		key = "id"
	}
	text, _ := object[key].(string)
	if _, isRef := object["$ref"].(string); isRef || text == "" {
		return p, nil
	}
	id, err := p.base.Parse(text)
	if err != nil {
		return p, nil
	}
	base := *id
	base.Fragment, base.RawFragment = "", ""
	p.base = &base
	return p, id
}

// A library finds what references lead to. It never opens a file or a connection.
type library map[string]place

// here is the address of a document that does not name its own.
var here = &url.URL{Scheme: "schema", Host: "here", Path: "/"}

func (l library) add(address string, document any, otherwise gojsonschema.Draft) error {
	d, err := draftOf(document, otherwise)
	if err != nil {
		return err
	}
	base, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	p := place{value: document, base: base, draft: d}
	l[plain(base)] = p
	l.index(p)
	return nil
}

// plain is a URL without an empty fragment.
func plain(u *url.URL) string { return strings.TrimSuffix(u.String(), "#") }

// The keywords whose values are schemas.
var (
	holdOne  = []string{"additionalItems", "additionalProperties", "contains", "propertyNames", "not", "if", "then", "else", "items"}
	holdList = []string{"allOf", "anyOf", "oneOf", "items"}
	holdMap  = []string{"definitions", "properties", "patternProperties", "dependencies"}
)

// index notes the ids of all schemas within p.
func (l library) index(p place) {
	object, ok := p.value.(map[string]any)
	if !ok {
		return
	}
	inside, id := p.enter()
	if id != nil {
		l[plain(id)] = p
	}
	for key, value := range object {
		switch v := value.(type) {
		case map[string]any:
			if slices.Contains(holdOne, key) {
				l.index(inside.child(v, key))
			}
			if slices.Contains(holdMap, key) {
				for name, schema := range v {
					l.index(inside.child(v, key).child(schema, name))
				}
			}
		case []any:
			if slices.Contains(holdList, key) {
				for i, schema := range v {
					l.index(inside.child(v, key).child(schema, strconv.Itoa(i)))
				}
			}
		}
	}
}

// find returns the place that a reference at p leads to.
func (l library) find(p place, ref string) (place, error) {
	u, err := p.base.Parse(ref)
	if err != nil {
		return place{}, fmt.Errorf("schema: at %q: $ref: %s is no URL", p.at, excerpt(ref))
	}
	if found, ok := l[plain(u)]; ok {
		return found, nil
	}
	fragment := u.Fragment
	u.Fragment, u.RawFragment = "", ""
	address := u.String()
	if d, known := drafts[address]; known && l[address].base == nil {
		document, err := metaSchema(address)
		if err != nil {
			return place{}, err
		}
		if err := l.add(address, document, d); err != nil {
			return place{}, err
		}
	}
	if found, ok := l[address]; ok {
		if target, ok := found.descend(fragment); ok {
			return target, nil
		}
	}
	return place{}, fmt.Errorf("schema: at %q: $ref must lead to a place within the schema, got %s", p.at, excerpt(ref))
}

// descend follows a JSON Pointer.
func (p place) descend(pointer string) (place, bool) {
	if pointer == "" {
		return p, true
	}
	if pointer[0] != '/' {
		return p, false
	}
	for part := range strings.SplitSeq(pointer[1:], "/") {
		key := unescape(part)
		p, _ = p.enter()
		switch v := p.value.(type) {
		case map[string]any:
			next, ok := v[key]
			if !ok {
				return p, false
			}
			p = p.child(next, key)
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(v) {
				return p, false
			}
			p = p.child(v[i], key)
		default:
			return p, false
		}
	}
	return p, true
}
