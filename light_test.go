package evoke_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What a service links is what it uses: a tracing SDK, a metrics library and the
// command line's own are for those who import the packages that need them.
func TestAServiceLinksNoTracingMetricsOrCommandLine(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps",
		"./events", "./mux", "./client", "./batch", "./tracker", "./catalog", "./docgen", "./service").Output()
	require.NoError(t, err)
	linked := strings.Fields(string(out))
	require.Contains(t, linked, "github.com/evoke-rpc/evoke/docgen")
	for _, path := range linked {
		for _, heavy := range []string{
			"go.opentelemetry.io/", "github.com/prometheus/", "github.com/spf13/", "github.com/HdrHistogram/", "golang.org/x/term",
			"github.com/rs/zerolog", "github.com/stretchr/", "github.com/rogpeppe/", "testing",
		} {
			require.False(t, path == heavy || strings.HasPrefix(path, strings.TrimSuffix(heavy, "/")+"/"), "%s is linked", path)
		}
	}
}

// The core parses and routes; it does not even need the documentation.
func TestTheCoreLinksNoDocumentation(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "./events", "./mux", "./client", "./batch", "./tracker").Output()
	require.NoError(t, err)
	for _, path := range strings.Fields(string(out)) {
		for _, heavy := range []string{"docgen", "service", "evoketest", "html/template", "github.com/yuin/goldmark", "github.com/microcosm-cc/bluemonday"} {
			require.False(t, strings.HasSuffix(path, heavy), "%s is linked", path)
		}
	}
}
