package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// A connection makes one call at a time over HTTP/1.1. It does little else, since it
// shares the processors with the server: it reads the status line and the
// Content-Length, which is all that these answers need. It is not safe for concurrent
// use.
type connection struct {
	net.Conn
	reader  *bufio.Reader
	request *template
	answer  []byte
}

func dial(address string, m message) (*connection, error) {
	c, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: c, reader: bufio.NewReader(c), request: newTemplate(onTheWire(m))}, nil
}

func onTheWire(m message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: localhost\r\n", m.path)
	m.header.Write(&b) // a Builder has no errors
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m.body), m.body)
	return b.String()
}

// call makes the n-th call and returns the body of the answer, which is valid until
// the next call.
func (c *connection) call(n int) ([]byte, error) {
	if _, err := c.Write(c.request.write(n)); err != nil {
		return nil, err
	}
	length, err := c.readHeader()
	if err != nil {
		return nil, err
	}
	if cap(c.answer) < length {
		c.answer = make([]byte, length)
	}
	c.answer = c.answer[:length]
	_, err = io.ReadFull(c.reader, c.answer)
	return c.answer, err
}

var contentLength = []byte("content-length:")

// readHeader returns the length of the body.
func (c *connection) readHeader() (int, error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if !bytes.HasPrefix(line, []byte("HTTP/1.1 200 ")) {
		return 0, fmt.Errorf("the answer is %q", line)
	}
	length := -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		switch {
		case len(line) == 0 && length < 0:
			return 0, errors.New("the answer has no Content-Length")
		case len(line) == 0:
			return length, nil
		case len(line) > len(contentLength) && bytes.EqualFold(line[:len(contentLength)], contentLength):
			value := string(bytes.TrimSpace(line[len(contentLength):]))
			if length, err = strconv.Atoi(value); err != nil || length < 0 || length > maxBody {
				return 0, fmt.Errorf("the Content-Length of the answer is %q", value)
			}
		}
	}
}
