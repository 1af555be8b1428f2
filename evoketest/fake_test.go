package evoketest_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/evoke-rpc/evoke/evoketest"
)

// A fakeT is a TB that keeps what it is told.
type fakeT struct {
	context  context.Context
	cleanups []func()

	mu           sync.Mutex
	logs, errors []string
}

func (t *fakeT) Helper()                  {}
func (t *fakeT) FailNow()                 { runtime.Goexit() }
func (t *fakeT) Cleanup(f func())         { t.cleanups = append(t.cleanups, f) }
func (t *fakeT) Context() context.Context { return t.context }

func (t *fakeT) Logf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.logs = append(t.logs, fmt.Sprintf(format, args...))
}

func (t *fakeT) Errorf(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.errors = append(t.errors, fmt.Sprintf(format, args...))
}

// run runs a test as package testing does: FailNow ends it, its context is
// cancelled, and then its cleanups run.
func run(test func(evoketest.TB)) *fakeT {
	ctx, cancel := context.WithCancel(context.Background())
	t := &fakeT{context: ctx}
	over := make(chan struct{})
	go func() {
		defer close(over)
		test(t)
	}()
	<-over
	cancel()
	for _, f := range slices.Backward(t.cleanups) {
		f()
	}
	return t
}

// failure runs a test and returns its failures, "" if it passes.
func failure(test func(evoketest.TB)) string { return strings.Join(run(test).errors, "\n") }
