// Package goruntime is the part of a generated Go client that is the same for all
// services. The generator copies this file behind the types and methods that it
// writes; it is a package so that it can be compiled and tested by itself.
package goruntime

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A Client sends events to the service at Endpoint. It is safe for concurrent use as
// long as nobody changes it.
type Client struct {
	// Endpoint is the URL that takes the events.
	Endpoint string
	// HTTPClient sends the requests; nil means one like http.DefaultClient. HTTP
	// redirects are not followed in any case.
	HTTPClient *http.Client
	// Header is added to each request.
	Header http.Header
	// Auth returns what proves the identity, as a struct with a field token; nil
	// means nothing.
	Auth func(ctx context.Context) (any, error)
	// Origin names the program that calls.
	Origin string
	// Timeout is how long a call may take; 0 means as long as its context lets it.
	Timeout time.Duration
	// MaxResponse is the largest answer that is read, in bytes; 0 means 8 MiB.
	MaxResponse int64
}

// An Option is about one call.
type Option func(*envelope)

// WithFlowID makes the event part of a flow; without it, it begins a new one.
func WithFlowID(id string) Option { return func(e *envelope) { e.FlowID = id } }

// WithID names the event, which has a fresh id otherwise. A call that is repeated
// should have the id that it had before.
func WithID(id string) Option { return func(e *envelope) { e.ID = id } }

// WithIdentity says on whose behalf the event is sent. The value must be encoded as
// an object.
func WithIdentity(value any) Option { return func(e *envelope) { e.Identity = value } }

// WithMetadata adds what the service may ignore.
func WithMetadata(key string, value any) Option {
	return func(e *envelope) { e.Metadata[key] = value }
}

// A Kind says whose fault an error was and what the caller can do. It is an error, so
// that errors.Is(err, KindNotFound) tells the kind of one.
type Kind string

// The kinds of errors. A service may answer one that is newer than this file; it
// counts as KindError.
const (
	KindError            Kind = "error"
	KindBadRequest       Kind = "badRequest"
	KindUnprocessable    Kind = "unprocessable"
	KindUnauthorized     Kind = "unauthorized"
	KindForbidden        Kind = "forbidden"
	KindUserDenied       Kind = "userDenied"
	KindResourceDenied   Kind = "resourceDenied"
	KindNotFound         Kind = "notFound"
	KindGone             Kind = "gone"
	KindExpired          Kind = "expired"
	KindFailedDependency Kind = "failedDependency"
	KindEventNotFound    Kind = "eventNotFound"
	KindBadProtocol      Kind = "badProtocol"
)

// Error returns the name of the kind.
func (k Kind) Error() string { return string(k) }

func (k Kind) known() bool {
	switch k {
	case KindError, KindBadRequest, KindUnprocessable, KindUnauthorized, KindForbidden, KindUserDenied,
		KindResourceDenied, KindNotFound, KindGone, KindExpired, KindFailedDependency, KindEventNotFound, KindBadProtocol:
		return true
	}
	return false
}

// An Error is one that the service answered.
type Error struct {
	Kind Kind
	// Code tells the cases of a kind apart.
	Code    string
	Message string
	// Parameters are details for programs; numbers are json.Number.
	Parameters map[string]any
	ID, FlowID string
}

// Error describes e for logs.
func (e *Error) Error() string { return string(e.Kind) + " " + e.Code + ": " + e.Message }

// Is reports whether target is e's kind.
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && (k == e.Kind || k == KindError && !e.Kind.known())
}

// A Redirect is the answer of a service that says to go elsewhere. The client does
// not by itself.
type Redirect struct {
	URL             string
	QueryParameters map[string]any
	ID, FlowID      string
}

// Error describes r for logs.
func (r *Redirect) Error() string { return "redirect to " + r.URL }

// Why a call has no answer, beside context.DeadlineExceeded and context.Canceled; to
// be told by errors.Is.
var (
	// ErrNoConnection means that no whole answer came. The service may have served
	// the event.
	ErrNoConnection = errors.New("no connection")
	// ErrInvalidResponse means that what came is no answer to the event.
	ErrInvalidResponse = errors.New("invalid response")
)

// An envelope is an event as it is sent.
type envelope struct {
	Name     string         `json:"name"`
	Version  int            `json:"version"`
	ID       string         `json:"id"`
	FlowID   string         `json:"flowId"`
	Payload  any            `json:"payload"`
	Identity any            `json:"identity"`
	Auth     any            `json:"auth"`
	Metadata map[string]any `json:"metadata"`
}

// call sends an event and reads the payload of the response.
func call[Out any](ctx context.Context, c *Client, name string, version int, in any, options []Option) (Out, error) {
	var out Out
	payload, err := c.call(ctx, name, version, in, options)
	if err == nil {
		if err = json.Unmarshal(payload, &out); err != nil {
			err = fmt.Errorf("its payload: %w: %w", ErrInvalidResponse, err)
		}
	}
	if err != nil {
		return out, fmt.Errorf("%s version %d: %w", name, version, err)
	}
	return out, nil
}

func (c *Client) call(ctx context.Context, name string, version int, in any, options []Option) (json.RawMessage, error) {
	if c.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.Timeout)
		defer cancel()
	}
	e, err := c.event(ctx, name, version, in, options)
	if err != nil {
		return nil, err
	}
	body, err := encode(e)
	if err != nil {
		return nil, err
	}
	status, data, err := c.post(ctx, body, e.Metadata["timeoutMs"])
	if err != nil {
		return nil, err
	}
	payload, err := e.read(data)
	if errors.Is(err, ErrInvalidResponse) {
		return nil, fmt.Errorf("status %d: %w", status, err)
	}
	return payload, err
}

