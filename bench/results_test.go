package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheSpreadIsTheMedianBetweenTheExtremes(t *testing.T) {
	require.Equal(t, spread{Median: 2, Min: 1, Max: 9}, spreadOf([]float64{9, 1, 2}))
	require.Equal(t, spread{Median: 2.5, Min: 1, Max: 9}, spreadOf([]float64{9, 1, 2, 3}))
	require.Equal(t, exactly(4), spreadOf([]float64{4}))
}

func TestARatioIsTakenWithinEachRound(t *testing.T) {
	rows := rowsOf("case", []subject{{name: "floor"}, {name: "peer", peer: true}}, [][]sample{
		{{cpu: 100, allocs: 1}, {cpu: 400, allocs: 1}, {cpu: 100, allocs: 1}},
		{{cpu: 200, allocs: 3}, {cpu: 800, allocs: 3}, {cpu: 300, allocs: 3}},
	})
	require.Equal(t, exactly(1), rows[0].Ratio)
	require.Equal(t, row{
		Case: "case", Contender: "peer", Peer: true, Ratio: spread{Median: 2, Min: 2, Max: 3}, CPU: 300, Allocs: 3,
	}, rows[1])
}

func TestSubjectsAreMeasuredAsOftenAndNoCallIsMadeTwice(t *testing.T) {
	var next int
	subjects := []subject{{name: "one", events: 2, run: func(n, calls int) error {
		require.Equal(t, next, n)
		next += calls
		for range calls {
			sink = make([]byte, 64<<10)
		}
		return nil
	}}}
	samples, err := measure(subjects, 3)
	require.NoError(t, err)
	require.Len(t, samples[0], 3)
	for _, s := range samples[0] {
		require.InDelta(t, 0.5, s.allocs, 0.1)
		require.InDelta(t, 32<<10, s.bytes, 4<<10)
	}
}

var sink []byte

func TestASubjectThatFailsEndsTheRun(t *testing.T) {
	_, err := measure([]subject{{name: "one", events: 1, run: func(int, int) error { return io.ErrUnexpectedEOF }}}, 3)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorContains(t, err, "one")
}

func TestGoalsAreComparedWithTheBestPeer(t *testing.T) {
	rows := []row{
		{Case: caseLarge, Contender: floorA, Ratio: exactly(1)},
		{Case: caseLarge, Contender: evokeDefault, Ratio: exactly(0.9)},
		{Case: caseLarge, Contender: "slow", Peer: true, Ratio: exactly(2)},
		{Case: caseLarge, Contender: "fast", Peer: true, Ratio: exactly(0.8)},
	}
	setGoals(rows)
	require.Equal(t, []goal{{What: "ratio", Bound: 1, Value: 0.9}, {What: "best peer", Bound: 0.8, Value: 0.9}}, rows[1].Goals)
	require.True(t, rows[1].Goals[0].met())
	require.False(t, rows[1].Goals[1].met())
	require.Nil(t, rows[0].Goals)
	require.Nil(t, rows[3].Goals)
}

func TestMoreRequestsPerSecondAreBetter(t *testing.T) {
	rows := []row{
		{Case: caseEndToEnd, Contender: evokeDefault, Ratio: exactly(1.1), PerSecond: 110},
		{Case: caseEndToEnd, Contender: "slow", Peer: true, Ratio: exactly(0.5), PerSecond: 50},
		{Case: caseEndToEnd, Contender: "fast", Peer: true, Ratio: exactly(1.05), PerSecond: 105},
	}
	setGoals(rows)
	require.Equal(t, []string{"ratio ≥ 1.05 met", "best peer ≥ 1.05 met"}, []string{rows[0].Goals[0].String(), rows[0].Goals[1].String()})
}

func TestEveryExpectationIsOfACaseThatIsMeasured(t *testing.T) {
	var cases []string
	for _, c := range comparisons() {
		cases = append(cases, c.name)
	}
	for _, e := range expectations() {
		require.Contains(t, cases, e.name)
	}
}

func TestTheTableIsMarkdown(t *testing.T) {
	r := results{Go: "go1.26", OS: "linux", Arch: "amd64", CPUs: 2, Rounds: 3, EventBytes: map[string]int{"small": 350, "large": 4096}, Rows: []row{
		{Case: "a", Contender: floorA, Ratio: exactly(1), CPU: 10000, Allocs: 26, Bytes: 1713},
		{Case: "a", Contender: evokeDefault, Ratio: spread{0.75, 0.7, 0.8}, CPU: 7500.4, Allocs: 20.04, Bytes: 1100, Goals: []goal{{What: "ratio", Bound: 0.7, Value: 0.75}}},
		{Case: "b", Contender: "≤ peer", Peer: true, Ratio: exactly(1.2), PerSecond: 9000, P99: 2.345, Note: "noted", Added: &spread{12, -1, 20}},
	}}
	var table bytes.Buffer
	r.table(&table)
	requireGolden(t, "testdata/table.md", table.Bytes())
}

func TestOneCaseIsMeasuredAndWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "results.json")
	var table, progress bytes.Buffer
	require.NoError(t, run([]string{"-rounds", "1", "-only", "^" + caseRouting + "$", "-json", file}, nil, &table, &progress))
	require.Equal(t, caseRouting+" ...\n", progress.String())
	require.Contains(t, table.String(), routingMany)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var written results
	require.NoError(t, json.Unmarshal(text, &written))
	require.Len(t, written.Rows, 3)
	require.Equal(t, 1, written.Rounds)
}

func TestWrongArgumentsAreRefused(t *testing.T) {
	for _, test := range []struct {
		args []string
		err  string
	}{
		{[]string{"-rounds", "0"}, "-rounds is 0"},
		{[]string{"-only", "("}, "-only: "},
		{[]string{"-only", "no such case"}, `"no such case"`},
		{[]string{"small"}, `"small"`},
		{[]string{"-nope"}, "-nope"},
	} {
		require.ErrorContains(t, run(test.args, strings.NewReader(""), io.Discard, io.Discard), test.err, "%q", test.args)
	}
}

// requireGolden compares with a file, which UPDATE=1 in the environment writes.
func requireGolden(t *testing.T, path string, got []byte) {
	t.Helper()
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
