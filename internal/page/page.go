// Package page holds what the pages of this module share: their look, the policy
// that they run under, and how their files are served.
package page

import (
	_ "embed"
	"net/http"
)

//go:embed base.css
var base string

// Style returns the style sheet that all pages share, with own behind it.
func Style(own []byte) []byte { return append([]byte(base+"\n"), own...) }

// Policy forbids a page all but its own files and being framed
// (Content-Security-Policy, Level 3). It ends with what the page may connect to,
// so that one more source can be appended.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"

// PolicyWithForms is Policy for a page that also sends forms to its own origin.
const PolicyWithForms = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; connect-src 'self'"

// Protect sets the headers that hold for every answer.
func Protect(header http.Header, policy string) {
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
}
