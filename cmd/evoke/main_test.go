package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"evoke":    evoke,
		"xdg-open": browser,
		"open":     browser,
	})
}

// evoke is main with ids and a clock of its own, so that what it prints is exact.
func evoke() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	e := newEnv(os.Stdin, os.Stdout, os.Stderr)
	e.deterministic()
	code := run(ctx, e, os.Args[1:])
	stop()
	os.Exit(code)
}

// leakless fails when tests leave goroutines behind.
type leakless struct{ *testing.M }

func (m leakless) Run() int {
	code := m.M.Run()
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}
