package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/internal/load"
)

// The limits of a run: what one machine can do, and what nobody types by intent.
const (
	maxBenchWorkers  = 10_000
	maxBenchRate     = 1e6
	maxBenchDuration = time.Hour
	maxBenchCount    = 1_000_000_000
	maxBenchBatch    = 10_000
)

const (
	defaultBenchWorkers  = 10
	defaultBenchDuration = 10 * time.Second
)

// A bench is a service under load.
type bench struct {
	env        *env
	connection connection
	target     benchTarget
	workers    int
	rate       float64
	duration   time.Duration
	count      int
	warmup     time.Duration
	interval   time.Duration
	batch      int
	batchArg   string
	parallel   bool
	ascii      bool
	noValidate bool

	service  *client.Client
	sizes    answerSizes
	answered atomic.Int64 // events that were measured and are a success
}

// A benchTarget is what is called.
type benchTarget struct {
	url          string
	name         string
	version      int
	payload      json.RawMessage
	batchName    string
	batchVersion int
}

func newBenchCommand(e *env) *cobra.Command {
	b := &bench{env: e}
	cmd := &cobra.Command{
		Use:   "bench URL NAME[@VERSION] [PAYLOAD|@FILE|-]",
		Short: "Measure how fast a service answers an event",
		Long: `Measure how fast a service answers an event.

Without --rate each worker makes its next call when the one before is answered. With
it calls begin at that rate, and latency counts from the moment at which a call was
due, whether or not a worker was free: a service that stalls cannot hide it.

The payload is that of evoke call; without one it is the first example of the service's
catalogue. One call is made first: if it fails, no other is. Ctrl-C ends the run, and
what was measured is printed.

The exit code is 1 if any call failed. That the rate was not reached is told, and is no
failure.`,
		Example: `  evoke bench http://localhost:8080/events catalog:product:get '{"id": "p-1"}'
  evoke bench http://localhost:8080/events catalog:product:get@2 --rate 500 -c 50 -d 30s
  evoke bench http://localhost:8080/events catalog:product:get --batch 20 --json`,
		Args:              takes(2, 3),
		ValidArgsFunction: completeEvent(e, &b.connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			if b.count > 0 && !cmd.Flags().Changed("duration") {
				b.duration = maxBenchDuration
			}
			return b.run(cmd.Context(), args)
		},
	}
	b.addFlags(cmd)
	return cmd
}

func (b *bench) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVarP(&b.workers, "concurrency", "c", defaultBenchWorkers, "how many calls run at a time at most")
	flags.Float64VarP(&b.rate, "rate", "r", 0, "how many calls begin per second; 0 is as many as are answered")
	flags.DurationVarP(&b.duration, "duration", "d", defaultBenchDuration, "how long calls are begun; with --count alone until all are made")
	flags.IntVarP(&b.count, "count", "n", 0, "how many calls are made; 0 is no limit")
	flags.DurationVar(&b.warmup, "warmup", 0, "how long calls are made before any is measured")
	flags.DurationVar(&b.interval, "expected-interval", 0, "correct latency without --rate for a worker that should call once per interval")
	flags.IntVar(&b.batch, "batch", 0, "send batches of so many events; 0 is no batch")
	flags.StringVar(&b.batchArg, "batch-name", "system:batch:run", "the event that serves batches, NAME[@VERSION]")
	flags.BoolVar(&b.parallel, "parallel", false, "let the service run the events of a batch at the same time")
	flags.BoolVar(&b.noValidate, "no-validate", false, "do not check the payload before it is sent")
	flags.BoolVar(&b.ascii, "ascii", false, "draw with ASCII characters only, as is done without a UTF-8 locale")
	b.connection.addFlags(cmd)
}

func (b *bench) run(ctx context.Context, args []string) error {
	if err := b.check(); err != nil {
		return &exitError{exitUsage, err}
	}
	if err := b.prepare(ctx, args); err != nil {
		return err
	}
	defer b.service.CloseIdleConnections()
	if err := b.call(ctx, 0, -1); err != nil {
		return firstCallError(err)
	}
	config := b.config()
	if !b.env.json {
		if err := b.printHeader(); err != nil {
			return err
		}
	}
	bar := newProgressBar(b)
	if bar != nil {
		config.Progress = bar.draw
	}
	result, err := load.Run(ctx, config)
	if err != nil {
		return &exitError{exitUsage, err}
	}
	if bar != nil {
		bar.clear()
	}
	return b.report(result)
}

// report prints the result. Its error is the exit code.
func (b *bench) report(result load.Result) error {
	var err error
	if b.env.json {
		err = b.env.printJSON(b.document(result))
	} else {
		err = b.printReport(result)
	}
	if err == nil && result.Failed > 0 {
		err = &exitError{code: exitNo}
	}
	return err
}

func (b *bench) config() load.Config {
	return load.Config{
		Call: b.call, Label: benchLabel, Concurrency: b.workers, Rate: b.rate,
		Duration: b.duration, Count: b.count, Warmup: b.warmup, Interval: b.interval,
	}
}

// check refuses flags that make no sense.
func (b *bench) check() error {
	switch {
	case b.workers < 1 || b.workers > maxBenchWorkers:
		return fmt.Errorf("--concurrency must be from 1 to %d, but is %d", maxBenchWorkers, b.workers)
	case b.rate < 0 || b.rate > maxBenchRate || math.IsNaN(b.rate):
		return fmt.Errorf("--rate must be from 0 to %d calls per second, but is %v", int(maxBenchRate), b.rate)
	case b.duration <= 0 || b.duration > maxBenchDuration:
		return fmt.Errorf("--duration must be more than 0 and at most %s, but is %s", maxBenchDuration, b.duration)
	case b.count < 0 || b.count > maxBenchCount:
		return fmt.Errorf("--count must be from 0 to %d, but is %d", maxBenchCount, b.count)
	case b.warmup < 0 || b.warmup > maxBenchDuration:
		return fmt.Errorf("--warmup must be from 0 to %s, but is %s", maxBenchDuration, b.warmup)
	case b.batch < 0 || b.batch > maxBenchBatch:
		return fmt.Errorf("--batch must be from 0 to %d events, but is %d", maxBenchBatch, b.batch)
	case b.interval != 0 && b.interval < load.MinInterval:
		return fmt.Errorf("--expected-interval must be at least %s, but is %s", load.MinInterval, b.interval)
	case b.interval != 0 && b.rate != 0:
		return fmt.Errorf("--expected-interval is for runs without --rate, which needs no correction")
	}
	return nil
}

// eventsPerCall is how many events one request carries.
func (b *bench) eventsPerCall() int { return max(b.batch, 1) }
