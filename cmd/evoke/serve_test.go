package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestAMockAnswersWhatTheScriptsSay runs testdata/serve, which has what testdata/script
// has and four commands more: "mocks ARGS..." runs "evoke serve ARGS..." and sets $MOCK
// to its address, and "interrupts" ends that as Ctrl-C does, and leaves what it printed
// in the files mock.out and mock.err; "gets URL FILE" keeps a page, and "connects"
// opens a connection on which nothing is asked.
func TestAMockAnswersWhatTheScriptsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/serve",
		Setup: func(env *testscript.Env) error {
			env.Values[mockKey{}] = new(mocking)
			return serveScript(env)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "mocks": startMock, "interrupts": interruptMock, "gets": getPage, "connects": connect,
		},
	})
}

// mockKey is the key of a script's *mocking.
type mockKey struct{}

// mocking is the mock that a script has started.
type mocking struct {
	cmd            *exec.Cmd
	pipe           *bufio.Reader
	stdout, stderr bytes.Buffer
}

func startMock(ts *testscript.TestScript, _ bool, args []string) {
	m := ts.Value(mockKey{}).(*mocking)
	*m = mocking{cmd: exec.Command("evoke", append([]string{"serve"}, args...)...)}
	m.cmd.Dir, m.cmd.Stderr = ts.MkAbs("."), &m.stderr
	pipe, err := m.cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(m.cmd.Start())
	ts.Defer(func() {
		if m.cmd != nil { // the script failed
			_ = m.cmd.Process.Kill()
			_ = m.cmd.Wait()
		}
	})
	m.pipe = bufio.NewReader(pipe)
	for {
		line, err := m.pipe.ReadString('\n')
		m.stdout.WriteString(line)
		if err != nil {
			ts.Fatalf("evoke serve told no URL: %v\n%s%s", err, m.stdout.String(), m.stderr.String())
		}
		if name, url, ok := strings.Cut(strings.TrimSpace(line), " "); ok && strings.Trim(name, `":`) == "events" {
			url = strings.TrimPrefix(strings.Trim(url, ` ",`), "http://")
			ts.Setenv("MOCK", strings.TrimSuffix(url, "/events"))
			return
		}
	}
}

func interruptMock(ts *testscript.TestScript, _ bool, _ []string) {
	m := ts.Value(mockKey{}).(*mocking)
	cmd := m.cmd
	ts.Check(cmd.Process.Signal(os.Interrupt))
	_, err := io.Copy(&m.stdout, m.pipe)
	ts.Check(err)
	m.cmd = nil
	ts.Check(cmd.Wait())
	ts.Check(os.WriteFile(filepath.Join(cmd.Dir, "mock.out"), m.stdout.Bytes(), 0o600))
	ts.Check(os.WriteFile(filepath.Join(cmd.Dir, "mock.err"), m.stderr.Bytes(), 0o600))
}

func connect(ts *testscript.TestScript, _ bool, _ []string) {
	connection, err := net.Dial("tcp", ts.Getenv("MOCK"))
	ts.Check(err)
	ts.Defer(func() { _ = connection.Close() })
}

func getPage(ts *testscript.TestScript, _ bool, args []string) {
	answer, err := http.Get(args[0])
	ts.Check(err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), page, 0o600))
}
