package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// benchService serves test:call:count, which calls fn with the number of each call,
// from 1 on, and batches.
func benchService(t *testing.T, fn func(n int64) error) (url string) {
	t.Helper()
	var calls atomic.Int64
	m := mux.New()
	mux.Handle(m, "test:call:count", 1, func(context.Context, struct{}) (struct{}, error) {
		return struct{}{}, fn(calls.Add(1))
	})
	m.Add("system:batch:run", 1, batch.New(m))
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server.URL
}

// benchJSON runs evoke bench --json.
func benchJSON(t *testing.T, ctx context.Context, args ...string) (code int, d benchDocument) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := &env{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, width: 80, newID: events.RandomID}
	code = run(ctx, e, append([]string{"bench", "--json"}, args...))
	require.Empty(t, stderr.String())
	require.NoError(t, json.Unmarshal(stdout.Bytes(), &d))
	return code, d
}

func TestABenchWithFailedCallsEndsWithOne(t *testing.T) {
	url := benchService(t, func(n int64) error {
		switch { // the first call is not measured
		case n == 1 || n > 31:
			return nil
		case n > 11:
			return events.Errorf(events.KindNotFound, "NO_LAMP", "there is none")
		}
		return events.KindForbidden
	})
	code, d := benchJSON(t, t.Context(), url, "test:call:count", "-n", "100", "-c", "3")
	require.Equal(t, exitNo, code)
	require.EqualValues(t, 100, d.Calls)
	require.EqualValues(t, 30, d.Failed)
	require.EqualValues(t, 70, d.EventsAnswered)
	require.Equal(t, []benchError{{"notFound", "NO_LAMP", 20}, {"forbidden", "FORBIDDEN", 10}}, d.Errors)
}

func TestABenchOfBatchesCountsTheirEvents(t *testing.T) {
	for _, parallel := range []string{"--parallel=false", "--parallel"} {
		url := benchService(t, func(n int64) error {
			if n > 10 && n%10 == 0 { // one of each batch but the first, which is not measured
				return events.KindForbidden
			}
			return nil
		})
		code, d := benchJSON(t, t.Context(), url, "test:call:count", "-n", "7", "-c", "1", "--batch", "10", parallel)
		require.Equal(t, exitNo, code)
		require.EqualValues(t, 7, d.Calls)
		require.EqualValues(t, 7, d.Failed)
		require.EqualValues(t, 70, d.Events)
		require.EqualValues(t, 63, d.EventsAnswered)
		require.Len(t, d.Errors, 1)
		require.EqualValues(t, 7, d.Errors[0].Count)
	}
}

func TestAnInterruptedBenchTellsWhatItMeasured(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	url := benchService(t, func(n int64) error {
		if n == 21 {
			cancel()
		}
		return nil
	})
	code, d := benchJSON(t, ctx, url, "test:call:count", "-c", "1")
	require.Equal(t, exitOK, code)
	require.True(t, d.Interrupted)
	require.EqualValues(t, 20, d.Calls+d.CutOff)
	require.Zero(t, d.Failed)
}

func TestABenchToldToWarmUpMeasuresNoneOfIt(t *testing.T) {
	url := benchService(t, func(int64) error { return nil })
	code, d := benchJSON(t, t.Context(), url, "test:call:count", "-n", "5", "--warmup", "50ms")
	require.Equal(t, exitOK, code)
	require.EqualValues(t, 5, d.Calls)
	require.EqualValues(t, 5, d.EventsAnswered)
}
