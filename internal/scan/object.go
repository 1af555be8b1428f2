package scan

// maxDepth bounds what this file reads: values that an envelope carried or a
// handler made, whose depth was checked before.
const maxDepth = 10_000

// Lookup returns the value at the path of keys in the object raw, nil when there
// is none or raw is not an object. Of a repeated key the first one counts.
func Lookup(raw []byte, path ...string) []byte {
	for _, key := range path {
		if raw = member(raw, key); raw == nil {
			return nil
		}
	}
	return raw
}

func member(raw []byte, key string) []byte {
	i := Space(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return nil
	}
	w := Walk(raw, i, maxDepth)
	for w.Next() {
		if Is(w.Key(), key) {
			return w.Value()
		}
	}
	return nil
}

// AppendMember appends the member key:value to dst, an object that lacks its
// closing brace.
func AppendMember(dst []byte, key string, value []byte) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(AppendQuoted(dst, key), ':')
	return append(dst, value...)
}

// SetMember returns a copy of the object raw in which key has value. What is not
// an object counts as an empty one.
func SetMember(raw []byte, key string, value []byte) []byte {
	out := append(make([]byte, 0, len(raw)+len(key)+len(value)+8), '{')
	if i := Space(raw, 0); i < len(raw) && raw[i] == '{' {
		w := Walk(raw, i, maxDepth)
		for w.Next() {
			if Is(w.Key(), key) {
				continue
			}
			if len(out) > 1 {
				out = append(out, ',')
			}
			out = append(append(append(out, w.Key()...), ':'), w.Value()...)
		}
	}
	return append(AppendMember(out, key, value), '}')
}

// Kind names the JSON type of the value raw, as JSON Schema does; "nothing" if
// there is none.
func Kind(raw []byte) string {
	i := Space(raw, 0)
	if i == len(raw) {
		return "nothing"
	}
	switch raw[i] {
	case '{':
		return "object"
	case '[':
		return "array"
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// Empty reports whether raw is absent or an object without members.
func Empty(raw []byte) bool {
	i := Space(raw, 0)
	if i == len(raw) {
		return true
	}
	if raw[i] != '{' {
		return false
	}
	w := Walk(raw, i, maxDepth)
	return !w.Next() && w.Err() == nil
}
