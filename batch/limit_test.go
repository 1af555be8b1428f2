package batch_test

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

func TestBatchOfTooManyEventsIsRefusedBeforeAnythingRuns(t *testing.T) {
	for name, c := range map[string]struct {
		options []batch.Option
		items   int
		refused bool
	}{
		"as many as by default": {nil, 100, false},
		"one more than default": {nil, 101, true},
		"as many as allowed":    {[]batch.Option{batch.WithMaxItems(3)}, 3, false},
		"one more than allowed": {[]batch.Option{batch.WithMaxItems(3)}, 4, true},
		"many more":             {[]batch.Option{batch.WithMaxItems(3)}, 5000, true},
		"none allowed":          {[]batch.Option{batch.WithMaxItems(0)}, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			var ran atomic.Int64
			items := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
				ran.Add(1)
				return events.NewResponse(request, nil)
			})
			for _, payload := range []string{sequential(times(c.items, echo(1))...), parallel(times(c.items, echo(1))...)} {
				ran.Store(0)
				response, err := batch.New(items, c.options...).Serve(t.Context(), request(payload))
				if !c.refused {
					require.NoError(t, err)
					require.Len(t, answers(t, response), c.items)
					require.Equal(t, int64(c.items), ran.Load())
					continue
				}
				var e *events.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, events.KindError, e.Kind)
				require.Equal(t, events.CodeLimitExceeded, e.Code)
				require.Equal(t, "items", e.Parameters["limit"])
				require.Equal(t, c.items, e.Parameters["got"])
				require.Empty(t, response.Payload)
				require.Zero(t, ran.Load(), "events of a refused batch that ran")
			}
		})
	}
}

func TestRefusalNamesTheLimit(t *testing.T) {
	response, err := newMux(nil, batch.WithMaxItems(2)).Serve(t.Context(), request(sequential(echoes(3)...)))
	require.NoError(t, err)
	require.Equal(t, "system:batch:run:error", response.Name)
	require.JSONEq(t, `{"code":"LIMIT_EXCEEDED","message":"the batch is over its limit of items: 3 of at most 2","parameters":{"limit":"items","max":2,"got":3}}`, string(response.Payload))
}

// text is an item whose answer has n bytes of payload and 100 to 300 of envelope.
func text(n int) string { return item("test:value:echo", `"`+strings.Repeat("x", n-2)+`"`) }

func TestAnswersThatNoLongerFitAreReplaced(t *testing.T) {
	small, large := text(10), text(3000)
	for name, c := range map[string]struct {
		items []string
		fit   []bool
	}{
		"all fit":              {[]string{small, small}, []bool{true, true}},
		"one too large":        {[]string{large}, []bool{false}},
		"the last one":         {[]string{small, large}, []bool{true, false}},
		"the first one":        {[]string{large, small}, []bool{false, true}},
		"those between":        {[]string{small, large, small, large}, []bool{true, false, true, false}},
		"when the sum is over": {[]string{text(900), text(900), small}, []bool{true, false, true}},
	} {
		for how, payload := range map[string]string{"sequential": sequential(c.items...), "parallel": parallel(c.items...)} {
			t.Run(name+", "+how, func(t *testing.T) {
				list := run(t, newMux(nil, batch.WithMaxResponseBytes(2000)), payload)
				require.Len(t, list, len(c.fit))
				for i, a := range list {
					if c.fit[i] {
						require.NoError(t, a.Err(), "answer %d", i+1)
						continue
					}
					var e *events.Error
					require.ErrorAs(t, a.Err(), &e, "answer %d", i+1)
					require.Equal(t, "test:value:echo:error", a.Name)
					require.Equal(t, events.CodeLimitExceeded, e.Code)
					require.Equal(t, "responseBytes", e.Parameters["limit"])
					require.Equal(t, json.Number("2000"), e.Parameters["max"])
					require.Equal(t, "flow-1", a.FlowID)
				}
			})
		}
	}
}

func TestItemThatIsNoEventIsAnsweredSoWhateverTheLimit(t *testing.T) {
	list := run(t, newMux(nil, batch.WithMaxResponseBytes(1)), sequential(`7`, echo(1)))
	require.Equal(t, []string{events.CodeInvalidProtocol, events.CodeLimitExceeded}, outcomes(list))
}

func TestTrackerLearnsOfAnAnswerThatWasReplaced(t *testing.T) {
	_, err := batch.New(newMux(nil), batch.WithMaxResponseBytes(10)).Serve(t.Context(), request(sequential(text(100))))
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.CodeLimitExceeded, e.Code)
}

// nested is a batch of a batch, so many levels deep, of one echo.
func nested(levels int) string {
	payload := sequential(echo(7))
	for range levels - 1 {
		payload = sequential(item("system:batch:run", payload), echo(8))
	}
	return payload
}

// depth is how many of the levels were run.
func depth(t *testing.T, list []events.Event) int {
	t.Helper()
	if len(list) == 1 {
		require.Equal(t, []string{"7"}, outcomes(list))
		return 1
	}
	require.Len(t, list, 2)
	require.Equal(t, "8", string(list[1].Payload), "the event beside the batch within")
	var e *events.Error
	if inner := list[0]; inner.Err() == nil {
		return 1 + depth(t, answers(t, inner))
	}
	require.ErrorAs(t, list[0].Err(), &e)
	require.Equal(t, events.CodeLimitExceeded, e.Code)
	require.Equal(t, "depth", e.Parameters["limit"])
	return 1
}

func TestBatchesInBatchesEndAtTheDepth(t *testing.T) {
	for name, c := range map[string]struct {
		options         []batch.Option
		levels, reaches int
	}{
		"none by default": {nil, 2, 1},
		"one within":      {[]batch.Option{batch.WithDepth(2)}, 2, 2},
		"one too many":    {[]batch.Option{batch.WithDepth(2)}, 3, 2},
		"far too many":    {[]batch.Option{batch.WithDepth(3)}, 50, 3},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.reaches, depth(t, run(t, newMux(nil, c.options...), nested(c.levels))))
		})
	}
}

func TestNoDepthIsNoBatch(t *testing.T) {
	_, err := batch.New(newMux(nil), batch.WithDepth(0)).Serve(t.Context(), request(sequential(echo(1))))
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.CodeLimitExceeded, e.Code)
}

// What a handler sends in turn does not depend on whether its own event came
// alone: it would be a batch of its own over HTTP too.
func TestBatchThatAnItemsHandlerSendsIsNoBatchInABatch(t *testing.T) {
	m := newMux(nil)
	mux.Handle(m, "test:batch:send", 1, func(ctx context.Context, _ struct{}) (int, error) {
		b := client.NewBatch("system:batch:run", 1)
		result := client.Queue[int](b, "test:value:echo", 1, 7)
		if err := b.Send(ctx, m); err != nil {
			return 0, err
		}
		return result.Get()
	})
	require.Equal(t, []string{"7", "7"}, outcomes(run(t, m, sequential(times(2, item("test:batch:send", `{}`))...))))
}
