package client_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

const overloaded = `{"name":"catalog:product:get:error","payload":{"code":"OVERLOADED","message":"busy"}}`

func refused(*http.Request) (*http.Response, error) { return nil, errors.New("connection refused") }

// cutOff answers half an event.
func cutOff(*http.Request) (*http.Response, error) {
	r := answer(http.StatusOK, "")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(success[:40]), failing{}))
	return r, nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// first answers by each of these in turn and then by a success.
func first(answers ...transport) transport {
	return func(r *http.Request) (*http.Response, error) {
		if len(answers) == 0 {
			return answer(http.StatusOK, success), nil
		}
		next := answers[0]
		answers = answers[1:]
		return next(r)
	}
}

func TestIdempotentCallIsRepeatedAfterTheseFailuresOnly(t *testing.T) {
	for name, c := range map[string]struct {
		first transport
		again bool
	}{
		"no connection":        {refused, true},
		"answer cut off":       {cutOff, true},
		"status 429":           {answering(429, "slow down"), true},
		"status 502":           {answering(502, "<html>"), true},
		"status 503":           {answering(503, ""), true},
		"status 504":           {answering(504, "timeout"), true},
		"overloaded":           {answering(200, overloaded), true},
		"overloaded, as 503":   {answering(503, overloaded), true},
		"status 500":           {answering(500, "oops"), false},
		"status 501":           {answering(501, ""), false},
		"status 404":           {answering(404, "not found"), false},
		"status 302":           {answering(302, ""), false},
		"page":                 {answering(200, "<html>"), false},
		"too large":            {answering(200, strings.Repeat(" ", 1000)+success), false},
		"another error":        {answering(200, `{"name":"catalog:product:get:error","payload":{"code":"BROKEN"}}`), false},
		"another error as 503": {answering(503, `{"name":"catalog:product:get:error","payload":{"code":"BROKEN"}}`), false},
		"failed dependency":    {answering(200, `{"name":"catalog:product:get:failedDependency","payload":{"code":"FAILED_DEPENDENCY"}}`), false},
		"redirect":             {answering(200, `{"name":"catalog:product:get:redirect","payload":{"url":"http://a/"}}`), false},
		"success":              {answering(200, success), false},
		"cancelled by network": {func(*http.Request) (*http.Response, error) { return nil, context.Canceled }, false},
		"timeout of network":   {func(*http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded }, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &recorder{next: first(c.first)}
				_, err := get(t.Context(), over(network, client.WithRetry(client.Retry{Attempts: 3}), client.WithMaxResponse(500)), client.Idempotent())
				if c.again {
					require.NoError(t, err, "it was not sent again")
					require.Len(t, network.all(), 2)
				} else {
					network.one(t)
				}
			})
		})
	}
}

func TestCallIsNotRepeatedUnlessBothSidesOfTheBargainAreThere(t *testing.T) {
	retry := client.WithRetry(client.Retry{Attempts: 3})
	for name, c := range map[string]struct {
		client []client.Option
		call   []client.CallOption
		want   int
	}{
		"no retry":                         {nil, []client.CallOption{client.Idempotent()}, 1},
		"retry, not idempotent":            {[]client.Option{retry}, nil, 1},
		"retry, idempotent":                {[]client.Option{retry}, []client.CallOption{client.Idempotent()}, 3},
		"retry, all of the client's calls": {[]client.Option{retry, client.Idempotent()}, nil, 3},
		"no attempts":                      {[]client.Option{client.WithRetry(client.Retry{})}, []client.CallOption{client.Idempotent()}, 1},
		"one attempt":                      {[]client.Option{client.WithRetry(client.Retry{Attempts: 1})}, []client.CallOption{client.Idempotent()}, 1},
		"negative attempts":                {[]client.Option{client.WithRetry(client.Retry{Attempts: -1})}, []client.CallOption{client.Idempotent()}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := &recorder{next: refused}
				_, err := get(t.Context(), over(network, c.client...), c.call...)
				requireReason(t, client.ErrNoConnection, err)
				require.Len(t, network.all(), c.want)
			})
		})
	}
}

func TestAttemptsSendTheSameEventWithTheTimeThatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := 0
		source := client.WithToken(func(context.Context) (string, error) { tokens++; return "t", nil })
		network := &recorder{next: first(refused, refused)}
		_, err := get(t.Context(), over(network, source, client.WithRetry(client.Retry{Attempts: 3, First: time.Second})),
			client.Idempotent(), client.WithTimeout(10*time.Second), client.WithHeader("X-Tenant", "a"))
		require.NoError(t, err)
		sent := network.all()
		require.Len(t, sent, 3)
		require.Equal(t, 10000, timeLeft(t, sent[0]))
		for i := range sent[1:] {
			before, after := sent[i], sent[i+1]
			require.LessOrEqual(t, timeLeft(t, after), timeLeft(t, before)-500, "the shortest first wait is half a second")
			before.Metadata, after.Metadata = nil, nil
			require.Equal(t, before.Event, after.Event)
			require.Equal(t, "a", after.header.Get("X-Tenant"))
		}
		require.Equal(t, 1, tokens, "the event is the same, and so is its token")
	})
}

