package main

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// deadURL is where nobody listens: a port of the system that no service uses.
const deadURL = "http://127.0.0.1:1/events"

// TestTheCommandsPrintWhatTheScriptsSay runs testdata/script. A script has
//
//	$URL   the events of a service of its own, see newShop
//	$SICK  those of one whose checks fail
//	$PLAIN the events of one that tells nothing about itself
//	$DEAD  where nobody listens
//	$WEB   a web server that knows no events
//
// and the command "exits CODE COMMAND...". UPDATE_SCRIPTS=1 writes what the commands
// print into the files that the scripts compare it with.
func TestTheCommandsPrintWhatTheScriptsSay(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		Setup:         serveScript,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

func serveScript(env *testscript.Env) error {
	for name, h := range map[string]http.Handler{
		"URL":   newShop(),
		"SICK":  newSickService(),
		"PLAIN": newPlainService(),
		"WEB":   http.HandlerFunc(serveWeb),
	} {
		server := httptest.NewServer(h)
		env.Defer(server.Close)
		env.Setenv(name, server.URL+"/events")
	}
	env.Setenv("DEAD", deadURL)
	env.Setenv("NO_COLOR", "1")
	return nil
}

func serveWeb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title>\n")
}

// exits is "exits CODE COMMAND...", which runs a command that must end with CODE.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 || neg {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit := new(exec.ExitError)
		if !errors.As(err, &exit) {
			ts.Check(err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, not %d", args[1], got, want)
	}
}
