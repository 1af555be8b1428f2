package main

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"time"
)

// An exchange calls a handler in process, with as little around it as there can be:
// the request and the writer are made once and used again for every call. It is not
// safe for concurrent use.
type exchange struct {
	handler  http.Handler
	hangUp   context.CancelFunc // never called: this caller stays
	template http.Request
	request  http.Request
	text     *template
	body     body
	writer   writer
	last     int
}

func newExchange(handler http.Handler, m message) *exchange {
	e := &exchange{handler: handler, text: newTemplate(m.body), writer: writer{header: http.Header{}}}
	// As with a server, the context can be cancelled, so that a deadline below it
	// has to be registered there.
	ctx, cancel := context.WithCancel(context.Background())
	e.hangUp = cancel
	e.template = *(&http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: m.path}, RequestURI: m.path, Host: "localhost",
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:40000",
		Header: m.header, Body: &e.body, ContentLength: int64(len(m.body)),
	}).WithContext(ctx)
	return e
}

// call makes the n-th call. The answer is in e.writer until the next one.
func (e *exchange) call(n int) {
	e.last = n
	e.body.Reset(e.text.write(n))
	e.writer.reset()
	e.request = e.template
	e.handler.ServeHTTP(&e.writer, &e.request)
}

// A body is a request's body that can be filled again.
type body struct{ bytes.Reader }

func (*body) Close() error { return nil }

// A writer keeps the answer. It has the methods that handlers look for in that of
// net/http.
type writer struct {
	header http.Header
	status int
	body   []byte
}

func (w *writer) reset() {
	clear(w.header)
	w.status, w.body = 0, w.body[:0]
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *writer) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	w.body = append(w.body, p...)
	return len(p), nil
}

func (w *writer) Flush() { w.WriteHeader(http.StatusOK) }

func (*writer) SetReadDeadline(time.Time) error  { return nil }
func (*writer) SetWriteDeadline(time.Time) error { return nil }
