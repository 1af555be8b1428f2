package docgen_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
)

// site is every file of the documentation as one text.
func site(t testing.TB, h http.Handler, header ...string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range append(everything, "catalog:product:get/1", "catalog:product:get/2", "catalog:product:get/3",
		"catalog:product:get/3/request.schema.json", "secret:internal:do/1", "secret:hidden:do/1", "ping/1", "raw:thing:do/1") {
		if path != "script.js" && path != "style.css" {
			all.WriteString(get(t, h, "/docs/"+path, header...).Body.String())
		}
	}
	return all.String()
}

func audiences(r *http.Request) string { return r.Header.Get("Audience") }

func TestInternalAndHiddenEventsLeakNothing(t *testing.T) {
	m := shop()
	m.Add("catalog:product:list", 1, raw{}, mux.WithDoc("Lists."), mux.WithDeprecation(catalog.Deprecation{Successor: 9872}))
	m.Add("catalog:product:list", 9872, raw{}, mux.WithInternal())
	byAudience := docgen.WithAudiences(audiences, map[string]func(catalog.Event) bool{"public": catalog.Public, "all": catalog.Everybody})
	for name, h := range map[string]http.Handler{"no audiences": docgen.Handler(m), "public": docgen.Handler(m, byAudience)} {
		_ = site(t, h, "Audience", "all") // what others have read before must not show
		text := strings.ToLower(site(t, h, "Audience", "public") + get(t, h, "/docs/catalog:product:list/1", "Audience", "public").Body.String())
		require.Contains(t, text, "catalog:product:get", name)
		for _, secret := range []string{"secret", "9872", "product:get v3", "product:get/3", "internal:do", "hidden:do"} {
			require.NotContains(t, text, secret, name)
		}
	}
	h := docgen.Handler(m, byAudience)
	all := site(t, h, "Audience", "all")
	for _, known := range []string{"secretField", "secretDoc", "secretExample", "SECRET_CODE", "secretError", "secret:internal:do"} {
		require.Contains(t, all, known)
	}
	require.NotContains(t, all, "secret:hidden:do", "hidden events are for nobody")
	require.Contains(t, get(t, h, "/docs/catalog:product:list/1", "Audience", "all").Body.String(), "/9872")
	require.NotContains(t, get(t, h, "/docs/catalog:product:list/1", "Audience", "public").Body.String(), "9872")
}

func TestAnUnknownAudienceSeesNothing(t *testing.T) {
	for _, sees := range []map[string]func(catalog.Event) bool{
		nil, {"all": catalog.Everybody}, {"": catalog.Everybody}, {"x": nil},
	} {
		h := docgen.Handler(shop(), docgen.WithAudiences(audiences, sees))
		_ = site(t, h)
		_ = site(t, h, "Audience", "all")
		for range 2 {
			text := site(t, h, "Audience", "x")
			for _, unknown := range []string{"catalog:product:get", "ping", "raw:thing:do", "secret", "PRODUCT_NOT_FOUND"} {
				require.NotContains(t, text, unknown)
			}
		}
		require.Equal(t, http.StatusOK, get(t, h, "/docs/", "Audience", "x").Code)
		require.Equal(t, "private, no-cache", get(t, h, "/docs/", "Audience", "x").Header().Get("Cache-Control"))
		if sees[""] != nil {
			require.Contains(t, site(t, h), "catalog:product:get", "the audience called nothing is one like others")
		}
	}
}

// counted tells how often the catalogue was read.
type counted struct {
	*mux.Mux
	reads int
}

func (c *counted) Catalog() catalog.Catalog {
	c.reads++
	return c.Mux.Catalog()
}

func TestPagesAreKeptPerAudienceUntilTheServiceChanges(t *testing.T) {
	c := &counted{Mux: shop()}
	h := docgen.Handler(c, docgen.WithAudiences(audiences, map[string]func(catalog.Event) bool{"public": catalog.Public, "all": catalog.Everybody}))
	for range 3 {
		for _, a := range []string{"public", "all", "unknown"} {
			get(t, h, "/docs/", "Audience", a)
			get(t, h, "/docs/ping/1", "Audience", a)
		}
	}
	require.Equal(t, 2, c.reads, "once for each audience that sees anything")

	c.Add("new:thing:do", 1, raw{})
	require.Contains(t, get(t, h, "/docs/", "Audience", "public").Body.String(), "new:thing:do")
	require.Contains(t, get(t, h, "/docs/", "Audience", "all").Body.String(), "new:thing:do")
	require.Equal(t, http.StatusOK, get(t, h, "/docs/new:thing:do/1", "Audience", "all").Code)
	c.Remove("new:thing:do", 1)
	require.NotContains(t, get(t, h, "/docs/", "Audience", "public").Body.String(), "new:thing:do")
	require.Equal(t, http.StatusNotFound, get(t, h, "/docs/new:thing:do/1", "Audience", "all").Code)
	require.Equal(t, 6, c.reads)
}

func TestAServiceWithoutARevisionIsReadEachTime(t *testing.T) {
	l := list{{Name: "b:c:d", Version: 2}, {Name: "a", Version: 1}, {Name: "b:c:d", Version: 1}}
	h := docgen.Handler(&l)
	require.Contains(t, page(t, h, "/docs/"), "b:c:d")
	require.Contains(t, page(t, h, "/docs/b:c:d/2"), "Changes since v1", "its order does not matter")
	l = append(l, catalog.Event{Name: "z", Version: 1})
	require.Equal(t, 2, strings.Count(page(t, h, "/docs/"), "<section"), "a and z are in one group")
	require.Contains(t, page(t, h, "/docs/z/1"), "<h1>z ")
	require.NotContains(t, page(t, docgen.Handler(list(nil)), "/docs/search.json"), "null")
	require.Contains(t, page(t, docgen.Handler(list(nil)), "/docs/"), "There are no events.")
}

func TestTheSearchIndexHoldsWhatIsLookedFor(t *testing.T) {
	var entries []struct {
		N, S, T string
		V       int
	}
	require.NoError(t, json.Unmarshal([]byte(page(t, docgen.Handler(shop()), "/docs/search.json")), &entries))
	require.Len(t, entries, 4)
	for _, word := range []string{"catalog:product:get", "v2", "reads a product", "currency", "as on the label", "coffee", "product_not_found", "notfound"} {
		require.Contains(t, entries[1].T, word)
	}
	require.Equal(t, "Reads a *product*.", entries[0].S)
}
