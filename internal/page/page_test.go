package page_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/page"
)

func serve(f *page.File, method string, header http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.Header = header
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func TestAFileIsServedOnceToThoseWhoKeepIt(t *testing.T) {
	f := page.NewFile(page.TypeText, []byte("text"))
	w := serve(f, "GET", nil)
	require.Equal(t, "text", w.Body.String())
	require.Equal(t, page.TypeText, w.Header().Get("Content-Type"))
	require.Equal(t, "4", w.Header().Get("Content-Length"))
	tag := w.Header().Get("ETag")
	for given, want := range map[string]int{tag: 304, "W/" + tag: 304, `"x", ` + tag: 304, "*": 304, `"x"`: 200} {
		require.Equal(t, want, serve(f, "GET", http.Header{"If-None-Match": {given}}).Code, given)
	}
	head := serve(f, "HEAD", nil)
	require.Zero(t, head.Body.Len())
	require.Equal(t, w.Header(), head.Header())
	require.NotEqual(t, tag, serve(page.NewFile(page.TypeText, []byte("other")), "GET", nil).Header().Get("ETag"))
}

func TestAFileIsCompressedWhereThatIsShorter(t *testing.T) {
	accept := http.Header{"Accept-Encoding": {"br, gzip;q=0.5"}}
	text := strings.Repeat("text ", 100)
	w := serve(page.NewFile(page.TypeText, []byte(text)), "GET", accept)
	require.Equal(t, "gzip", w.Header().Get("Content-Encoding"))
	z, err := gzip.NewReader(w.Body)
	require.NoError(t, err)
	body, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, text, string(body))

	w = serve(page.NewFile(page.TypeText, []byte("text")), "GET", accept)
	require.Empty(t, w.Header().Get("Content-Encoding"))
	require.Equal(t, "text", w.Body.String())
	for _, refused := range []string{"", "br", "gzip;q=0", "xgzip"} {
		w = serve(page.NewFile(page.TypeText, []byte(text)), "GET", http.Header{"Accept-Encoding": {refused}})
		require.Empty(t, w.Header().Get("Content-Encoding"), refused)
	}
}

func TestAFileWithAnotherStatusIsAlwaysAnswered(t *testing.T) {
	f := page.NewFileWithStatus(page.TypeHTML, []byte("gone"), http.StatusGone)
	require.Equal(t, http.StatusGone, serve(f, "GET", http.Header{"If-None-Match": {"*"}}).Code)
}

func TestAPagesOwnStyleStandsBehindTheSharedOne(t *testing.T) {
	style := string(page.Style([]byte("p { margin: 0; }")))
	require.Regexp(t, `(?s):root \{.*\n\np \{ margin: 0; \}$`, style)
}

func TestThePoliciesDifferInFormsOnly(t *testing.T) {
	require.Equal(t, page.PolicyWithForms, strings.Replace(page.Policy, "form-action 'none'", "form-action 'self'", 1))
	header := http.Header{}
	page.Protect(header, page.Policy)
	require.Equal(t, http.Header{"Content-Security-Policy": {page.Policy}, "X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"}}, header)
}
