package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// newTestEnv is the outside world of a test; stdin is what is typed.
func newTestEnv(stdin string) (e *env, stdout, stderr *bytes.Buffer) {
	stdout, stderr = new(bytes.Buffer), new(bytes.Buffer)
	e = &env{stdin: strings.NewReader(stdin), stdout: stdout, stderr: stderr, width: 80, height: 24}
	e.deterministic()
	return e, stdout, stderr
}

// deterministic makes ids count up from id-1, and has a clock by which each look at
// it is a millisecond after the one before.
func (e *env) deterministic() {
	var ids, looks atomic.Int64
	e.newID = func() string { return fmt.Sprintf("id-%d", ids.Add(1)) }
	e.now = func() time.Time { return time.UnixMilli(looks.Add(1)) }
}

func serve(t *testing.T, h http.Handler) (url string) {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/events"
}

// cancelOn is a writer that cancels when a text is written.
type cancelOn struct {
	io.Writer
	text   string
	cancel context.CancelFunc
}

func (c *cancelOn) Write(data []byte) (int, error) {
	if bytes.Contains(data, []byte(c.text)) {
		c.cancel()
	}
	return c.Writer.Write(data)
}
