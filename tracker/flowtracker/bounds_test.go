package flowtracker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker/flowtracker"
)

func TestTheFlowsThatWereActiveLastAreKept(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithLimit(3))
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", nil)
	for _, id := range []string{"f-1", "f-2", "f-3", "f-1", "f-4"} {
		send(t, m, "a:b:c", id)
	}
	require.Equal(t, []string{"f-4", "f-1", "f-3"}, listed(t, flows, ""))
	require.Equal(t, 404, get(t, flows, flowPath("f-2")).Code)
	require.Contains(t, text(page(t, flows, "/flows/")), "Gone to make room: 1.")
}

func TestTheFirstCallsOfAFlowAreKept(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithCallsPerFlow(2))
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", nil)
	for range 5 {
		send(t, m, "a:b:c", "f-1")
	}
	require.Len(t, waterfall(t, flows, "f-1"), 2)
	require.Contains(t, text(page(t, flows, flowPath("f-1"))), "Calls that were not kept: 3.")
	require.Contains(t, text(page(t, flows, "/flows/")), "5 calls")
}

func TestAFlowThatGoesWhileItsCallsRunIsGone(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithLimit(1))
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", nil)
	m.Add("a:b:d", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
		send(t, m, "a:b:c", "f-2")
		return events.Event{}, nil
	}))
	send(t, m, "a:b:d", "f-1")
	require.Equal(t, []string{"f-2"}, listed(t, flows, ""))
}

// everything tells flows of calls that hold as much as a program can put in.
func everything(t *testing.T, flows *flowtracker.Tracker, calls int) {
	t.Helper()
	long := strings.Repeat("W", 1<<20)
	payload := json.RawMessage(`"` + long + `"`)
	for i := range calls {
		request := events.Event{
			Name: long, Version: 1, ID: long, FlowID: fmt.Sprint(i, long), Payload: payload,
			Metadata: json.RawMessage(`{"parentId":"` + long + `"}`),
		}
		ctx := events.WithCall(t.Context(), events.Call{Request: request, Origin: long, Peer: events.Peer{Addr: long}})
		response := events.Event{Name: long + ":" + long, Version: 1, Payload: payload}
		flows.End(flows.Start(ctx, request), response, fmt.Errorf("%s", long))
		flows.NoticeError(ctx, fmt.Errorf("%s", long))
	}
}

func TestMemoryIsBoundedWhateverIsSent(t *testing.T) {
	const bytes = 64 << 10
	flows := flowtracker.New(flowtracker.WithMemory(bytes), flowtracker.WithPayloads(nil))
	before := heap()
	everything(t, flows.Service(strings.Repeat("W", 1<<20)), 100)
	require.Less(t, heap(), before+bytes+4<<20, "100 calls of megabytes each")
	kept := listed(t, flows, "")
	require.NotEmpty(t, kept)
	size := 0
	for _, id := range kept {
		size += len(page(t, flows, "/flows/flow.json?id="+id))
	}
	require.Less(t, size, 2*bytes)
	runtime.KeepAlive(flows)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestLongTextsAreCut(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithPayloads(nil))
	everything(t, flows, 1)
	id := listed(t, flows, "")[0]
	c := exported(t, flows, id)[0]
	require.Len(t, id, 256)
	require.Len(t, c.ID, 256)
	require.Len(t, c.Name, 256)
	require.Len(t, c.Kind, 256)
	require.Len(t, c.Error, 2<<10)
	require.True(t, strings.HasSuffix(c.Error, "…"))
	require.Equal(t, "(left out: 1048578 bytes)", c.Request)
	require.Equal(t, "(left out: 1048578 bytes)", c.Response)
}

func TestWithoutMemoryNothingIsKept(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithMemory(0))
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", nil)
	send(t, m, "a:b:c", "f-1")
	require.Empty(t, listed(t, flows, ""))
	require.Empty(t, waterfall(t, flows, "f-1"))
	require.Contains(t, text(page(t, flows, flowPath("f-1"))), "Calls that were not kept: 1.")
}

func TestAnErrorThatDoesNotFitIsLeftOut(t *testing.T) {
	flows := flowtracker.New(flowtracker.WithMemory(2000))
	m := mux.New(mux.WithTracker(flows))
	answering(m, "a:b:c", fmt.Errorf("%s", strings.Repeat("x", 1000)))
	send(t, m, "a:b:c", "f-1")
	require.Equal(t, "(left out for lack of memory)", exported(t, flows, "f-1")[0].Error)
}
