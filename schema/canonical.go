package schema

import (
	"encoding/json"
	"math/big"
)

// canonical is a text that is the same for equal values only.
func canonical(v any) string {
	raw, err := json.Marshal(exact(v))
	if err != nil {
		return ""
	}
	return string(raw)
}

// exact writes fractions in one way, as decode does integers.
func exact(v any) any {
	switch t := v.(type) {
	case json.Number:
		if r, ok := new(big.Rat).SetString(t.String()); ok && !r.IsInt() {
			digits, _ := r.FloatPrec()
			return json.Number(r.FloatString(digits))
		}
	case []any:
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = exact(item)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(t))
		for key, value := range t {
			object[key] = exact(value)
		}
		return object
	}
	return v
}
