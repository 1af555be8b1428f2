package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// maxIdlePerHost is how many connections to the callee are kept. net/http keeps
// two, and opens and closes others all the time when calls are many.
const maxIdlePerHost = 256

// prepare returns the HTTP client to use: h or a new one, which in any case does
// not follow HTTP redirects, since that would turn the POST into a GET.
func prepare(h *http.Client) *http.Client {
	prepared := http.Client{}
	if h != nil {
		prepared = *h
	} else if t, ok := http.DefaultTransport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxIdleConns, t.MaxIdleConnsPerHost = 0, maxIdlePerHost
		prepared.Transport = t
	}
	prepared.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &prepared
}

func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the URL of the service: %w", errors.Unwrap(err)) // err itself has the password
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
		return nil, fmt.Errorf("%q is no URL of a service, as http://localhost:8080/events", &shown)
	}
	return u, nil
}

func (c *Client) host() string {
	if c.url == nil {
		return ""
	}
	return c.url.Host
}

// post sends the event once. A status other than 200 is no obstacle: what counts
// is whether the body is an event.
func (c *Client) post(ctx context.Context, to *url.URL, request events.Event, header http.Header, call *events.Call) (events.Event, error) {
	call.Status, call.ResponseBytes = 0, 0
	limit := timeLeft(ctx)
	if limit != "" {
		request.Metadata = scan.SetMember(request.Metadata, "timeoutMs", []byte(limit))
	}
	body := request.Append(nil)
	call.RequestBytes = len(body)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return events.Event{}, c.fail(request, ErrInvalidRequest, err)
	}
	for key, values := range header {
		r.Header[key] = values
	}
	r.Host = header.Get("Host") // net/http takes it from here; empty means the URL's
	r.Header.Set("Content-Type", "application/json")
	setHeader(r.Header, "Evoke-Timeout-Ms", limit)
	for _, key := range []string{"traceparent", "tracestate"} {
		if v := scan.Lookup(request.Metadata, key); scan.Kind(v) == "string" {
			s, _ := scan.Unquote(v)
			setHeader(r.Header, key, s)
		}
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return events.Event{}, c.fail(request, classOf(ctx, err, ErrNoConnection), err)
	}
	defer answer.Body.Close()
	call.Status = answer.StatusCode
	data, err := io.ReadAll(io.LimitReader(answer.Body, int64(c.maxResponse)+1))
	if err != nil {
		return events.Event{}, c.fail(request, classOf(ctx, err, ErrNoConnection), err)
	}
	call.ResponseBytes = len(data)
	if len(data) > c.maxResponse {
		return events.Event{}, c.fail(request, ErrInvalidResponse, fmt.Errorf("it is larger than %d bytes", c.maxResponse))
	}
	response, err := events.Decoder{Response: true}.Decode(data)
	if err != nil {
		return events.Event{}, c.fail(request, ErrInvalidResponse, &statusError{answer.StatusCode, noEvent(err)})
	}
	return complete(request, response), nil
}

// complete fills in what older peers and plain Handlers leave out of a response.
func complete(request, response events.Event) events.Event {
	if response.Name == "" {
		response.Name = request.Name + ":response"
	}
	if response.Version == 0 {
		response.Version = request.Version
	}
	if response.ID == "" {
		response.ID = request.ID
	}
	if response.FlowID == "" {
		response.FlowID = request.FlowID
	}
	if len(response.Payload) == 0 {
		response.Payload = []byte("{}")
	}
	return response
}

// timeLeft is the time until the deadline of ctx in whole milliseconds, at least
// one, or "" without a deadline.
func timeLeft(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ""
	}
	return strconv.FormatInt(max(1, time.Until(deadline).Milliseconds()), 10)
}

// checkHeader refuses what net/http would not send.
func checkHeader(h http.Header) error {
	for key, values := range h {
		if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) }) {
			return fmt.Errorf("%q is no name of a header", key)
		}
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
				return fmt.Errorf("the header %s has a control character", key)
			}
		}
	}
	return nil
}

// setHeader leaves out a value that net/http would refuse to send.
func setHeader(h http.Header, key, value string) {
	for i := range len(value) {
		if value[i] < ' ' || value[i] > '~' {
			return
		}
	}
	if value != "" {
		h.Set(key, value)
	}
}

// A statusError is an HTTP answer without an event.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	return fmt.Sprintf("status %d: %v", e.status, e.err)
}
