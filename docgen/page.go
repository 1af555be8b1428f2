package docgen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/schema"
)

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"markdown": renderMarkdown,
	"indent":   indent,
}).ParseFS(assets, "assets/*.html"))

func render(name string, data any) []byte {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, data); err != nil {
		panic(err) // the templates are tested, and a buffer takes all
	}
	return buf.Bytes()
}

// A Layout is what all pages share.
type Layout struct {
	Title, Service, Root string // Root leads to the index
}

type indexPage struct {
	Layout
	Description string
	Domains     []domain
	Events      int
}

type domain struct {
	Name  string
	Names []eventName
}

type eventName struct {
	Name, Summary string
	Versions      []versionLink // the newest first
}

type versionLink struct {
	Version    int
	Href       string
	Current    bool
	Deprecated bool
	Internal   bool
}

func (s *site) index() []byte {
	p := indexPage{Layout: Layout{Title: s.config.title, Service: s.config.title, Root: "./"}, Description: s.config.description}
	for _, e := range s.events {
		name, _, grouped := strings.Cut(e.Name, ":")
		if !grouped {
			name = "other"
		}
		at := slices.IndexFunc(p.Domains, func(d domain) bool { return d.Name == name })
		if at < 0 {
			at = len(p.Domains)
			p.Domains = append(p.Domains, domain{Name: name})
		}
		d := &p.Domains[at]
		if len(d.Names) == 0 || d.Names[len(d.Names)-1].Name != e.Name {
			d.Names = append(d.Names, eventName{Name: e.Name})
			p.Events++
		}
		n := &d.Names[len(d.Names)-1]
		n.Summary = summary(e.Doc)
		n.Versions = slices.Insert(n.Versions, 0, link(e, "./"))
	}
	return render("index.html", p)
}

func (s *site) notFound() []byte {
	return render("404.html", Layout{Title: "Not found", Service: s.config.title})
}

func link(e catalog.Event, root string) versionLink {
	return versionLink{
		Version: e.Version, Href: root + segment(e.Name) + "/" + strconv.Itoa(e.Version),
		Deprecated: e.Deprecation != nil, Internal: e.Internal,
	}
}

type eventPage struct {
	Layout
	catalog.Event
	Endpoint      string
	Console       bool
	Versions      []versionLink
	Successor     string // links to versions, "" if there is no page of them
	Handler       string
	Input, Output payload
	Errors        []catalog.Error
	Examples      []example
	Code          []sample
	Previous      int
	InputChanges  []schema.Change
	OutputChanges []schema.Change
	PreviousKnown bool
	HasChanges    bool
	Incomparable  bool // a payload is not described in one of the two
}

type payload struct {
	Known  bool
	Root   field
	Schema string // as text
	Href   string
}

type example struct{ Request, Response string }

// page makes the page of the event at index i.
func (s *site) page(i int) []byte {
	e := s.events[i]
	p := eventPage{
		Layout:   Layout{Title: e.Name + " v" + strconv.Itoa(e.Version), Service: s.config.title, Root: "../"},
		Event:    e,
		Endpoint: s.config.endpoint,
		Console:  s.config.console,
		Input:    newPayload(e.InputSchema, "request", e.Version),
		Output:   newPayload(e.OutputSchema, "response", e.Version),
		Errors:   append(slices.Clone(e.Errors), builtIn(e)...),
	}
	for _, other := range s.versions(i) {
		l := link(other, "../")
		l.Current = other.Version == e.Version
		p.Versions = append(p.Versions, l)
		if other.Version < e.Version {
			p.Previous = other.Version
		}
	}
	if e.Deprecation != nil {
		p.Successor = s.linkTo(e.Name, e.Deprecation.Successor)
	}
	p.Handler = s.linkTo(e.Name, e.ServedBy)
	if j, ok := s.byKey[key(e.Name, p.Previous)]; ok {
		p.PreviousKnown = true
		var input, output bool
		p.InputChanges, input = changes(s.events[j].InputSchema, e.InputSchema, schema.Request)
		p.OutputChanges, output = changes(s.events[j].OutputSchema, e.OutputSchema, schema.Response)
		p.HasChanges, p.Incomparable = len(p.InputChanges)+len(p.OutputChanges) > 0, !input || !output
	}
	for _, x := range e.Examples {
		p.Examples = append(p.Examples, example{indent(x.Request), indent(x.Response)})
	}
	p.Code = samples(s.config.endpoint, e)
	return render("event.html", p)
}

// linkTo links from one event's page to another's.
func (s *site) linkTo(name string, version int) string {
	if i, ok := s.byKey[key(name, version)]; ok {
		return link(s.events[i], "../").Href
	}
	return ""
}

// versions returns the event at index i and its other versions.
func (s *site) versions(i int) []catalog.Event {
	first, end := i, i+1
	for first > 0 && s.events[first-1].Name == s.events[i].Name {
		first--
	}
	for end < len(s.events) && s.events[end].Name == s.events[i].Name {
		end++
	}
	return s.events[first:end]
}

func newPayload(raw json.RawMessage, name string, version int) payload {
	root, ok := tree(raw, name)
	return payload{Known: ok, Root: root, Schema: indent(raw), Href: "./" + strconv.Itoa(version) + "/" + name + ".schema.json"}
}

func changes(old, new json.RawMessage, d schema.Direction) (list []schema.Change, ok bool) {
	if len(old) == 0 || len(new) == 0 {
		return nil, len(old) == len(new)
	}
	list, err := schema.Compare(old, new, d)
	if err != nil {
		return nil, false
	}
	// What breaks comes first.
	slices.SortStableFunc(list, func(a, b schema.Change) int {
		return cmp.Compare(boolInt(b.Breaking), boolInt(a.Breaking))
	})
	return list, true
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// builtIn are the errors that any event can be answered with.
func builtIn(e catalog.Event) []catalog.Error {
	list := []catalog.Error{
		{Kind: events.KindError, Code: events.CodeUnhandledError, Description: "The service failed; nothing more is told."},
		{Kind: events.KindError, Code: events.CodeDeadlineExceeded, Description: "The call took longer than it was given."},
	}
	if len(e.InputSchema) > 0 {
		list = append([]catalog.Error{{
			Kind: events.KindBadRequest, Code: events.CodeInvalidPayload,
			Description: "The payload does not fit; `parameters.violations` says where.",
		}}, list...)
	}
	return list
}

// summary is the first sentence of a doc text, at most a line.
func summary(doc string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(doc), "\n")
	if i := strings.Index(line, ". "); i >= 0 {
		line = line[:i+1]
	}
	if runes := []rune(line); len(runes) > 120 {
		return string(runes[:119]) + "…"
	}
	return line
}

func indent(raw json.RawMessage) string {
	var buf bytes.Buffer
	if json.Indent(&buf, raw, "", "  ") != nil {
		return string(raw)
	}
	return buf.String()
}
