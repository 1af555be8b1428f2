package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (c *check) array(r *rule, items []any, at *step) bool {
	ok := true
	for i, item := range items {
		each := r.items
		switch {
		case r.tuple == nil:
		case i < len(r.tuple):
			each = r.tuple[i]
		case r.rest != nil && r.rest.never:
			if ok = c.report(at, "additionalItems", fmt.Sprintf("at most %d items", len(r.tuple)), fmt.Sprintf("%d items", len(items))); c.done() {
				return false
			}
			items = nil
		default:
			each = r.rest
		}
		if items == nil {
			break
		}
		if each != nil && !c.value(each, item, &step{up: at, index: i}) {
			if ok = false; c.done() {
				return false
			}
		}
	}
	return c.wholeArray(r, items, at) && ok
}

func (c *check) wholeArray(r *rule, items []any, at *step) bool {
	ok := true
	if r.unique {
		seen := make(map[string]int, len(items))
		for i, item := range items {
			text := canonical(item)
			if first, twice := seen[text]; twice {
				ok = c.report(at, "uniqueItems", "no item twice", fmt.Sprintf("items %d and %d alike", first, i))
				break
			}
			seen[text] = i
		}
	}
	if r.contains != nil && !slices.ContainsFunc(items, func(item any) bool { return c.holds(r.contains, item) }) {
		ok = c.report(at, "contains", "an item of a certain kind", "none")
	}
	return ok
}

func (c *check) object(r *rule, object map[string]any, at *step) bool {
	ok := true
	if len(r.properties)+len(r.patterns) > 0 || r.additional != nil || r.names != nil {
		for _, key := range c.order(object) {
			if !c.member(r, key, object[key], at) {
				if ok = false; c.done() {
					return false
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.needs)) {
		if _, has := object[name]; !has {
			continue
		}
		for _, needed := range r.needs[name] {
			if _, has := object[needed]; !has {
				ok = c.report(at, "dependencies", excerpt(needed)+" beside "+excerpt(name), "nothing")
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.requires)) {
		if _, has := object[name]; has {
			ok = c.value(r.requires[name], object, at) && ok
		}
	}
	return ok
}

// order returns the keys, sorted if it matters which are reported.
func (c *check) order(object map[string]any) []string {
	keys := make([]string, 0, len(object))
	for key := range object {
		keys = append(keys, key)
	}
	if !c.quiet {
		slices.Sort(keys)
	}
	return keys
}

func (c *check) member(r *rule, key string, v any, at *step) bool {
	ok, covered := true, false
	here := &step{up: at, key: key, index: -1}
	if r.names != nil && !c.holds(r.names, key) {
		ok = c.report(at, "propertyNames", "another name", describe(key))
	}
	if p, has := r.properties[key]; has {
		covered = true
		ok = c.value(p, v, here) && ok
	}
	for _, p := range r.patterns {
		if p.pattern.MatchString(key) {
			covered = true
			ok = c.value(p.rule, v, here) && ok
		}
	}
	switch {
	case covered:
	case r.additional == nil:
		ok = c.undeclared(r, key, here) && ok
	case r.additional.never:
		ok = c.report(here, "additionalProperties", "no other members", describe(v))
	default:
		ok = c.value(r.additional, v, here) && ok
	}
	return ok
}

// undeclared checks a member that the schema does not name, where it names any.
func (c *check) undeclared(r *rule, key string, here *step) bool {
	if c.checks&Case != 0 {
		for name := range r.properties {
			if strings.EqualFold(name, key) {
				return c.report(here, "case", name, describe(key))
			}
		}
	}
	if c.checks&Unknown != 0 && len(r.properties) > 0 {
		return c.report(here, "unknown", "no members but those of the schema", describe(key))
	}
	return true
}
