package mux

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/cors"

	"github.com/evoke-rpc/evoke/events"
)

const (
	// DefaultMaxBody is the largest body of a request, in bytes.
	DefaultMaxBody = 1 << 20
	// DefaultReadTimeout is how long a caller may take to send the body.
	DefaultReadTimeout = 10 * time.Second

	// maxHeader is the longest value of Event-Name and Flow-Id, in bytes.
	maxHeader = 128
	// maxPooled keeps one large response from occupying memory for ever.
	maxPooled = 64 << 10
)

type httpOptions struct {
	maxBody     int
	readTimeout time.Duration
	status      func(events.Kind) int
	cors        *cors.Cors
}

// WithMaxBody answers a larger body with status 413, in place of [DefaultMaxBody].
func WithMaxBody(bytes int) MuxOption {
	return muxOption(func(m *Mux) { m.http.maxBody = bytes })
}

// WithReadTimeout answers status 408 to a caller who takes longer to send the
// body, in place of [DefaultReadTimeout]; 0 is no limit.
func WithReadTimeout(d time.Duration) MuxOption {
	return muxOption(func(m *Mux) { m.http.readTimeout = d })
}

// WithStatus maps the kinds of error events to HTTP status codes, 200 to 599; any
// other code counts as 200. Without it every event has status 200.
func WithStatus(status func(events.Kind) int) MuxOption {
	return muxOption(func(m *Mux) { m.http.status = status })
}

// WithCORS lets pages of these origins call the mux from a browser; "*" is any
// origin. Without it no answer has a CORS header and OPTIONS is status 405.
func WithCORS(origins ...string) MuxOption {
	return muxOption(func(m *Mux) {
		var nobody func(string) bool
		if len(origins) == 0 {
			nobody = func(string) bool { return false } // which is not what an empty list means to cors
		}
		m.http.cors = cors.New(cors.Options{
			AllowedOrigins: origins, AllowOriginFunc: nobody,
			AllowedMethods: []string{http.MethodPost},
			AllowedHeaders: []string{"Content-Type", "Authorization", "Traceparent", "Tracestate", "Evoke-Timeout-Ms"},
			ExposedHeaders: []string{"Event-Name", "Flow-Id", "Deprecation", "Sunset"},
			MaxAge:         600,
		})
	})
}

// Mount serves the mux at path, with and without a slash at its end, and at
// everything below it. Router is an [http.ServeMux] or has its method Handle; the
// ServeMux itself redirects paths that are not clean, as /events//x.
func (m *Mux) Mount(router interface{ Handle(string, http.Handler) }, path string) {
	path = strings.TrimRight(path, "/")
	if path != "" {
		router.Handle(path, m)
	}
	router.Handle(path+"/", m)
}

// ServeHTTP answers the event in the body of a POST, whatever the path. Every
// outcome of an event has status 200; a wrong method, a slow or large body and
// another media type than JSON have theirs. If the caller is gone it writes
// nothing. It panics with [http.ErrAbortHandler] if the handler does.
//
// At its deadline a call is answered. Over HTTP/1 ServeHTTP returns all the same only
// when the handler has, and the answer tells the caller to close the connection.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.http.cors != nil {
		m.http.cors.ServeHTTP(w, r, m.serveHTTP)
		return
	}
	m.serveHTTP(w, r)
}

func (m *Mux) serveHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := m.readBody(w, r)
	if err != nil {
		m.refuseHTTP(w, r, events.Event{}, err)
		return
	}
	request, err := m.decoder.Decode(body)
	if err != nil {
		m.refuseHTTP(w, r, request, err)
		return
	}
	c, request := m.begin(r.Context(), request, arrival{peerOf(r), budget(r), len(body)})
	defer c.limit.End()
	c.respond(w, r, request)
}

