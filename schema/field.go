package schema

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// A field is a member of the object that encoding/json makes of a struct.
type field struct {
	name     string
	tagged   bool
	index    []int
	sf       reflect.StructField
	quoted   bool // the option ",string" applies
	omit     bool // omitempty or omitzero
	optional bool // promoted through a pointer, which may be nil
}

// fieldsOf returns the fields that encoding/json reads and writes, in the order in
// which it writes them. Its rules for embedded structs are those of Go, with tags
// in addition: of the fields with the same name, the least nested one counts; of
// those, the tagged one; if there are several, none.
func fieldsOf(t reflect.Type) []field {
	type level struct {
		t        reflect.Type
		index    []int
		optional bool
	}
	var all []field
	visited := map[reflect.Type]bool{}
	for next := []level{{t: t}}; len(next) > 0; {
		current := next
		next = nil
		count := map[reflect.Type]int{}
		for _, l := range current {
			count[l.t]++
		}
		for _, l := range current {
			if visited[l.t] {
				continue
			}
			visited[l.t] = true
			for i := range l.t.NumField() {
				sf := l.t.Field(i)
				inner := sf.Type
				if inner.Name() == "" && inner.Kind() == reflect.Pointer {
					inner = inner.Elem()
				}
				if sf.Anonymous && !sf.IsExported() && inner.Kind() != reflect.Struct || !sf.Anonymous && !sf.IsExported() {
					continue
				}
				tag := sf.Tag.Get("json")
				if tag == "-" {
					continue
				}
				name, options, _ := strings.Cut(tag, ",")
				if !validName(name) {
					name = ""
				}
				index := append(slices.Clone(l.index), i)
				if name == "" && sf.Anonymous && inner.Kind() == reflect.Struct {
					next = append(next, level{inner, index, l.optional || sf.Type.Kind() == reflect.Pointer})
					continue
				}
				f := field{name: cmp.Or(name, sf.Name), tagged: name != "", index: index, sf: sf, optional: l.optional}
				f.quoted = hasOption(options, "string") && quotable(inner)
				f.omit = hasOption(options, "omitempty") || hasOption(options, "omitzero")
				all = append(all, f)
				if count[l.t] > 1 {
					all = append(all, f) // the same type twice at this level: both are hidden
				}
			}
		}
	}
	return dominant(all)
}

func dominant(all []field) []field {
	byName := map[string][]field{}
	for _, f := range all {
		byName[f.name] = append(byName[f.name], f)
	}
	var kept []field
	for _, same := range byName {
		slices.SortStableFunc(same, func(a, b field) int {
			return cmp.Or(cmp.Compare(len(a.index), len(b.index)), -compareBool(a.tagged, b.tagged))
		})
		if len(same) > 1 && len(same[0].index) == len(same[1].index) && same[0].tagged == same[1].tagged {
			continue
		}
		kept = append(kept, same[0])
	}
	slices.SortFunc(kept, func(a, b field) int { return slices.Compare(a.index, b.index) })
	return kept
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func hasOption(options, name string) bool {
	for option := range strings.SplitSeq(options, ",") {
		if option == name {
			return true
		}
	}
	return false
}

// quotable reports whether encoding/json obeys ",string" for t.
func quotable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.String, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	}
	return false
}

// validName reports whether encoding/json takes the name from a tag.
func validName(s string) bool {
	for _, c := range s {
		if !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", c) && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return false
		}
	}
	return s != ""
}
