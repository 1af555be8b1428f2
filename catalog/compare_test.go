package catalog_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

func day(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC)
}

// today is when the tests below compare and look.
var today = day(time.July, 1)

// lines are what differs between two states of a:b:c version 1, nil being none.
func lines(old, new *catalog.Event) []string {
	state := func(e *catalog.Event) catalog.Catalog {
		if e == nil {
			return catalog.Catalog{}
		}
		e.Name, e.Version = "a:b:c", 1
		return catalog.Catalog{Events: []catalog.Event{*e}}
	}
	var list []string
	for _, d := range catalog.Compare(state(old), state(new), today) {
		list = append(list, string(d.Effect)+" "+d.String())
	}
	return list
}

func TestCompareJudgesDifferencesByWhatTheyAreToCallers(t *testing.T) {
	const object = `{"type":"object","properties":{"id":{"type":"string"}},"required":["id"]}`
	const more = `{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"}},"required":["id","n"]}`
	input := func(schema string) *catalog.Event { return &catalog.Event{InputSchema: json.RawMessage(schema)} }
	output := func(schema string) *catalog.Event { return &catalog.Event{OutputSchema: json.RawMessage(schema)} }
	deprecated := func(d catalog.Deprecation) *catalog.Event { return &catalog.Event{Deprecation: &d} }
	until := func(sunset time.Time) *catalog.Event { return deprecated(catalog.Deprecation{Sunset: sunset}) }
	failing := func(kind events.Kind, code string) *catalog.Event {
		return &catalog.Event{Errors: []catalog.Error{{Kind: kind, Code: code}}}
	}
	plain := &catalog.Event{}

	for name, test := range map[string]struct {
		old, new *catalog.Event
		want     []string
	}{
		"nothing":       {&catalog.Event{Doc: "x"}, &catalog.Event{Doc: "x"}, nil},
		"a new version": {nil, plain, []string{"additive version: added; the first of its name"}},

		"a field that a request needs":    {input(object), input(more), []string{"breaking request /n: added (integer)"}},
		"a field that a response has":     {output(object), output(more), []string{"additive response /n: added (integer)"}},
		"a field less":                    {output(more), output(object), []string{"breaking response /n: removed (integer)"}},
		"a field that becomes required":   {input(`{"properties":{"id":true}}`), input(`{"properties":{"id":true},"required":["id"]}`), []string{"breaking request /id: now required"}},
		"a field that may be left out":    {output(object), output(`{"type":"object","properties":{"id":{"type":"string"}}}`), []string{"breaking response /id: no longer required"}},
		"another type":                    {output(object), output(`{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}`), []string{"breaking response /id: type string, now integer"}},
		"a bound more":                    {input(`{}`), input(`{"maxLength":3}`), []string{"breaking request: maxLength none, now 3"}},
		"a bound less":                    {input(`{"maxLength":3}`), input(`{}`), []string{"additive request: maxLength 3, now none"}},
		"other members forbidden":         {input(`{}`), input(`{"additionalProperties":false}`), []string{"breaking request /*: allowed something, now nothing"}},
		"a request that is described":     {plain, input(object), []string{"additive request: added; it was not described"}},
		"a response described no more":    {output(object), plain, []string{"breaking response: removed; it is no longer described"}},
		"words in a schema":               {input(object), input(`{"title":"x",` + object[1:]), nil},
		"a schema that is none":           {input(object), input(`{`), []string{`breaking request: changed; it cannot be compared: schema: the new one: at "": expected one JSON value, at most 512 levels deep, got unexpected end of JSON at byte 1`}},
		"a schema that was none and is":   {input(`{`), input(`{`), nil},
		"an error less":                   {failing(events.KindGone, "X"), plain, []string{"breaking error: removed (gone X)"}},
		"an error more":                   {plain, failing(events.KindGone, "X"), []string{"additive error: added (gone X)"}},
		"an error of another kind":        {failing(events.KindGone, "X"), failing(events.KindNotFound, "X"), []string{"breaking error: removed (gone X)", "additive error: added (notFound X)"}},
		"public no more":                  {plain, &catalog.Event{Internal: true}, []string{"breaking audience: public, now internal"}},
		"internal no more":                {&catalog.Event{Internal: true}, plain, []string{"additive audience: internal, now public"}},
		"removed without a word":          {plain, nil, []string{"breaking version: removed; it was not deprecated"}},
		"removed without a date":          {until(time.Time{}), nil, []string{"breaking version: removed; it was deprecated without a sunset"}},
		"removed before its sunset":       {until(today.Add(time.Second)), nil, []string{"breaking version: removed; its sunset is 2026-07-01T00:00:01Z"}},
		"removed at its sunset":           {until(today), nil, []string{"expected version: removed; its sunset was 2026-07-01"}},
		"deprecated":                      {plain, until(day(time.August, 1)), []string{"additive deprecation: added", "additive sunset: added (2026-08-01)"}},
		"deprecated without a sunset":     {plain, deprecated(catalog.Deprecation{Successor: 2, Note: "x"}), []string{"additive deprecation: added"}},
		"deprecated, and gone at once":    {plain, until(today), []string{"additive deprecation: added", "breaking sunset: added (2026-07-01); it has passed, and nobody was told of it"}},
		"deprecated no more":              {until(today), plain, []string{"additive deprecation: removed"}},
		"a sunset":                        {until(time.Time{}), until(day(time.July, 2)), []string{"additive sunset: added (2026-07-02)"}},
		"a later sunset":                  {until(day(time.July, 2)), until(day(time.July, 3)), []string{"additive sunset: 2026-07-02, now 2026-07-03"}},
		"an earlier sunset":               {until(day(time.July, 3)), until(day(time.July, 2)), []string{"breaking sunset: 2026-07-03, now 2026-07-02; callers were told that they have longer"}},
		"another sunset that is past":     {until(today), until(day(time.June, 1)), []string{"additive sunset: 2026-07-01, now 2026-06-01"}},
		"no sunset any more":              {until(day(time.July, 3)), until(time.Time{}), []string{"additive sunset: removed (2026-07-03)"}},
		"a successor":                     {until(today), deprecated(catalog.Deprecation{Sunset: today, Successor: 2}), []string{"minor successor: added (version 2)"}},
		"another note":                    {until(today), deprecated(catalog.Deprecation{Sunset: today, Note: "x"}), []string{"minor deprecation: changed"}},
		"another time":                    {&catalog.Event{Timeout: time.Second}, &catalog.Event{Timeout: time.Minute}, []string{"minor timeout: 1s, now 1m0s"}},
		"served by conversion":            {plain, &catalog.Event{ServedBy: 2}, []string{"minor servedBy: added (version 2)"}},
		"another text":                    {&catalog.Event{Doc: "x"}, &catalog.Event{Doc: "y"}, []string{"minor doc: changed"}},
		"an example more":                 {plain, &catalog.Event{Examples: []catalog.Example{{Request: []byte("1"), Response: []byte("2")}}}, []string{"minor examples: changed"}},
		"an example with other spaces":    {&catalog.Event{Examples: []catalog.Example{{Request: []byte("[1]"), Response: []byte("2")}}}, &catalog.Event{Examples: []catalog.Example{{Request: []byte("[ 1 ]"), Response: []byte("2")}}}, nil},
		"the same sunset in another zone": {until(today), until(today.In(time.FixedZone("", 3600))), nil},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, lines(test.old, test.new))
		})
	}
}

