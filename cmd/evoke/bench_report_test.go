package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/load"
)

// overloaded is a run that a service could not follow.
func overloaded() (*bench, load.Result) {
	b := &bench{
		workers: 50, rate: 1000, duration: 10 * time.Second, warmup: time.Second, batch: 20,
		target: benchTarget{url: "http://localhost:8080/events", name: "catalog:product:get", version: 2, batchName: "system:batch:run", batchVersion: 1},
	}
	b.sizes.answers.Store(10)
	b.sizes.bytes.Store(43_210)
	b.answered.Store(139_942)
	r := load.Result{
		Failed: 12, Errors: []load.ErrorCount{{Label: "notFound PRODUCT_NOT_FOUND", Count: 18}, {Label: "noConnection connection reset by peer", Count: 2}},
		Elapsed: 10 * time.Second, Latency: load.NewHistogram(), Service: load.NewHistogram(),
		Lag: load.Delay{Mean: 61 * time.Microsecond, Max: 2 * time.Millisecond}, Wait: load.Delay{Mean: 961 * time.Millisecond, Max: 2880 * time.Millisecond},
		Processor: load.Delay{Mean: 3 * time.Microsecond, Max: 2 * time.Millisecond},
		Backlog:   3000, Missed: 3000,
	}
	for i := range 7000 {
		service := time.Duration(200+i%77) * 10 * time.Microsecond
		r.Service.Record(service)
		r.Latency.Record(service + time.Duration(i*i/17)*time.Microsecond)
	}
	r.Calls = r.Service.Count()
	return b, r
}

func TestReportsAreAsWideAsTheTerminal(t *testing.T) {
	for _, test := range []struct {
		name   string
		locale string
		width  int
	}{
		{"bench-50", "C.UTF-8", 50}, {"bench-80", "en_GB.UTF-8", 80}, {"bench-120", "de_DE.utf8", 120}, {"bench-80-ascii", "C", 80},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("LC_ALL", test.locale)
			var out bytes.Buffer
			b, r := overloaded()
			b.env = &env{stdout: &out, width: test.width}
			require.NoError(t, b.printHeader())
			require.NoError(t, b.printReport(r))

			golden := filepath.Join("testdata", test.name+".golden")
			if os.Getenv("UPDATE_SCRIPTS") != "" {
				require.NoError(t, os.WriteFile(golden, out.Bytes(), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), out.String())
			for line := range strings.Lines(out.String()) {
				if !strings.Contains(line, "localhost") && !strings.HasPrefix(line, "each call") {
					require.LessOrEqual(t, utf8.RuneCountInString(line), test.width+1, line)
				}
			}
			if test.locale == "C" {
				require.Equal(t, out.Len(), utf8.RuneCount(out.Bytes()), "not all is ASCII")
			}
		})
	}
}

func TestTheDocumentationShowsAReportAsItIs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "command-line.md"))
	require.NoError(t, err)
	report, err := os.ReadFile(filepath.Join("testdata", "bench-80.golden"))
	require.NoError(t, err)
	require.Contains(t, string(page), "```text\n"+string(report)+"```\n")
}

func TestAReportOfNothingSaysSo(t *testing.T) {
	var out bytes.Buffer
	b := &bench{env: &env{stdout: &out, width: 80}, workers: 1}
	require.NoError(t, b.printReport(load.Result{Interrupted: true, CutOff: 1, Latency: load.NewHistogram(), Service: load.NewHistogram()}))
	require.Contains(t, out.String(), "Interrupted: 1 call was cut off, not counted below.\n")
	require.Contains(t, out.String(), "No call was measured.\n")
}

func TestAReportThatCannotBeWrittenIsAnError(t *testing.T) {
	b, r := overloaded()
	b.env = &env{stdout: brokenPipe{}, width: 80}
	require.ErrorIs(t, b.report(r), errBroken)
	b.env.json = true
	require.ErrorIs(t, b.report(r), errBroken)
}

var errBroken = errors.New("broken pipe")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }

func TestTheVerdictTellsWhoWasTheLimit(t *testing.T) {
	const ms = time.Millisecond
	for name, test := range map[string]struct {
		rate float64
		r    load.Result
		want limit
	}{
		"nothing was measured":                    {100, load.Result{}, noLimit},
		"an open loop on time":                    {100, load.Result{Calls: 1000}, noLimit},
		"an open loop that waited for workers":    {100, load.Result{Calls: 1000, Wait: load.Delay{Mean: 20 * ms}}, limitService},
		"an open loop that missed starts":         {100, load.Result{Calls: 900, Missed: 100, Wait: load.Delay{Mean: 4 * ms}}, limitService},
		"an open loop that was late by itself":    {100, load.Result{Calls: 900, Missed: 100, Lag: load.Delay{Mean: 9 * ms}}, limitGenerator},
		"an open loop that was late, but in time": {100, load.Result{Calls: 1000, Lag: load.Delay{Mean: 9 * ms}}, noLimit},
		"a closed loop":                           {0, load.Result{Calls: 1000}, limitService},
		"a closed loop with long pauses":          {0, load.Result{Calls: 1000, Lag: load.Delay{Mean: 2 * ms}}, limitGenerator},
		"a closed loop without processors":        {0, load.Result{Calls: 1000, Processor: load.Delay{Mean: ms}}, limitGenerator},
		"an open loop without processors":         {9, load.Result{Calls: 1000, Processor: load.Delay{Mean: ms}}, limitGenerator},
	} {
		t.Run(name, func(t *testing.T) {
			test.r.Service = load.NewHistogram()
			for range test.r.Calls {
				test.r.Service.Record(10 * ms)
			}
			v := (&bench{rate: test.rate, workers: 2}).judge(test.r)
			require.Equal(t, test.want, v.limit, v.text)
			require.NotEmpty(t, v.text)
		})
	}
}

func TestTheProgressBarFitsTheTerminal(t *testing.T) {
	var out bytes.Buffer
	bar := &progressBar{
		bench: &bench{env: &env{colourErr: true}, workers: 5, duration: 10 * time.Second, count: 1000},
		out:   &out, width: func() int { return 61 },
	}
	for _, test := range []struct {
		now  load.Progress
		want string
	}{
		{load.Progress{Elapsed: -1500 * time.Millisecond}, "\rwarming up, 1.5 s left\x1b[K"},
		{load.Progress{}, "\r[                    ]    0 %  0 calls\x1b[K"},
		{load.Progress{Elapsed: 2500 * time.Millisecond, Calls: 250}, "\r[█████               ]   25 %  250 calls  100/s\x1b[K"},
		{load.Progress{Elapsed: time.Second, Calls: 510, Backlog: 6}, "\r[██████████▏         ]   51 %  510 calls  510/s  6 behind\x1b[K"},
		{load.Progress{Elapsed: 20 * time.Second, Calls: 1000, Failed: 123}, "\r\x1b[31m[████████████████████]  100 %  1 000 calls  50.0/s  123 fai…\x1b[0m\x1b[K"},
	} {
		out.Reset()
		bar.draw(test.now)
		require.Equal(t, test.want, out.String())
	}
	bar.clear()
	require.True(t, strings.HasSuffix(out.String(), "\r\x1b[K"))
}

func TestThereIsNoProgressBarWithoutATerminal(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer f.Close()
	require.Nil(t, newProgressBar(&bench{env: &env{stderr: f}}))
	require.Nil(t, newProgressBar(&bench{env: &env{stderr: new(bytes.Buffer)}}))
}
