package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}

func hasReference(v any) bool { return strings.Contains(text(v), `"$ref"`) }

// follow returns what a chain of references leads to.
func follow(root, schema any) any {
	for range maxDepth {
		object, _ := schema.(map[string]any)
		ref, ok := object["$ref"].(string)
		if !ok {
			return schema
		}
		target, found := resolve(root, ref)
		if !found {
			return schema
		}
		schema = target
	}
	return schema
}

// resolve finds what a reference within root leads to.
func resolve(root any, ref string) (any, bool) {
	fragment, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil, false
	}
	target, ok := place{value: root, base: here}.descend(fragment)
	return target.value, ok
}

// pairOf identifies two schemas that are objects.
func pairOf(old, new any) (pair [2]uintptr, ok bool) {
	a, isObject := old.(map[string]any)
	b, areObjects := new.(map[string]any)
	if !isObject || !areObjects {
		return pair, false
	}
	return [2]uintptr{reflect.ValueOf(a).Pointer(), reflect.ValueOf(b).Pointer()}, true
}

// scoped reports whether a schema within another has an id, so that the references
// in it lead elsewhere.
func (c *comparison) scoped(old, new any) bool {
	within := func(root, schema any) bool {
		object, _ := schema.(map[string]any)
		_, named := object["$id"].(string)
		pair, ok := pairOf(root, schema)
		return named && ok && pair[0] != pair[1]
	}
	return within(c.old, old) || within(c.new, new)
}

// annotations say nothing of what is valid.
var annotations = []string{
	"$schema", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "definitions",
}

// same reports whether two schemas, or lists of them, are the same but for
// annotations and the names of definitions. With names, keys are names of members.
func (c *comparison) same(old, new any, names bool, assumed map[[2]uintptr]bool) bool {
	if !names {
		old, new = follow(c.old, old), follow(c.new, new)
		if c.scoped(old, new) {
			return canonical(old) == canonical(new)
		}
	}
	if pair, ok := pairOf(old, new); ok {
		if assumed[pair] {
			return true
		}
		assumed[pair] = true
		return c.sameObject(old.(map[string]any), new.(map[string]any), names, assumed)
	}
	a, isList := old.([]any)
	b, areLists := new.([]any)
	if !isList || !areLists || len(a) != len(b) {
		return (old == nil) == (new == nil) && canonical(old) == canonical(new)
	}
	for i := range a {
		if !c.same(a[i], b[i], false, assumed) {
			return false
		}
	}
	return true
}

func (c *comparison) sameObject(a, b map[string]any, names bool, assumed map[[2]uintptr]bool) bool {
	counts := func(key string) bool { return names || !slices.Contains(annotations, key) }
	for key := range b {
		if _, ok := a[key]; !ok && counts(key) {
			return false
		}
	}
	for key, old := range a {
		new, ok := b[key]
		switch {
		case !counts(key):
		case !ok:
			return false
		case !names && (key == "enum" || key == "const"):
			if canonical(old) != canonical(new) {
				return false
			}
		case !c.same(old, new, !names && slices.Contains(holdMap, key), assumed):
			return false
		}
	}
	return true
}

// combiners are the keywords whose schemas apply to the value itself.
var combiners = []string{"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}

// normal follows references and unfolds the two compositions that this package
// writes, anyOf with null and a lone allOf, where nothing is lost by it.
func normal(root, schema any) map[string]any { return unfold(root, schema, maxDepth) }

func unfold(root, schema any, depth int) map[string]any {
	object, _ := follow(root, schema).(map[string]any)
	if depth == 0 {
		return object
	}
	if option, ok := nullOr(object); ok {
		if inner, ok := orNull(unfold(root, option, depth-1)); ok {
			if all, ok := merged(inner, object, "anyOf"); ok {
				return all
			}
		}
	}
	if part, ok := onlyOne(object["allOf"]); ok {
		if all, ok := merged(unfold(root, part, depth-1), object, "allOf"); ok {
			return all
		}
	}
	return object
}

// merged returns the keywords of both, unless both say something of the same.
func merged(inner, outer map[string]any, without string) (map[string]any, bool) {
	all := map[string]any{}
	for key, value := range inner {
		all[key] = value
	}
	for key, value := range outer {
		if key == without {
			continue
		}
		if _, twice := all[key]; twice && !slices.Contains(annotations, key) {
			return nil, false
		}
		all[key] = value
	}
	return all, true
}

// orNull returns a schema that accepts null as well, false if that takes more than
// another type or choice.
func orNull(schema map[string]any) (map[string]any, bool) {
	for _, key := range combiners {
		if _, ok := schema[key]; ok {
			return nil, false
		}
	}
	all, _ := merged(schema, nil, "")
	if values, ok := choicesOf(schema); ok {
		delete(all, "const")
		all["enum"] = append(slices.Clone(values), nil)
	}
	if _, typed := schema["type"]; typed {
		list := []any{"null"}
		for _, name := range typeSet(schema) {
			list = append(list, name)
		}
		all["type"] = list
	}
	return all, true
}

// choicesOf are the values of an enum or a const.
func choicesOf(schema map[string]any) ([]any, bool) {
	if v, ok := schema["const"]; ok {
		return []any{v}, true
	}
	list, ok := schema["enum"].([]any)
	return list, ok
}

func onlyOne(list any) (any, bool) {
	if l, ok := list.([]any); ok && len(l) == 1 {
		return l[0], true
	}
	return nil, false
}

// nullOr returns the schema beside null, if object is anyOf these two.
func nullOr(object map[string]any) (any, bool) {
	l, _ := object["anyOf"].([]any)
	if len(l) != 2 {
		return nil, false
	}
	for i, option := range l {
		if o, ok := option.(map[string]any); ok && len(o) == 1 && o["type"] == "null" {
			return l[1-i], true
		}
	}
	return nil, false
}

func typeText(root, schema any) string { return strings.Join(typeSet(normal(root, schema)), ", ") }

// text is v as JSON, a string as it is.
func text(v any) string {
	switch t := v.(type) {
	case nil:
		return ""
	case string:
		return t
	}
	raw, err := marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(raw)
}
