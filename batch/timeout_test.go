package batch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newSlow returns a mux with events that hang: test:slow:obey until its context
// ends, test:slow:ignore for an hour whatever its context.
func newSlow(t *testing.T, options ...batch.Option) *mux.Mux {
	m := newMux(nil, options...)
	t.Cleanup(func() { m.Wait(context.Background()) })
	mux.Handle(m, "test:slow:obey", 1, func(ctx context.Context, _ struct{}) (struct{}, error) {
		<-ctx.Done()
		return struct{}{}, ctx.Err()
	})
	mux.Handle(m, "test:slow:ignore", 1, func(context.Context, struct{}) (struct{}, error) {
		time.Sleep(time.Hour)
		return struct{}{}, nil
	})
	return m
}

func obey() string   { return item("test:slow:obey", `{}`) }
func ignore() string { return item("test:slow:ignore", `{}`) }

func TestSlowItemEndsAtItsTimeoutAndTakesNoOtherWithIt(t *testing.T) {
	const late = events.CodeDeadlineExceeded
	for name, c := range map[string]struct {
		payload string
		want    []string
		takes   time.Duration
	}{
		"sequential":       {sequential(echo(1), obey(), echo(3)), []string{"1", late, "3"}, time.Second},
		"parallel":         {parallel(echo(1), obey(), echo(3)), []string{"1", late, "3"}, time.Second},
		"ignoring":         {sequential(echo(1), ignore(), echo(3)), []string{"1", late, "3"}, time.Second},
		"ignoring at once": {parallel(ignore(), ignore(), echo(3)), []string{late, late, "3"}, time.Second},
		"each":             {sequential(obey(), echo(2), obey()), []string{late, "2", late}, 2 * time.Second},
		"all":              {parallel(obey(), obey()), []string{late, late}, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				list := run(t, newSlow(t, batch.WithItemTimeout(time.Second)), c.payload)
				require.Equal(t, c.want, outcomes(list))
				require.Equal(t, c.takes, time.Since(begun))
			})
		})
	}
}

// The batch has 10 s, of which its items leave it some to answer.
func TestBatchWithADeadlineAnswersBeforeItWhateverItsItems(t *testing.T) {
	const late = events.CodeDeadlineExceeded
	for name, c := range map[string]struct {
		payload string
		want    []string
	}{
		"sequential":         {sequential(echo(1), obey(), echo(3)), []string{"1", late, "3"}},
		"parallel":           {parallel(echo(1), obey(), echo(3)), []string{"1", late, "3"}},
		"ignoring":           {sequential(ignore(), echo(2)), []string{late, "2"}},
		"ignoring, parallel": {parallel(ignore(), echo(2)), []string{late, "2"}},
		"many":               {sequential(append([]string{echo(1)}, times(30, obey())...)...), append([]string{"1"}, times(30, late)...)},
		"many, parallel":     {parallel(append([]string{echo(1)}, times(99, obey())...)...), append([]string{"1"}, times(99, late)...)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				r := request(c.payload)
				r.Metadata = []byte(`{"timeoutMs":10000}`)
				response, err := newSlow(t).Serve(t.Context(), r)
				require.NoError(t, err)
				require.NoError(t, response.Err(), "the batch as a whole")
				require.Equal(t, c.want, outcomes(answers(t, response)))
				require.Less(t, time.Since(begun), 10*time.Second)
				require.GreaterOrEqual(t, time.Since(begun), 9*time.Second, "the items had less time than there was")
			})
		})
	}
}

