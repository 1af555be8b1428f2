package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/mux"
)

// untimed makes the times and ids of printed traces the same each time.
func untimed(text string) string {
	text = regexp.MustCompile(`[ \d]{5}\.\d\dms`).ReplaceAllString(text, "    0.00ms")
	return regexp.MustCompile(`trace [0-9a-f]{32}`).ReplaceAllString(text, "trace 0")
}

func TestATraceIsPrintedAsATreeAcrossBothServices(t *testing.T) {
	shop := start(t, "-trace")
	commands := shop.commands()
	for _, c := range commands {
		post(t, c.url, c.body)
	}
	shop.stop()
	log := untimed(shop.log.String())
	require.Contains(t, log, `
trace 0 of the flow "my-first-order"
    0.00ms  orders   orders:order:place v1
    0.00ms  orders   └─ call system:batch:run v1
    0.00ms  catalog     └─ system:batch:run v1
`)
	require.Equal(t, len(commands), strings.Count(log, "trace 0 of the flow"), "one for each command")
	for _, item := range []string{
		`(?m)^    0.00ms  catalog        [├└]─ catalog:product:get v2$`,
		`(?m)^    0.00ms  catalog        [├└]─ catalog:stock:reserve v1$`,
		`(?m)^    0.00ms  orders   orders:order:place v1 unprocessable OUT_OF_STOCK$`,
		`(?m)^    0.00ms  orders   ├─ call system:batch:run v1$`,
		`(?m)^    0.00ms  catalog  │  └─ system:batch:run v1$`,
		`(?m)^    0.00ms  catalog  │     [├└]─ catalog:stock:reserve v1 unprocessable OUT_OF_STOCK$`,
		`(?m)^    0.00ms  orders   └─ call catalog:stock:release v1$`,
	} {
		require.Regexp(t, item, log)
	}
}

func TestALargeTraceIsPrintedInPart(t *testing.T) {
	var out strings.Builder
	m := mux.New(mux.WithTracker(newTracePrinter(&out).tracker("orders")))
	m.Add("system:batch:run", 1, batch.New(m, batch.WithMaxItems(150)))
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	b := client.NewBatch("system:batch:run", 1)
	for range 150 {
		client.Queue[struct{}](b, "a:b:c", 1, nil)
	}
	require.NoError(t, b.Send(t.Context(), m))
	lines := strings.Split(untimed(out.String()), "\n")
	require.Len(t, lines, 1+100+1+1)
	require.Equal(t, "    0.00ms  orders   system:batch:run v1", lines[1])
	require.Equal(t, "    0.00ms  orders   ├─ a:b:c v1", lines[2])
	require.Equal(t, "    0.00ms  orders   └─ a:b:c v1", lines[100])
	require.Equal(t, "and 51 more", lines[101])
}
