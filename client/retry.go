package client

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/evoke-rpc/evoke/events"
)

// A Retry says how calls that are marked [Idempotent] are repeated: the same
// event, with the same ID, after waits that grow exponentially with jitter, as
// long as the context lasts. Repeated are calls without a connection, answers of
// status 429, 502, 503 and 504 that are no events, and the error OVERLOADED.
type Retry struct {
	// Attempts is how often an event is sent at most; below 2 there is no retry.
	Attempts int
	// First is the wait before the second attempt, 50 ms if 0. Each wait is varied
	// at random by up to half of it.
	First time.Duration
	// Longest is the longest wait before it is varied, 2 s if 0.
	Longest time.Duration
}

// WithRetry repeats calls that are marked [Idempotent].
func WithRetry(r Retry) Option {
	return clientOption(func(c *Client) { c.retry = r })
}

func (c *Client) withRetries(ctx context.Context, s settings, send func() (events.Event, error)) (events.Event, error) {
	if !s.idempotent || c.retry.Attempts < 2 {
		return send()
	}
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval = 50*time.Millisecond, 2*time.Second
	if c.retry.First > 0 {
		waits.InitialInterval = c.retry.First
	}
	if c.retry.Longest > 0 {
		waits.MaxInterval = c.retry.Longest
	}
	waits.InitialInterval = min(waits.InitialInterval, waits.MaxInterval)
	var response events.Event
	var failed error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		if response, failed = send(); again(response, failed) {
			return struct{}{}, errAgain
		}
		return struct{}{}, nil
	}, backoff.WithBackOff(waits), backoff.WithMaxTries(uint(c.retry.Attempts)), backoff.WithMaxElapsedTime(0))
	if e := new(Error); err != nil && ctx.Err() != nil && errors.As(failed, &e) {
		e.Reason = ctx.Err()
	}
	return response, failed
}

var errAgain = errors.New("send again")

func again(response events.Event, err error) bool {
	if answer := new(statusError); errors.As(err, &answer) {
		switch answer.status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if err != nil {
		return errors.Is(err, ErrNoConnection)
	}
	e, ok := response.Err().(*events.Error)
	return ok && e.Code == events.CodeOverloaded
}