func TestANewVersionMayBreakAndTheOldOneMayNot(t *testing.T) {
	v := func(version int, output string) catalog.Event {
		return catalog.Event{Name: "a:b:c", Version: version, OutputSchema: json.RawMessage(output)}
	}
	old := catalog.Catalog{Version: "1", Events: []catalog.Event{v(1, `{"type":"string"}`)}}
	require.Equal(t, []catalog.Difference{
		{Name: "a:b:c", Version: 3, Effect: catalog.Additive, Part: "version", Change: "added", Note: "it follows version 1"},
	}, catalog.Compare(old, catalog.Catalog{Version: "2", Events: []catalog.Event{v(3, `{"type":"object"}`), v(1, `{"type":"string"}`)}}, today))
	require.Equal(t, []catalog.Difference{
		{Name: "a:b:c", Version: 1, Effect: catalog.Breaking, Part: "response", Change: "type", Old: "string", New: "object"},
		{Name: "a:b:c", Version: 2, Effect: catalog.Additive, Part: "version", Change: "added", Note: "it follows version 1"},
	}, catalog.Compare(old, catalog.Catalog{Events: []catalog.Event{v(2, `{"type":"object"}`), v(1, `{"type":"object"}`)}}, today))
}

func TestDifferencesAreSortedByEvent(t *testing.T) {
	all := catalog.Compare(
		catalog.Catalog{Events: []catalog.Event{{Name: "z", Version: 1}, {Name: "b", Version: 2, Doc: "x"}, {Name: "b", Version: 1}}},
		catalog.Catalog{Events: []catalog.Event{{Name: "b", Version: 3}, {Name: "b", Version: 2}, {Name: "a", Version: 10}}}, today)
	var keys []any
	for _, d := range all {
		keys = append(keys, d.Name, d.Version, d.Change)
	}
	require.Equal(t, []any{"a", 10, "added", "b", 1, "removed", "b", 2, "removed", "b", 3, "added", "z", 1, "removed"}, keys)
}

