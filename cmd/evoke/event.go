package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/internal/near"
)

// parseEvent reads NAME[@VERSION]. Version 0 is to be chosen.
func parseEvent(arg string) (name string, version int, err error) {
	at := strings.LastIndexByte(arg, '@')
	if at < 0 {
		return arg, 0, nil
	}
	n, err := strconv.ParseInt(arg[at+1:], 10, 32)
	if err != nil || n < 1 {
		return "", 0, &exitError{exitUsage, fmt.Errorf("%q is no version of an event: NAME@VERSION needs a whole number from 1", arg[at+1:])}
	}
	return arg[:at], int(n), nil
}

// newest is the version to use of an event: the newest one that is not deprecated,
// or else the newest one; 0 if c does not have the event.
func newest(c catalog.Catalog, name string) int {
	version, deprecated := 0, 0
	for _, e := range c.Events {
		switch {
		case e.Name != name:
		case e.Deprecation != nil:
			deprecated = max(deprecated, e.Version)
		default:
			version = max(version, e.Version)
		}
	}
	if version == 0 {
		return deprecated
	}
	return version
}

func eventKey(e catalog.Event) string { return e.Name + "@" + strconv.Itoa(e.Version) }

// deprecationNote tells of a version that will go; "" if it will not.
func deprecationNote(e catalog.Event) string {
	d := e.Deprecation
	if d == nil {
		return ""
	}
	note := "deprecated"
	if !d.Sunset.IsZero() {
		note += ", may be gone after " + d.Sunset.Format("2006-01-02")
	}
	if d.Successor > 0 {
		note += fmt.Sprintf(", use @%d", d.Successor)
	}
	return note
}

// unknownEvent tells what there is in place of an event that c does not have.
func unknownEvent(c catalog.Catalog, wanted, name string) error {
	text := fmt.Sprintf("there is no event %s", wanted)
	var versions []string
	for _, e := range c.Events {
		if e.Name == name {
			versions = append(versions, eventKey(e))
		}
	}
	if len(versions) == 0 {
		versions = nearest(c, name)
	}
	if len(versions) > 0 {
		text += "; there is " + safe(strings.Join(versions, ", "))
	}
	return &exitError{exitNo, errors.New(text)}
}

// nearest returns the names in c that are most like name, at most three.
func nearest(c catalog.Catalog, name string) []string {
	const most = 3
	distances := map[string]int{}
	for _, e := range c.Events {
		if d := near.Distance(e.Name, name); d <= max(2, len(name)/3) {
			distances[e.Name] = d
		}
	}
	names := slices.SortedFunc(maps.Keys(distances), func(a, b string) int {
		return cmp.Or(cmp.Compare(distances[a], distances[b]), cmp.Compare(a, b))
	})
	return names[:min(most, len(names))]
}
