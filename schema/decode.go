package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/internal/scan"
)

const (
	// maxDepth is how deep a payload or schema may be nested.
	maxDepth = 512
	// maxNumber is the longest number, in bytes. Engines compute with fractions
	// of any size, so a long number costs more than its length.
	maxNumber = 512
	// maxExponent is the largest power of ten, of either sign, that a number may
	// have: a little more than a float64 can hold.
	maxExponent = 400
)

// A refusal is a text that is not fit to be validated: not JSON, too deep, a
// member twice, or a number that no program should compute with.
type refusal struct {
	keys    []string // from the innermost outwards
	keyword string
	want    string
	got     string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("at %q: expected %s, got %s", r.path(), r.want, r.got)
}

func (r *refusal) path() string {
	slices.Reverse(r.keys)
	defer slices.Reverse(r.keys)
	return pointer(r.keys)
}

// decode reads one JSON document into maps, slices, strings, booleans, nil and
// [json.Number], the latter in the one way that an integer can be written without
// a fraction. The error is a *refusal.
func decode(data []byte) (any, error) {
	raw, err := scan.Document(data, maxDepth)
	if err != nil {
		return nil, &refusal{keyword: "json", want: "one JSON value, at most " + strconv.Itoa(maxDepth) + " levels deep", got: err.Error()}
	}
	d := decoder{text: raw}
	value, bad := d.value()
	if bad != nil {
		return nil, bad
	}
	return value, nil
}

// A decoder goes through a text that is known to be JSON.
type decoder struct {
	text []byte
	i    int
}

// next skips white space and returns the byte behind it.
func (d *decoder) next() byte {
	d.i = scan.Space(d.text, d.i)
	return d.text[d.i]
}

func (d *decoder) value() (any, *refusal) {
	switch d.next() {
	case '{':
		return d.object()
	case '[':
		return d.array()
	case '"':
		return d.string(), nil
	case 't':
		d.i += len("true")
		return true, nil
	case 'f':
		d.i += len("false")
		return false, nil
	case 'n':
		d.i += len("null")
		return nil, nil
	}
	from := d.i
	for d.i < len(d.text) && strings.IndexByte("+-.0123456789Ee", d.text[d.i]) >= 0 {
		d.i++
	}
	n, err := number(d.text[from:d.i])
	if err != nil {
		want := fmt.Sprintf("a number of at most %d bytes, its exponent from -%d to %d", maxNumber, maxExponent, maxExponent)
		return nil, &refusal{keyword: "number", want: want, got: err.Error()}
	}
	return n, nil
}

func (d *decoder) string() string {
	from := d.i
	for d.i++; d.text[d.i] != '"'; d.i++ {
		if d.text[d.i] == '\\' {
			d.i++
		}
	}
	d.i++
	s, _ := scan.Unquote(d.text[from:d.i])
	return s
}

func (d *decoder) object() (any, *refusal) {
	object := map[string]any{}
	for d.i++; d.next() != '}'; {
		if d.text[d.i] == ',' {
			d.i++
			d.next()
		}
		key := d.string()
		d.next()
		d.i++ // the colon
		value, bad := d.value()
		if _, twice := object[key]; twice && bad == nil {
			bad = &refusal{keyword: "uniqueKeys", want: "one member of this name", got: "two"}
		}
		if bad != nil {
			bad.keys = append(bad.keys, key)
			return nil, bad
		}
		object[key] = value
	}
	d.i++
	return object, nil
}

func (d *decoder) array() (any, *refusal) {
	array := []any{}
	for d.i++; d.next() != ']'; {
		if d.text[d.i] == ',' {
			d.i++
		}
		value, bad := d.value()
		if bad != nil {
			bad.keys = append(bad.keys, strconv.Itoa(len(array)))
			return nil, bad
		}
		array = append(array, value)
	}
	d.i++
	return array, nil
}

// number writes integers without fraction and exponent, as engines compare the
// texts of numbers here and there.
func number(text []byte) (json.Number, error) {
	if len(text) > maxNumber {
		return "", fmt.Errorf("one of %d bytes", len(text))
	}
	s := string(text)
	e := strings.IndexAny(s, "eE")
	if e >= 0 {
		if n, err := strconv.Atoi(s[e+1:]); err != nil || n > maxExponent || n < -maxExponent {
			return "", errors.New("a larger exponent")
		}
	}
	if e < 0 && !strings.Contains(s, ".") && s != "-0" {
		return json.Number(s), nil
	}
	r, ok := new(big.Rat).SetString(s)
	if ok && r.IsInt() {
		return json.Number(r.Num().String()), nil
	}
	return json.Number(s), nil
}

func unescape(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
}
