package flowtracker_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

// A wire hands requests to a handler without a network, and keeps their sizes.
type wire struct {
	mu      sync.Mutex
	to      http.Handler
	err     error
	status  int // answered instead of asking to
	deliver int // how often to is asked for each request
	bodies  []string
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	w.bodies = append(w.bodies, string(body))
	recorder := httptest.NewRecorder()
	switch {
	case w.err != nil:
		return nil, w.err
	case w.status != 0:
		recorder.WriteHeader(w.status)
		return recorder.Result(), nil
	}
	for range max(1, w.deliver) {
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(strings.NewReader(string(body)))
		recorder = httptest.NewRecorder()
		w.to.ServeHTTP(recorder, again)
	}
	return recorder.Result(), nil
}

func (w *wire) set(change func(*wire)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.bodies)
}

// pair returns a tracker that forwards to another one.
func pair(t *testing.T, options ...flowtracker.Option) (here, there *flowtracker.Tracker, w *wire) {
	t.Helper()
	there = flowtracker.New(flowtracker.WithReceive())
	w = &wire{to: there}
	here = flowtracker.New(append(options, flowtracker.WithForward("http://user:planted-secret@there.test/flows/", &http.Client{Transport: w}))...)
	t.Cleanup(func() { _ = here.Close(context.Background()) })
	return here, there, w
}

func TestForwardedCallsNestWithThoseOfTheOtherProcess(t *testing.T) {
	here, there, _ := pair(t)
	catalog := mux.New(mux.WithTracker(there.Service("catalog")))
	answering(catalog, "catalog:product:get", events.KindNotFound)
	calling(catalog, "catalog:price:get", catalog, "catalog:product:get")
	orders := mux.New(mux.WithTracker(here.Service("orders")))
	calling(orders, "orders:order:place", listen(t, catalog, client.WithTracker(here.Service("orders"))), "catalog:price:get")
	untracked := mux.New(mux.WithTracker(here.Service("orders")))
	calling(untracked, "orders:order:place", listen(t, catalog), "catalog:price:get")

	send(t, orders, "orders:order:place", "f-1")
	send(t, untracked, "orders:order:place", "f-2")
	require.NoError(t, here.Close(t.Context()))
	require.Equal(t, []string{
		"orders:order:place v1 served by orders: failedDependency",
		".catalog:price:get v1 called by orders: failedDependency",
		"..catalog:price:get v1 served by catalog: failedDependency",
		"...catalog:product:get v1 served by catalog: notFound",
	}, waterfall(t, there, "f-1"), "both sides of a call")
	require.Equal(t, []string{
		"orders:order:place v1 served by orders: failedDependency",
		".catalog:price:get v1 served by catalog: failedDependency",
		"..catalog:product:get v1 served by catalog: notFound",
	}, waterfall(t, there, "f-2"), "by metadata.parentId only")
	require.Len(t, waterfall(t, here, "f-1"), 2, "kept here, too")
}

func TestCallsAreForwardedTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there, w := pair(t)
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		for range 10 {
			send(t, m, "a:b:c", "f-1")
		}
		synctest.Wait()
		require.Zero(t, w.count(), "it waits for more")
		time.Sleep(time.Second)
		require.Equal(t, 1, w.count())
		require.Len(t, waterfall(t, there, "f-1"), 10)
		require.Contains(t, text(page(t, here, "/flows/")), "10 calls went to http://user:xxxxx@there.test/flows/, 0 wait, 0 were lost.")
		require.NotContains(t, page(t, here, "/flows/"), "planted-secret")
		require.Contains(t, text(page(t, there, "/flows/")), "10 calls came from other trackers.")
		require.NoError(t, here.Close(t.Context()))
	})
}

func TestCallsWaitUntilSomebodyAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there, w := pair(t)
		w.set(func(w *wire) { w.err = errors.New("nobody is there") })
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		send(t, m, "a:b:c", "f-1")
		time.Sleep(5 * time.Second)
		require.Contains(t, text(page(t, here, "/flows/")), "nobody is there")
		w.set(func(w *wire) { w.err, w.status = nil, http.StatusBadGateway })
		time.Sleep(5 * time.Second)
		require.Contains(t, text(page(t, here, "/flows/")), "status 502")
		w.set(func(w *wire) { w.status = 0 })
		time.Sleep(5 * time.Second)
		require.Len(t, waterfall(t, there, "f-1"), 1)
		require.NotContains(t, text(page(t, here, "/flows/")), "The last attempt failed")
		require.NoError(t, here.Close(t.Context()))
	})
}

func TestWhatTheOtherSideRefusesIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there, w := pair(t)
		w.set(func(w *wire) { w.to = flowtracker.New() })
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		send(t, m, "a:b:c", "f-1")
		time.Sleep(time.Minute)
		require.Equal(t, 1, w.count())
		require.Contains(t, text(page(t, here, "/flows/")), "1 were lost. The last attempt failed: status 403: calls are not received here; flowtracker.WithReceive allows it")

		w.set(func(w *wire) { w.to = there })
		send(t, m, "a:b:c", "f-1")
		time.Sleep(time.Minute)
		require.Contains(t, text(page(t, there, "/flows/")), "1 calls came from other trackers; 1 were lost on their way.")
		require.NoError(t, here.Close(t.Context()))
	})
}

func TestTheQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there, w := pair(t)
		w.set(func(w *wire) { w.err = errors.New("nobody is there") })
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", fmt.Errorf("%s", strings.Repeat("<", 10_000)))
		const calls = 3000 // of more than 2 KiB each
		for i := range calls {
			send(t, m, "a:b:c", fmt.Sprint("f-", i/100))
		}
		w.set(func(w *wire) { w.err = nil })
		time.Sleep(time.Minute)
		received := number(t, there, `(\d+) calls came from other trackers`)
		for _, b := range w.bodies[1:] {
			require.Less(t, len(b), 1<<20, "the other side reads no more")
		}
		send(t, m, "a:b:c", "f-1")
		time.Sleep(time.Minute)
		lost := number(t, here, `(\d+) were lost`)
		require.Positive(t, lost)
		require.Equal(t, calls, received+lost)
		require.Contains(t, text(page(t, there, "/flows/")), fmt.Sprint(lost, " were lost on their way"))
		require.NoError(t, here.Close(t.Context()))
	})
}

// number finds a number in the list of h.
func number(t *testing.T, h http.Handler, pattern string) int {
	t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(text(page(t, h, "/flows/")))
	require.NotNil(t, m, pattern)
	n, err := strconv.Atoi(m[1])
	require.NoError(t, err)
	return n
}

func TestWhatArrivesTwiceIsKeptOnce(t *testing.T) {
	here, there, w := pair(t)
	w.deliver = 2
	m := mux.New(mux.WithTracker(here))
	answering(m, "a:b:c", nil)
	send(t, m, "a:b:c", "f-1")
	require.NoError(t, here.Close(t.Context()))
	require.Len(t, waterfall(t, there, "f-1"), 1)
}

func TestCloseSaysWhatWasLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, _, w := pair(t)
		w.set(func(w *wire) { w.err = errors.New("nobody is there") })
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		send(t, m, "a:b:c", "f-1")
		send(t, m, "a:b:c", "f-1")
		err := here.Close(t.Context())
		require.ErrorContains(t, err, "2 calls could not be forwarded to http://user:xxxxx@there.test/flows/: ")
		require.ErrorContains(t, err, "nobody is there")
		send(t, m, "a:b:c", "f-1")
		require.Len(t, waterfall(t, here, "f-1"), 3, "the page goes on")
		require.NoError(t, here.Close(t.Context()), "only the first one counts")
	})
}

