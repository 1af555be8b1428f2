package schema_test

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// A sketcher draws small schemas, changes of them and payloads that often fit.
type sketcher struct{ *rand.Rand }

type object = map[string]any

func (s *sketcher) schema(depth int) object {
	n := 6
	if depth == 0 {
		n = 4
	}
	switch s.IntN(n) {
	case 0:
		return object{"type": pick(s, []any{"integer", "number", []any{"integer", "null"}, []any{"number", "string"}}), "minimum": s.IntN(3), "maximum": 2 + s.IntN(3)}
	case 1:
		return object{"type": "string", "minLength": s.IntN(2), "maxLength": 1 + s.IntN(3)}
	case 2:
		return object{"enum": []any{"a", "bb", 1, nil}[s.IntN(3):]}
	case 3:
		return object{"anyOf": []any{object{"type": "string", "maxLength": s.IntN(3)}, object{"type": "null"}}}
	case 4:
		return object{"type": "array", "items": s.schema(depth - 1), "minItems": s.IntN(2), "maxItems": 2}
	}
	properties := object{"a": s.schema(depth - 1), "b": s.schema(depth - 1)}
	made := object{"type": "object", "properties": properties}
	if s.IntN(2) == 0 {
		made["required"] = []any{"a"}
	}
	if s.IntN(3) == 0 {
		made["additionalProperties"] = s.IntN(2) == 0
	}
	if s.IntN(4) == 0 {
		return object{"allOf": []any{made}, "description": "wrapped"}
	}
	return made
}

func pick(s *sketcher, all []any) any { return all[s.IntN(len(all))] }

// change returns a copy in which one keyword somewhere is another, gone or new.
func (s *sketcher) change(old object) object {
	made := maps.Clone(old)
	keys := slices.Sorted(maps.Keys(old))
	key := keys[s.IntN(len(keys))]
	switch v := old[key].(type) {
	case object:
		if key == "properties" {
			name := string("ab"[s.IntN(2)])
			inner := maps.Clone(v)
			if part, ok := inner[name].(object); ok {
				inner[name] = s.change(part)
			}
			if s.IntN(4) == 0 {
				inner["c"] = s.schema(0)
			}
			made[key] = inner
			return made
		}
		made[key] = s.change(v)
	case int:
		made[key] = max(0, v+s.IntN(3)-1)
	case []any:
		list := slices.Clone(v)
		if part, ok := list[0].(object); ok {
			list[0] = s.change(part)
		} else if s.IntN(2) == 0 && len(list) > 1 {
			list = list[1:]
		} else if key == "enum" {
			list = append(list, "new")
		} else {
			delete(made, key)
			return made
		}
		made[key] = list
	default:
		if s.IntN(2) == 0 {
			delete(made, key)
		} else {
			made["maxLength"] = 2
		}
	}
	return made
}

// payload draws a value of a schema's shape, with declared members only.
func (s *sketcher) payload(schema object) any {
	for _, key := range []string{"anyOf", "allOf"} {
		if list, ok := schema[key].([]any); ok {
			return s.payload(list[s.IntN(len(list))].(object))
		}
	}
	if list, ok := schema["enum"].([]any); ok {
		return pick(s, list)
	}
	name, _ := schema["type"].(string)
	if list, ok := schema["type"].([]any); ok {
		name, _ = pick(s, list).(string)
	}
	switch name {
	case "string":
		return []string{"", "x", "xy", "xyz"}[s.IntN(4)]
	case "number":
		return float64(s.IntN(9)) / 2
	case "integer":
		return s.IntN(5)
	case "array":
		list := []any{}
		items, _ := schema["items"].(object)
		for range s.IntN(3) {
			list = append(list, s.payload(items))
		}
		return list
	case "object":
		made := object{}
		properties, _ := schema["properties"].(object)
		for member, part := range properties {
			if s.IntN(4) > 0 {
				made[member] = s.payload(part.(object))
			}
		}
		return made
	}
	return nil
}
