package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/service"
)

const (
	// maxCatalog is the largest catalogue that is read, in bytes.
	maxCatalog = 64 << 20
	// sourceTimeout is how long a web server or git may take to send it; a client
	// has a timeout of its own.
	sourceTimeout = 30 * time.Second
)

// readCatalog reads a catalogue from where source says it is: the URL of a service's
// events, the URL of a catalog.json, a file, or REVISION:PATH, a file in git. The
// options are for the call of a service.
func readCatalog(ctx context.Context, source string, options ...client.Option) (catalog.Catalog, error) {
	if isURL(source) && !strings.HasSuffix(source, ".json") {
		return catalogFromService(ctx, source, options)
	}
	ctx, cancel := context.WithTimeout(ctx, sourceTimeout)
	defer cancel()
	if isURL(source) {
		return catalogFromDocs(ctx, source)
	}
	data, err := os.ReadFile(source)
	if errors.Is(err, os.ErrNotExist) && strings.Contains(source, ":") {
		data, err = fromGit(ctx, source)
	}
	if err != nil {
		return catalog.Catalog{}, &exitError{exitUsage, fmt.Errorf("cannot read the catalogue: %w", err)}
	}
	return parseCatalog(source, data)
}

func isURL(source string) bool {
	return strings.HasPrefix(source, "http://") || strings.HasPrefix(source, "https://")
}

func catalogFromService(ctx context.Context, url string, options []client.Option) (catalog.Catalog, error) {
	c := client.New(url, append([]client.Option{client.WithMaxResponse(maxCatalog)}, options...)...)
	defer c.CloseIdleConnections()
	read, err := client.Call[catalog.Catalog](ctx, c, service.CatalogGet, 1, nil)
	if errors.Is(err, events.KindEventNotFound) {
		return read, &exitError{exitNo, fmt.Errorf("%s does not tell its catalogue: it has no event %s, which package service adds; "+
			"the URL of its documentation's catalog.json does as well", url, service.CatalogGet)}
	}
	return read.Only(catalog.Everybody), err // which sorts it
}

func catalogFromDocs(ctx context.Context, url string) (catalog.Catalog, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return catalog.Catalog{}, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return catalog.Catalog{}, &exitError{exitNoAnswer, err}
	}
	defer http.DefaultClient.CloseIdleConnections() // it is the only request
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxCatalog+1))
	switch {
	case err != nil:
		return catalog.Catalog{}, &exitError{exitNoAnswer, err}
	case answer.StatusCode != http.StatusOK:
		return catalog.Catalog{}, &exitError{exitNoAnswer, fmt.Errorf("%s answered status %d", url, answer.StatusCode)}
	case len(data) > maxCatalog:
		return catalog.Catalog{}, &exitError{exitNoAnswer, fmt.Errorf("%s is larger than %d bytes", url, maxCatalog)}
	}
	return parseCatalog(url, data)
}

// fromGit reads REVISION:PATH, the path being relative to the current directory.
func fromGit(ctx context.Context, source string) ([]byte, error) {
	revision, path, _ := strings.Cut(source, ":")
	if strings.HasPrefix(revision, "-") {
		return nil, fmt.Errorf("%q is no revision", revision)
	}
	if !strings.HasPrefix(path, "/") {
		path = "./" + path
	}
	cmd := exec.CommandContext(ctx, "git", "show", revision+":"+strings.TrimPrefix(path, "/"))
	out, err := cmd.Output()
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil, fmt.Errorf("%s is neither a file nor a file in git: %s", source, strings.TrimSpace(string(exit.Stderr)))
	}
	return out, err
}

func parseCatalog(source string, data []byte) (catalog.Catalog, error) {
	var c catalog.Catalog
	err := json.Unmarshal(data, &c)
	if err == nil && c.Events == nil {
		err = errors.New(`it has no "events"`)
	}
	if err != nil {
		return c, &exitError{exitUsage, fmt.Errorf("%s is no catalogue: %w", source, err)}
	}
	return c.Only(catalog.Everybody), nil // which sorts it
}
