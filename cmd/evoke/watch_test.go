package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestAWatchRedrawsItsTableInPlaceOnATerminal(t *testing.T) {
	e, stdout, stderr := newTestEnv("")
	e.tty, e.width, e.height = true, 40, 6

	require.Equal(t, exitOK, run(t.Context(), e, []string{"stats", serve(t, newShop()), "--watch", "--count", "2", "--interval", "100ms"}), stderr)
	first, second, redrawn := strings.Cut(stdout.String(), "\x1b[5A\r")
	require.True(t, redrawn, "%q", stdout)
	for _, table := range []string{first, second} {
		lines := strings.Split(strings.TrimSuffix(table, "\x1b[J"), "\x1b[K\n")
		require.Len(t, lines, 6) // the last one is where the cursor is
		require.Contains(t, lines[0], "EVENT")
		require.Regexp(t, `^… and \d+ more$`, lines[4])
		require.Empty(t, lines[5])
		for _, line := range lines {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 40)
		}
	}
}

func TestCtrlCEndsAWatchInGoodOrder(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, stdout, stderr := newTestEnv("")
	e.stdout = &cancelOn{Writer: stdout, text: "EVENT", cancel: cancel}

	require.Equal(t, exitOK, run(ctx, e, []string{"stats", serve(t, newShop()), "--watch"}))
	require.Equal(t, 1, strings.Count(stdout.String(), "EVENT"))
	require.Empty(t, stderr.String())
}

func TestAWatchWaitsForAServiceThatIsAway(t *testing.T) {
	shop := newShop()
	var calls atomic.Int64
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 2 {
			_, _ = io.Copy(io.Discard, r.Body)
			panic(http.ErrAbortHandler) // the connection breaks
		}
		shop.ServeHTTP(w, r)
	}))
	e, stdout, stderr := newTestEnv("")

	require.Equal(t, exitOK, run(t.Context(), e, []string{"stats", url, "--watch", "--count", "3", "--interval", "100ms"}))
	require.Equal(t, 2, strings.Count(stdout.String(), "EVENT"))
	require.Regexp(t, `^evoke: no connection to http://.*: EOF\n$`, stderr.String())
}

func TestARepetitionEndsAtCtrlCWithWhatItHas(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e, stdout, _ := newTestEnv("")
	e.stdout = &cancelOn{Writer: stdout, text: "   2  ", cancel: cancel}

	require.Equal(t, exitOK, run(ctx, e, []string{"call", serve(t, newShop()), "echo", "--repeat", "100"}))
	require.Contains(t, stdout.String(), "\n2 calls: 2 answered, 0 errors, 0 without an answer;")
}

func TestColoursAreForTerminals(t *testing.T) {
	url := serve(t, newShop())
	for _, on := range []bool{false, true} {
		e, stdout, stderr := newTestEnv("")
		e.colour, e.colourErr = on, on
		require.Equal(t, exitNo, run(t.Context(), e, []string{"call", url, "catalog:product:get", `{"id": "p-9"}`}))
		require.Equal(t, on, strings.Contains(stdout.String(), "\x1b[34m\"code\"\x1b[0m"))
		require.Equal(t, on, strings.Contains(stderr.String(), "\x1b[31mcatalog:product:get:notFound\x1b[0m"))
	}
}
