package main

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASignalEndsTheProgramWithStatus0(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			shop := program(t, "-addr", "127.0.0.1:0")
			var log strings.Builder
			shop.Stderr = &log
			stdout, err := shop.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, shop.Start())
			for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C"); {
			}
			require.NoError(t, shop.Process.Signal(signal))
			require.NoError(t, shop.Wait(), log.String())
			require.Regexp(t, `(?s)orders  stopped.*catalog stopped`, log.String())
		})
	}
}

func TestAPortInUseEndsTheProgramWithOneLineAndStatus1(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	shop := program(t, "-addr", taken.Addr().String())
	var stdout, stderr strings.Builder
	shop.Stdout, shop.Stderr = &stdout, &stderr
	require.Error(t, shop.Run())
	require.Equal(t, 1, shop.ProcessState.ExitCode())
	require.Empty(t, stdout.String())
	require.Equal(t, "shop: orders cannot start: listen tcp "+taken.Addr().String()+
		": bind: address already in use; choose another address by -addr\n", stderr.String())
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), asProgram+"=1")
	return c
}
