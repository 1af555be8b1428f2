package batch_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// The items of a batch may be served far away.
func TestBatchOverAClientSendsEachItem(t *testing.T) {
	far := newTroubled()
	server := httptest.NewServer(far)
	defer server.Close()
	var callee, caller tracker.Mock
	c := client.New(server.URL, client.WithTracker(&caller))
	defer c.CloseIdleConnections()
	near := mux.New(mux.WithTracker(&callee))
	near.Add("system:batch:run", 1, batch.New(c))

	list := run(t, near, sequential(echo(1), item("test:item:refuse", `{}`), item("no:such:event", `{}`), echo(4)))
	require.Equal(t, []string{"1", "NO_PIECES", "NO_EVENT_HANDLER_FOUND", "4"}, outcomes(list))
	require.Equal(t, []int{1, 0, 1}, []int{callee.StartCount, callee.NoticeEventErrorCount, callee.EndCount}, "of the batch")
	require.Equal(t, []int{4, 0, 4}, []int{caller.StartCount, caller.NoticeEventErrorCount, caller.EndCount}, "of its items")
	var numbers []int
	for _, call := range caller.Calls() {
		if call.Method == "Start" {
			numbers = append(numbers, call.Call.Item)
		}
	}
	require.Equal(t, []int{1, 2, 3, 4}, numbers)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBatchOverAClientWithoutConnectionAnswersFailedDependency(t *testing.T) {
	refused := roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("refused") })
	c := client.New("http://callee.test/", client.WithHTTPClient(&http.Client{Transport: refused}))
	response, err := batch.New(c).Serve(t.Context(), request(parallel(echo(1), echo(2))))
	require.ErrorIs(t, err, client.ErrNoConnection, "the tracker is told why")
	list := answers(t, response)
	require.Equal(t, []string{"FAILED_DEPENDENCY", "FAILED_DEPENDENCY"}, outcomes(list))
	require.NotContains(t, string(list[0].Payload), "callee.test")
}

func TestItemsSeeTheContextOfTheBatch(t *testing.T) {
	type key struct{}
	h := events.HandlerFunc(func(ctx context.Context, request events.Event) (events.Event, error) {
		return events.NewResponse(request, []any{ctx.Value(key{}), events.ItemFrom(ctx)})
	})
	ctx := context.WithValue(t.Context(), key{}, "v")
	response, err := batch.New(h).Serve(ctx, request(sequential(echo(1), echo(2))))
	require.NoError(t, err)
	require.Equal(t, []string{`["v",1]`, `["v",2]`}, outcomes(answers(t, response)))
}