func TestEarlierOfTheTwoTimeoutsEndsAnItem(t *testing.T) {
	for name, c := range map[string]struct {
		item        time.Duration
		batch       string
		least, most time.Duration
	}{
		"the item's":  {time.Second, `{"timeoutMs":10000}`, time.Second, time.Second},
		"the batch's": {time.Minute, `{"timeoutMs":10000}`, 9 * time.Second, 10*time.Second - 1},
		"alone":       {time.Minute, `{}`, time.Minute, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				r := request(sequential(obey(), echo(2)))
				r.Metadata = []byte(c.batch)
				response, err := newSlow(t, batch.WithItemTimeout(c.item)).Serve(t.Context(), r)
				require.NoError(t, err)
				require.Equal(t, []string{events.CodeDeadlineExceeded, "2"}, outcomes(answers(t, response)))
				require.GreaterOrEqual(t, time.Since(begun), c.least)
				require.LessOrEqual(t, time.Since(begun), c.most)
			})
		})
	}
}

func TestTimeoutThatAnItemAsksForIsItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		list := run(t, newSlow(t), sequential(
			`{"name":"test:slow:obey","version":1,"payload":{},"metadata":{"timeoutMs":1000}}`, echo(2),
		))
		require.Equal(t, []string{events.CodeDeadlineExceeded, "2"}, outcomes(list))
		require.Equal(t, time.Second, time.Since(begun))
	})
}

func TestItemsWithoutALimitMayTakeTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		require.Equal(t, []string{`{}`}, outcomes(run(t, newSlow(t), sequential(ignore()))))
		require.Equal(t, time.Hour, time.Since(begun))
	})
}

func TestTimeoutHoldsForAnyHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items := events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
			if string(request.Payload) == "1" {
				<-ctx.Done()
				return events.Event{}, fmt.Errorf("querying: %w", ctx.Err())
			}
			return events.NewResponse(request, 2)
		})
		response, err := batch.New(items, batch.WithItemTimeout(time.Second)).Serve(t.Context(), request(sequential(echo(1), echo(2))))
		require.ErrorIs(t, err, context.DeadlineExceeded, "the tracker is told")
		list := answers(t, response)
		require.Equal(t, []string{events.CodeDeadlineExceeded, "2"}, outcomes(list))
		require.JSONEq(t, `{"code":"DEADLINE_EXCEEDED","message":"the event took longer than the batch could give","parameters":{}}`, string(list[0].Payload))
	})
}

func TestCancelledBatchHasNoAnswerAndRunsNothingMore(t *testing.T) {
	for name, payload := range map[string]string{
		"sequential": sequential(echo(0), echo(1), echo(2), echo(3)),
		"parallel":   parallel(echo(0), echo(1), echo(2), echo(3)),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var l log
			items := events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
				l.add("%s", request.Payload)
				if string(request.Payload) == "1" {
					cancel()
				}
				return events.NewResponse(request, nil)
			})
			response, err := batch.New(items, batch.WithConcurrency(1)).Serve(ctx, request(payload))
			require.Equal(t, context.Canceled, err)
			require.Empty(t, response)
			require.Equal(t, []string{"0", "1"}, l.lines, "what ran before and after the caller had gone")
		})
	}
}

func TestItemsOfACancelledBatchAreCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		begun := time.Now()
		_, err := newSlow(t).Serve(ctx, request(parallel(obey(), obey())))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, time.Second, time.Since(begun))
	})
}

func TestWaitReturnsWhenWhatWasLeftBehindHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
			time.Sleep(time.Hour)
			return events.NewResponse(request, nil)
		})
		h := batch.New(items, batch.WithItemTimeout(time.Second))
		require.NoError(t, h.Wait(t.Context()), "nothing runs")
		begun := time.Now()
		response, _ := h.Serve(t.Context(), request(parallel(echo(1), echo(2))))
		require.Equal(t, times(2, events.CodeDeadlineExceeded), outcomes(answers(t, response)))

		impatient, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.ErrorIs(t, h.Wait(impatient), context.DeadlineExceeded)
		require.Equal(t, time.Minute+time.Second, time.Since(begun))
		require.NoError(t, h.Wait(t.Context()))
		require.Equal(t, time.Hour, time.Since(begun))
	})
}
