package batch_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// newMux returns a mux that serves batches of its own events, as version 1 and 2,
// and test:value:echo, which answers with its payload.
func newMux(options []mux.MuxOption, batchOptions ...batch.Option) *mux.Mux {
	m := mux.New(options...)
	for _, version := range []int{1, 2} {
		m.Add("system:batch:run", version, batch.New(m, batchOptions...))
	}
	m.Add("test:value:echo", 1, events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
		return events.Event{Payload: request.Payload}, nil
	}))
	return m
}

// echo is an item that is answered by its number.
func echo(n int) string { return item("test:value:echo", fmt.Sprint(n)) }

func item(name, payload string) string {
	return fmt.Sprintf(`{"name":%q,"version":1,"payload":%s}`, name, payload)
}

func sequential(items ...string) string {
	return `{"parallel":false,"events":[` + strings.Join(items, ",") + `]}`
}

func parallel(items ...string) string {
	return `{"parallel":true,"events":[` + strings.Join(items, ",") + `]}`
}

func times(n int, item string) []string {
	items := make([]string, n)
	for i := range items {
		items[i] = item
	}
	return items
}

// request is a batch of version 1.
func request(payload string) events.Event {
	return events.Event{
		Name: "system:batch:run", Version: 1, ID: "batch-1", FlowID: "flow-1", Payload: json.RawMessage(payload),
		Identity: json.RawMessage(`{"userId":"of-the-batch"}`), Auth: json.RawMessage(`{"token":"of-the-batch"}`),
	}
}

// run has h serve a batch, which must succeed, and returns the answers in it.
func run(t *testing.T, h events.Handler, payload string) []events.Event {
	t.Helper()
	response, err := h.Serve(t.Context(), request(payload))
	require.NoError(t, err)
	require.NoError(t, response.Err())
	return answers(t, response)
}

// answers reads the array that a batch of version 1 answers.
func answers(t *testing.T, response events.Event) []events.Event {
	t.Helper()
	var raw []json.RawMessage
	require.NoError(t, json.Unmarshal(response.Payload, &raw), "the payload is %s", response.Payload)
	list := make([]events.Event, len(raw))
	for i := range raw {
		var err error
		list[i], err = events.Decoder{Strict: true}.Decode(raw[i])
		require.NoError(t, err, "answer %d is no event with all its fields: %s", i+1, raw[i])
	}
	return list
}

// outcomes are the answers in short: the payload of a success, else the code of
// the error.
func outcomes(list []events.Event) []string {
	short := make([]string, len(list))
	for i, e := range list {
		short[i] = string(e.Payload)
		if err, failed := e.Err().(*events.Error); failed {
			short[i] = err.Code
		}
	}
	return short
}

func numbers(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	return list
}

func echoes(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = echo(i)
	}
	return list
}
