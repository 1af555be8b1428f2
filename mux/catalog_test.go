package mux_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// A documented handler says itself what it does.
type documented struct {
	events.HandlerFunc
	input any
}

func (documented) Example() (any, any) { return map[string]int{"n": 1}, "one" }
func (d documented) Input() any        { return d.input }
func (documented) Output() any         { return "" }
func (documented) Doc() string         { return "Spells a number." }

func TestTheCatalogIsSortedByNameAndVersion(t *testing.T) {
	m := mux.New()
	h := returning(events.Event{}, nil)
	for _, e := range []struct {
		name    string
		version int
	}{{"b:b:b", 10}, {"c:c:c", 1}, {"b:b:b", 2}, {"a:a:a", 7}, {"b:b:b", 1}} {
		m.Add(e.name, e.version, h)
	}
	require.Equal(t, []string{"a:a:a v7", "b:b:b v1", "b:b:b v2", "b:b:b v10", "c:c:c v1"}, registered(m))
}

func TestTheCatalogIsPlainData(t *testing.T) {
	type in struct{ N int }
	m := mux.New(mux.WithTimeout(time.Second))
	mux.Handle(m, "math:number:spell", 2, func(context.Context, in) ([]string, error) { return nil, nil },
		mux.WithDoc("Spells a <number>."),
		mux.WithExample(in{N: 1}, []string{"one"}), mux.WithExample(nil, []string(nil)),
		mux.WithError(events.KindUnprocessable, "TOO_LARGE", "n is above a million"), mux.WithError(events.KindGone, "OLD", ""),
		mux.WithTimeout(time.Minute))
	m.Add("Spell", 1, returning(events.Event{}, nil))
	data, err := json.Marshal(m.Catalog())
	require.NoError(t, err)
	require.JSONEq(t, `{"events":[
		{"name":"Spell","version":1,"irregular":true,"timeout":1000000000},
		{"name":"math:number:spell","version":2,"doc":"Spells a <number>.","input":"mux_test.in","output":"[]string",
		 "inputSchema":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"N":{"type":"integer"}},"required":["N"]},
		 "outputSchema":{"$schema":"http://json-schema.org/draft-07/schema#","type":["array","null"],"items":{"type":"string"}},
		 "examples":[{"request":{"N":1},"response":["one"]},{"request":{},"response":[]}],
		 "errors":[{"kind":"unprocessable","code":"TOO_LARGE","description":"n is above a million"},{"kind":"gone","code":"OLD"}],
		 "timeout":60000000000}]}`, string(data))

	var read catalog.Catalog
	require.NoError(t, json.Unmarshal(data, &read))
	require.Equal(t, m.Catalog(), read, "what was written reads back the same")
}

func TestTheCatalogOfAnEmptyMuxHasAnEmptyList(t *testing.T) {
	data, err := json.Marshal(mux.New().Catalog())
	require.NoError(t, err)
	require.Equal(t, `{"events":[]}`, string(data))
}

func TestTheCatalogIsACopy(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{}, nil),
		mux.WithExample(1, 2), mux.WithError(events.KindGone, "OLD", ""))
	changed := m.Catalog()
	changed.Events[0].Name = "changed"
	changed.Events[0].Examples[0].Request = json.RawMessage(`"changed"`)
	changed.Events[0].Errors[0].Code = "CHANGED"
	e := m.Catalog().Events[0]
	require.Equal(t, "a:b:c", e.Name)
	require.Equal(t, `1`, string(e.Examples[0].Request), "a reader of the catalogue changed it for all")
	require.Equal(t, "OLD", e.Errors[0].Code, "a reader of the catalogue changed it for all")
}

func TestAnEventDocIsFoundUnderItsWrappers(t *testing.T) {
	plain := func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) { return next.Serve(ctx, e) })
	}
	h := documented{events.HandlerFunc(returning(events.Event{}, nil).Serve), 0}
	for name, tc := range map[string]struct {
		handler events.Handler
		options []mux.HandlerOption
	}{
		"not wrapped":            {h, nil},
		"by Chain":               {events.Chain(plain)(h), nil},
		"by Chain twice":         {events.Chain(plain, plain)(events.Chain(plain)(h)), nil},
		"by Chain of nothing":    {events.Chain()(h), nil},
		"by an option":           {h, []mux.HandlerOption{mux.WithMiddleware(plain)}},
		"by a wrapper of theirs": {unwrapping{returning(events.Event{}, nil), h}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			m := mux.New()
			m.Use(plain)
			m.Add("math:number:spell", 1, tc.handler, tc.options...)
			require.Equal(t, []catalog.Event{{
				Name: "math:number:spell", Version: 1, Doc: "Spells a number.", Input: "int", Output: "string",
				InputSchema:  json.RawMessage(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"integer"}`),
				OutputSchema: json.RawMessage(`{"$schema":"http://json-schema.org/draft-07/schema#","type":"string"}`),
				Examples:     []catalog.Example{{Request: json.RawMessage(`{"n":1}`), Response: json.RawMessage(`"one"`)}},
			}}, m.Catalog().Events)
		})
	}
}

type unwrapping struct {
	events.Handler
	inner events.Handler
}

func (u unwrapping) Unwrap() events.Handler { return u.inner }

func TestAWrapperOfNothingHasNoDocumentation(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, unwrapping{Handler: returning(events.Event{}, nil)})
	require.Equal(t, []catalog.Event{{Name: "a:b:c", Version: 1}}, m.Catalog().Events)
}

func TestOptionsWinOverAnEventDoc(t *testing.T) {
	m := mux.New()
	h := documented{events.HandlerFunc(returning(events.Event{}, nil).Serve), 0}
	m.Add("a:b:c", 1, h, mux.WithDoc("Another text."), mux.WithExample(2, "two"))
	e := m.Catalog().Events[0]
	require.Equal(t, "Another text.", e.Doc)
	require.Contains(t, e.Examples, catalog.Example{Request: json.RawMessage(`2`), Response: json.RawMessage(`"two"`)})
}

func TestAnEventDocWithoutAnInputNamesNoType(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, documented{events.HandlerFunc(returning(events.Event{}, nil).Serve), nil})
	require.Equal(t, "", m.Catalog().Events[0].Input)
	require.Nil(t, m.Catalog().Events[0].InputSchema)
}

func TestNamesThatIgnoreTheAdviceAreIrregular(t *testing.T) {
	m := mux.New()
	for name, irregular := range map[string]bool{"a:b:c": false, "order-line:item:get-2": false, "a:b": true, "A:b:c": true, "ping": true} {
		m.Add(name, 1, returning(events.Event{}, nil))
		for _, e := range m.Catalog().Events {
			if e.Name == name {
				require.Equal(t, irregular, e.Irregular, "%s", name)
			}
		}
		require.Equal(t, name+":response", answerTo(t, m, name, `{}`).Name, "irregular events work")
	}
}
