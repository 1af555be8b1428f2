package main

import (
	"bytes"
	"encoding/json"
	"strings"
)

// maxIndented is the largest text, in bytes, that JSON is indented to. Nested
// brackets alone would grow a few megabytes to gigabytes.
const maxIndented = 64 << 20

// prettyJSON indents and colours JSON for people. What a terminal would act on is
// escaped, so that the text is still the same JSON.
func prettyJSON(raw json.RawMessage, colour bool) string {
	text := safeText(string(indent(raw)))
	if !colour {
		return text
	}
	return highlight(text)
}

// indent returns JSON in lines, or as it is if they would be too long.
func indent(raw []byte) []byte {
	raw = bytes.TrimSpace(raw)
	var indented bytes.Buffer
	if indentedSize(raw) > maxIndented || json.Indent(&indented, raw, "", "  ") != nil {
		return raw
	}
	return indented.Bytes()
}

// indentedSize is about how large JSON will be in lines.
func indentedSize(raw []byte) (size int) {
	depth, inString := 0, false
	for i := 0; i < len(raw); i++ {
		size++
		switch c := raw[i]; {
		case inString && c == '\\':
			size, i = size+1, i+1
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			depth++
			size += 2 * depth
		case c == '}' || c == ']':
			depth--
			size += 2 * depth
		case c == ',':
			size += 2 * depth
		}
	}
	return size
}

// highlight colours indented JSON, which has a space or a line break between tokens
// that are no punctuation.
func highlight(text string) string {
	var b strings.Builder
	for len(text) > 0 {
		token := text[:tokenLength(text)]
		text = text[len(token):]
		b.WriteString(paint(true, styleOf(token, strings.HasPrefix(text, ":")), token))
	}
	return b.String()
}

// tokenLength is the length of the string, number or word that text begins with, or
// of what stands before the next one.
func tokenLength(text string) int {
	const between = " \n{}[],:"
	switch {
	case text[0] == '"':
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case '"':
				return i + 1
			}
		}
		return len(text)
	case strings.IndexByte(between, text[0]) >= 0:
		return len(text) - len(strings.TrimLeft(text, between))
	}
	if i := strings.IndexAny(text, between); i >= 0 {
		return i
	}
	return len(text)
}

func styleOf(token string, isKey bool) style {
	switch c := token[0]; {
	case c == '"' && isKey:
		return blue
	case c == '"':
		return green
	case c == '-' || '0' <= c && c <= '9':
		return cyan
	case 'a' <= c && c <= 'z':
		return yellow
	}
	return dim
}
