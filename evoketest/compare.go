package evoketest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// decode reads JSON with all digits of its numbers.
func decode(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// decodeGo makes of a Go value what decode would make of its JSON.
func decodeGo(v any) (any, error) {
	raw, err := events.JSON{}.Marshal(v)
	if err != nil {
		return nil, err
	}
	return decode(raw)
}

// compare returns how two decoded values differ, each difference with its JSON
// Pointer, in the order of the pointers.
func compare(path string, got, want any) error {
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return compareObjects(path, g, w)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return compareArrays(path, g, w)
		}
	case json.Number:
		if g, ok := got.(json.Number); ok && sameNumber(g.String(), w.String()) {
			return nil
		}
	default:
		if got == want {
			return nil
		}
	}
	return fmt.Errorf("%s: got %s, want %s", place(path), show(got), show(want))
}

func compareObjects(path string, got, want map[string]any) error {
	all := maps.Clone(got)
	maps.Copy(all, want)
	var found []error
	for _, key := range slices.Sorted(maps.Keys(all)) {
		below := path + "/" + scan.PointerToken(key)
		g, isThere := got[key]
		w, wanted := want[key]
		switch {
		case !isThere:
			found = append(found, fmt.Errorf("%s: got nothing, want %s", below, show(w)))
		case !wanted:
			found = append(found, fmt.Errorf("%s: got %s, want nothing", below, show(g)))
		default:
			found = append(found, compare(below, g, w))
		}
	}
	return errors.Join(found...)
}

func compareArrays(path string, got, want []any) error {
	if len(got) != len(want) {
		return fmt.Errorf("%s: got %d elements, %s, want %d, %s", place(path), len(got), show(got), len(want), show(want))
	}
	var found []error
	for i := range want {
		found = append(found, compare(fmt.Sprintf("%s/%d", path, i), got[i], want[i]))
	}
	return errors.Join(found...)
}

// sameNumber reports whether two JSON numbers are equal, as 1 and 1.0 are.
func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	x, y := rational(a), rational(b)
	return x != nil && y != nil && x.Cmp(y) == 0
}

// rational is nil for a number whose exponent has so many digits that its own would
// fill the memory. Those are equal only when they are written alike.
func rational(number string) *big.Rat {
	if i := strings.IndexAny(number, "eE"); i >= 0 && len(number)-i > len("e+999") {
		return nil
	}
	r, _ := new(big.Rat).SetString(number)
	return r
}
