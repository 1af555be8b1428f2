package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A server is a process that serves every contender at an address of its own, so
// that what generates the load is not measured with them.
type server struct {
	addresses map[string]string // by the contender's name
	process   *exec.Cmd
	stdin     io.WriteCloser
	stdout    *json.Decoder
}

// startServer runs this program again with the flag -serve.
func startServer(ctx context.Context) (*server, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	s := &server{process: exec.CommandContext(ctx, self, "-serve")}
	s.process.Stderr = os.Stderr
	if s.stdin, err = s.process.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := s.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	s.stdout = json.NewDecoder(stdout)
	if err := s.stdout.Decode(&s.addresses); err != nil {
		return nil, errors.Join(fmt.Errorf("the server did not say where it listens: %w", err), s.stop())
	}
	return s, nil
}

// cpuTime is what the process has used until now.
func (s *server) cpuTime() (used time.Duration, err error) {
	if _, err := io.WriteString(s.stdin, "\n"); err != nil {
		return 0, err
	}
	err = s.stdout.Decode(&used)
	return used, err
}

// stop ends the process and waits for it.
func (s *server) stop() error {
	return errors.Join(s.stdin.Close(), s.process.Wait())
}

// serve is what the process does: it tells the addresses, the CPU time that it has
// used at each line of in, and serves until in ends.
func serve(in io.Reader, out io.Writer) error {
	addresses := map[string]string{}
	all := newContenders()
	defer stopAll(all)
	var running sync.WaitGroup
	defer running.Wait()
	for _, c := range all {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		addresses[c.name] = listener.Addr().String()
		s := &http.Server{Handler: c.handler}
		running.Go(func() { s.Serve(listener) }) // returns when it is closed
		defer s.Close()
	}
	answers := json.NewEncoder(out)
	if err := answers.Encode(addresses); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if err := answers.Encode(cpuTime()); err != nil {
			return err
		}
	}
	return lines.Err()
}
