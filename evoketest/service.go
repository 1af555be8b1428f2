package evoketest

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// A Service is a mux that is served over HTTP in memory.
type Service struct {
	Mux *mux.Mux
	// Client calls the service.
	Client *client.Client
	// Tracker is told of every call, on the callee's side; see [RequireTracked].
	Tracker *tracker.Mock
	// URL is the service's for clients that send by HTTP, as
	//
	//	client.New(s.URL, client.WithHTTPClient(s.HTTP), client.WithRetry(r))
	URL  string
	HTTP *http.Client
}

// NewService serves what register adds to a new mux with these options until the
// test is over. Then it closes the connections and waits for the handlers; one that
// does not return fails the test.
//
// Failures of the service are logged to t whole, with causes and the stacks of
// panics, which its answers do not tell.
func NewService(t TB, register func(*mux.Mux), options ...mux.MuxOption) *Service {
	t.Helper()
	s := &Service{Mux: mux.New(options...), Tracker: new(tracker.Mock), URL: "http://service.test/events"}
	log := &failureLog{t: t}
	s.Mux.Track(s.Tracker)
	s.Mux.Track(log)
	register(s.Mux)
	t.Cleanup(log.close) // after the server's own, since the last one is called first
	s.HTTP = serve(t, s.Mux)
	s.Client = client.New(s.URL, client.WithHTTPClient(s.HTTP))
	return s
}

// A failureLog writes failures to the log of a test.
type failureLog struct {
	tracker.NoOp
	mu sync.Mutex
	t  TB // nil when the test is over and its log closed
}

// NoticeError logs that a body was no event.
func (l *failureLog) NoticeError(ctx context.Context, err error) context.Context {
	l.log("the service got what is no event: %v", err)
	return ctx
}

// NoticeEventError logs why an event failed.
func (l *failureLog) NoticeEventError(ctx context.Context, request events.Event, err error) context.Context {
	if p := new(events.PanicError); errors.As(err, &p) {
		l.log("%s version %d, id %s, failed: %v\n%s", request.Name, request.Version, request.ID, err, p.Stack)
	} else {
		l.log("%s version %d, id %s, failed: %v", request.Name, request.Version, request.ID, err)
	}
	return ctx
}

func (l *failureLog) log(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.t != nil {
		l.t.Logf(format, args...)
	}
}

func (l *failureLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.t = nil
}
