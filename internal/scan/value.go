// Package scan reads JSON text byte by byte, without allocating and without
// reflection. It is strict: what it accepts is JSON by RFC 8259, in valid UTF-8,
// nested no deeper than the caller allows. Nothing is decoded; callers get the
// positions of values and cut them out of the text.
//
// Lone surrogates (\ud800 without its other half) are valid in the grammar and
// pass; [Unquote] reports them.
package scan

import (
	"fmt"
	"unicode/utf8"
)

// A SyntaxError says why a text is not JSON and at which byte.
type SyntaxError struct {
	Offset  int
	Problem string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.Problem, e.Offset)
}

func fail(offset int, problem string) error {
	return &SyntaxError{Offset: offset, Problem: problem}
}

// Space returns the position of the first byte at or after i that is not JSON
// white space.
func Space(data []byte, i int) int {
	for i < len(data) && data[i] <= ' ' &&
		(data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// Document checks that data is exactly one JSON value, white space around it
// allowed, nested at most depth deep, and returns that value without the space.
func Document(data []byte, depth int) ([]byte, error) {
	start := Space(data, 0)
	end, err := Value(data, start, depth)
	if err != nil {
		return nil, err
	}
	if i := Space(data, end); i < len(data) {
		return nil, fail(i, "more text after the end of the JSON value")
	}
	return data[start:end], nil
}

// Value returns the position behind the value that begins at data[i]. Depth is
// how many arrays and objects may still be opened, this value included.
func Value(data []byte, i, depth int) (int, error) {
	if i >= len(data) {
		return i, fail(i, "unexpected end of JSON")
	}
	switch c := data[i]; {
	case c == '"':
		return text(data, i)
	case c == '{' || c == '[':
		w := Walk(data, i, depth)
		for w.Next() {
		}
		return w.End(), w.Err()
	case c == '-' || '0' <= c && c <= '9':
		return number(data, i)
	case c == 't':
		return literal(data, i, "true")
	case c == 'f':
		return literal(data, i, "false")
	case c == 'n':
		return literal(data, i, "null")
	}
	return i, fail(i, "expected a JSON value")
}

func literal(data []byte, i int, word string) (int, error) {
	end := i + len(word)
	if end > len(data) {
		return i, fail(len(data), "unexpected end of JSON")
	}
	if string(data[i:end]) != word {
		return i, fail(i, "expected "+word)
	}
	return end, nil
}

func number(data []byte, i int) (int, error) {
	if data[i] == '-' {
		i++
	}
	switch {
	case i < len(data) && data[i] == '0':
		i++
	case i < len(data) && isDigit(data[i]):
		i = digits(data, i)
	default:
		return i, fail(i, "expected a digit")
	}
	if i < len(data) && data[i] == '.' {
		i++
		if i >= len(data) || !isDigit(data[i]) {
			return i, fail(i, "expected a digit after the decimal point")
		}
		i = digits(data, i)
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		if i >= len(data) || !isDigit(data[i]) {
			return i, fail(i, "expected a digit in the exponent")
		}
		i = digits(data, i)
	}
	return i, nil
}

func digits(data []byte, i int) int {
	for i < len(data) && isDigit(data[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// plain marks the bytes that stand for themselves inside a string.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

// text returns the position behind the string that begins with the quote at i.
func text(data []byte, i int) (int, error) {
	i++
	for i < len(data) {
		c := data[i]
		switch {
		case plain[c]:
			i++
		case c == '"':
			return i + 1, nil
		case c == '\\':
			n, err := escape(data, i)
			if err != nil {
				return i, err
			}
			i += n
		case c < ' ':
			return i, fail(i, "a control character in a string must be escaped")
		default:
			r, n := utf8.DecodeRune(data[i:])
			if r == utf8.RuneError && n == 1 {
				return i, fail(i, "invalid UTF-8")
			}
			i += n
		}
	}
	return i, fail(i, "unexpected end of JSON in a string")
}

// escape returns the length of the escape sequence that begins with the
// backslash at i.
func escape(data []byte, i int) (int, error) {
	if i+1 >= len(data) {
		return 0, fail(len(data), "unexpected end of JSON in a string")
	}
	switch data[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
		for k := i + 2; k < i+6; k++ {
			if k >= len(data) {
				return 0, fail(k, "unexpected end of JSON in a string")
			}
			if _, ok := hex(data[k]); !ok {
				return 0, fail(k, "expected four hexadecimal digits after \\u")
			}
		}
		return 6, nil
	}
	return 0, fail(i, "unknown escape sequence")
}

func hex(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c && c <= 'f':
		return rune(c-'a') + 10, true
	case 'A' <= c && c <= 'F':
		return rune(c-'A') + 10, true
	}
	return 0, false
}