// respond serves the event and writes the answer. Where the limit of the call can be
// watched from outside, the handler runs here, which saves a goroutine.
func (c *call) respond(w http.ResponseWriter, r *http.Request, request events.Event) {
	if !c.limit.Limited() || !canBeLeft(w, r) {
		response, err := c.serve(request)
		c.writeHTTP(w, r, response, err)
		return
	}
	response, err, late := c.serveWatched(w, r, request)
	if late {
		c.returnedLate(err)
		return
	}
	c.writeHTTP(w, r, response, err)
}

// aborts reports whether a handler wants the connection broken off.
func aborts(err error) bool {
	if err == nil {
		return false
	}
	p := new(events.PanicError)
	return errors.As(err, &p) && p.Value == http.ErrAbortHandler
}

func peerOf(r *http.Request) events.Peer {
	return events.Peer{Protocol: "http", Addr: r.RemoteAddr, TLS: r.TLS, Headers: r.Header}
}

// writeHTTP ends the call with its answer.
func (c *call) writeHTTP(w http.ResponseWriter, r *http.Request, response events.Event, err error) {
	if gone(r) || response.Name == "" {
		c.end(events.Event{}, cmp.Or(err, context.Canceled), 0, 0)
		panic(http.ErrAbortHandler) // or net/http would answer with an empty 200
	}
	buf := buffers.Get().(*[]byte)
	defer keep(buf)
	*buf = response.Append((*buf)[:0])
	status := c.mux.status(response)
	c.end(response, err, status, len(*buf))
	if aborts(err) {
		panic(http.ErrAbortHandler)
	}
	c.deprecationHeaders(w.Header())
	write(w, response, status, *buf)
}

// gone reports whether the caller has hung up. A deadline that something in front of
// the mux set is another matter: that is answered.
func gone(r *http.Request) bool { return errors.Is(r.Context().Err(), context.Canceled) }

// budget is the time that the caller gives by header, -1 if he does not say.
func budget(r *http.Request) time.Duration {
	if said := r.Header["Evoke-Timeout-Ms"]; len(said) > 0 {
		if d, ok := milliseconds(said[0]); ok {
			return d
		}
	}
	return -1
}

func (m *Mux) status(response events.Event) int {
	if m.http.status == nil {
		return http.StatusOK
	}
	if e := new(events.Error); errors.As(response.Err(), &e) {
		return m.http.statusOf(e.Kind)
	}
	return http.StatusOK
}

// statusOf does not trust the user's function with a code that net/http refuses.
func (o httpOptions) statusOf(kind events.Kind) int {
	if status := o.status(kind); status >= 200 && status <= 599 {
		return status
	}
	return http.StatusOK
}

func write(w http.ResponseWriter, response events.Event, status int, body []byte) {
	values := [...]string{"application/json", strconv.Itoa(len(body)), "nosniff", response.Name, response.FlowID}
	h := w.Header()
	h["Content-Type"] = values[0:1:1]
	h["Content-Length"] = values[1:2:2]
	h["X-Content-Type-Options"] = values[2:3:3]
	if visible(response.Name) {
		h["Event-Name"] = values[3:4:4]
	}
	if visible(response.FlowID) {
		h["Flow-Id"] = values[4:5:5]
	}
	w.WriteHeader(status)
	w.Write(body) // its error means that the caller is gone
}

