package catalog_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
)

func TestRegularNamesHaveThreePartsInLowerCase(t *testing.T) {
	for name, regular := range map[string]bool{
		"catalog:product:get":     true,
		"order-line:item-2:get-3": true,
		"1:2:3":                   true,
		"":                        false,
		"ping":                    false,
		"catalog:product":         false,
		"catalog:product:get:all": false,
		"catalog::get":            false,
		":product:get":            false,
		"catalog:product:":        false,
		"Catalog:product:get":     false,
		"catalog:product:getAll":  false,
		"catalog:product:get_all": false,
		"catalog:product:get all": false,
		"catalog:prodütc:get":     false,
		"catalog:product:get\n":   false,
		" catalog:product:get":    false,
		"x\ncatalog:product:get":  false,
	} {
		require.Equal(t, regular, catalog.Regular(name), "%q", name)
	}
}

func TestAnAudienceKnowsOnlyWhatItSees(t *testing.T) {
	all := catalog.Catalog{Name: "shop", Events: []catalog.Event{
		{Name: "b:c:d", Version: 1},
		{Name: "a:b:c", Version: 2, Internal: true},
		{Name: "a:b:c", Version: 1, ServedBy: 2, Deprecation: &catalog.Deprecation{Successor: 2, Note: "soon"}},
		{Name: "a:b:c", Version: 4, Deprecation: &catalog.Deprecation{Successor: 9}},
	}}
	public := all.Only(catalog.Public)
	require.Equal(t, catalog.Catalog{Name: "shop", Events: []catalog.Event{
		{Name: "a:b:c", Version: 1, Deprecation: &catalog.Deprecation{Note: "soon"}},
		{Name: "a:b:c", Version: 4, Deprecation: &catalog.Deprecation{Successor: 9}}, // which nobody can see
		{Name: "b:c:d", Version: 1},
	}}, public)
	require.Equal(t, 2, all.Events[2].Deprecation.Successor, "the original is left as it was")

	sorted := all.Only(catalog.Everybody)
	require.Len(t, sorted.Events, 4)
	for _, e := range all.Events {
		found, ok := sorted.Find(e.Name, e.Version)
		require.True(t, ok)
		require.Equal(t, e, found)
	}
	_, ok := sorted.Find("a:b:c", 3)
	require.False(t, ok)
}

func TestACatalogIsPlainJSON(t *testing.T) {
	c := catalog.Catalog{Events: []catalog.Event{
		{Name: "a:b:c", Version: 1},
		{
			Name: "Spell", Version: 2, Irregular: true, Doc: "Spells.", Input: "int", Output: "string",
			Examples: []catalog.Example{{Request: json.RawMessage(`1`), Response: json.RawMessage(`"one"`)}},
			Errors:   []catalog.Error{{Kind: events.KindGone, Code: "OLD", Description: "It was."}, {Kind: events.KindError, Code: "X"}},
			Timeout:  2 * time.Second,
		},
	}}
	const want = `{"events":[{"name":"a:b:c","version":1},{"name":"Spell","version":2,"irregular":true,"doc":"Spells.",
		"input":"int","output":"string","examples":[{"request":1,"response":"one"}],
		"errors":[{"kind":"gone","code":"OLD","description":"It was."},{"kind":"error","code":"X"}],"timeout":2000000000}]}`
	data, err := json.Marshal(c)
	require.NoError(t, err)
	require.Equal(t, strings.NewReplacer("\n", "", "\t", "").Replace(want), string(data))

	var read catalog.Catalog
	require.NoError(t, json.Unmarshal(data, &read))
	require.Equal(t, c, read)
}
