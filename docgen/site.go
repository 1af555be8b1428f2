package docgen

import (
	"cmp"
	"embed"
	"net/http"
	"strings"
	"sync"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/internal/page"
	"github.com/evoke-rpc/evoke/schema"
)

//go:embed assets
var assets embed.FS

// A site is the documentation as one audience sees it. Its files are made when they
// are first asked for, and kept.
type site struct {
	config         config
	version, build string // of the service, "" if it does not say
	events         []catalog.Event
	byKey          map[string]int

	missing *page.File // the page for what is not there

	mu    sync.Mutex
	files map[string]*page.File
}

func newSite(c config, all catalog.Catalog, sees func(catalog.Event) bool) *site {
	c.title = cmp.Or(c.title, all.Name, "Events")
	c.description = cmp.Or(c.description, all.Description)
	c.endpoint = cmp.Or(c.endpoint, all.Endpoint, "/events")
	s := &site{config: c, version: all.Version, build: all.Build, byKey: map[string]int{}, files: map[string]*page.File{}}
	s.events = all.Only(sees).Events
	for i, e := range s.events {
		s.byKey[key(e.Name, e.Version)] = i
	}
	s.missing = page.NewFileWithStatus(page.TypeHTML, s.notFound(), http.StatusNotFound)
	return s
}

// file returns the file called name, if there is one for this audience.
func (s *site) file(name string) (*page.File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[name]; f != nil {
		return f, true
	}
	contentType, body := s.make(name)
	if body == nil {
		return nil, false
	}
	f := page.NewFile(contentType, body)
	s.files[name] = f
	return f, true
}

func (s *site) make(name string) (contentType string, body []byte) {
	switch name {
	case "index":
		return page.TypeHTML, s.index()
	case "style.css":
		return page.TypeCSS, page.Style(asset(name))
	case "script.js":
		return page.TypeJavaScript, asset(name)
	case "icon.svg":
		return page.TypeSVG, asset(name)
	case "search.json":
		return page.TypeJSON, s.searchIndex()
	case "catalog.json":
		return page.TypeJSON, s.catalogJSON()
	case "asyncapi.json":
		return page.TypeJSON, s.asyncAPI()
	case "openapi.json":
		return page.TypeJSON, s.openAPI()
	case "docs.md":
		return page.TypeMarkdown, s.markdown()
	case "llms.txt":
		return page.TypeText, s.llms()
	case "envelope.schema.json":
		return page.TypeSchema, schema.Envelope()
	}
	if i, ok := s.byKey[name]; ok {
		return page.TypeHTML, s.page(i)
	}
	if event, ok := strings.CutSuffix(name, "/request.schema.json"); ok {
		if i, ok := s.byKey[event]; ok {
			return page.TypeSchema, s.events[i].InputSchema
		}
	}
	if event, ok := strings.CutSuffix(name, "/response.schema.json"); ok {
		if i, ok := s.byKey[event]; ok {
			return page.TypeSchema, s.events[i].OutputSchema
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
