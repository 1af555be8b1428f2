package flowtracker_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

const wantPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"

// inline finds what the policy would stop.
var inline = regexp.MustCompile(`(?i)<script(?:\s[^>]*)?>[^<]|<script>|<style|<[a-z][^>"]*(?:"[^"]*"[^>"]*)*\s(?:on[a-z]+|style)\s*=`)

func TestThePageKeepsItsPolicyWhateverTheNames(t *testing.T) {
	for _, bad := range []string{`<script>x</script>`, `<p style="x">`, `<a href="x" onclick=y>`} {
		require.Regexp(t, inline, bad)
	}
	flows := flowtracker.New(flowtracker.WithPayloads(nil), flowtracker.WithTitle(`<script>alert(0)</script>`))
	for _, name := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(2)>`, `'/onclick='alert(3)'`, "javascript:alert(4)", "\u202egnp.exe\u2066",
		"a/../b?c#d%2e:e f&g=h;i+j", "{{.}}", "</title></pre>", "日本", "..", " ", "\xff\xfe", "\x00\n", "&amp;",
	} {
		m := mux.New(mux.WithTracker(flows.Service(name)))
		request := events.Event{Name: name, Version: 1, ID: name, FlowID: name, Payload: []byte(`"</pre><script>alert(6)</script>"`)}
		ctx := events.WithCall(t.Context(), events.Call{Request: request, Origin: name, Peer: events.Peer{Addr: name}})
		flows.Service(name).End(flows.Service(name).Start(ctx, request), events.NewErrorEvent(request, events.Errorf(events.Kind(name), name, "%s", name)), events.Errorf(events.Kind(name), name, "%s", name))
		m.Serve(t.Context(), request)
	}
	ids := listed(t, flows, "")
	require.Len(t, ids, 14)
	paths := []string{"/flows/", "/flows/?q=%3Cscript%3Ealert(5)%3C/script%3E", `/flows/?q="%20autofocus%20onfocus=alert(7)`, "/flows/nothing", "/flows/flow?id=%3Cscript%3E"}
	for _, id := range ids {
		require.NotEmpty(t, waterfall(t, flows, id), "the link leads to the flow %q", id)
		paths = append(paths, flowPath(id))
	}
	for _, path := range paths {
		w := get(t, flows, path)
		require.Equal(t, wantPolicy, w.Header().Get("Content-Security-Policy"))
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.NotRegexp(t, inline, w.Body.String(), path)
	}
}

func TestThePageWorksWhereverItIsMounted(t *testing.T) {
	flows := flowtracker.New()
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", nil)
	send(t, m, "a:b:c", "f-1")
	at := func(path string, h http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle(path, h)
		return m
	}
	links := regexp.MustCompile(`(?:href|src|action)="\./([^"]*)"`)
	for start, h := range map[string]http.Handler{
		"/flows/": at("/flows/", flows), "/a/b/flows/": at("/a/b/flows/", flows), "/": flows,
		"/x/": http.StripPrefix("/x", flows), "/y/": http.StripPrefix("/y/", flows),
	} {
		for _, from := range []string{"", "flow?id=f-1", "?q=a&failed=1"} {
			found := links.FindAllStringSubmatch(page(t, h, start+from), -1)
			require.NotEmpty(t, found)
			for _, link := range found {
				require.NotEmpty(t, page(t, h, start+strings.ReplaceAll(link[1], "&amp;", "&")), link[1])
			}
		}
	}
}

func TestFilesHaveTheirTypesAndAreKeptByReaders(t *testing.T) {
	h := flowtracker.New()
	for name, contentType := range map[string]string{
		"style.css": "text/css; charset=utf-8", "script.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		w := get(t, h, "/flows/"+name)
		require.Equal(t, contentType, w.Header().Get("Content-Type"))
		require.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
		r := httptest.NewRequest("GET", "/flows/"+name, nil)
		r.Header.Set("If-None-Match", w.Header().Get("ETag"))
		again := httptest.NewRecorder()
		h.ServeHTTP(again, r)
		require.Equal(t, http.StatusNotModified, again.Code)
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	h := flowtracker.New()
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/flows/", nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, method)
		require.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("HEAD", "/flows/", nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.Zero(t, w.Body.Len())
}

func TestWhatIsNotThereIs404(t *testing.T) {
	h := flowtracker.New()
	for _, path := range []string{"flow", "flow?id=f-1", "flow.json?id=f-1", "layout.html", "assets/style.css/x", "calls", "..%2fgo.mod"} {
		require.Equal(t, http.StatusNotFound, get(t, h, "/flows/"+path).Code, path)
	}
}

func TestTheSearchFindsAllWordsInAnyText(t *testing.T) {
	flows := flowtracker.New()
	orders := mux.New(mux.WithTracker(flows.Service("orders")))
	answering(orders, "orders:order:get", events.Errorf(events.KindNotFound, "NO_ORDER", "there is no order 17"))
	answering(orders, "orders:order:place", nil)
	send(t, orders, "orders:order:get", "flow-1")
	send(t, orders, "orders:order:place", "flow-2")
	for query, want := range map[string][]string{
		"?q=":                {"flow-2", "flow-1"},
		"?q=ORDER:PLACE":     {"flow-2"},
		"?q=flow-1":          {"flow-1"},
		"?q=no_order":        {"flow-1"},
		"?q=notfound":        {"flow-1"},
		"?q=order+there":     {"flow-1"},
		"?q=place+there":     nil,
		"?q=orders":          {"flow-2", "flow-1"},
		"?failed=1":          {"flow-1"},
		"?failed=1&q=flow-2": nil,
		"?q=%ff":             nil,
	} {
		require.Equal(t, want, listed(t, flows, query), query)
	}
	require.Contains(t, text(page(t, flows, "/flows/?q=flow-1")), "1 of 2 flows match.")
}

func TestTimesAreRead(t *testing.T) {
	noon := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	for elapsed, want := range map[time.Duration]string{
		0: "0", 17: "17 ns", 1500: "1.50 µs", 25 * time.Microsecond: "25.0 µs", 345 * time.Millisecond: "345 ms",
		90 * time.Second: "90.0 s", 3*time.Hour + 1500*time.Millisecond: "3h0m2s",
	} {
		flows := flowtracker.New(flowtracker.WithClock(func() time.Time { return noon.Add(24 * time.Hour) }))
		call := events.Call{Started: noon}
		ctx := flows.Start(events.WithCall(t.Context(), call), events.Event{Name: "a:b:c", Version: 1, FlowID: "f-1"})
		call.Elapsed = elapsed
		flows.End(events.WithCall(ctx, call), events.Event{Name: "a:b:c:response"}, nil)
		list := page(t, flows, "/flows/")
		require.Contains(t, list, "<span>"+want+"</span>")
		require.Contains(t, list, `<time datetime="2026-01-31T12:00:00Z">2026-01-31 12:00:00.000</time>`)
	}
}
