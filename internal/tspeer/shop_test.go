package tspeer_test

import (
	"bufio"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the programs print into testdata")

// A shop is examples/shop in a process of its own, and the command evoke.
type shop struct {
	orders, catalog string // URLs that take events
	evoke           string // the program
}

func startShop(t *testing.T) shop {
	t.Helper()
	dir := t.TempDir()
	run(t, "", "go", "build", "-o", dir+string(filepath.Separator), "../../cmd/evoke", "../../examples/shop")
	cmd := command(t, "", filepath.Join(dir, "shop"), "-addr", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		require.NoError(t, cmd.Wait())
	})
	s := shop{evoke: filepath.Join(dir, "evoke")}
	for lines := bufio.NewScanner(stdout); (s.orders == "" || s.catalog == "") && lines.Scan(); {
		switch name, url, _ := strings.Cut(lines.Text(), " "); name {
		case "orders":
			s.orders = strings.TrimSpace(url) + "/events"
		case "catalog":
			s.catalog = strings.TrimSpace(url) + "/events"
		}
	}
	require.NotEmpty(t, s.catalog, "the shop did not tell where it is")
	return s
}

// gen writes a client into a file.
func (s shop) gen(t *testing.T, url, file, language string, flags ...string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	run(t, "", s.evoke, append([]string{"gen", language, url, "-o", file}, flags...)...)
}

// run runs a program in a folder and returns what it prints.
func run(t *testing.T, dir, program string, args ...string) string {
	t.Helper()
	out, err := command(t, dir, program, args...).Output()
	require.NoError(t, err, "%s %s: %s", program, strings.Join(args, " "), out)
	return string(out)
}

func command(t *testing.T, dir, program string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute) // a test ends the shop in a cleanup, when t.Context() is over
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, t.Output(), 5*time.Second
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPROXY=off")
	return cmd
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(data)
}

// golden compares what a program prints with a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		write(t, file, got)
	}
	require.Equal(t, read(t, file), got)
}
