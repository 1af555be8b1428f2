package docgen_test

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
	"github.com/evoke-rpc/evoke/schema"
)

// resolve fails t for each $ref in v that leads nowhere in root, and counts them.
func resolve(t testing.TB, root, v any) (count int) {
	t.Helper()
	switch x := v.(type) {
	case map[string]any:
		if ref, ok := x["$ref"].(string); ok {
			fragment, ok := strings.CutPrefix(ref, "#")
			require.True(t, ok, "%s leads elsewhere", ref)
			fragment, err := url.PathUnescape(fragment)
			require.NoError(t, err, ref)
			at := root
			for _, step := range strings.Split(fragment, "/")[1:] {
				step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
				switch in := at.(type) {
				case map[string]any:
					at, ok = in[step]
					require.True(t, ok, "%s: there is no %q", ref, step)
				case []any:
					i, err := strconv.Atoi(step)
					require.NoError(t, err, ref)
					require.Less(t, i, len(in), ref)
					at = in[i]
				default:
					require.Fail(t, "leads into a scalar", ref)
				}
			}
			count++
		}
		for k, inner := range x {
			if k != "examples" && k != "enum" { // data
				count += resolve(t, root, inner)
			}
		}
	case []any:
		for _, inner := range x {
			count += resolve(t, root, inner)
		}
	}
	return count
}

// odd are events whose names the formats have trouble with.
func odd() list {
	l := list(shop().Catalog().Events)
	for _, name := range []string{"a:b", "a_b", "a:5fb", "a_3ab", "a.b", "a b", "a/b~c", "a{b}", "ä", "a%b", "a#b", "a:v1"} {
		for version := 1; version <= 2; version++ {
			l = append(l, catalog.Event{Name: name, Version: version, Doc: "Doc of " + name + ".",
				InputSchema:  []byte(`{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/x","definitions":{"x":{"properties":{"default":{"$ref":"#"}},"enum":[{"$ref":"#/data"}]}}}`),
				OutputSchema: []byte(`{"type":"object"}`)})
		}
	}
	return l
}

func TestAsyncAPIHoldsEachEvent(t *testing.T) {
	h := docgen.Handler(odd(), docgen.WithTitle("Shop"), docgen.WithDescription("Sells."))
	root := decode(t, page(t, h, "/docs/asyncapi.json")).(map[string]any)
	require.Equal(t, "3.0.0", root["asyncapi"])
	require.Equal(t, map[string]any{"title": "Shop", "version": "1", "description": "Sells."}, root["info"])
	require.Greater(t, resolve(t, root, root), 100)
	operations := root["operations"].(map[string]any)
	visible := 0
	seen := map[string]bool{}
	for _, m := range root["components"].(map[string]any)["messages"].(map[string]any) {
		m := m.(map[string]any)
		properties := m["payload"].(map[string]any)["properties"].(map[string]any)
		version := properties["version"].(map[string]any)["const"].(float64)
		seen[m["name"].(string)+"@"+strconv.Itoa(int(version))] = true
	}
	for _, e := range odd() {
		if !e.Internal {
			visible++
			require.True(t, seen[e.Name+"@"+strconv.Itoa(e.Version)], "request of %s v%d", e.Name, e.Version)
			require.True(t, seen[e.Name+":response@"+strconv.Itoa(e.Version)], "response of %s v%d", e.Name, e.Version)
		}
	}
	require.Len(t, operations, visible)
	for id := range operations {
		require.Regexp(t, `^[A-Za-z0-9._-]+$`, id)
	}
	old := operations["catalog_product_get_v1"].(map[string]any)
	require.Equal(t, "Deprecated since 2025-01-02, may be gone after 2027-03-04, use version 2. Send the currency.", old["x-deprecated"])
	require.NotContains(t, operations["catalog_product_get_v2"], "x-deprecated")
	require.Equal(t, "receive", old["action"])
}

func TestOpenAPIHoldsEachEvent(t *testing.T) {
	root := decode(t, page(t, docgen.Handler(odd()), "/docs/openapi.json")).(map[string]any)
	require.Equal(t, "3.1.0", root["openapi"])
	require.Greater(t, resolve(t, root, root), 50)
	paths := root["paths"].(map[string]any)
	ids := map[string]bool{}
	for path, item := range paths {
		require.True(t, strings.HasPrefix(path, "/events#"), path)
		require.NotContains(t, path, "{")
		ids[item.(map[string]any)["post"].(map[string]any)["operationId"].(string)] = true
	}
	require.Len(t, ids, len(paths), "each operation has its own id")
	for _, e := range odd() {
		if e.Internal {
			continue
		}
		path := "/events#" + strings.NewReplacer("{", "%7B", "}", "%7D").Replace(e.Name) + "@v" + strconv.Itoa(e.Version)
		require.Contains(t, paths, path)
		_, deprecated := paths[path].(map[string]any)["post"].(map[string]any)["deprecated"]
		require.Equal(t, e.Deprecation != nil, deprecated, path)
	}
	require.NotContains(t, root, "servers")

	text := page(t, docgen.Handler(shop(), docgen.WithEndpoint("https://api.example.org/x/events")), "/docs/openapi.json")
	require.Contains(t, text, `"servers":[{"url":"https://api.example.org"}]`)
	require.Contains(t, text, `"/x/events#ping@v1"`)
}