func (c *Client) event(ctx context.Context, name string, version int, in any, options []Option) (*envelope, error) {
	payload, err := encode(in)
	if err != nil {
		return nil, fmt.Errorf("its payload: %w", err)
	}
	if string(payload) == "null" {
		payload = []byte("{}") // which no event has
	}
	e := &envelope{
		Name: name, Version: version, Payload: json.RawMessage(payload),
		Identity: struct{}{}, Auth: struct{}{}, Metadata: map[string]any{},
	}
	if c.Origin != "" {
		e.Metadata["origin"] = c.Origin
	}
	for _, option := range options {
		option(e)
	}
	e.ID, e.FlowID = cmp.Or(e.ID, freshID()), cmp.Or(e.FlowID, freshID())
	if deadline, ok := ctx.Deadline(); ok {
		e.Metadata["timeoutMs"] = max(1, time.Until(deadline).Milliseconds())
	}
	if c.Auth != nil {
		if e.Auth, err = c.Auth(ctx); err != nil {
			return nil, fmt.Errorf("its auth: %w", err)
		}
	}
	return e, nil
}

func (c *Client) post(ctx context.Context, body []byte, timeout any) (status int, data []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint, bytes.NewReader(body))
	if err != nil {
		if wrong := new(url.Error); errors.As(err, &wrong) {
			err = wrong.Err // without the URL, which may hold a password
		}
		return 0, nil, fmt.Errorf("%w: the endpoint: %w", ErrNoConnection, err)
	}
	if c.Header != nil {
		r.Header = c.Header.Clone()
	}
	r.Header.Set("Content-Type", "application/json")
	if timeout != nil {
		r.Header.Set("Evoke-Timeout-Ms", fmt.Sprint(timeout))
	}
	var client http.Client
	if c.HTTPClient != nil {
		client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, lost(ctx, err)
	}
	defer answer.Body.Close()
	limit := cmp.Or(c.MaxResponse, 8<<20)
	data, err = io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return 0, nil, lost(ctx, err)
	}
	if int64(len(data)) > limit {
		return 0, nil, fmt.Errorf("%w: it is larger than %d bytes", ErrInvalidResponse, limit)
	}
	return answer.StatusCode, data, nil
}

// lost tells why there is no answer.
func lost(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return fmt.Errorf("%w: %w", ended, err)
	}
	return fmt.Errorf("%w: %w", ErrNoConnection, err)
}

// read returns the payload of the response to e; all else is an error.
func (e *envelope) read(data []byte) (json.RawMessage, error) {
	var answer struct {
		Name    string          `json:"name"`
		Version json.RawMessage `json:"version"`
		FlowID  string          `json:"flowId"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(data, &answer); err != nil {
		return nil, fmt.Errorf("%w: it is no event: %w", ErrInvalidResponse, err)
	}
	if answer.Name == "" {
		return nil, fmt.Errorf("%w: it is no event: it has no name", ErrInvalidResponse)
	}
	outcome := answer.Name[strings.LastIndexByte(answer.Name, ':')+1:]
	if outcome == "response" || outcome == "redirect" {
		if answer.Name != e.Name+":"+outcome {
			return nil, fmt.Errorf("%w: it answers another event, %q", ErrInvalidResponse, answer.Name)
		}
		if v := strings.Trim(string(answer.Version), `"`); v != "" && v != "null" && v != strconv.Itoa(e.Version) {
			return nil, fmt.Errorf("%w: it answers another version, %s", ErrInvalidResponse, answer.Version)
		}
	}
	if outcome == "response" {
		if len(answer.Payload) == 0 || string(answer.Payload) == "null" {
			return json.RawMessage("{}"), nil
		}
		return answer.Payload, nil
	}
	flow := cmp.Or(answer.FlowID, e.FlowID)
	members := object(answer.Payload)
	if outcome == "redirect" {
		return nil, &Redirect{URL: scalar(members["url"]), QueryParameters: nested(members["queryParameters"]), ID: e.ID, FlowID: flow}
	}
	return nil, &Error{
		Kind: kindOf(answer.Name, outcome), Code: scalar(members["code"]), Message: scalar(members["message"]),
		Parameters: nested(members["parameters"]), ID: e.ID, FlowID: flow,
	}
}

// kindOf is the kind of an error, which older services write in snake case.
func kindOf(name, outcome string) Kind {
	if name == "badProtocol:error" {
		return KindBadProtocol
	}
	first, rest, _ := strings.Cut(outcome, "_")
	for word := range strings.SplitSeq(rest, "_") {
		if word != "" {
			first += strings.ToUpper(word[:1]) + word[1:]
		}
	}
	if k := Kind(first); k.known() {
		return k
	}
	return Kind(outcome)
}

// object reads what an error or a redirect says, which may be anything.
func object(raw json.RawMessage) map[string]any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var members map[string]any
	_ = d.Decode(&members)
	return members
}

func nested(v any) map[string]any {
	members, _ := v.(map[string]any)
	return members
}

// scalar is the text of a string or, as older services send, of a number.
func scalar(v any) string {
	switch t := v.(type) {
	case string:
		return t
	case json.Number:
		return t.String()
	}
	return ""
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// freshID returns a random UUID (RFC 9562, version 4).
func freshID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // which never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
