package docgen_test

import (
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

type (
	getV1   struct{ ID string }
	getV2   struct{ ID, Currency string }
	product struct {
		Name     string    `json:"name" description:"As on the label." minLength:"1"`
		Related  []product `json:"related,omitempty"`
		Category *category `json:"category,omitempty"`
	}
	category struct {
		Name   string    `json:"name" enum:"tea,coffee"`
		Parent *category `json:"parent,omitempty"`
	}
	secretField struct {
		SecretField string `json:"secretField"`
	}
)

// shop is a service with all that a documentation can tell.
func shop() *mux.Mux {
	m := mux.New()
	answer := product{Name: "Tea"}
	mux.Handle(m, "catalog:product:get", 1, func(context.Context, getV1) (product, error) { return answer, nil },
		mux.WithDoc("Reads a *product*. More of it."), mux.WithExample(getV1{"it's 7"}, answer),
		mux.WithDeprecation(catalog.Deprecation{
			Since: time.Date(2025, 1, 2, 0, 0, 0, 0, time.UTC), Sunset: time.Date(2027, 3, 4, 0, 0, 0, 0, time.UTC),
			Successor: 2, Note: "Send the currency.",
		}))
	mux.Handle(m, "catalog:product:get", 2, func(context.Context, getV2) (product, error) { return answer, nil },
		mux.WithDoc("Reads a product."), mux.WithExample(getV2{"7", "EUR"}, answer),
		mux.WithError(events.KindNotFound, "PRODUCT_NOT_FOUND", "there is no such product"))
	mux.Handle(m, "ping", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	m.Add("raw:thing:do", 1, raw{}, mux.WithDoc("Raw."))
	mux.Handle(m, "catalog:product:get", 3, func(context.Context, secretField) (secretField, error) { return secretField{}, nil },
		mux.WithDoc("secretDoc"), mux.WithExample(secretField{"secretExample"}, secretField{}),
		mux.WithError(events.KindGone, "SECRET_CODE", "secretError"), mux.WithInternal())
	mux.Handle(m, "secret:internal:do", 1, func(context.Context, secretField) (secretField, error) { return secretField{}, nil }, mux.WithInternal())
	mux.Handle(m, "secret:hidden:do", 1, func(context.Context, secretField) (secretField, error) { return secretField{}, nil }, mux.WithHidden())
	return m
}

type raw struct{}

func (raw) Serve(context.Context, events.Event) (events.Event, error) { return events.Event{}, nil }

// A list is a service that has no Revision.
type list []catalog.Event

func (l list) Catalog() catalog.Catalog { return catalog.Catalog{Events: l} }

func get(t testing.TB, h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func page(t testing.TB, h http.Handler, path string) string {
	t.Helper()
	w := get(t, h, path)
	require.Equal(t, http.StatusOK, w.Code, path)
	return w.Body.String()
}

var (
	links = regexp.MustCompile(`\s(?:href|src|data-schema)="([^"]*)"`)
	ids   = regexp.MustCompile(`\sid="([^"]*)"`)
)

// crawl follows all links from start and returns what is there, by path.
func crawl(t testing.TB, h http.Handler, start string) map[string]string {
	t.Helper()
	seen, todo := map[string]string{}, []string{start}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if _, ok := seen[at]; ok {
			continue
		}
		w := get(t, h, at)
		require.Equal(t, http.StatusOK, w.Code, "a link leads to %s", at)
		seen[at] = w.Body.String()
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		base, err := url.Parse("http://x" + at)
		require.NoError(t, err)
		anchors := map[string]bool{}
		for _, m := range ids.FindAllStringSubmatch(seen[at], -1) {
			require.False(t, anchors[html.UnescapeString(m[1])], "id %q stands twice in %s", m[1], at)
			anchors[html.UnescapeString(m[1])] = true
		}
		for _, m := range links.FindAllStringSubmatch(seen[at], -1) {
			to, err := base.Parse(html.UnescapeString(m[1]))
			require.NoError(t, err, m[1])
			if to.Path == base.Path && to.Fragment != "" {
				require.True(t, anchors[to.Fragment], "%s in %s leads to no anchor", m[1], at)
				continue
			}
			require.Equal(t, "x", to.Host, "%s leads elsewhere", m[1])
			require.True(t, strings.HasPrefix(to.Path, start), "%s in %s leads out of the documentation", m[1], at)
			todo = append(todo, to.EscapedPath())
		}
	}
	return seen
}

func decode(t testing.TB, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v))
	return v
}

var everything = []string{"", "search.json", "catalog.json", "asyncapi.json", "openapi.json", "docs.md", "llms.txt",
	"envelope.schema.json", "style.css", "script.js"}

var _ docgen.Cataloger = list(nil)