// timeLeft is what the request says of it, in milliseconds.
func timeLeft(t *testing.T, s sent) int {
	t.Helper()
	header := s.header.Get("Evoke-Timeout-Ms")
	require.JSONEq(t, `{"timeoutMs":`+header+`}`, string(s.Metadata), "header and metadata differ")
	left, err := strconv.Atoi(header)
	require.NoError(t, err)
	return left
}

func TestWaitsGrowFromTheFirstToTheLongestAndVaryByHalf(t *testing.T) {
	for name, c := range map[string]struct {
		retry          client.Retry
		first, longest time.Duration
	}{
		"as given":   {client.Retry{Attempts: 30, First: time.Second, Longest: 10 * time.Second}, time.Second, 10 * time.Second},
		"by default": {client.Retry{Attempts: 30}, 50 * time.Millisecond, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var at []time.Time
				network := transport(func(r *http.Request) (*http.Response, error) {
					at = append(at, time.Now())
					return refused(r)
				})
				_, err := get(t.Context(), over(network, client.WithTimeout(0), client.WithRetry(c.retry)), client.Idempotent())
				requireReason(t, client.ErrNoConnection, err)
				require.Len(t, at, 30)
				varied := false
				for i := range at[1:] {
					wait := at[i+1].Sub(at[i])
					require.GreaterOrEqual(t, wait, c.first/2, "wait %d", i+1)
					require.LessOrEqual(t, wait, c.longest*3/2, "wait %d", i+1)
					if i == 0 {
						require.LessOrEqual(t, wait, c.first*3/2)
					}
					if i >= 20 { // it has grown for long enough
						require.GreaterOrEqual(t, wait, c.longest/2, "wait %d", i+1)
					}
					varied = varied || i > 20 && wait != at[i].Sub(at[i-1])
				}
				require.True(t, varied, "the waits have no jitter")
			})
		})
	}
}

func TestLastFailureIsReportedWhenTheAttemptsAreUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retry := client.WithRetry(client.Retry{Attempts: 2})
		_, err := get(t.Context(), over(first(refused, answering(503, "later")), retry), client.Idempotent())
		e := requireReason(t, client.ErrInvalidResponse, err)
		require.ErrorContains(t, e.Err, "status 503")

		_, err = get(t.Context(), over(answering(200, overloaded), retry), client.Idempotent())
		var answered *events.Error
		require.ErrorAs(t, err, &answered)
		require.Equal(t, events.CodeOverloaded, answered.Code)
	})
}

func TestRetriesEndWithTheirContext(t *testing.T) {
	retry := client.WithRetry(client.Retry{Attempts: 1000, First: time.Second, Longest: time.Second})
	t.Run("at the timeout", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			network := &recorder{next: refused}
			begun := time.Now()
			_, err := get(t.Context(), over(network, retry), client.Idempotent(), client.WithTimeout(5*time.Second))
			requireReason(t, context.DeadlineExceeded, err)
			require.ErrorContains(t, err, "connection refused", "the failure that was met is told too")
			require.Equal(t, 5*time.Second, time.Since(begun))
			require.Greater(t, len(network.all()), 1)
		})
	})
	t.Run("when it is cancelled", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(2*time.Second+time.Millisecond, cancel)
			begun := time.Now()
			_, err := get(ctx, over(transport(refused), retry), client.Idempotent())
			requireReason(t, context.Canceled, err)
			require.Equal(t, 2*time.Second+time.Millisecond, time.Since(begun))
		})
	})
	t.Run("with the answer that there was", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			_, err := get(t.Context(), over(answering(200, overloaded), retry), client.Idempotent(), client.WithTimeout(5*time.Second))
			var answered *events.Error
			require.ErrorAs(t, err, &answered)
			require.Equal(t, events.CodeOverloaded, answered.Code)
		})
	})
	t.Run("in the midst of an attempt", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			network := &recorder{next: first(refused, hang)}
			_, err := get(t.Context(), over(network, retry), client.Idempotent(), client.WithTimeout(5*time.Second))
			requireReason(t, context.DeadlineExceeded, err)
			require.Len(t, network.all(), 2)
		})
	})
}