func ExampleCompare() {
	old := catalog.Catalog{Events: []catalog.Event{{
		Name: "catalog:product:get", Version: 1,
		OutputSchema: json.RawMessage(`{"type":"object","properties":{"price":{"type":"integer"}}}`),
	}}}
	new := catalog.Catalog{Events: []catalog.Event{{
		Name: "catalog:product:get", Version: 1,
		OutputSchema: json.RawMessage(`{"type":"object","properties":{"price":{"type":"string"},"stock":{"type":"integer"}}}`),
	}}}
	for _, d := range catalog.Compare(old, new, time.Now()) {
		fmt.Printf("%s v%d, %s: %s\n", d.Name, d.Version, d.Effect, d)
	}
	// Output:
	// catalog:product:get v1, breaking: response /price: type integer, now string
	// catalog:product:get v1, additive: response /stock: added (integer)
}

func FuzzCompare(f *testing.F) {
	f.Add(`{"events":[{"name":"a","version":1,"inputSchema":{"type":"string"}}]}`, `{"events":[{"name":"a","version":1,"inputSchema":null,"deprecation":{}}]}`)
	f.Fuzz(func(t *testing.T, old, new string) {
		var before, after catalog.Catalog
		if json.Unmarshal([]byte(old), &before) != nil || json.Unmarshal([]byte(new), &after) != nil {
			return
		}
		for _, d := range catalog.Compare(before, after, today) {
			require.Contains(t, []catalog.Effect{catalog.Breaking, catalog.Expected, catalog.Additive, catalog.Minor}, d.Effect)
			require.NotEmpty(t, d.Part)
			require.NotEmpty(t, d.Change)
			require.NotEmpty(t, d.String())
		}
		if unique(before) {
			require.Empty(t, catalog.Compare(before, before, today))
		}
		catalog.Lint(before, today)
	})
}

// unique reports whether no event is there twice.
func unique(c catalog.Catalog) bool {
	c = c.Only(catalog.Everybody)
	for i, e := range c.Events[:max(0, len(c.Events)-1)] {
		if next := c.Events[i+1]; next.Name == e.Name && next.Version == e.Version {
			return false
		}
	}
	return true
}
