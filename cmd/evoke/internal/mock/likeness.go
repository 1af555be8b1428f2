package mock

import (
	"bytes"
	"encoding/json"
)

// decode reads JSON with its numbers as they are written.
func decode(raw json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}

// likeness tells how much of two payloads is the same, from 0, nothing, to 1, all of
// it: of the simple values in either, the share that both have at the same place.
func likeness(a, b any) float64 {
	n := same(a, b)
	return float64(n) / float64(size(a)+size(b)-n)
}

func same(a, b any) (n int) {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		for name, value := range a {
			if other, both := b[name]; both {
				n += same(value, other)
			}
		}
		if ok && len(a)+len(b) == 0 {
			n = 1
		}
		return n
	case []any:
		b, ok := b.([]any)
		for i := range min(len(a), len(b)) {
			n += same(a[i], b[i])
		}
		if ok && len(a)+len(b) == 0 {
			n = 1
		}
		return n
	}
	switch b.(type) {
	case map[string]any, []any:
		return 0
	}
	if a == b {
		return 1
	}
	return 0
}

// size is how many simple values there are in v; an empty array or object is one.
func size(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, member := range v {
			n += size(member)
		}
	case []any:
		for _, item := range v {
			n += size(item)
		}
	}
	return max(n, 1)
}