// visible reports whether s may stand in a response header.
func visible(s string) bool {
	if s == "" || len(s) > maxHeader {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

var buffers = sync.Pool{New: func() any { return new([]byte) }}

func keep(buf *[]byte) {
	if cap(*buf) <= maxPooled {
		buffers.Put(buf)
	}
}

// An httpError is a request that is refused before its event is read.
type httpError struct {
	status int
	reason string
	cause  error
}

func (e *httpError) Error() string {
	if e.cause != nil {
		return fmt.Sprintf("status %d: %s: %v", e.status, e.reason, e.cause)
	}
	return fmt.Sprintf("status %d: %s", e.status, e.reason)
}

func (e *httpError) Unwrap() error { return e.cause }

// refuseHTTP answers a request that holds no event.
func (m *Mux) refuseHTTP(w http.ResponseWriter, r *http.Request, part events.Event, err error) {
	status, answer := http.StatusOK, err
	if e := new(httpError); errors.As(err, &e) {
		status = e.status
		answer = events.Errorf(events.KindBadProtocol, events.CodeInvalidProtocol, "%s", e.reason).
			With("propertyName", "").With("missingProperty", "").With("reason", e.reason)
	} else if m.http.status != nil {
		status = m.http.statusOf(events.KindBadProtocol)
	}
	m.notice(events.WithPeer(r.Context(), peerOf(r)), err)
	// To net/http, a body that ended too soon or came too late means that the caller
	// is gone. He may have closed his half only, and still listen.
	if gone(r) && answer == err {
		panic(http.ErrAbortHandler)
	}
	response := m.badProtocol(part, answer)
	switch status {
	case http.StatusMethodNotAllowed:
		w.Header().Set("Allow", http.MethodPost)
	case http.StatusRequestTimeout:
		w.Header().Set("Connection", "close")
	}
	body := response.Append(nil)
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		return
	}
	write(w, response, status, body)
}

// readBody reads the body into memory that belongs to the event, so that the
// event may be kept. It allocates as bytes arrive: a caller who announces much
// and sends little costs little.
func (m *Mux) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limit := int64(m.http.maxBody)
	control := http.NewResponseController(w)
	if m.http.readTimeout > 0 {
		// Some writers, as those of tests, have no deadline; then there is none. It
		// stays in force when the request is refused, since net/http reads what is
		// left of the body before it sends the answer.
		_ = control.SetReadDeadline(time.Now().Add(m.http.readTimeout))
	}
	switch {
	case r.Method != http.MethodPost:
		return nil, &httpError{http.StatusMethodNotAllowed, "events are sent by POST, not " + r.Method, nil}
	case !isJSON(r.Header):
		return nil, &httpError{http.StatusUnsupportedMediaType, "the Content-Type of an event is application/json in UTF-8, without a Content-Encoding", nil}
	case r.ContentLength > limit:
		return nil, tooLarge(limit, nil)
	}
	from := r.Body
	if r.ContentLength < 0 {
		from = http.MaxBytesReader(w, from, limit) // which has net/http close the connection
	}
	body, err := readAll(from, r.ContentLength, limit)
	switch {
	case err == nil:
		if m.http.readTimeout > 0 {
			_ = control.SetReadDeadline(time.Time{})
		}
		return body, nil
	case errors.As(err, new(*http.MaxBytesError)):
		return nil, tooLarge(limit, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, &httpError{http.StatusRequestTimeout, "the body did not arrive within " + m.http.readTimeout.String(), err}
	}
	return nil, &httpError{http.StatusOK, "the body ended before its announced end or was framed wrongly", err}
}

func tooLarge(limit int64, cause error) error {
	return &httpError{http.StatusRequestEntityTooLarge, "the body is larger than " + strconv.FormatInt(limit, 10) + " bytes", cause}
}

// readAll does not trust what is announced, as something in front of the mux may have
// put another body in its place.
func readAll(r io.Reader, announced, limit int64) ([]byte, error) {
	const first, most = 512, 64 << 10
	size := min(announced, most)
	if announced < 0 {
		size = first
	}
	body := make([]byte, 0, size+1) // one more, so that the end is met without growing
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if int64(len(body)) > limit {
			return nil, &http.MaxBytesError{Limit: limit}
		}
		if err == io.EOF {
			return body, nil
		}
		if err != nil {
			return nil, err
		}
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
	}
}

func isJSON(h http.Header) bool {
	for _, coding := range h["Content-Encoding"] {
		if coding != "" && !strings.EqualFold(coding, "identity") {
			return false
		}
	}
	contentType := h.Get("Content-Type")
	if contentType == "application/json" {
		return true
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != "application/json" {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
