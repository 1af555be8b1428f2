package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheChartIsDrawn(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.svg")
	require.NoError(t, run([]string{"-in", "testdata/results.json", "-out", out}, io.Discard))
	got, err := os.ReadFile(out)
	require.NoError(t, err)
	const golden = "testdata/chart.svg"
	if os.Getenv("UPDATE") != "" {
		require.NoError(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	requireWellFormed(t, string(got))
}

func TestNamesAreEscaped(t *testing.T) {
	var b strings.Builder
	draw(&b, "<title> & note", "", []row{{Contender: "</text><script>"}})
	requireWellFormed(t, b.String())
	require.NotContains(t, b.String(), "<script>")
}

func TestThereAreAtMostTenTicks(t *testing.T) {
	for most, step := range map[float64]float64{1: 0.1, 1.2: 0.2, 4.3: 0.5, 8: 1, 17: 2, 40: 5, 99: 10} {
		require.InDelta(t, step, tickStep(most), 1e-9, "up to %v", most)
	}
}

func TestWrongInputIsRefused(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{`), 0o644))
	require.ErrorIs(t, run([]string{"-in", filepath.Join(dir, "none.json")}, io.Discard), os.ErrNotExist)
	require.ErrorContains(t, run([]string{"-in", broken}, io.Discard), "broken.json")
	require.ErrorContains(t, run([]string{"-in", "testdata/results.json", "-case", "none"}, io.Discard), `"none"`)
}

func requireWellFormed(t *testing.T, document string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(document))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		require.NoError(t, err)
	}
}
