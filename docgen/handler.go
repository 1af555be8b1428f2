// Package docgen makes the documentation of a service out of what it registers: a
// page for people, and exports for programs.
//
//	http.Handle("/docs/", docgen.Handler(m, docgen.WithEndpoint("/events")))
//
// The page needs nothing from elsewhere, runs under a Content-Security-Policy that
// forbids all but its own files, and can be read without JavaScript.
package docgen

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/internal/page"
)

// A Cataloger describes a service. A mux is one. If it has a method Revision() that
// returns another number after each change, its catalogue is read only then.
type Cataloger interface{ Catalog() catalog.Catalog }

// Handler serves the documentation of c at any path that ends with a slash, as
// /docs/, and below it: all links are relative. It is safe for concurrent use.
func Handler(c Cataloger, options ...Option) http.Handler {
	h := &handler{source: c}
	for _, o := range options {
		o(&h.config)
	}
	h.blank = newSite(h.config, catalog.Catalog{}, catalog.Public)
	return h
}

// An Option configures the documentation.
type Option func(*config)

type config struct {
	title, description string
	endpoint           string
	console            bool
	audience           func(*http.Request) string
	sees               map[string]func(catalog.Event) bool
}

// WithTitle names the service, in place of the catalogue's name or "Events".
func WithTitle(title string) Option { return func(c *config) { c.title = title } }

// WithDescription says what the service is for, in Markdown, in place of what the
// catalogue says.
func WithDescription(markdown string) Option { return func(c *config) { c.description = markdown } }

// WithEndpoint is where events are sent, a path on the same host or a URL, in place
// of what the catalogue says or /events.
func WithEndpoint(url string) Option { return func(c *config) { c.endpoint = url } }

// WithConsole lets the page send events. It is for development: what it sends is as
// real as any other event.
func WithConsole() Option { return func(c *config) { c.console = true } }

// WithAudiences shows each reader only what is meant for him: of maps a request to
// the name of an audience, and sees tells for each name which events it may know
// of. An unknown name sees nothing. Without this option all see what is not
// internal.
func WithAudiences(of func(*http.Request) string, sees map[string]func(catalog.Event) bool) Option {
	return func(c *config) { c.audience, c.sees = of, sees }
}

type handler struct {
	source Cataloger
	config config

	mu       sync.Mutex
	revision uint64
	sites    map[string]*site // by audience
	blank    *site            // of unknown audiences
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	s := h.site(r)
	page.Protect(header, page.Policy+s.config.otherOrigin())
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "documentation is read by GET", http.StatusMethodNotAllowed)
		return
	}
	if h.config.audience != nil {
		header.Set("Cache-Control", "private, no-cache")
	} else {
		header.Set("Cache-Control", "no-cache")
	}
	file, ok := s.file(route(r.URL.EscapedPath()))
	if !ok {
		file = s.missing
	}
	file.ServeHTTP(w, r)
}

// otherOrigin lets the console reach an endpoint on another host.
func (c config) otherOrigin() string {
	u, err := url.Parse(c.endpoint)
	if err != nil || !c.console || u.Host == "" || strings.ContainsAny(u.Host, ";,") { // which would end the directive
		return ""
	}
	return " " + u.Scheme + "://" + u.Host
}

// site returns what the reader may see, made anew when the catalogue has changed.
func (h *handler) site(r *http.Request) *site {
	name, sees := "", catalog.Public
	if h.config.audience != nil {
		name = h.config.audience(r)
		if sees = h.config.sees[name]; sees == nil {
			return h.blank // not kept in sites, where it could be taken for an audience called as it is
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	versioned, ok := h.source.(interface{ Revision() uint64 })
	if !ok || h.sites == nil || versioned.Revision() != h.revision {
		h.sites = map[string]*site{}
		if ok {
			h.revision = versioned.Revision()
		}
	}
	if h.sites[name] == nil {
		h.sites[name] = newSite(h.config, h.source.Catalog(), sees)
	}
	return h.sites[name]
}

// exports are the files beside the index.
var exports = map[string]bool{
	"style.css": true, "script.js": true, "icon.svg": true, "search.json": true, "catalog.json": true, "asyncapi.json": true,
	"openapi.json": true, "docs.md": true, "llms.txt": true, "envelope.schema.json": true,
}

// route finds the name of a file in a path whose beginning is not known: the index
// ends with a slash, an event's page with its name and version.
func route(path string) string {
	segments := strings.Split(path, "/")
	last := segments[len(segments)-1]
	if last == "" {
		return "index"
	}
	if exports[last] {
		return last
	}
	if len(segments) >= 3 && strings.HasSuffix(last, ".schema.json") {
		return eventRoute(segments[len(segments)-3], segments[len(segments)-2]) + "/" + last
	}
	if len(segments) >= 2 {
		return eventRoute(segments[len(segments)-2], last)
	}
	return ""
}

func eventRoute(name, version string) string {
	unescaped, err := url.PathUnescape(name)
	if dotted(unescaped) {
		unescaped = strings.TrimPrefix(unescaped, "~")
	}
	n, bad := strconv.Atoi(version)
	if err != nil || bad != nil || strconv.Itoa(n) != version {
		return ""
	}
	return key(unescaped, n)
}

// segment writes the name of an event in a path. The names . and .. get a ~, since
// they would be steps in the path even when escaped.
func segment(name string) string {
	if dotted(name) {
		name = "~" + name
	}
	return url.PathEscape(name)
}

func dotted(name string) bool {
	rest := strings.TrimLeft(name, "~")
	return rest == "." || rest == ".."
}

func key(name string, version int) string { return name + "@" + strconv.Itoa(version) }
