package docgen

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/schema"
)

//go:embed assets
var assets embed.FS

// A site is the documentation as one audience sees it. Its files are made when they
// are first asked for, and kept.
type site struct {
	config config
	events []catalog.Event
	byKey  map[string]int

	missing file // the page for what is not there

	mu    sync.Mutex
	files map[string]*file
}

func newSite(c config, all catalog.Catalog, sees func(catalog.Event) bool) *site {
	s := &site{config: c, byKey: map[string]int{}, files: map[string]*file{}}
	for _, e := range all.Events {
		if sees(e) {
			s.events = append(s.events, e)
		}
	}
	slices.SortStableFunc(s.events, func(a, b catalog.Event) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	for i, e := range s.events {
		s.byKey[key(e.Name, e.Version)] = i
	}
	s.forget(all)
	s.missing = *newFile(typeHTML, s.notFound())
	s.missing.status = http.StatusNotFound
	return s
}

// forget leaves out the successors that this audience may not know of.
func (s *site) forget(all catalog.Catalog) {
	known := map[string]bool{}
	for _, e := range all.Events {
		known[key(e.Name, e.Version)] = true
	}
	for i, e := range s.events {
		if e.Deprecation == nil {
			continue
		}
		successor := key(e.Name, e.Deprecation.Successor)
		if _, seen := s.byKey[successor]; known[successor] && !seen {
			d := *e.Deprecation
			d.Successor = 0
			s.events[i].Deprecation = &d
		}
	}
}

// file returns the file called name, if there is one for this audience.
func (s *site) file(name string) (file, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[name]; f != nil {
		return *f, true
	}
	contentType, body := s.make(name)
	if body == nil {
		return file{}, false
	}
	f := newFile(contentType, body)
	s.files[name] = f
	return *f, true
}

const (
	typeHTML     = "text/html; charset=utf-8"
	typeJSON     = "application/json"
	typeSchema   = "application/schema+json"
	typeMarkdown = "text/markdown; charset=utf-8"
	typeText     = "text/plain; charset=utf-8"
)

func (s *site) make(name string) (contentType string, body []byte) {
	switch name {
	case "index":
		return typeHTML, s.index()
	case "style.css":
		return "text/css; charset=utf-8", asset(name)
	case "script.js":
		return "text/javascript; charset=utf-8", asset(name)
	case "icon.svg":
		return "image/svg+xml", asset(name)
	case "search.json":
		return typeJSON, s.searchIndex()
	case "catalog.json":
		return typeJSON, s.catalogJSON()
	case "asyncapi.json":
		return typeJSON, s.asyncAPI()
	case "openapi.json":
		return typeJSON, s.openAPI()
	case "docs.md":
		return typeMarkdown, s.markdown()
	case "llms.txt":
		return typeText, s.llms()
	case "envelope.schema.json":
		return typeSchema, schema.Envelope()
	}
	if i, ok := s.byKey[name]; ok {
		return typeHTML, s.page(i)
	}
	if event, ok := strings.CutSuffix(name, "/request.schema.json"); ok {
		if i, ok := s.byKey[event]; ok {
			return typeSchema, s.events[i].InputSchema
		}
	}
	if event, ok := strings.CutSuffix(name, "/response.schema.json"); ok {
		if i, ok := s.byKey[event]; ok {
			return typeSchema, s.events[i].OutputSchema
		}
	}
	return "", nil
}

func asset(name string) []byte {
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return body
}

// A file is an answer, with its compressed form.
type file struct {
	contentType string
	status      int
	body, gzip  []byte
	etag        string
}

func newFile(contentType string, body []byte) *file {
	f := &file{contentType: contentType, status: http.StatusOK, body: body}
	sum := sha256.Sum256(body)
	f.etag = `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	var buf bytes.Buffer
	z := gzips.Get().(*gzip.Writer)
	defer gzips.Put(z)
	z.Reset(&buf)
	_, _ = z.Write(body) // a buffer takes all
	if z.Close() == nil && buf.Len() < len(body) {
		f.gzip = buf.Bytes()
	}
	return f
}

// gzips are kept since a new one allocates 800 KB, which took a fifth of the time
// that a page takes.
var gzips = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Vary", "Accept-Encoding")
	header.Set("ETag", f.etag)
	if f.status == http.StatusOK && matches(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := f.body
	if f.gzip != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		header.Set("Content-Encoding", "gzip")
		body = f.gzip
	}
	header.Set("Content-Type", f.contentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // its error means that the reader is gone
	}
}

// matches compares weakly, as proxies that compress make weak tags of strong ones.
func matches(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}

func acceptsGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, parameter, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q, given := strings.CutPrefix(strings.ReplaceAll(parameter, " ", ""), "q=")
			weight, err := strconv.ParseFloat(q, 64)
			return !given || err == nil && weight > 0
		}
	}
	return false
}
