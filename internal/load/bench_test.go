package load_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/load"
)

// BenchmarkOverhead is what a call costs beside the call itself.
func BenchmarkOverhead(b *testing.B) {
	nothing := func(context.Context, int, int) error { return nil }
	for name, config := range map[string]load.Config{
		"closed, 1 worker":    {Call: nothing},
		"closed, 100 workers": {Call: nothing, Concurrency: 100},
		"open, 1 worker":      {Call: nothing, Rate: 1e9},
		"open, 100 workers":   {Call: nothing, Concurrency: 100, Rate: 1e9},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			config.Count = b.N
			result, err := load.Run(b.Context(), config)
			require.NoError(b, err)
			require.EqualValues(b, b.N, result.Calls)
		})
	}
}
