package gen

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"unicode"
)

// words splits a name at what is neither letter nor digit, and where its case tells
// that a word begins: productId is two, HTTPServer too.
func words(name string) []string {
	var all []string
	runes := []rune(name)
	start := 0
	cut := func(i int) {
		if start < i {
			all = append(all, string(runes[start:i]))
		}
		start = i
	}
	for i, c := range runes {
		switch {
		case !inIdentifier(c):
			cut(i)
			start = i + 1
		case unicode.IsUpper(c) && i > 0 && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			cut(i)
		}
	}
	cut(len(runes))
	return all
}

// inIdentifier reports whether both languages have c in identifiers, in all versions
// of their compilers.
func inIdentifier(c rune) bool {
	return c <= 0xffff && c != '\u2e2f' && (unicode.IsLetter(c) || unicode.IsDigit(c))
}

// pascal makes an identifier that begins with an upper-case letter. Words of which
// upper reports true are written in capitals as a whole.
func pascal(name string, upper func(string) bool) string {
	var b strings.Builder
	for _, w := range words(name) {
		if upper != nil && upper(w) {
			b.WriteString(strings.ToUpper(w))
			continue
		}
		b.WriteString(capitalised(w))
	}
	if first := []rune(b.String() + " ")[0]; !unicode.IsUpper(first) || !inIdentifier(first) {
		return "X" + b.String()
	}
	return b.String()
}

func capitalised(word string) string {
	runes := []rune(word)
	if c := unicode.ToUpper(runes[0]); inIdentifier(c) {
		runes[0] = c
	}
	return string(runes)
}

// camel makes an identifier that begins with a lower-case letter.
func camel(name string) string {
	all := words(name)
	if len(all) == 0 || !unicode.IsLetter([]rune(all[0])[0]) {
		return "x" + pascal(name, nil)
	}
	first := all[0]
	if strings.ToUpper(first) == first {
		first = strings.ToLower(first)
	} else {
		first = string(unicode.ToLower([]rune(first)[0])) + string([]rune(first)[1:])
	}
	return first + strings.TrimPrefix(pascal("x "+strings.Join(all[1:], " "), nil), "X")
}

// A scope holds identifiers that differ.
type scope map[string]bool

// take returns want, with a number if it is taken.
func (s scope) take(want string) string {
	unique := want
	for i := 2; s[unique]; i++ {
		unique = want + strconv.Itoa(i)
	}
	s[unique] = true
	return unique
}

// name gives each origin an identifier. Those that would be called the same are each
// marked by their origin, and none of them has the plain name: code that was written
// for one must not compile against the other when that appears.
func (s scope) name(origins []string, identifier func(string) string) []string {
	count := map[string]int{}
	names := make([]string, len(origins))
	for i, origin := range origins {
		names[i] = identifier(origin)
		count[names[i]]++
	}
	for i, name := range names {
		if count[name] == 1 && !s[name] {
			s[name] = true
		} else {
			names[i] = ""
		}
	}
	for i, origin := range origins {
		if names[i] == "" {
			names[i] = s.take(identifier(origin) + "_" + mark(origin))
		}
	}
	return names
}

// clearOf makes the name of a type another one than those of the runtime.
func clearOf(runtime scope, name string) string {
	if runtime[name] {
		return name + "Data"
	}
	return name
}

func mark(origin string) string {
	h := fnv.New32a()
	h.Write([]byte(origin))
	return fmt.Sprintf("%08x", h.Sum32())
}
