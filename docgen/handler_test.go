package docgen_test

import (
	"compress/gzip"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
)

func TestEachFileHasItsContentType(t *testing.T) {
	h := docgen.Handler(shop())
	for path, want := range map[string]string{
		"":                             "text/html; charset=utf-8",
		"catalog:product:get/1":        "text/html; charset=utf-8",
		"style.css":                    "text/css; charset=utf-8",
		"script.js":                    "text/javascript; charset=utf-8",
		"icon.svg":                     "image/svg+xml",
		"search.json":                  "application/json",
		"catalog.json":                 "application/json",
		"asyncapi.json":                "application/json",
		"openapi.json":                 "application/json",
		"docs.md":                      "text/markdown; charset=utf-8",
		"llms.txt":                     "text/plain; charset=utf-8",
		"envelope.schema.json":         "application/schema+json",
		"ping/1/request.schema.json":   "application/schema+json",
		"ping/1/response.schema.json":  "application/schema+json",
		"catalog%3Aproduct%3Aget/2":    "text/html; charset=utf-8",
		"catalog:product:get/2?x=y#z/": "text/html; charset=utf-8",
	} {
		w := get(t, h, "/docs/"+path)
		require.Equal(t, http.StatusOK, w.Code, path)
		require.Equal(t, want, w.Header().Get("Content-Type"), path)
		require.NotEmpty(t, w.Body.String(), path)
	}
}

func TestAllLinksLeadSomewhereWhereverItIsMounted(t *testing.T) {
	at := func(path string, h http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(path, h)
		return m
	}
	h := docgen.Handler(shop(), docgen.WithConsole(), docgen.WithDescription("Look at [ping](./ping/1)."))
	for name, mounted := range map[string]struct {
		start string
		http.Handler
	}{
		"one step":       {"/docs/", at("/docs/", h)},
		"three steps":    {"/a/b/docs/", at("/a/b/docs/", h)},
		"the root":       {"/", h},
		"StripPrefix":    {"/docs/", http.StripPrefix("/docs", h)},
		"StripPrefix /":  {"/a/docs/", http.StripPrefix("/a/docs/", h)},
		"mux with strip": {"/x/docs/", at("/x/docs/", http.StripPrefix("/x/docs/", h))},
	} {
		t.Run(name, func(t *testing.T) {
			seen := crawl(t, mounted, mounted.start)
			for _, want := range []string{"", "style.css", "script.js", "catalog.json", "catalog:product:get/1", "catalog:product:get/2",
				"ping/1", "raw:thing:do/1", "ping/1/request.schema.json"} {
				require.Contains(t, seen, mounted.start+want)
			}
		})
	}
}

func TestNamesOfAnyKindHaveAPage(t *testing.T) {
	var l list
	for _, name := range []string{".", "..", "~.", "~..", "...", "~", "~a", "a/b", "/", "//", "a/../b", "a b", " ", "a.b", "ä:ö:ü", "日本", `"q"`, "'q'", "<b>",
		"a?b", "a#b", "a%2Fb", "%", "a+b", "a@1", "index", "404", "404@1", "style.css", "a\\b", "a&amp;b", "javascript:alert(1)", "x/request.schema.json", "\u202egnp", "{id}"} {
		l = append(l, catalog.Event{Name: name, Version: 1, InputSchema: []byte(`{"type":"string"}`)}, catalog.Event{Name: name, Version: 2})
	}
	m := http.NewServeMux()
	m.Handle("/docs/", docgen.Handler(l))
	seen := crawl(t, m, "/docs/")
	for _, e := range l {
		want := "<h1>" + e.Name + ` <span class="v">v`
		found := 0
		for _, text := range seen {
			if strings.Contains(html.UnescapeString(text), want) {
				found++
			}
		}
		require.Equal(t, 2, found, "pages of %q", e.Name)
	}
	for _, n := range []string{"a b", "a/b", "ä:ö:ü"} {
		require.Equal(t, `{"type":"string"}`, page(t, m, "/docs/"+url.PathEscape(n)+"/1/request.schema.json"), n)
	}
}

func TestWhatIsNotThereIs404(t *testing.T) {
	h := docgen.Handler(shop())
	long := strings.Repeat("a", 1<<20)
	for _, path := range []string{"nothing:like:this/1", "ping/2", "ping/01", "ping/+1", "ping/-1", "ping/0", "ping/x", "ping", "nothing",
		"secret:internal:do/1", "secret:hidden:do/1", "catalog:product:get/3", "secret:internal:do/1/request.schema.json",
		"catalog:product:get/3/response.schema.json", "raw:thing:do/1/request.schema.json", "ping/1/other.schema.json", "ping/1/x",
		"../etc/passwd", "..", "%2e%2e/1", "..%2f..%2fgo.mod", "assets/layout.html", "layout.html", "index", "404", "404/request.schema.json",
		"a/404/1", "ping@1", "ping%401", "x/ping%2F1", "%00/1", long, long + "/1", strings.Repeat("a/", 1000) + "b/99999999999999999999", "%ff/1"} {
		w := get(t, h, "/docs/"+path)
		require.Equal(t, http.StatusNotFound, w.Code, "%.60s", path)
		require.Contains(t, w.Body.String(), "<h1>Not found</h1>", "%.60s", path)
		require.NotContains(t, w.Body.String(), "aaaa")
	}
}

const wantPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"

// inline finds what the policy would stop.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<script>|<style|<[a-z][^>"]*(?:"[^"]*"[^>"]*)*\s(?:on[a-z]+|style)\s*=`)

func TestPagesKeepTheirOwnPolicy(t *testing.T) {
	for _, bad := range []string{`<script>x</script>`, `<script defer>x`, `<p style="x">`, `<a href="x" onclick=y>`, `<style>`} {
		require.Regexp(t, inline, bad)
	}
	h := docgen.Handler(shop(), docgen.WithConsole())
	for path, text := range crawl(t, h, "/docs/") {
		require.Equal(t, wantPolicy, get(t, h, path).Header().Get("Content-Security-Policy"))
		if strings.HasPrefix(text, "<!doctype html>") || strings.HasPrefix(text, "\n<!doctype") {
			require.NotRegexp(t, inline, text, path)
		}
	}
	w := get(t, h, "/docs/none/1")
	require.Equal(t, wantPolicy, w.Header().Get("Content-Security-Policy"))
	require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))

	other := docgen.WithEndpoint("https://api.example.org:8443/events?x=1")
	require.Equal(t, wantPolicy+" https://api.example.org:8443",
		get(t, docgen.Handler(shop(), other, docgen.WithConsole()), "/").Header().Get("Content-Security-Policy"))
	require.Equal(t, wantPolicy, get(t, docgen.Handler(shop(), other), "/").Header().Get("Content-Security-Policy"), "no console")
}

func TestFilesAreAskedForAgainOnlyWhenTheyChange(t *testing.T) {
	h := docgen.Handler(shop())
	for _, path := range append(everything, "ping/1", "ping/1/request.schema.json") {
		w := get(t, h, "/docs/"+path)
		tag := w.Header().Get("ETag")
		require.Regexp(t, `^"[^"]{16}"$`, tag, path)
		require.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
		for given, want := range map[string]int{
			tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200, "": 200, strings.Trim(tag, `"`): 200,
		} {
			w := get(t, h, "/docs/"+path, "If-None-Match", given)
			require.Equal(t, want, w.Code, "%s with If-None-Match: %s", path, given)
			require.Equal(t, want == 304, w.Body.Len() == 0, path)
			require.Equal(t, tag, w.Header().Get("ETag"))
		}
	}
	require.Equal(t, 404, get(t, h, "/docs/none/1", "If-None-Match", "*").Code)
}

func TestGzipIsForThoseWhoAcceptIt(t *testing.T) {
	h := docgen.Handler(shop())
	plain := page(t, h, "/docs/catalog.json")
	for accept, want := range map[string]bool{
		"": false, "br": false, "gzip": true, "br, gzip;q=0.5": true, "GZIP": true, "gzip;q=0": false, "gzip; q=0.0": false, "gzip;q=x": false, "xgzip": false,
	} {
		w := get(t, h, "/docs/catalog.json", "Accept-Encoding", accept)
		require.Equal(t, "Accept-Encoding", w.Header().Get("Vary"))
		require.Equal(t, want, w.Header().Get("Content-Encoding") == "gzip", accept)
		var body io.Reader = w.Body
		if want {
			z, err := gzip.NewReader(w.Body)
			require.NoError(t, err)
			body = z
		}
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		require.Equal(t, plain, string(text))
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	h := docgen.Handler(shop())
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/docs/", nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	}
	for path, code := range map[string]int{"/docs/": 200, "/docs/openapi.json": 200, "/docs/none/1": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodHead, path, nil))
		g := get(t, h, path)
		require.Equal(t, code, w.Code, path)
		require.Zero(t, w.Body.Len(), path)
		require.Equal(t, g.Header(), w.Header(), path)
	}
}

func TestManyReadersAtOnceWhileTheServiceChanges(t *testing.T) {
	m := shop()
	h := docgen.Handler(m)
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			for range 20 {
				for _, path := range everything {
					if w := get(t, h, "/docs/"+path); w.Code != http.StatusOK {
						t.Errorf("reader %d: %s is %d", i, path, w.Code)
					}
				}
			}
		})
	}
	for range 50 {
		m.Add("new:thing:do", 1, raw{})
		m.Remove("new:thing:do", 1)
	}
	readers.Wait()
	require.NotContains(t, page(t, h, "/docs/"), "new:thing:do")
}
