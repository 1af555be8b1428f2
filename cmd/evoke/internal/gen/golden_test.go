package gen_test

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/cmd/evoke/internal/gen"
)

var update = flag.Bool("update", false, "write what the generators make into testdata")

func TestTheClientsOfARichCatalogAreThese(t *testing.T) {
	golang, err := gen.Go(rich(), "rich")
	require.NoError(t, err)
	golden(t, "testdata/rich.go.golden", golang)
	typeScript, err := gen.TypeScript(rich())
	require.NoError(t, err)
	golden(t, "testdata/rich.ts.golden", typeScript)
}

func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run the test with -update and look at what has changed")
}
