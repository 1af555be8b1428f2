package mux_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// A line is a connection to a server, to speak HTTP by hand.
type line struct {
	*net.TCPConn
	t    *testing.T
	read *bufio.Reader
}

// connect opens a line to the server at url. What blocks for ten seconds fails.
func connect(t *testing.T, url string) *line {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	require.NoError(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	t.Cleanup(func() { conn.Close() })
	return &line{conn.(*net.TCPConn), t, bufio.NewReader(conn)}
}

// send writes text, and CR LF for each line feed of the head.
func (l *line) send(head, body string) {
	l.t.Helper()
	_, err := io.WriteString(l, strings.ReplaceAll(head, "\n", "\r\n")+body)
	require.NoError(l.t, err)
}

// answer reads one answer.
func (l *line) answer(method string) (*http.Response, string) {
	l.t.Helper()
	answer, err := http.ReadResponse(l.read, &http.Request{Method: method})
	require.NoError(l.t, err, "no answer came")
	body, err := io.ReadAll(answer.Body)
	require.NoError(l.t, err)
	return answer, string(body)
}

// requireClosed waits for the server to close the connection without a word.
func (l *line) requireClosed() {
	l.t.Helper()
	rest, err := io.ReadAll(l.read)
	require.NoError(l.t, err, "the server keeps the connection")
	require.Empty(l.t, string(rest), "the server wrote to a caller who is gone")
}

// head is that of a POST which announces a body of so many bytes.
func head(length int) string {
	return fmt.Sprintf("POST /events HTTP/1.1\nHost: x\nContent-Type: application/json\nContent-Length: %d\n\n", length)
}

// await fails the test if nothing comes from c for ten seconds.
func await[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(10 * time.Second):
		require.FailNow(t, "waited in vain for "+what)
		panic("unreachable")
	}
}

func TestASlowBodyIsTimedOut(t *testing.T) {
	const timeout = "the body did not arrive within 20ms"
	for name, sent := range map[string]struct{ head, body string }{
		"no byte of it":   {head(100), ""},
		"a part of it":    {head(100), `{"name":`},
		"a part, chunked": {"POST /events HTTP/1.1\nHost: x\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n5\n", `{"nam`},
	} {
		t.Run(name, func(t *testing.T) {
			url, watch := newWatchedServer(t, mux.WithReadTimeout(20*time.Millisecond))
			l := connect(t, url)
			l.send(sent.head, sent.body)
			answer, text := l.answer("POST")
			require.Equal(t, http.StatusRequestTimeout, answer.StatusCode)
			require.Equal(t, httpRefusal(timeout), text)
			require.True(t, answer.Close, "the connection cannot be used again")
			l.requireClosed()
			require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
		})
	}
}

func TestARefusalDoesNotWaitForABodyThatNeverComes(t *testing.T) {
	for name, test := range map[string]struct {
		head   string
		status int
	}{
		"405": {strings.Replace(head(100), "POST", "PUT", 1), 405},
		"413": {head(2 << 20), 413},
		"415": {strings.Replace(head(100), "application/json", "text/plain", 1), 415},
	} {
		t.Run(name, func(t *testing.T) {
			url, _ := newWatchedServer(t, mux.WithReadTimeout(20*time.Millisecond))
			l := connect(t, url)
			l.send(test.head, "")
			answer, text := l.answer("POST")
			require.Equal(t, test.status, answer.StatusCode)
			checkAnswer(t, []byte(text))
			l.requireClosed()
		})
	}
}

func TestABodyOverTheLimitThatNeverEndsIsCutOff(t *testing.T) {
	url, _ := newWatchedServer(t, mux.WithMaxBody(64), mux.WithReadTimeout(20*time.Millisecond))
	l := connect(t, url)
	l.send("POST /events HTTP/1.1\nHost: x\nContent-Type: application/json\nTransfer-Encoding: chunked\n\nff\n", strings.Repeat(" ", 100))
	answer, text := l.answer("POST")
	require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
	require.Equal(t, httpRefusal("the body is larger than 64 bytes"), text)
	l.requireClosed()
}

func TestTheReadTimeoutEndsWithTheBody(t *testing.T) {
	m := mux.New(mux.WithReadTimeout(20 * time.Millisecond))
	mux.Handle(m, "test:time:wait", 1, func(ctx context.Context, _ struct{}) (bool, error) {
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(60 * time.Millisecond):
			return true, nil
		}
	})
	server := httptest.NewServer(m)
	defer server.Close()
	l := connect(t, server.URL)
	const body = `{"name":"test:time:wait","version":1,"id":"i","flowId":"f","payload":{}}`
	for range 2 { // on one connection
		l.send(head(len(body)), body)
		_, text := l.answer("POST")
		require.Equal(t, `{"name":"test:time:wait:response","version":1,"id":"i","flowId":"f","payload":true,"identity":{},"auth":{},"metadata":{}}`, text)
	}
}

