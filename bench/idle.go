package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"runtime"
)

const (
	caseIdle = "memory of an idle connection"

	idleConnections = 400
)

// compareIdle measures what a server holds for a connection that has made a call
// and waits: a connection of net/http that has served nothing of ours, and Evoke's.
func compareIdle(options) ([]row, error) {
	var rows []row
	for _, c := range []*contender{newFloorA(), newEvoke(evokeDefault)} {
		bytes, err := idleMemory(c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.name, err)
		}
		rows = append(rows, row{Case: caseIdle, Contender: c.name, Bytes: bytes})
	}
	for i := range rows {
		rows[i].Ratio = exactly(rows[i].Bytes / rows[0].Bytes)
	}
	return rows, nil
}

// idleMemory is the heap and the stacks that one connection takes, both of its ends.
func idleMemory(c *contender) (perConnection float64, err error) {
	s := httptest.NewServer(c.handler)
	defer s.Close()
	request := []byte(onTheWire(c.request(smallLines)))
	open := func(count int) (conns []net.Conn, err error) {
		for range count {
			conn, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				return conns, err
			}
			conns = append(conns, conn)
			if err := exchangeOnce(conn, request); err != nil {
				return conns, err
			}
		}
		return conns, nil
	}
	warm, err := open(2)
	defer func() { err = errors.Join(err, closeAll(warm)) }()
	if err != nil {
		return 0, err
	}
	before := memoryInUse()
	idle, err := open(idleConnections)
	defer func() { err = errors.Join(err, closeAll(idle)) }()
	if err != nil {
		return 0, err
	}
	return (memoryInUse() - before) / idleConnections, nil
}

// exchangeOnce reads the answer without keeping anything for it.
func exchangeOnce(conn net.Conn, request []byte) error {
	if _, err := conn.Write(request); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if n < len("HTTP/1.1 200") || string(answer[:12]) != "HTTP/1.1 200" {
		return fmt.Errorf("the answer is %q", answer[:n])
	}
	return nil
}

func closeAll(conns []net.Conn) error {
	var err error
	for _, c := range conns {
		err = errors.Join(err, c.Close())
	}
	return err
}

// memoryInUse collects twice, since what is in a sync.Pool survives once.
func memoryInUse() float64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return float64(stats.HeapAlloc + stats.StackInuse)
}
