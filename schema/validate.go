package schema

import (
	"cmp"
	"slices"
)

// A Check looks for what JSON Schema allows and a service may not.
type Check uint8

const (
	// Case finds members that match a property only when case is ignored, which
	// encoding/json would read as that property. Its keyword is "case".
	Case Check = 1 << iota
	// Unknown finds members that the schema does not name. Its keyword is
	// "unknown".
	Unknown
)

// maxViolations is how many violations are told of one payload.
const maxViolations = 100

// Validate returns what is wrong with payload, sorted by path; nil if it is valid.
// A payload that is not JSON, holds a member twice or a number of monstrous size
// has one violation that says so. At most 100 are returned, and none repeats more
// than a few words of the payload.
func (s *Schema) Validate(payload []byte, checks ...Check) []Violation {
	var all Check
	for _, c := range checks {
		all |= c
	}
	if s.accepts(payload, all) {
		return nil
	}
	return s.explain(payload, all)
}

// explain is Validate by decoding the payload and asking the engine.
func (s *Schema) explain(payload []byte, checks Check) (found []Violation) {
	document, err := decode(payload)
	if err != nil {
		r := err.(*refusal)
		return []Violation{{r.path(), r.keyword, r.want, r.got}}
	}
	defer func() {
		if recover() != nil {
			found = []Violation{{"", "internal", "a payload that can be validated", "one that cannot"}}
		}
	}()
	return violations(s.root, document, checks)
}

func violations(r *rule, document any, checks Check) []Violation {
	c := check{checks: checks, known: map[visit]bool{}, told: map[visit]bool{}}
	c.value(r, document, nil)
	slices.SortStableFunc(c.found, func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Keyword, b.Keyword), cmp.Compare(a.Expected, b.Expected))
	})
	return slices.Compact(c.found)
}