func TestARefusedRequestLeavesTheConnectionUsable(t *testing.T) {
	url, _ := newWatchedServer(t)
	l := connect(t, url)
	for _, refused := range []string{
		head(1) + "{", head(0), strings.Replace(head(2), "POST", "PUT", 1) + "{}",
		strings.Replace(head(2), "application/json", "text/plain", 1) + "{}", "GET / HTTP/1.1\nHost: x\n\n",
	} {
		l.send(refused, "")
		answer, text := l.answer("POST")
		require.False(t, answer.Close, refused)
		checkAnswer(t, []byte(text))
	}
	l.send(head(len(echoOne)), echoOne)
	_, text := l.answer("POST")
	require.Equal(t, echoedOne, text)
}

func TestHEADIsRefusedWithoutABody(t *testing.T) {
	url, watch := newWatchedServer(t)
	l := connect(t, url)
	l.send("HEAD /events HTTP/1.1\nHost: x\nConnection: close\n\n", "")
	answer, _ := l.answer("HEAD")
	require.Equal(t, http.StatusMethodNotAllowed, answer.StatusCode)
	require.Equal(t, "POST", answer.Header.Get("Allow"))
	require.EqualValues(t, len(httpRefusal("events are sent by POST, not HEAD")), answer.ContentLength)
	l.requireClosed()
	require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
}

func TestACallerWhoIsGoneInTheMiddleOfTheBodyIsNoticedOnce(t *testing.T) {
	noticed := make(chan error, 1)
	watch := &tracker.Mock{NoticeErrorFn: func(ctx context.Context, err error) context.Context {
		noticed <- err
		return ctx
	}}
	m := newWireService(t, mux.WithTracker(watch))
	server := httptest.NewServer(m)
	l := connect(t, server.URL)
	l.send(head(100), `{"name":`)
	require.NoError(t, l.Close())
	require.ErrorIs(t, await(t, noticed, "NoticeError"), io.ErrUnexpectedEOF)
	server.Close() // waits for the request
	require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
}

func TestABodyThatEndsTooSoonIsAnsweredToACallerWhoStillListens(t *testing.T) {
	url, watch := newWatchedServer(t)
	l := connect(t, url)
	l.send(head(100), `{"name":`)
	require.NoError(t, l.CloseWrite())
	answer, text := l.answer("POST")
	require.Equal(t, http.StatusOK, answer.StatusCode)
	require.Equal(t, httpRefusal("the body ended before its announced end or was framed wrongly"), text)
	l.requireClosed()
	require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
}

func TestNothingIsWrittenToACallerWhoIsGone(t *testing.T) {
	for name, leave := range map[string]func(*line) error{
		"closed":      func(l *line) error { return l.Close() },
		"half-closed": func(l *line) error { return l.CloseWrite() },
	} {
		for _, obeys := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, the handler obeys its context: %v", name, obeys), func(t *testing.T) {
				watch := new(tracker.Mock)
				m := mux.New(mux.WithTracker(watch))
				running, cancelled := make(chan bool), make(chan bool, 1)
				m.Add("test:caller:lose", 1, events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
					close(running)
					select {
					case <-ctx.Done():
						cancelled <- true
					case <-time.After(10 * time.Second):
						cancelled <- false
					}
					if obeys {
						return events.Event{}, ctx.Err()
					}
					return events.NewResponse(e, "too late")
				}))
				server := httptest.NewServer(m)
				l := connect(t, server.URL)
				const body = `{"name":"test:caller:lose","version":1,"id":"i","payload":{}}`
				l.send(head(len(body)), body)
				await(t, running, "the handler")
				require.NoError(t, leave(l))
				require.True(t, await(t, cancelled, "the handler"), "the handler's context was not cancelled")
				if name == "half-closed" {
					l.requireClosed()
				}
				server.Close() // waits for the request
				require.Equal(t, []string{"Start", "NoticeEventError", "End"}, methodsOf(watch))
				end := watch.Calls()[2]
				require.Equal(t, events.Event{}, end.Event)
				require.ErrorIs(t, end.Err, context.Canceled)
				require.Zero(t, end.Call.Status)
			})
		}
	}
}
