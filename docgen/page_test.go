package docgen_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/mux"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// plain is what a reader sees of a page.
func plain(text string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(text, " "))), " ")
}

func TestAnEventsPageTellsAllOfIt(t *testing.T) {
	h := docgen.Handler(shop(), docgen.WithTitle("Shop"))
	v1, v2 := page(t, h, "/docs/catalog:product:get/1"), page(t, h, "/docs/catalog:product:get/2")
	require.Contains(t, v1, `use <a href="../catalog:product:get/2">v2</a>`)
	require.Contains(t, plain(v1), "Deprecated since 2025-01-02; may be gone after 2027-03-04; use v2 . Send the currency.")
	require.Contains(t, v1, "<em>product</em>")
	require.NotContains(t, v1, `id="changes"`)
	require.NotContains(t, plain(v2), "Deprecated since")
	for _, part := range []string{"name string required length at least 1", "As on the label.", `"tea" "coffee"`, "as above", "notFound PRODUCT_NOT_FOUND there is no such product",
		"badRequest INVALID_PAYLOAD", "Changes since v1", "breaking /Currency added", "catalog:product:get v2 · Shop"} {
		require.Contains(t, plain(v2), part)
	}
	require.Contains(t, v2, `<li id="request/Currency">`)
	require.Contains(t, v2, `<a class="name" href="#request%2fCurrency">`)
	require.NotContains(t, v2, `id="console"`)
	require.Contains(t, page(t, docgen.Handler(shop(), docgen.WithConsole()), "/docs/catalog:product:get/2"), `id="console"`)
	require.Contains(t, plain(page(t, h, "/docs/raw:thing:do/1")), "Not described: any JSON but null.")
	require.Contains(t, plain(page(t, h, "/docs/")), "v2 v1 deprecated")
}

func TestAVersionThatAnotherOneServesSaysSo(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 2, func(context.Context, getV2) (product, error) { return product{}, nil })
	mux.Upcast(m, "a:b:c", 1, 2, func(in getV1) (getV2, error) { return getV2{}, nil }, func(out product) (product, error) { return out, nil })
	h := docgen.Handler(m)
	require.Contains(t, page(t, h, "/docs/a:b:c/1"), `Served by the handler of <a href="../a:b:c/2">v2</a>`)
	require.NotContains(t, page(t, h, "/docs/a:b:c/2"), "Served by")
	require.Contains(t, page(t, h, "/docs/docs.md"), "Served by the handler of version 2")
	require.Contains(t, page(t, h, "/docs/catalog.json"), `"servedBy":2`)

	none := docgen.Handler(list{{Name: "a:b:c", Version: 1, ServedBy: 2}}) // of which there is no page
	require.Contains(t, page(t, none, "/docs/a:b:c/1"), "Served by the handler of v2")
}

func TestChangesAreBreakingOrAdditive(t *testing.T) {
	const old = `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}`
	const wide = `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}`
	const tight = `{"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"]}`
	for name, c := range map[string]struct{ input1, output1, input2, output2, want string }{
		"same":          {old, old, old, old, "The payloads are the same."},
		"wider":         {old, old, wide, old, "Request additive /b added"},
		"tighter":       {old, old, tight, old, "Request breaking /a maxLength"},
		"answers less":  {old, old, old, tight, "Response additive /a maxLength"},
		"not described": {old, "", old, old, "Not all payloads of the two are described"},
		"no schemas":    {"", "", "", "", "The payloads are the same."},
	} {
		l := list{{Name: "a", Version: 4, InputSchema: []byte(c.input2), OutputSchema: []byte(c.output2)},
			{Name: "a", Version: 2, InputSchema: []byte(c.input1), OutputSchema: []byte(c.output1)}}
		text := plain(page(t, docgen.Handler(l), "/docs/a/4"))
		require.Contains(t, text, "Changes since v2", name)
		require.Contains(t, text, c.want, name)
	}
}

func TestSchemasThatAreNotDrawnAreStillShown(t *testing.T) {
	for _, s := range []string{`{"items":[{"type":"string"}]}`, `{"$schema":"http://json-schema.org/draft-04/schema#","minimum":1,"exclusiveMinimum":true}`,
		`{"$ref":"#/properties/a","properties":{"a":{"type":"string"}}}`, `true`} {
		text := page(t, docgen.Handler(list{{Name: "a", Version: 1, InputSchema: []byte(s)}}), "/docs/a/1")
		require.Contains(t, text, "./1/request.schema.json", s)
		if s != "true" {
			require.Contains(t, plain(text), "see the JSON Schema", s)
		}
	}
}

// large is a service of 2 000 events.
func large() list {
	l := make(list, 0, 2000)
	for i := range 1000 {
		for version := 1; version <= 2; version++ {
			e := shop().Catalog().Events[version-1]
			e.Name, e.Version = fmt.Sprintf("domain-%d:thing-%03d:get", i%20, i), version
			l = append(l, e)
		}
	}
	return l
}

// A still service never changes.
type still struct{ list }

func (still) Revision() uint64 { return 1 }

func BenchmarkPage(b *testing.B) {
	c := still{large()}
	for _, path := range []string{"domain-7:thing-007:get/2", "", "catalog.json"} {
		serve := func(b *testing.B, h http.Handler) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodGet, "/docs/"+path, nil)
			r.Header.Set("Accept-Encoding", "gzip")
			h.ServeHTTP(w, r)
			if w.Code != http.StatusOK {
				b.Fatal(w.Code)
			}
		}
		name := path
		if path == "" {
			name = "index"
		}
		b.Run(name+"/cached", func(b *testing.B) {
			h := docgen.Handler(c)
			serve(b, h)
			for b.Loop() {
				serve(b, h)
			}
		})
		b.Run(name+"/uncached", func(b *testing.B) {
			for b.Loop() {
				serve(b, docgen.Handler(c))
			}
		})
	}
}
