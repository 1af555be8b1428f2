package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// A caller is a contender's client before a [readyAnswer].
type caller struct {
	client    client
	transport *readyAnswer
}

func newCaller(c *contender) (*caller, error) {
	transport := newReadyAnswer(c)
	client, err := c.dial(transport)
	return &caller{client, transport}, err
}

// call places the n-th order.
func (c *caller) call(n int, o Order) (Receipt, error) {
	c.transport.n = n
	return c.client.place(context.Background(), o)
}

// check compares so many answers with what is right.
func (c *caller) check(calls int) error {
	for n := range calls {
		o := newOrder(n, smallLines)
		got, err := c.call(n, o)
		if err != nil {
			return err
		}
		if want := place(o); got != want {
			return fmt.Errorf("the answer is %+v, not %+v", got, want)
		}
	}
	return nil
}

func (c *caller) stop() {
	if c.client.stop != nil {
		c.client.stop()
	}
}

// A readyAnswer is an HTTP transport without a network. It reads the request and
// answers what the contender's own handler would answer to call n. It serves one
// call at a time.
type readyAnswer struct {
	n int

	head, tail *template
	echoesID   bool
	header     http.Header
	request    []byte
	answer     []byte
	body       body
}

func newReadyAnswer(c *contender) *readyAnswer {
	e := newExchange(c.handler, c.request(smallLines))
	e.call(0)
	// JSON-RPC clients wait for the id that they sent.
	head, tail, echoesID := strings.Cut(string(e.writer.body), rpcFirstID)
	return &readyAnswer{head: newTemplate(head), tail: newTemplate(tail), echoesID: echoesID, header: e.writer.header.Clone()}
}

func (a *readyAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := a.read(r.Body); err != nil {
		return nil, err
	}
	a.answer = append(a.answer[:0], a.head.write(a.n)...)
	if a.echoesID {
		id, err := rpcID(a.request)
		if err != nil {
			return nil, err
		}
		a.answer = append(a.answer, id...)
		a.answer = append(a.answer, a.tail.write(a.n)...)
	}
	a.body.Reset(a.answer)
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: &a.body, ContentLength: int64(len(a.answer)), Request: r,
	}, nil
}

// read keeps the request, in memory that it has.
func (a *readyAnswer) read(from io.ReadCloser) error {
	defer from.Close()
	a.request = a.request[:0]
	for {
		if len(a.request) == cap(a.request) {
			a.request = append(a.request, 0)[:len(a.request)]
		}
		n, err := from.Read(a.request[len(a.request):cap(a.request)])
		a.request = a.request[:len(a.request)+n]
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// rpcID finds the number after the first "id" that has one.
func rpcID(request []byte) ([]byte, error) {
	const key = `"id":`
	for {
		_, after, found := bytes.Cut(request, []byte(key))
		if !found {
			return nil, errors.New("the request has no id")
		}
		digits := bytes.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
		if digits > 0 {
			return after[:digits], nil
		}
		request = after
	}
}
