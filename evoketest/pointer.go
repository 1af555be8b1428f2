package evoketest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// lookup returns the value at a JSON Pointer (RFC 6901) in a decoded document. Its
// error says how far the pointer leads.
func lookup(document any, pointer string) (any, error) {
	if pointer == "" {
		return document, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("%q is no JSON Pointer: it begins with a slash, or is empty for the whole", pointer)
	}
	value, path := document, ""
	for token := range strings.SplitSeq(pointer[1:], "/") {
		key, err := unescape(token)
		if err != nil {
			return nil, fmt.Errorf("%q is no JSON Pointer: %w", pointer, err)
		}
		if value, err = child(value, key); err != nil {
			return nil, fmt.Errorf("%s %w", place(path), err)
		}
		path += "/" + token
	}
	return value, nil
}

// child returns a member or an element of value.
func child(value any, key string) (any, error) {
	switch v := value.(type) {
	case map[string]any:
		member, ok := v[key]
		if !ok {
			return nil, fmt.Errorf("has no member %q, it has %s", key, keys(v))
		}
		return member, nil
	case []any:
		i, err := strconv.Atoi(key)
		if err != nil || strconv.Itoa(i) != key || i < 0 {
			return nil, fmt.Errorf("is an array and %q no index", key)
		}
		if i >= len(v) {
			return nil, fmt.Errorf("has no element %d, it has %d", i, len(v))
		}
		return v[i], nil
	}
	return nil, fmt.Errorf("is %s and has no %q", show(value), key)
}

func keys(object map[string]any) string {
	if len(object) == 0 {
		return "none"
	}
	var quoted []string
	for key := range object {
		quoted = append(quoted, strconv.Quote(key))
	}
	slices.Sort(quoted)
	return short(strings.Join(quoted, ", "))
}

// unescape reads a token of a JSON Pointer.
func unescape(token string) (string, error) {
	key := strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	if scan.PointerToken(key) != token {
		return "", fmt.Errorf("in %q a tilde is not ~0, or ~1 for a slash", token)
	}
	return key, nil
}

func place(path string) string {
	if path == "" {
		return "itself"
	}
	return path
}

// show writes a decoded value in one line.
func show(value any) string {
	text, _ := events.JSON{}.Marshal(value) // it was JSON
	return short(string(text))
}

// short cuts what would fill the screen.
func short(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s... (%d bytes)", strings.ToValidUTF8(s[:most], ""), len(s))
}
