package docgen

import (
	"bytes"
	"html/template"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

// maxMarkdown bounds the texts that are read as Markdown, which takes goldmark
// quadratic time for some. Longer ones are shown as they are.
const maxMarkdown = 32 << 10

// markdown and sanitiser never change and are safe for concurrent use.
var (
	markdown  = goldmark.New(goldmark.WithExtensions(extension.Table))
	sanitiser = newSanitiser()
)

// newSanitiser lets links lead to http, https and mailto only, and leaves out
// images: the page asks for nothing by itself. Goldmark alone leaves out raw HTML,
// but makes links of texts like <javascript:alert(1)>.
func newSanitiser() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li",
		"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// renderMarkdown makes HTML of a doc text.
func renderMarkdown(text string) template.HTML {
	if len(text) > maxMarkdown {
		return template.HTML(`<pre tabindex="0">` + template.HTMLEscapeString(text) + "</pre>")
	}
	var buf bytes.Buffer
	if err := markdown.Convert([]byte(text), &buf); err != nil {
		return template.HTML(template.HTMLEscapeString(text))
	}
	return template.HTML(sanitiser.SanitizeBytes(buf.Bytes()))
}
