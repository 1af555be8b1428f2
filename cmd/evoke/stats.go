package main

import (
	"cmp"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/service"
)

// minInterval keeps a person who watches a service from being a burden to it.
const minInterval = 100 * time.Millisecond

func newStatsCommand(e *env) *cobra.Command {
	var c connection
	w := watch{env: e, connection: &c}
	var watching bool
	cmd := &cobra.Command{
		Use:   "stats URL",
		Short: "Tell how the events of a service are used",
		Long: `Tell how the events of a service are used since it has started, the busiest first.
The times are in milliseconds.

With --watch the table is made anew every --interval, in place on a terminal, until
Ctrl-C or --count tables; with --json each is a document on a line of its own. A
service that is away for a while is waited for.

The service must have the event service:stats:get.`,
		Example: `  evoke stats http://localhost:8080/events --watch
  evoke stats http://localhost:8080/events --json | jq '.events[] | select(.lastError)'`,
		Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			w.url = args[0]
			if watching {
				return w.run(cmd.Context())
			}
			stats, err := w.ask(cmd.Context())
			if err != nil {
				return err
			}
			if e.json {
				return e.printJSON(stats)
			}
			return printLines(e.stdout, statsLines(stats, nil, e.lineWidth()))
		},
	}
	c.addFlags(cmd)
	cmd.Flags().BoolVar(&watching, "watch", false, "go on until Ctrl-C")
	cmd.Flags().DurationVar(&w.interval, "interval", 2*time.Second, "how often with --watch")
	cmd.Flags().IntVar(&w.count, "count", 0, "end after so many tables with --watch; 0 is no end")
	return cmd
}

// statsLines is the table of stats. Before is what they were a while ago, for the
// calls per second, which are left out without it.
func statsLines(stats service.Stats, before *service.Stats, width int) []string {
	columns := []string{"EVENT", "CALLS", "PER S", "ERRORS", "RUNNING", "P50", "P90", "P99", "MAX", "LAST ERROR"}
	t := table{right: map[int]bool{}}
	add := func(cells ...string) {
		if before == nil {
			cells = slices.Delete(cells, 2, 3)
		}
		t.add(cells...)
	}
	add(columns...)
	for i := 1; i < len(t.rows[0])-1; i++ {
		t.right[i] = true
	}
	for _, event := range busiest(stats) {
		l := event.LatencyMs
		add(statsName(event), number(event.Calls), ratePerSecond(event, stats, before), number(failures(event)),
			strconv.FormatInt(event.InFlight, 10), hundredths(l.P50), hundredths(l.P90), hundredths(l.P99), hundredths(l.Max), lastError(event))
	}
	return t.lines(width)
}

func busiest(stats service.Stats) []service.EventStats {
	return slices.SortedStableFunc(slices.Values(stats.Events), func(a, b service.EventStats) int {
		return cmp.Compare(b.Calls, a.Calls)
	})
}

func statsName(event service.EventStats) string {
	name := event.Name + "@" + strconv.Itoa(event.Version)
	if event.Deprecated {
		name += " (deprecated)"
	}
	return name
}

func number(n uint64) string { return strconv.FormatUint(n, 10) }

func tenths(rate float64) string   { return strconv.FormatFloat(rate, 'f', 1, 64) }
func hundredths(ms float64) string { return strconv.FormatFloat(ms, 'f', 2, 64) }

func failures(event service.EventStats) (n uint64) {
	for _, count := range event.Errors {
		n += count
	}
	return n
}

func lastError(event service.EventStats) string {
	if event.LastError == nil {
		return ""
	}
	what := string(event.LastError.Kind) + " " + event.LastError.Code
	if event.LastError.Kind == service.None {
		what = "not answered"
	}
	return what + ", " + event.LastError.At.UTC().Format(time.DateTime) + " UTC"
}

// ratePerSecond is how often an event was called since before, by the service's
// clock; "-" if the service has started anew.
func ratePerSecond(event service.EventStats, stats service.Stats, before *service.Stats) string {
	if before == nil || !before.Since.Equal(stats.Since) || stats.UptimeMs <= before.UptimeMs {
		return "-"
	}
	i, found := slices.BinarySearchFunc(before.Events, event, func(a, b service.EventStats) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Version, b.Version))
	})
	if !found || before.Events[i].Calls > event.Calls {
		return "-"
	}
	return tenths(float64(event.Calls-before.Events[i].Calls) * 1000 / float64(stats.UptimeMs-before.UptimeMs))
}

func printLines(w io.Writer, lines []string) error {
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return err
}
