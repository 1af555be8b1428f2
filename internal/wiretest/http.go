package wiretest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Request returns the case as an HTTP request to the server at base, as
// http://localhost:8080, whose events are at /events.
func (c Case) Request(ctx context.Context, base string) (*http.Request, error) {
	h := c.HTTP
	if h == nil {
		h = new(block).http()
	}
	r, err := http.NewRequestWithContext(ctx, h.Method, base+h.Path, bytes.NewReader(c.Sent))
	if err != nil {
		return nil, err
	}
	for key, values := range h.Header {
		if values[0] != "" {
			r.Header[key] = values
		}
	}
	return r, nil
}

// CheckHTTP reads and compares a whole HTTP answer, which has status 200 and is
// application/json unless the case says otherwise. It returns the body, also with an
// error if only the body is not as expected.
func (c Case) CheckHTTP(answer *http.Response) ([]byte, error) {
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	h := c.HTTP
	if h == nil {
		h = new(block).http()
	}
	if answer.StatusCode != h.status {
		return nil, fmt.Errorf("status %d, want %d\ngot:  %s", answer.StatusCode, h.status, body)
	}
	if got := answer.Header.Get("Content-Type"); len(body) > 0 && got != "application/json" {
		return nil, fmt.Errorf("Content-Type: %s, want application/json", got)
	}
	for key, want := range h.answer {
		if got := strings.Join(answer.Header[key], ", "); got != want[0] {
			return nil, fmt.Errorf("%s: %q, want %q", key, got, want[0])
		}
	}
	return body, c.Check(body)
}
