package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// A running is a shop that runs within the test.
type running struct {
	t       *testing.T
	printed string
	log     *output
	cancel  context.CancelFunc
	ended   chan error
}

// start runs the shop on free ports and returns when it has said where it is.
func start(t *testing.T, flags ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{t: t, log: new(output), cancel: cancel, ended: make(chan error, 1)}
	stdout := make(firstWrite, 1)
	go func() { r.ended <- run(ctx, append(flags, "-addr", "127.0.0.1:0"), stdout, r.log) }()
	select {
	case r.printed = <-stdout:
	case err := <-r.ended:
		require.NoError(t, err)
		require.Fail(t, "the shop ended by itself")
	}
	return r
}

// stop ends the shop and requires that nothing of it is left.
func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	require.NoError(r.t, <-r.ended, r.log.String())
	require.Regexp(r.t, `(?s)orders  stopped.*catalog stopped`, r.log.String())
	goleak.VerifyNone(r.t)
}

// A command is one of those that the shop prints.
type command struct{ line, url, body string }

func (r *running) commands() []command {
	pattern := regexp.MustCompile(`(?m)^curl -s -H 'Content-Type: application/json' (\S+) -d '(.*)' -w '\\n'$`)
	var all []command
	for _, match := range pattern.FindAllStringSubmatch(r.printed, -1) {
		all = append(all, command{match[0], match[1], match[2]})
	}
	require.Len(r.t, all, strings.Count(r.printed, "curl"), "commands that look like others:\n%s", r.printed)
	return all
}

// urls are the bases of orders and catalog.
func (r *running) urls() []string {
	return regexp.MustCompile(`http://\S+`).FindAllString(r.printed, 2)
}

// get returns the status and the body of a page.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(body)
}

// post sends body as an event and returns the answer.
func post(t *testing.T, url, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	var answer bytes.Buffer
	_, err = answer.ReadFrom(response.Body)
	require.NoError(t, err)
	return answer.String()
}

// firstWrite passes on what is written first.
type firstWrite chan string

func (c firstWrite) Write(p []byte) (int, error) {
	select {
	case c <- string(p):
	default:
	}
	return len(p), nil
}

// output can be read while it is written.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
