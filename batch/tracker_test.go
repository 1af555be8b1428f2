package batch_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

func TestEachItemHasOneStartAndOneEndWithItsNumber(t *testing.T) {
	var mock tracker.Mock
	m := newTroubled(mux.WithTracker(&mock))
	run(t, m, sequential(echo(1), item("test:item:refuse", `{}`), item("no:such:event", `{}`), item("test:item:panic", `{}`)))
	var got []string
	for _, c := range mock.Calls() {
		got = append(got, fmt.Sprintf("%s %d %s registered=%t", c.Method, c.Call.Item, c.Event.Name, c.Call.Registered))
	}
	require.Equal(t, []string{
		"Start 0 system:batch:run registered=true",
		"Start 1 test:value:echo registered=true",
		"End 1 test:value:echo:response registered=true",
		"Start 2 test:item:refuse registered=true",
		"NoticeEventError 2 test:item:refuse registered=true",
		"End 2 test:item:refuse:unprocessable registered=true",
		"Start 3 no:such:event registered=false",
		"NoticeEventError 3 no:such:event registered=false",
		"End 3 eventNotFound registered=false",
		"Start 4 test:item:panic registered=true",
		"NoticeEventError 4 test:item:panic registered=true",
		"End 4 test:item:panic:error registered=true",
		"End 0 system:batch:run:response registered=true",
	}, got)
}

func TestParallelItemsAreTrackedEachByItself(t *testing.T) {
	var mock tracker.Mock
	m := newMux([]mux.MuxOption{mux.WithTracker(&mock)})
	run(t, m, parallel(echoes(50)...))
	methods := map[int][]string{}
	for _, c := range mock.Calls() {
		methods[c.Call.Item] = append(methods[c.Call.Item], c.Method)
	}
	require.Len(t, methods, 51)
	for n, m := range methods {
		require.Equal(t, []string{"Start", "End"}, m, "item %d", n)
	}
}

func TestItemThatIsNoEventIsNoticedOnceAndHasNoStart(t *testing.T) {
	var mock tracker.Mock
	m := newMux([]mux.MuxOption{mux.WithTracker(&mock)})
	run(t, m, sequential(echo(1), `{"name":7}`))
	require.Equal(t, []int{2, 2}, []int{mock.StartCount, mock.EndCount}, "starts and ends of the batch and its one event")
	require.Equal(t, 1, mock.NoticeErrorCount+mock.NoticeEventErrorCount)
	for _, c := range mock.Calls() {
		if c.Err != nil {
			require.ErrorContains(t, c.Err, "item 2")
			var e *events.Error
			require.ErrorAs(t, c.Err, &e)
			require.Equal(t, events.KindBadProtocol, e.Kind)
			return
		}
	}
	require.Fail(t, "the tracker was not told what was wrong")
}

func TestBatchThatIsRefusedIsNoticedOnceForItself(t *testing.T) {
	var mock tracker.Mock
	m := newMux([]mux.MuxOption{mux.WithTracker(&mock)})
	response, err := m.Serve(t.Context(), request(`{}`))
	require.NoError(t, err)
	require.Equal(t, []int{1, 1, 1}, []int{mock.StartCount, mock.NoticeEventErrorCount, mock.EndCount})
	var e *events.Error
	require.True(t, errors.As(response.Err(), &e))
	require.Equal(t, events.CodeInvalidPayload, e.Code)
}
