package jspeer_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	peerModule  = "@guiabolsobr/events-protocol"
	peerVersion = "1.0.1-2"
)

// node prepares a run of a script of this folder. Tests of peers run where they
// are asked for, and then a missing peer is a failure: they must not be skipped
// unnoticed.
func node(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Getenv("EVOKE_PEERS") != "1" {
		t.Skip("EVOKE_PEERS is not 1: calling the JavaScript peer is part of `make test`")
	}
	program, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("node is missing; run `make deps`")
	}
	data, err := os.ReadFile("node_modules/" + peerModule + "/package.json")
	if err != nil {
		t.Fatalf("internal/jspeer/node_modules lacks %s; run `make deps`", peerModule)
	}
	var installed struct{ Version string }
	require.NoError(t, json.Unmarshal(data, &installed))
	if installed.Version != peerVersion {
		t.Fatalf("internal/jspeer/node_modules holds %s %s instead of %s; run `make deps`", peerModule, installed.Version, peerVersion)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second) // a test ends its server in a cleanup, when t.Context() is over
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, append([]string{script}, args...)...)
	cmd.Stderr = t.Output()
	cmd.WaitDelay = 5 * time.Second
	return cmd
}
