package evoketest

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
)

// A pipe is a network in memory with one listener. Unlike sockets, its
// connections block in a way that testing/synctest knows.
type pipe struct {
	dialled chan net.Conn
	closed  chan struct{}
	close   sync.Once
	ports   atomic.Uint32
}

func newPipe() *pipe { return &pipe{dialled: make(chan net.Conn), closed: make(chan struct{})} }

// dial has the signature of net.Dialer.DialContext.
func (p *pipe) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	port := 1 + int(p.ports.Add(1)-1)%65535
	var err error
	select {
	case p.dialled <- conn{far, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: port}}:
		return near, nil
	case <-p.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	_, _ = near.Close(), far.Close() // a pipe's Close has no error
	return nil, err
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.dialled:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.close.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 80} }

// A conn has an address of TEST-NET-1 (RFC 5737) for its other side, so that what
// reads peer addresses finds one.
type conn struct {
	net.Conn
	remote net.Addr
}

func (c conn) RemoteAddr() net.Addr { return c.remote }
