package schema

import (
	"bytes"
	"regexp"
	"unicode/utf8"
)

// textLimits are what a rule says of strings.
type textLimits struct {
	min, max int // in characters
	pattern  *regexp.Regexp
	format   func(raw []byte) bool
}

// allow reports whether the text between the quotes is certainly allowed.
func (l *textLimits) allow(raw []byte) bool {
	n := utf8.RuneCount(raw)
	if bytes.IndexByte(raw, '\\') >= 0 {
		return l.pattern == nil && l.format == nil && n/longestEscape >= l.min && n <= l.max
	}
	return n >= l.min && n <= l.max &&
		(l.format == nil || l.format(raw)) &&
		(l.pattern == nil || l.pattern.Match(raw))
}

// longestEscape is how long one character may be in JSON: two \uXXXX.
const longestEscape = 12

// formatCheck returns a check that accepts only what the engine does; nil if there
// is none for this format.
func formatCheck(name string) func([]byte) bool {
	switch name {
	case "date":
		return isDate
	case "date-time":
		return isDateTime
	case "uuid":
		return isUUID
	}
	return nil
}

// isDateTime reports whether raw is a date-time by RFC 3339, section 5.6, with
// capital letters and without leap seconds.
func isDateTime(raw []byte) bool {
	const date, clock = len("2006-01-02"), len("2006-01-02T15:04:05")
	if len(raw) <= clock || !isDate(raw[:date]) || raw[date] != 'T' {
		return false
	}
	if !like(raw[date+1:clock], "00:00:00") || pair(raw, date+1) > 23 || pair(raw, date+4) > 59 || pair(raw, date+7) > 59 {
		return false
	}
	rest := raw[clock:]
	if rest[0] == '.' {
		digits := 1
		for digits < len(rest) && isDigit(rest[digits]) {
			digits++
		}
		if digits == 1 {
			return false
		}
		rest = rest[digits:]
	}
	return isZone(rest)
}

func isZone(raw []byte) bool {
	switch {
	case len(raw) == 1:
		return raw[0] == 'Z'
	case len(raw) == 0 || raw[0] != '+' && raw[0] != '-':
		return false
	}
	return like(raw[1:], "00:00") && pair(raw, 1) <= 23 && pair(raw, 4) <= 59
}

// isDate reports whether raw is a full-date by RFC 3339.
func isDate(raw []byte) bool {
	if !like(raw, "0000-00-00") {
		return false
	}
	year, month, day := 100*pair(raw, 0)+pair(raw, 2), pair(raw, 5), pair(raw, 8)
	return 1 <= month && month <= 12 && 1 <= day && day <= daysIn(year, month)
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// isUUID reports whether raw is a UUID in lower case, as the engine wants it.
func isUUID(raw []byte) bool {
	const form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"
	if len(raw) != len(form) {
		return false
	}
	for i, c := range raw {
		if form[i] == '-' {
			if c != '-' {
				return false
			}
		} else if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// like reports whether raw has digits where form has zeros, and else equals it.
func like(raw []byte, form string) bool {
	if len(raw) != len(form) {
		return false
	}
	for i, c := range raw {
		if c != form[i] && (form[i] != '0' || !isDigit(c)) {
			return false
		}
	}
	return true
}

// pair is the number of the two digits at i.
func pair(raw []byte, i int) int { return 10*int(raw[i]-'0') + int(raw[i+1]-'0') }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