func TestCloseObeysItsContext(t *testing.T) {
	hangs := roundTripper(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	synctest.Test(t, func(t *testing.T) {
		here := flowtracker.New(flowtracker.WithForward("http://there.test", &http.Client{Transport: hangs}))
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		send(t, m, "a:b:c", "f-1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		require.Error(t, here.Close(ctx))
		require.Equal(t, time.Second, time.Since(begun))
	})
}

func TestAURLThatIsNoneLosesCallsAndSaysSo(t *testing.T) {
	here := flowtracker.New(flowtracker.WithForward("http://a b/%zz", nil))
	m := mux.New(mux.WithTracker(here))
	answering(m, "a:b:c", nil)
	send(t, m, "a:b:c", "f-1")
	require.ErrorContains(t, here.Close(t.Context()), "1 calls could not be forwarded to an invalid URL")
}

func TestWithoutForwardingThereIsNothingToClose(t *testing.T) {
	require.NoError(t, flowtracker.New().Close(t.Context()))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPayloadsAreForwardedToThoseWhoKeepThem(t *testing.T) {
	for _, keeps := range []bool{true, false} {
		options := []flowtracker.Option{flowtracker.WithReceive()}
		if keeps {
			options = append(options, flowtracker.WithPayloads(nil))
		}
		there := flowtracker.New(options...)
		here := flowtracker.New(flowtracker.WithPayloads(flowtracker.Hide("token")), flowtracker.WithForward("http://there.test", &http.Client{Transport: &wire{to: there}}))
		m := mux.New(mux.WithTracker(here))
		answering(m, "a:b:c", nil)
		send(t, m, "a:b:c", "f-1")
		require.NoError(t, here.Close(t.Context()))
		require.Equal(t, keeps, exported(t, there, "f-1")[0].Request == `{"n":1,"token":"(hidden)"}`)
		require.Equal(t, !keeps, exported(t, there, "f-1")[0].Request == "")
	}
}

func receive(h http.Handler, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/flows/calls", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const aCall = `{"span":"1","side":"callee","name":"a:b:c","version":1,"id":"id-1","flowId":"f-1","started":"2026-01-31T12:00:00Z"}`

func TestWhatIsNoDeliveryIsRefused(t *testing.T) {
	h := flowtracker.New(flowtracker.WithReceive())
	for name, tc := range map[string]struct {
		contentType, body string
		status            int
	}{
		"a form's type":    {"text/plain", `{"calls":[]}`, 415},
		"no type":          {"", `{"calls":[]}`, 415},
		"nothing":          {"application/json", ``, 400},
		"no JSON":          {"application/json", `{`, 400},
		"another type":     {"application/json", `{"calls":[{"started":1}]}`, 400},
		"a null":           {"application/json", `{"calls":[null]}`, 400},
		"a call without":   {"application/json", `{"calls":[{}]}`, 400},
		"too long":         {"application/json", `{"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		"two, one is none": {"application/json", `{"calls":[` + aCall + `,{}]}`, 400},
		"no calls":         {"application/json; charset=utf-8", `{}`, 204},
	} {
		t.Run(name, func(t *testing.T) {
			w := receive(h, tc.contentType, tc.body)
			require.Equal(t, tc.status, w.Code, w.Body)
			require.Empty(t, listed(t, h, ""))
		})
	}
	require.Equal(t, 403, receive(flowtracker.New(), "application/json", `{"calls":[]}`).Code, "not allowed")
	require.Equal(t, 204, receive(h, "application/json", `{"calls":[`+aCall+`]}`).Code)
	require.Equal(t, []string{"f-1"}, listed(t, h, ""))
}

func TestIdsThatGoInCirclesAreShownAllTheSame(t *testing.T) {
	h := flowtracker.New(flowtracker.WithReceive())
	var calls []string
	for i, parent := range []string{"b", "c", "a", "d"} {
		calls = append(calls, fmt.Sprintf(`{"span":"%d","parent":"%d","side":"%s","name":"n","version":1,"id":"%c","parentId":"%s","flowId":"f-1","started":"2026-01-31T12:00:0%dZ"}`,
			i+1, (i+1)%4+1, []string{"caller", "callee"}[i%2], "abcd"[i], parent, i))
	}
	require.Equal(t, 204, receive(h, "application/json", `{"calls":[`+strings.Join(calls, ",")+`]}`).Code)
	require.Len(t, waterfall(t, h, "f-1"), 4)
}

func FuzzReceive(f *testing.F) {
	f.Add(`{"calls":[` + aCall + `]}`)
	f.Add(`{"lost":-1,"calls":[{"span":"1","parent":"1","side":"caller","started":"9999-01-31T12:00:00Z","elapsedNs":-9223372036854775808},` + aCall + `]}`)
	f.Fuzz(func(t *testing.T, body string) {
		h := flowtracker.New(flowtracker.WithReceive(), flowtracker.WithPayloads(nil))
		w := receive(h, "application/json", body)
		require.Contains(t, []int{204, 400}, w.Code)
		for _, id := range listed(t, h, "") {
			require.NotEmpty(t, waterfall(t, h, id))
			require.True(t, json.Valid([]byte(page(t, h, "/flows/flow.json?id="+url.QueryEscape(id)))))
		}
	})
}
