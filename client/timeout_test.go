package client_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func TestCallEndsAtTheFirstOfItsTimeouts(t *testing.T) {
	for name, c := range map[string]struct {
		client  []client.Option
		call    []client.CallOption
		context time.Duration
		want    time.Duration
	}{
		"by default":                        {want: client.DefaultTimeout},
		"the client's":                      {client: []client.Option{client.WithTimeout(time.Second)}, want: time.Second},
		"the call's":                        {call: []client.CallOption{client.WithTimeout(2 * time.Second)}, want: 2 * time.Second},
		"the call's, shorter":               {client: []client.Option{client.WithTimeout(time.Minute)}, call: []client.CallOption{client.WithTimeout(time.Second)}, want: time.Second},
		"the call's, longer":                {client: []client.Option{client.WithTimeout(time.Second)}, call: []client.CallOption{client.WithTimeout(time.Minute)}, want: time.Minute},
		"the context's":                     {context: 3 * time.Second, want: 3 * time.Second},
		"the context's, if earlier":         {call: []client.CallOption{client.WithTimeout(time.Minute)}, context: time.Second, want: time.Second},
		"the context's, later than default": {context: time.Minute, want: client.DefaultTimeout},
		"a client without":                  {client: []client.Option{client.WithTimeout(0)}, context: time.Hour, want: time.Hour},
		"a call without":                    {call: []client.CallOption{client.WithTimeout(0)}, context: time.Hour, want: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if c.context > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, c.context)
					defer cancel()
				}
				begun := time.Now()
				_, err := get(ctx, over(transport(hang), c.client...), c.call...)
				require.Equal(t, c.want, time.Since(begun))
				requireReason(t, context.DeadlineExceeded, err)
			})
		})
	}
}

func TestTimeoutWhileTheBodyArrivesIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := transport(func(r *http.Request) (*http.Response, error) {
			answered := answer(http.StatusOK, "")
			answered.Body = stalled{r.Context()}
			return answered, nil
		})
		_, err := get(t.Context(), over(slow, client.WithTimeout(time.Second)))
		requireReason(t, context.DeadlineExceeded, err)
	})
}

// stalled is a body of which nothing arrives before its context ends.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, errors.New("the connection was closed")
}

func (s stalled) Close() error { return nil }

func TestTimeoutOfTheHTTPClientIsATimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := &http.Client{Transport: transport(hang), Timeout: time.Second}
		begun := time.Now()
		_, err := get(t.Context(), client.New("http://callee.test", client.WithHTTPClient(own)))
		require.Equal(t, time.Second, time.Since(begun))
		requireReason(t, context.DeadlineExceeded, err)
	})
}

func TestCancelledCallIsCancelledWhereverItIs(t *testing.T) {
	t.Run("before it begins", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c := listen(t, newCatalog())
		_, err := get(ctx, c)
		requireReason(t, context.Canceled, err)
	})
	t.Run("waiting for the answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			begun := time.Now()
			_, err := get(ctx, over(transport(hang)))
			require.Equal(t, time.Second, time.Since(begun))
			requireReason(t, context.Canceled, err)
		})
	})
	t.Run("in the same process", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := get(ctx, newCatalog())
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestCancellationReachesTheHandlerFarAway(t *testing.T) {
	begun, ended := make(chan struct{}), make(chan error, 1)
	m := mux.New()
	m.Add("catalog:product:get", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
		close(begun)
		<-ctx.Done()
		ended <- ctx.Err()
		return events.Event{}, ctx.Err()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-begun
		cancel()
	}()
	_, err := get(ctx, listen(t, m))
	requireReason(t, context.Canceled, err)
	require.ErrorIs(t, <-ended, context.Canceled)
}

// The call's own limit also holds for a Handler that knows nothing of clients.
func TestTimeoutOfACallHoldsInTheSameProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := mux.New()
		m.Add("catalog:product:get", 1, events.HandlerFunc(func(ctx context.Context, _ events.Event) (events.Event, error) {
			<-ctx.Done()
			return events.Event{}, ctx.Err()
		}))
		begun := time.Now()
		_, err := get(t.Context(), m, client.WithTimeout(time.Second))
		require.Equal(t, time.Second, time.Since(begun))
		var e *events.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, events.CodeDeadlineExceeded, e.Code)
	})
}
