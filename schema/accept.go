package schema

import (
	"bytes"

	"github.com/evoke-rpc/evoke/internal/scan"
)

// An acceptor is a rule compiled for speed: it reads the bytes of a payload once and
// allocates nothing. It is never wrong when it accepts. When it refuses, the payload
// may still be valid, written in a way that is too rare to be worth the effort; the
// engine finds out, and says why not.
type acceptor struct {
	kinds              kinds
	choices            *scalars // nil allows all
	text               *textLimits
	number             *numberLimits
	items              *acceptor
	minItems, maxItems int
	object             *members
}

// kinds is a set of kinds of JSON values.
type kinds uint8

const (
	null kinds = 1 << iota
	yes
	no
	integers  // numbers without a fraction, however they are written
	fractions // other numbers; they are never allowed without integers
	texts
	arrays
	objects
	everything = null | yes | no | integers | fractions | texts | arrays | objects
)

// scalars are the values of an enum or a const, but for those that kinds tells.
type scalars struct {
	texts   [][]byte // in quotes
	numbers []decimal
}

// refused stands for the position behind a value that is not accepted.
const refused = -1

// maxUndeclared is how many members without a rule of their own are compared with
// one another, in an object and those around it.
const maxUndeclared = 64

// A reading is the way through one payload. The methods return the position behind
// what they have read, or refused.
type reading struct {
	data       []byte
	checks     Check
	undeclared [maxUndeclared]int // where their keys begin
	used       int
}

// Compiled reports whether Validate can accept most valid payloads by a compiled
// check, in a fraction of the time that decoding them takes. It cannot when the
// schema has something that the check does not express:
//
//   - oneOf, not, if, contains, uniqueItems, patternProperties, dependencies, a list
//     as items, anyOf but for "this or null", allOf but for a single schema that
//     stands alone;
//   - of the known formats, others than date, date-time and uuid;
//   - choices that are objects or arrays, or numbers of more than 19 digits;
//   - required members that are not among the properties, propertyNames beside
//     properties, more than 256 properties.
//
// What Validate returns does not depend on it.
func (s *Schema) Compiled() bool { return s.quick != nil }

// accepts reports whether payload is certainly valid; false means that it may not be.
func (s *Schema) accepts(payload []byte, checks Check) bool {
	if s.quick == nil {
		return false
	}
	r := reading{data: payload, checks: checks}
	end := r.value(s.quick, scan.Space(payload, 0), maxDepth)
	return end != refused && scan.Space(payload, end) == len(payload)
}

// value reads the value at i. Depth is how many arrays and objects may be opened.
func (r *reading) value(a *acceptor, i, depth int) int {
	if i >= len(r.data) {
		return refused
	}
	switch r.data[i] {
	case '"':
		return r.text(a, i)
	case '{':
		return r.object(a, i, depth)
	case '[':
		return r.array(a, i, depth)
	case 't':
		return r.word("true", i, a.kinds&yes != 0)
	case 'f':
		return r.word("false", i, a.kinds&no != 0)
	case 'n':
		return r.word("null", i, a.kinds&null != 0)
	}
	return r.number(a, i)
}

func (r *reading) word(word string, i int, allowed bool) int {
	end := i + len(word)
	if !allowed || end > len(r.data) || string(r.data[i:end]) != word {
		return refused
	}
	return end
}

func (r *reading) text(a *acceptor, i int) int {
	if a.kinds&texts == 0 {
		return refused
	}
	var end int
	if a.choices == nil {
		end = r.skipText(i)
	} else {
		end = r.choice(a.choices.texts, i)
	}
	if end == refused || a.text != nil && !a.text.allow(r.data[i+1:end-1]) {
		return refused
	}
	return end
}

// skipText reads the string that begins with the quote at i.
func (r *reading) skipText(i int) int {
	end, err := scan.Value(r.data, i, 0)
	if err != nil {
		return refused
	}
	return end
}

// choice reads one of the texts, in the one way in which it needs no escapes.
func (r *reading) choice(texts [][]byte, i int) int {
	for _, text := range texts {
		if bytes.HasPrefix(r.data[i:], text) {
			return i + len(text)
		}
	}
	return refused
}

func (r *reading) number(a *acceptor, i int) int {
	d, end := readDecimal(r.data, i)
	if end == refused || !a.allowsNumber(d) {
		return refused
	}
	return end
}

func (a *acceptor) allowsNumber(d decimal) bool {
	return a.kinds&integers != 0 && (a.kinds&fractions != 0 || d.integral()) &&
		(a.number == nil || a.number.allow(d)) &&
		(a.choices == nil || d.among(a.choices.numbers))
}

func (r *reading) array(a *acceptor, i, depth int) int {
	if a.kinds&arrays == 0 || depth == 0 {
		return refused
	}
	i = scan.Space(r.data, i+1)
	if i < len(r.data) && r.data[i] == ']' {
		return a.sized(0, i+1)
	}
	for n := 1; ; n++ {
		if i = r.value(a.items, i, depth-1); i == refused {
			return refused
		}
		if i = scan.Space(r.data, i); i == len(r.data) {
			return refused
		}
		switch r.data[i] {
		case ',':
			i = scan.Space(r.data, i+1)
		case ']':
			return a.sized(n, i+1)
		default:
			return refused
		}
	}
}

func (a *acceptor) sized(n, end int) int {
	if n < a.minItems || n > a.maxItems {
		return refused
	}
	return end
}