func TestDataThatLooksLikeAReferenceStaysAsItIs(t *testing.T) {
	h := docgen.Handler(odd())
	require.Contains(t, page(t, h, "/docs/asyncapi.json"), `{"$ref":"#/data"}`)
	require.Contains(t, page(t, h, "/docs/openapi.json"), `{"$ref":"#/data"}`)
}

func TestTheCatalogueIsTheServicesOwn(t *testing.T) {
	m := shop()
	var read catalog.Catalog
	require.NoError(t, json.Unmarshal([]byte(page(t, docgen.Handler(m, docgen.WithTitle("Shop")), "/docs/catalog.json")), &read))
	require.Equal(t, "Shop", read.Name)
	require.Equal(t, "/events", read.Endpoint)
	var want []catalog.Event
	for _, e := range m.Catalog().Events {
		if !e.Internal {
			want = append(want, e)
		}
	}
	require.Equal(t, want, read.Events)
	require.Contains(t, page(t, docgen.Handler(list(nil)), "/docs/catalog.json"), `"events":[]`)
}

// A described service says itself what others would have to be told by options.
type described struct{ all catalog.Catalog }

func (d described) Catalog() catalog.Catalog { return d.all }

func TestADescribedServiceNeedsNoOptions(t *testing.T) {
	all := catalog.Catalog{Name: "Shop", Version: "1.2.3", Build: "abc", Description: "Sells.", Endpoint: "https://shop.example/e", Events: []catalog.Event{{Name: "a:b:c", Version: 1}}}
	h := docgen.Handler(described{all}, docgen.WithConsole())
	var read catalog.Catalog
	require.NoError(t, json.Unmarshal([]byte(page(t, h, "/docs/catalog.json")), &read))
	require.Equal(t, all, read)
	require.Contains(t, page(t, h, "/docs/"), "<h1>Shop</h1>")
	require.Contains(t, page(t, h, "/docs/asyncapi.json"), `"version":"1.2.3"`)
	require.Contains(t, get(t, h, "/docs/").Header().Get("Content-Security-Policy"), " https://shop.example")
	require.Contains(t, page(t, docgen.Handler(described{all}, docgen.WithTitle("Mine")), "/docs/"), "<h1>Mine</h1>")
}

func TestTextsTellOfEachEvent(t *testing.T) {
	h := docgen.Handler(odd(), docgen.WithDescription("Sells."))
	docs, llms := page(t, h, "/docs/docs.md"), page(t, h, "/docs/llms.txt")
	for _, e := range odd() {
		if e.Internal {
			continue
		}
		title := e.Name + " v" + strconv.Itoa(e.Version)
		require.Contains(t, docs, "\n## "+title+"\n")
		require.Contains(t, llms, "\n- ["+title+"](./"+url.PathEscape(e.Name)+"/"+strconv.Itoa(e.Version)+")")
	}
	for _, part := range []string{"Sells.", "**Deprecated since 2025-01-02, may be gone after 2027-03-04, use version 2. Send the currency.**",
		"- `name` string, required, length at least 1: As on the label.", "`notFound` `PRODUCT_NOT_FOUND` there is no such product",
		"  - `name` string, required, one of \"tea\" \"coffee\"", "\"ID\": \"it's 7\""} {
		require.Contains(t, docs, part)
	}
	require.Contains(t, llms, "> Sells.")
}

func TestSchemasAreServedAsTheyAre(t *testing.T) {
	m := shop()
	h := docgen.Handler(m)
	require.Equal(t, string(schema.Envelope()), page(t, h, "/docs/envelope.schema.json"))
	_, err := schema.Compile(schema.Envelope())
	require.NoError(t, err)
	for _, e := range m.Catalog().Events {
		if e.Internal || e.InputSchema == nil {
			continue
		}
		for part, want := range map[string]json.RawMessage{"request": e.InputSchema, "response": e.OutputSchema} {
			text := page(t, h, "/docs/"+e.Name+"/"+strconv.Itoa(e.Version)+"/"+part+".schema.json")
			require.Equal(t, string(want), text)
			_, err := schema.Compile(json.RawMessage(text))
			require.NoError(t, err, e.Name)
		}
	}
}
