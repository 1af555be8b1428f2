package mux_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

const watchedEvent = `{"name":"a:b:c","version":1,"id":"i","flowId":"f","payload":{}}`

// newDeaf serves an event whose handler goes on after its deadline, until release is
// called, and ends by end.
func newDeaf(end func(), options ...mux.MuxOption) (m *mux.Mux, release func()) {
	over := make(chan struct{})
	m = mux.New(append(options, mux.WithTimeout(5*time.Millisecond))...)
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		<-over
		end()
		return events.Event{}, nil
	}))
	return m, func() { close(over) }
}

func requireLate(t *testing.T, answer *http.Response) {
	t.Helper()
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	e, err := events.Decoder{Response: true}.Decode(text)
	require.NoError(t, err)
	require.Equal(t, "a:b:c:error", e.Name)
	require.Contains(t, string(e.Payload), events.CodeDeadlineExceeded)
	require.Equal(t, "a:b:c:error", answer.Header.Get("Event-Name"))
}

func TestACallerIsAnsweredAtTheDeadlineWhileTheHandlerGoesOn(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){
		"HTTP/1.1": (*httptest.Server).Start,
		"HTTP/2.0": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			watch := new(tracker.Mock)
			m, release := newDeaf(func() {}, mux.WithTracker(watch))
			server := httptest.NewUnstartedServer(m)
			start(server)
			defer server.Close()
			answer, err := server.Client().Post(server.URL, "application/json", strings.NewReader(watchedEvent))
			require.NoError(t, err)
			require.Equal(t, name, answer.Proto)
			requireLate(t, answer)
			require.Equal(t, name == "HTTP/1.1", answer.Close, "an HTTP/1 connection is of no more use")

			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			require.ErrorIs(t, m.Wait(ctx), context.DeadlineExceeded, "the handler still runs")
			release()
			require.NoError(t, m.Wait(t.Context()))
			require.Equal(t, []string{"Start", "NoticeEventError", "End"}, methodsOf(watch))
			require.Equal(t, http.StatusOK, watch.Calls()[2].Call.Status)
		})
	}
}

// plainWriter can only be written to.
type plainWriter struct{ to *httptest.ResponseRecorder }

func (w plainWriter) Header() http.Header         { return w.to.Header() }
func (w plainWriter) Write(p []byte) (int, error) { return w.to.Write(p) }
func (w plainWriter) WriteHeader(status int)      { w.to.WriteHeader(status) }

func TestAWriterThatCannotBeFlushedIsReturnedAtTheDeadline(t *testing.T) {
	m, release := newDeaf(func() {})
	w := httptest.NewRecorder()
	m.ServeHTTP(plainWriter{w}, newPost(watchedEvent))
	requireLate(t, w.Result())
	release()
	require.NoError(t, m.Wait(t.Context()))
}

func TestAHandlerThatPanicsLateIsNoticed(t *testing.T) {
	watch := new(tracker.Mock)
	m, release := newDeaf(func() { panic("too late") }, mux.WithTracker(watch))
	w := newSignalling()
	go func() {
		<-w.flushed
		release()
	}()
	m.ServeHTTP(w, newPost(watchedEvent))
	requireLate(t, w.Result())
	require.NoError(t, m.Wait(t.Context()))
	require.Equal(t, []string{"Start", "NoticeEventError", "End", "NoticeEventError"}, methodsOf(watch))
	var p *events.PanicError
	require.ErrorAs(t, watch.Calls()[3].Err, &p)
	require.True(t, p.Late)
}

// signalling tells when the answer has been flushed.
type signalling struct {
	*httptest.ResponseRecorder
	flushed chan struct{}
}

func newSignalling() signalling {
	return signalling{httptest.NewRecorder(), make(chan struct{})}
}

func (s signalling) Flush() { close(s.flushed) }

// A late answer is written in a goroutine of the mux. What goes wrong there belongs
// where net/http expects it.
func TestAPanicOfTheWriterAtTheDeadlineIsThatOfServeHTTP(t *testing.T) {
	m, release := newDeaf(func() {})
	w := breaking{httptest.NewRecorder(), release}
	require.PanicsWithValue(t, "broken", func() { m.ServeHTTP(w, newPost(watchedEvent)) })
	require.NoError(t, m.Wait(t.Context()))
}

type breaking struct {
	*httptest.ResponseRecorder
	broken func()
}

func (b breaking) Write([]byte) (int, error) {
	b.broken()
	panic("broken")
}

func TestAHandlerMayEndItsGoroutineUnderALimit(t *testing.T) {
	m := mux.New(mux.WithTimeout(5 * time.Millisecond))
	m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		runtime.Goexit()
		return events.Event{}, nil
	}))
	mux.Handle(m, "a:b:d", 1, nothing)
	server := httptest.NewServer(m)
	defer server.Close()
	_, err := server.Client().Post(server.URL, "application/json", strings.NewReader(watchedEvent))
	require.Error(t, err, "the connection ends with its goroutine")
	answer, err := server.Client().Post(server.URL, "application/json", strings.NewReader(strings.Replace(watchedEvent, "b:c", "b:d", 1)))
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, "a:b:d:response", answer.Header.Get("Event-Name"))
}

func TestManyCallsAtTheirDeadlinesAreEachAnsweredOnce(t *testing.T) {
	watch := new(tracker.Mock)
	m := mux.New(mux.WithTracker(watch), mux.WithTimeout(time.Millisecond))
	m.Add("a:b:c", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		<-time.After(time.Millisecond) // so that now the handler comes first and now the deadline
		return events.Event{}, nil
	}))
	server := httptest.NewServer(m)
	defer server.Close()
	const callers, calls = 8, 25
	failed := make(chan error, callers)
	for range callers {
		go func() {
			var err error
			for range calls {
				answer, e := server.Client().Post(server.URL, "application/json", strings.NewReader(watchedEvent))
				if e == nil {
					var text []byte
					text, e = io.ReadAll(answer.Body)
					answer.Body.Close()
					if _, bad := (events.Decoder{Response: true}).Decode(text); bad != nil {
						e = errors.Join(e, bad)
					}
				}
				err = errors.Join(err, e)
			}
			failed <- err
		}()
	}
	for range callers {
		require.NoError(t, <-failed)
	}
	require.NoError(t, m.Wait(t.Context()))
	require.Equal(t, callers*calls, watch.StartCount)
	require.Equal(t, callers*calls, watch.EndCount)
}
