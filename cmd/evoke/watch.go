package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/service"
)

// A watch shows stats again and again.
type watch struct {
	env        *env
	connection *connection
	url        string
	interval   time.Duration
	count      int

	before *service.Stats
	drawn  int // lines of the table that stands on the terminal
}

func (w *watch) ask(ctx context.Context) (service.Stats, error) {
	return ask[service.Stats](ctx, w.env, w.connection, w.url, service.StatsGet)
}

// run returns nil when ctx is done, as that is how a watch ends.
func (w *watch) run(ctx context.Context) error {
	if w.interval < minInterval || w.count < 0 {
		return fmt.Errorf("--interval must be at least %s and --count not negative", minInterval)
	}
	for n := 1; ; n++ {
		stats, err := w.ask(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil && (n == 1 || !away(err)):
			return err
		case err != nil:
			w.env.notef("%s", explainSafely(err))
			w.drawn = 0
		default:
			if err := w.show(stats); err != nil {
				return err
			}
			w.before = &stats
		}
		if n == w.count || !sleep(ctx, w.interval) {
			return nil
		}
	}
}

// away tells a service that may come back from one that will always answer so.
func away(err error) bool {
	return errors.Is(err, client.ErrNoConnection) || errors.Is(err, context.DeadlineExceeded)
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (w *watch) show(stats service.Stats) error {
	e := w.env
	if e.json {
		return json.NewEncoder(e.stdout).Encode(stats)
	}
	lines := statsLines(stats, w.before, e.lineWidth())
	if !e.tty {
		return printLines(e.stdout, append(lines, ""))
	}
	return w.redraw(lines)
}

// redraw writes lines over those that it wrote before, as many as the terminal has
// room for (ECMA-48: cursor up, erase in line, erase in page).
func (w *watch) redraw(lines []string) error {
	if room := max(2, w.env.height-1); len(lines) > room {
		lines = append(lines[:room-1:room-1], fmt.Sprintf("… and %d more", len(lines)-room+1))
	}
	var b strings.Builder
	if w.drawn > 0 {
		fmt.Fprintf(&b, "\x1b[%dA\r", w.drawn)
	}
	for _, line := range lines {
		b.WriteString(line + "\x1b[K\n")
	}
	b.WriteString("\x1b[J")
	w.drawn = len(lines)
	_, err := io.WriteString(w.env.stdout, b.String())
	return err
}
