package browser_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// chromium returns the browser's path.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			return path
		}
	}
	t.Fatal("chromium is missing; run `make deps`")
	return ""
}

// needsPeers skips a test that is not asked for. Where it is, what is missing is a
// failure: it must not be skipped unnoticed.
func needsPeers(t *testing.T) {
	t.Helper()
	if os.Getenv("EVOKE_PEERS") != "1" {
		t.Skip("EVOKE_PEERS is not 1: driving a browser is part of `make test`")
	}
	var wanted struct{ Dependencies map[string]string }
	read(t, "package.json", &wanted)
	for name, version := range wanted.Dependencies {
		var installed struct{ Version string }
		read(t, "node_modules/"+name+"/package.json", &installed)
		if installed.Version != version {
			t.Fatalf("internal/browser/node_modules holds %s %s instead of %s; run `make deps`", name, installed.Version, version)
		}
	}
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("internal/browser/%s is missing; run `make deps`", file)
	}
	require.NoError(t, json.Unmarshal(data, into), file)
}

// node prepares a run of a script.
func node(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing; run `make deps`")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stderr = t.Output()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that the browser ends too
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
