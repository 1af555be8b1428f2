package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
)

func TestTheVersionToUseIsTheNewestThatIsNotDeprecated(t *testing.T) {
	old := &catalog.Deprecation{}
	c := catalog.Catalog{Events: []catalog.Event{
		{Name: "a", Version: 1}, {Name: "a", Version: 2}, {Name: "a", Version: 3, Deprecation: old},
		{Name: "b", Version: 1, Deprecation: old}, {Name: "b", Version: 4, Deprecation: old},
	}}
	require.Equal(t, 2, newest(c, "a"))
	require.Equal(t, 4, newest(c, "b"), "all are deprecated")
	require.Equal(t, 0, newest(c, "c"))
}

func TestEventsAreWrittenWithOrWithoutAVersion(t *testing.T) {
	for arg, want := range map[string]struct {
		name    string
		version int
	}{
		"a:b:c": {"a:b:c", 0}, "a:b:c@2": {"a:b:c", 2}, "a@b@3": {"a@b", 3}, "a@2147483647": {"a", 1<<31 - 1},
	} {
		name, version, err := parseEvent(arg)
		require.NoError(t, err, arg)
		require.Equal(t, want.name, name)
		require.Equal(t, want.version, version)
	}
	for _, arg := range []string{"a@", "a@0", "a@-1", "a@1.0", "a@x", "a@2147483648"} {
		_, _, err := parseEvent(arg)
		require.ErrorContains(t, err, "is no version of an event", arg)
	}
}

func TestNamesThatAreAlmostRightAreFound(t *testing.T) {
	c := catalog.Catalog{Events: []catalog.Event{
		{Name: "catalog:product:get", Version: 1}, {Name: "catalog:product:get", Version: 2}, {Name: "catalog:product:set", Version: 1},
		{Name: "orders:order:place", Version: 1},
	}}
	require.Equal(t, []string{"catalog:product:get", "catalog:product:set"}, nearest(c, "catalog:produkt:get"))
	require.Equal(t, []string{"orders:order:place"}, nearest(c, "order:order:place"))
	require.Empty(t, nearest(c, "x"))
	require.Empty(t, nearest(catalog.Catalog{}, "catalog:product:get"))
}

func TestWordsOfAShellAreQuoted(t *testing.T) {
	require.Equal(t, `http://localhost:8080/events`, quoted("http://localhost:8080/events"))
	require.Equal(t, `'{"a":"it'\''s"}'`, quoted(`{"a":"it's"}`))
	require.Equal(t, `'$(rm -r)'`, quoted("$(rm -r)"))
	require.Equal(t, `''`, quoted(""))
}
