package mux_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func suggestions(t *testing.T, m *mux.Mux, name string) []any {
	t.Helper()
	_, err := client.Call[struct{}](t.Context(), m, name, 1, nil)
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.KindEventNotFound, e.Kind)
	if list, ok := e.Parameters["suggestions"]; ok {
		return list.([]any)
	}
	return nil
}

func TestAnUnknownNameIsAnsweredByTheNearest(t *testing.T) {
	m := mux.New()
	for _, name := range []string{"catalog:product:get", "catalog:product:list", "catalog:price:get", "orders:order:place", "Ping"} {
		mux.Handle(m, name, 1, nothing)
	}
	mux.Handle(m, "catalog:secret:get", 1, nothing, mux.WithHidden())
	mux.Handle(m, "catalog:inside:get", 1, nothing, mux.WithInternal())
	for asked, want := range map[string][]any{
		"catalog:prodcut:get":         {"catalog:product:get"},  // two letters swapped
		"catalog:products:get":        {"catalog:product:get"},  // one too many
		"catlog:product:get":          {"catalog:product:get"},  // one too few
		"catalog:product:lisst":       {"catalog:product:list"}, // doubled
		"catalog:Product:Get":         nil,                      // two segments differ
		"catalog:PRODUCT:get":         {"catalog:product:get"},  // only in case
		"ping":                        {"Ping"},
		"pong":                        {"Ping"},
		"orders:order:cancel":         nil, // another word
		"catalog:secrets:get":         nil, // hidden
		"catalog:insides:get":         nil, // internal
		"catalog:product":             nil,
		"a:b:c:d:e:f:g:h:i:j":         nil,
		strings.Repeat("x", 200):      nil,
		"catalog:" + "ü" + ":get":     nil,
		"::":                          nil,
		"catalog:product:get:x":       nil,
		"catalog:product:gett\u0301t": nil,
	} {
		require.Equal(t, want, suggestions(t, m, asked), asked)
	}
}

func TestSuggestionsFollowTheEvents(t *testing.T) {
	m := mux.New()
	require.Nil(t, suggestions(t, m, "a:b:gett"))
	mux.Handle(m, "a:b:get", 1, nothing)
	require.Equal(t, []any{"a:b:get"}, suggestions(t, m, "a:b:gett"))
	m.Remove("a:b:get", 1)
	require.Nil(t, suggestions(t, m, "a:b:gett"))
}

func TestSuggestionsAreFew(t *testing.T) {
	m := mux.New()
	for i := range 1000 {
		mux.Handle(m, fmt.Sprintf("a:thing%d:get", i), 1, nothing)
	}
	require.Len(t, suggestions(t, m, "a:thingx:get"), 3)
	require.Equal(t, "a:thing512:get", suggestions(t, m, "a:thing512x:get")[0], "near in the beginning")
	require.Equal(t, "a:thing512:get", suggestions(t, m, "a:xthing512:get")[0], "near at the end")
}
