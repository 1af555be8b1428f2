package gen

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/evoke-rpc/evoke/catalog"
)

// A doc is what is said of a type or a field.
type doc struct {
	text       string
	bounds     []string
	deprecated bool
}

// bounds are the keywords that limit a value and that no type says.
var bounds = []string{
	"format", "contentEncoding", "pattern", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf",
	"minLength", "maxLength", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "default",
}

func docOf(o *object) doc {
	d := doc{text: o.text("description")}
	if title := o.text("title"); title != "" {
		d.text = strings.TrimSpace(title + "\n\n" + d.text)
	}
	for _, keyword := range bounds {
		switch v := o.members[keyword].(type) {
		case nil, []any, *object:
			if keyword == "default" && o.has(keyword) {
				d.bounds = append(d.bounds, "default "+literal(v))
			}
		case string:
			if keyword == "default" {
				v = literal(v)
			}
			d.bounds = append(d.bounds, keyword+" "+v)
		default:
			d.bounds = append(d.bounds, keyword+" "+literal(v))
		}
	}
	d.deprecated = o.members["deprecated"] == true
	return d
}

// paragraphs are the lines of the comment.
func (d doc) paragraphs() []string {
	lines := textLines(d.text)
	if len(d.bounds) > 0 {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "Limits: "+oneLine(strings.Join(d.bounds, ", "))+".")
	}
	return lines
}

// callDoc is what is said of a call, but for its deprecation.
func callDoc(e catalog.Event) []string {
	lines := textLines(e.Doc)
	if len(e.Errors) > 0 {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "Errors:")
		for _, x := range e.Errors {
			line := "  - " + oneLine(string(x.Kind)+" "+x.Code)
			if x.Description != "" {
				line += ": " + oneLine(x.Description)
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// deprecation is a line about a version that will go.
func deprecation(d *catalog.Deprecation) string {
	var parts []string
	if !d.Since.IsZero() {
		parts = append(parts, "since "+d.Since.Format(time.DateOnly))
	}
	if !d.Sunset.IsZero() {
		parts = append(parts, "may be gone after "+d.Sunset.Format(time.DateOnly))
	}
	if d.Successor > 0 {
		parts = append(parts, "use version "+strconv.Itoa(d.Successor))
	}
	text := strings.Join(parts, ", ")
	switch {
	case text == "" && d.Note == "":
		return "it will go."
	case text == "":
		return oneLine(d.Note)
	}
	return oneLine(text + ". " + d.Note)
}

// textLines are the lines of a text without what could hide or reorder others.
func textLines(s string) []string {
	s = strings.TrimSpace(printable(strings.ReplaceAll(s, "\r\n", "\n"), '\n'))
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRightFunc(strings.ReplaceAll(l, "\t", "    "), unicode.IsSpace)
	}
	return lines
}

// oneLine keeps a text on its line.
func oneLine(s string) string {
	return strings.Join(strings.Fields(printable(s, '\n')), " ")
}

// printable replaces what cannot be seen, keep and tabs excepted.
func printable(s string, keep rune) string {
	return strings.Map(func(c rune) rune {
		if c == keep || c == '\t' || unicode.IsPrint(c) {
			return c
		}
		if unicode.IsSpace(c) {
			return ' '
		}
		return '\ufffd'
	}, s)
}
