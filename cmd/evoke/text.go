package main

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// safe returns s on one line and without what a terminal would act on: strings of
// services come from strangers.
func safe(s string) string { return escape(s, func(r rune) bool { return !commanding(r) }) }

// safeText is safe for a text of several lines.
func safeText(s string) string {
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' || !commanding(r) })
}

// commanding tells which characters could command a terminal or change the order in
// which others are shown.
func commanding(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// escape writes the characters that may not stay as JSON does, and bytes that are
// no UTF-8 as Go does.
func escape(s string, stays func(rune) bool) string {
	var b strings.Builder
	for i, r := range s {
		if r != utf8.RuneError {
			if stays(r) {
				b.WriteRune(r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
			continue
		}
		if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// A style is what is sent to a terminal to change how it writes (ECMA-48, SGR).
type style string

const (
	bold   style = "1"
	dim    style = "2"
	red    style = "31"
	green  style = "32"
	yellow style = "33"
	blue   style = "34"
	cyan   style = "36"
)

// paint returns s in a style if on.
func paint(on bool, as style, s string) string {
	if !on || s == "" {
		return s
	}
	return "\x1b[" + string(as) + "m" + s + "\x1b[0m"
}

// firstSentence is what a list tells of a documentation text.
func firstSentence(doc string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(doc), "\n")
	if i := strings.Index(line, ". "); i >= 0 {
		line = line[:i+1]
	}
	return line
}

// clip shortens s to width characters.
func clip(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string([]rune(s)[:max(0, width-1)]) + "…"
}
