package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/evoke-rpc/evoke/schema"
)

// An Effect tells what a difference is to callers.
type Effect string

const (
	// Breaking: a caller that is right today can be wrong tomorrow.
	Breaking Effect = "breaking"
	// Expected would be breaking, had it not been announced: a version that goes
	// after its sunset.
	Expected Effect = "expected"
	// Additive: callers stay as right as they are.
	Additive Effect = "additive"
	// Minor is what no caller's program depends on, as texts and examples.
	Minor Effect = "minor"
)

// A Difference is one thing in which two states of a service differ.
type Difference struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
	Effect  Effect `json:"effect"`
	// Part of the event: version for the event as a whole, request, response, error,
	// audience, deprecation, sunset, successor, timeout, servedBy, doc or examples.
	Part string `json:"part"`
	// Path is that of a [schema.Change], for request and response.
	Path string `json:"path,omitempty"`
	// Change is added, removed or changed, or the keyword of a [schema.Change].
	Change string `json:"change"`
	Old    string `json:"old,omitempty"`
	New    string `json:"new,omitempty"`
	// Note tells why it counts as it does, where that is not plain.
	Note string `json:"note,omitempty"`
}

const (
	added   = "added"
	removed = "removed"
	changed = "changed"
)

// String says in a line what is different, but not in which event.
func (d Difference) String() string {
	s := d.Part
	if d.Path != "" {
		s += " " + d.Path
	}
	s += ": " + d.what()
	if d.Note != "" {
		s += "; " + d.Note
	}
	return s
}

func (d Difference) what() string {
	switch d.Change {
	case added, removed, changed:
	case "required":
		if d.New == "true" {
			return "now required"
		}
		return "no longer required"
	case "false":
		return "allowed " + d.Old + ", now " + d.New
	default:
		return d.Change + " " + cmp.Or(d.Old, "none") + ", now " + cmp.Or(d.New, "none")
	}
	switch {
	case d.Old != "" && d.New != "":
		return d.Old + ", now " + d.New
	case d.Old+d.New != "":
		return d.Change + " (" + d.Old + d.New + ")"
	}
	return d.Change
}

// Compare returns what is different in new, sorted by event and part, as callers of
// old see it. What breaks them is breaking in a version that there was; in a new
// version it is what versions are for. The time at decides whether a sunset has
// passed.
//
// Payloads are compared by [schema.Compare]. Where it cannot be told that a
// difference is harmless, as when a payload is described no more or an error is no
// longer declared, it counts as breaking. What the catalogues say of the service as
// a whole is not compared.
func Compare(old, new Catalog, at time.Time) []Difference {
	old, new = old.Only(Everybody), new.Only(Everybody) // which sorts them
	var all []Difference
	report := func(e Event, found ...Difference) {
		for _, d := range found {
			d.Name, d.Version = e.Name, e.Version
			all = append(all, d)
		}
	}
	for _, was := range old.Events {
		if is, ok := new.Find(was.Name, was.Version); ok {
			report(was, compareEvents(was, is, at)...)
		} else {
			report(was, removal(was.Deprecation, at))
		}
	}
	for _, is := range new.Events {
		if _, had := old.Find(is.Name, is.Version); !had {
			report(is, addition(is, new))
		}
	}
	slices.SortStableFunc(all, func(a, b Difference) int {
		return byKey(Event{Name: a.Name, Version: a.Version}, Event{Name: b.Name, Version: b.Version})
	})
	return all
}

func addition(e Event, in Catalog) Difference {
	d := Difference{Effect: Additive, Part: "version", Change: added, Note: "the first of its name"}
	for _, other := range in.Events {
		if other.Name == e.Name && other.Version < e.Version {
			d.Note = fmt.Sprintf("it follows version %d", other.Version)
		}
	}
	return d
}

func removal(was *Deprecation, at time.Time) Difference {
	d := Difference{Effect: Breaking, Part: "version", Change: removed}
	switch {
	case was == nil:
		d.Note = "it was not deprecated"
	case was.Sunset.IsZero():
		d.Note = "it was deprecated without a sunset"
	case at.Before(was.Sunset):
		d.Note = "its sunset is " + date(was.Sunset)
	default:
		d.Effect, d.Note = Expected, "its sunset was "+date(was.Sunset)
	}
	return d
}

func compareEvents(was, is Event, at time.Time) []Difference {
	return slices.Concat(
		comparePayloads("request", was.InputSchema, is.InputSchema, schema.Request),
		comparePayloads("response", was.OutputSchema, is.OutputSchema, schema.Response),
		compareErrors(was.Errors, is.Errors),
		compareAudiences(was.Internal, is.Internal),
		compareDeprecations(was.Deprecation, is.Deprecation, at),
		compareMinor(was, is),
	)
}

