package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func TestBatchAnswersAnArrayAsVersionOneAndAnObjectLater(t *testing.T) {
	m := newMux(nil)
	m.Add("system:batch:run", 3, batch.New(m))
	const one = `{"name":"test:value:echo:response","version":1,"id":"i","flowId":"flow-1","payload":7,"identity":{},"auth":{},"metadata":{}}`
	const ask = `{"name":"test:value:echo","version":1,"id":"i","payload":7}`
	for _, c := range []struct {
		version       int
		payload, want string
	}{
		{1, sequential(ask), `[` + one + `]`},
		{1, sequential(ask, ask), `[` + one + `,` + one + `]`},
		{1, sequential(), `[]`},
		{2, sequential(ask), `{"events":[` + one + `]}`},
		{2, parallel(ask, ask), `{"events":[` + one + `,` + one + `]}`},
		{2, sequential(), `{"events":[]}`},
		{3, sequential(ask), `{"events":[` + one + `]}`},
	} {
		t.Run(fmt.Sprintf("version %d of %s", c.version, c.want), func(t *testing.T) {
			r := request(c.payload)
			r.Version = c.version
			response, err := m.Serve(t.Context(), r)
			require.NoError(t, err)
			require.Equal(t, "system:batch:run:response", response.Name)
			require.Equal(t, c.version, response.Version)
			require.Equal(t, "batch-1", response.ID)
			require.Equal(t, "flow-1", response.FlowID)
			require.Equal(t, c.want, string(response.Payload))
		})
	}
}

func TestBatchMayHaveAnyName(t *testing.T) {
	m := newMux(nil)
	m.Add("batch", 1, batch.New(m))
	r := request(sequential(echo(1)))
	r.Name = "batch"
	response, err := m.Serve(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "batch:response", response.Name)
	require.Equal(t, []string{"1"}, outcomes(answers(t, response)))
}

func TestBatchIsServedOverHTTP(t *testing.T) {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/events", strings.NewReader(string(request(parallel(echoes(3)...)).Append(nil))))
	r.Header.Set("Content-Type", "application/json")
	newMux(nil).ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	response, err := events.Decode(w.Body.Bytes())
	require.NoError(t, err)
	require.Equal(t, numbers(3), outcomes(answers(t, response)))
}

// sleeper is a mux whose test:nap:take takes as many seconds as its payload says.
// It counts how many run at a time.
type sleeper struct {
	*mux.Mux
	running, most atomic.Int64
	order         chan string
}

func newSleeper(options ...batch.Option) *sleeper {
	s := &sleeper{Mux: newMux(nil, options...), order: make(chan string, 1000)}
	mux.Handle(s.Mux, "test:nap:take", 1, func(_ context.Context, seconds int) (int, error) {
		now := s.running.Add(1)
		defer s.running.Add(-1)
		for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
		}
		s.order <- fmt.Sprint("begin ", seconds)
		time.Sleep(time.Duration(seconds) * time.Second)
		s.order <- fmt.Sprint("end ", seconds)
		return seconds, nil
	})
	return s
}

func nap(seconds int) string { return item("test:nap:take", fmt.Sprint(seconds)) }

func TestSequentialBatchRunsOneEventAfterTheOther(t *testing.T) {
	for name, payload := range map[string]string{
		"parallel false":  sequential(nap(3), nap(1), nap(2)),
		"parallel absent": `{"events":[` + nap(3) + `,` + nap(1) + `,` + nap(2) + `]}`,
		"parallel null":   `{"events":[` + nap(3) + `,` + nap(1) + `,` + nap(2) + `],"parallel":null}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, begun := newSleeper(), time.Now()
				require.Equal(t, []string{"3", "1", "2"}, outcomes(run(t, s, payload)))
				require.Equal(t, 6*time.Second, time.Since(begun))
				close(s.order)
				var order []string
				for step := range s.order {
					order = append(order, step)
				}
				require.Equal(t, []string{"begin 3", "end 3", "begin 1", "end 1", "begin 2", "end 2"}, order)
			})
		})
	}
}

func TestParallelBatchRunsEventsAtTheSameTimeAndKeepsTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, begun := newSleeper(), time.Now()
		require.Equal(t, []string{"5", "1", "4", "2", "3"}, outcomes(run(t, s, parallel(nap(5), nap(1), nap(4), nap(2), nap(3)))))
		require.Equal(t, 5*time.Second, time.Since(begun), "as long as the slowest event")
		require.Equal(t, int64(5), s.most.Load())
	})
}

func TestParallelBatchIsBoundedByItsConcurrency(t *testing.T) {
	for name, c := range map[string]struct {
		options []batch.Option
		most    int64
		takes   time.Duration
	}{
		"by default":   {nil, batch.DefaultConcurrency, 3 * time.Second},
		"three":        {[]batch.Option{batch.WithConcurrency(3)}, 3, 9 * time.Second},
		"one":          {[]batch.Option{batch.WithConcurrency(1)}, 1, 25 * time.Second},
		"none is one":  {[]batch.Option{batch.WithConcurrency(0)}, 1, 25 * time.Second},
		"more than it": {[]batch.Option{batch.WithConcurrency(100)}, 25, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, begun := newSleeper(c.options...), time.Now()
				require.Equal(t, times(25, "1"), outcomes(run(t, s, parallel(times(25, nap(1))...))))
				require.Equal(t, c.takes, time.Since(begun))
				require.Equal(t, c.most, s.most.Load(), "events that ran at the same time")
			})
		})
	}
}

func TestOneHandlerServesManyBatchesAtOnce(t *testing.T) {
	m := newMux(nil)
	var all sync.WaitGroup
	failures := make(chan string, 20)
	for range cap(failures) {
		all.Go(func() {
			for range 10 {
				n := rand.IntN(50)
				response, err := m.Serve(context.Background(), request(parallel(echoes(n)...)))
				var got []struct{ Payload json.Number }
				if err != nil || json.Unmarshal(response.Payload, &got) != nil || len(got) != n {
					failures <- fmt.Sprintf("%d events: %v, %s", n, err, response.Payload)
					return
				}
				for i := range got {
					if got[i].Payload.String() != fmt.Sprint(i) {
						failures <- fmt.Sprintf("answer %d is %v", i, got[i].Payload)
						return
					}
				}
			}
		})
	}
	all.Wait()
	close(failures)
	require.Empty(t, <-failures)
}
