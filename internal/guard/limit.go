package guard

import (
	"context"
	"sync/atomic"
	"time"
)

// A Limit is the context of a call that may not take longer. Until somebody waits for
// it, it costs no timer: most handlers end long before their time, and never ask. It
// is used for one call, and must not be copied then.
type Limit struct {
	// Left is the time there was at the beginning.
	Left time.Duration

	context.Context // without the limit; nil if there is none
	at              time.Time
	ended           atomic.Bool
	waited          atomic.Pointer[waited] // nil until somebody waits
}

type waited struct {
	context.Context
	cancel context.CancelFunc
}

// Begin limits ctx to d from now, if d is not negative. A limit that ctx has may be
// earlier.
func (l *Limit) Begin(ctx context.Context, d time.Duration) {
	at, limited := ctx.Deadline()
	if !limited && d < 0 {
		return
	}
	now := time.Now()
	left := at.Sub(now)
	if d >= 0 && (!limited || d < left) {
		at, left = now.Add(d), d
	}
	l.Context, l.at, l.Left = ctx, at, left
}

// Limited reports whether there is a limit.
func (l *Limit) Limited() bool { return l.Context != nil }

// Of returns l, or ctx if there is no limit.
func (l *Limit) Of(ctx context.Context) context.Context {
	if !l.Limited() {
		return ctx
	}
	return l
}

// End cancels what waits, when the call is over.
func (l *Limit) End() {
	l.ended.Store(true)
	if w := l.waited.Load(); w != nil {
		w.cancel()
	}
}

// Deadline is that of [context.Context].
func (l *Limit) Deadline() (time.Time, bool) { return l.at, true }

// Done is that of [context.Context]. It starts a timer.
func (l *Limit) Done() <-chan struct{} { return l.wait().Done() }

// Err is that of [context.Context].
func (l *Limit) Err() error {
	if w := l.waited.Load(); w != nil {
		return w.Err()
	}
	if err := l.Context.Err(); err != nil {
		return err
	}
	if l.ended.Load() || !time.Now().Before(l.at) {
		return l.wait().Err()
	}
	return nil
}

// Value finds the timer's context, too, so that contexts made of it need no goroutine.
func (l *Limit) Value(key any) any {
	if w := l.waited.Load(); w != nil {
		return w.Value(key)
	}
	return l.Context.Value(key)
}

// wait returns a context with a timer.
func (l *Limit) wait() *waited {
	if w := l.waited.Load(); w != nil {
		return w
	}
	w := new(waited)
	w.Context, w.cancel = context.WithDeadline(l.Context, l.at)
	if !l.waited.CompareAndSwap(nil, w) {
		w.cancel()
		return l.waited.Load()
	}
	if l.ended.Load() {
		w.cancel()
	}
	return w
}