func comparePayloads(part string, old, new json.RawMessage, d schema.Direction) (found []Difference) {
	switch {
	case bytes.Equal(old, new):
		return nil
	case len(old) == 0:
		return []Difference{{Effect: Additive, Part: part, Change: added, Note: "it was not described"}}
	case len(new) == 0:
		return []Difference{{Effect: Breaking, Part: part, Change: removed, Note: "it is no longer described"}}
	}
	changes, err := schema.Compare(old, new, d)
	if err != nil {
		return []Difference{{Effect: Breaking, Part: part, Change: changed, Note: "it cannot be compared: " + err.Error()}}
	}
	for _, c := range changes {
		effect := Additive
		if c.Breaking {
			effect = Breaking
		}
		found = append(found, Difference{Effect: effect, Part: part, Path: c.Path, Change: c.Keyword, Old: c.Old, New: c.New})
	}
	return found
}

// compareErrors tells errors apart by kind and code. A new one breaks nobody:
// callers must be ready for errors that they do not know.
func compareErrors(was, is []Error) (found []Difference) {
	name := func(e Error) string { return string(e.Kind) + " " + e.Code }
	names := func(list []Error) []string {
		var all []string
		for _, e := range list {
			all = append(all, name(e))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	before, after := names(was), names(is)
	for _, e := range before {
		if !slices.Contains(after, e) {
			found = append(found, Difference{Effect: Breaking, Part: "error", Change: removed, Old: e})
		}
	}
	for _, e := range after {
		if !slices.Contains(before, e) {
			found = append(found, Difference{Effect: Additive, Part: "error", Change: added, New: e})
		}
	}
	return found
}

func compareAudiences(was, is bool) []Difference {
	switch {
	case !was && is:
		return []Difference{{Effect: Breaking, Part: "audience", Change: changed, Old: "public", New: "internal"}}
	case was && !is:
		return []Difference{{Effect: Additive, Part: "audience", Change: changed, Old: "internal", New: "public"}}
	}
	return nil
}

func compareDeprecations(was, is *Deprecation, at time.Time) (found []Difference) {
	switch {
	case was == nil && is == nil:
		return nil
	case is == nil:
		return []Difference{{Effect: Additive, Part: "deprecation", Change: removed}}
	case was == nil:
		found, was = []Difference{{Effect: Additive, Part: "deprecation", Change: added}}, &Deprecation{Since: is.Since, Successor: is.Successor, Note: is.Note}
	}
	if !was.Sunset.Equal(is.Sunset) {
		found = append(found, compareSunsets(was.Sunset, is.Sunset, at))
	}
	if was.Successor != is.Successor {
		found = append(found, difference(Minor, "successor", number(was.Successor), number(is.Successor)))
	}
	if was.Note != is.Note || !was.Since.Equal(is.Since) {
		found = append(found, Difference{Effect: Minor, Part: "deprecation", Change: changed})
	}
	return found
}

// compareSunsets judges a sunset by the time that callers had been told that they have.
func compareSunsets(was, is, at time.Time) Difference {
	d := difference(Additive, "sunset", date(was), date(is))
	switch {
	case is.IsZero():
	case was.IsZero() && !at.Before(is):
		d.Effect, d.Note = Breaking, "it has passed, and nobody was told of it"
	case is.Before(was) && at.Before(was):
		d.Effect, d.Note = Breaking, "callers were told that they have longer"
	}
	return d
}

func compareMinor(was, is Event) (found []Difference) {
	if was.Timeout != is.Timeout {
		found = append(found, difference(Minor, "timeout", span(was.Timeout), span(is.Timeout)))
	}
	if was.ServedBy != is.ServedBy {
		found = append(found, difference(Minor, "servedBy", number(was.ServedBy), number(is.ServedBy)))
	}
	if was.Doc != is.Doc {
		found = append(found, Difference{Effect: Minor, Part: "doc", Change: change(was.Doc, is.Doc)})
	}
	sameJSON := func(a, b json.RawMessage) bool { return bytes.Equal(compact(a), compact(b)) }
	if !slices.EqualFunc(was.Examples, is.Examples, func(a, b Example) bool {
		return sameJSON(a.Request, b.Request) && sameJSON(a.Response, b.Response)
	}) {
		found = append(found, Difference{Effect: Minor, Part: "examples", Change: changed})
	}
	return found
}

func difference(e Effect, part, old, new string) Difference {
	return Difference{Effect: e, Part: part, Change: change(old, new), Old: old, New: new}
}

func change(old, new string) string {
	switch {
	case old == "":
		return added
	case new == "":
		return removed
	}
	return changed
}

func compact(raw json.RawMessage) []byte {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return raw
	}
	return b.Bytes()
}

// The zero values are said by no text at all.

func number(version int) string {
	if version == 0 {
		return ""
	}
	return fmt.Sprintf("version %d", version)
}

func span(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

func date(t time.Time) string {
	switch t = t.UTC(); {
	case t.IsZero():
		return ""
	case t.Equal(t.Truncate(24 * time.Hour)):
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
