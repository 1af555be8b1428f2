package flowtracker

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"

	"github.com/evoke-rpc/evoke/internal/page"
)

//go:embed assets
var assets embed.FS

var templates = template.Must(template.ParseFS(assets, "assets/*.html"))

func render(name string, data any) []byte {
	var buf bytes.Buffer
	if err := templates.ExecuteTemplate(&buf, name, data); err != nil {
		panic(err) // the templates are tested, and a buffer takes all
	}
	return buf.Bytes()
}

// static are the files that never change.
func static() map[string]*page.File {
	file := func(contentType, name string) *page.File { return page.NewFile(contentType, asset(name)) }
	return map[string]*page.File{
		"style.css": page.NewFile(page.TypeCSS, page.Style(asset("style.css"))),
		"script.js": file(page.TypeJavaScript, "script.js"),
		"icon.svg":  file(page.TypeSVG, "icon.svg"),
	}
}

func asset(name string) []byte {
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return body
}

// ServeHTTP serves the page: the list of flows at a path that ends with a slash, and
// what it links to below that. Links are relative, so it works under any path.
func (t *Tracker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	page.Protect(header, page.PolicyWithForms)
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if r.Method == http.MethodPost && name == "calls" {
		t.receive(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		header.Set("Allow", "GET, HEAD")
		http.Error(w, "flows are read by GET", http.StatusMethodNotAllowed)
		return
	}
	if file := t.files[name]; file != nil {
		header.Set("Cache-Control", "no-cache")
		file.ServeHTTP(w, r)
		return
	}
	header.Set("Cache-Control", "no-store")
	t.page(name, r).ServeHTTP(w, r)
}

// page makes what is different each time.
func (t *Tracker) page(name string, r *http.Request) *page.File {
	query := r.URL.Query()
	switch name {
	case "":
		return page.NewFile(page.TypeHTML, render("index.html", t.list(query.Get("q"), query.Get("failed") != "")))
	case "flow", "flow.json":
		flow, ok := t.store.get(query.Get("id"))
		if !ok {
			break
		}
		if name == "flow" {
			return page.NewFile(page.TypeHTML, render("flow.html", t.flow(flow)))
		}
		body, err := json.MarshalIndent(delivery{Lost: flow.dropped, Calls: flow.calls}, "", "  ")
		if err != nil {
			return page.NewFileWithStatus(page.TypeText, []byte("the flow cannot be written as JSON\n"), http.StatusInternalServerError)
		}
		return page.NewFile(page.TypeJSON, body)
	}
	return page.NewFileWithStatus(page.TypeHTML, render("404.html", t.layout("Not found")), http.StatusNotFound)
}

// A layout is what all pages share.
type layout struct {
	Title, Home string // of the page, and of all of them
}

func (t *Tracker) layout(title string) layout { return layout{Title: title, Home: t.config.title} }
