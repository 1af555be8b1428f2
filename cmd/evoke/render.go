package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
)

// A known catalogue can be documented.
type known catalog.Catalog

func (k known) Catalog() catalog.Catalog { return catalog.Catalog(k) }

// documentation serves the documentation of a catalogue: of all that is in it, since
// its reader has it anyway.
func documentation(c catalog.Catalog, options ...docgen.Option) http.Handler {
	const reader = "reader"
	return docgen.Handler(known(c), append(options, docgen.WithAudiences(func(*http.Request) string { return reader },
		map[string]func(catalog.Event) bool{reader: catalog.Everybody}))...)
}

// titleOf names the service that a catalogue describes.
func titleOf(c catalog.Catalog) string { return cmp.Or(c.Name, "Events") }

// render returns a file of the documentation, as docs.md.
func render(ctx context.Context, docs http.Handler, file string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/docs/"+file, nil)
	if err != nil {
		return "", err
	}
	answer := response{header: http.Header{}, status: http.StatusOK}
	docs.ServeHTTP(&answer, request)
	if answer.status != http.StatusOK {
		return "", fmt.Errorf("the documentation has no %s: status %d", file, answer.status)
	}
	return answer.body.String(), nil
}

// A response keeps what a handler within the process answers.
type response struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *response) Header() http.Header                  { return r.header }
func (r *response) WriteHeader(status int)               { r.status = status }
func (r *response) Write(data []byte) (n int, err error) { return r.body.Write(data) }
