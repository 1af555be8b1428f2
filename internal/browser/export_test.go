package browser_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// download saves an export of the service and returns where.
func download(t *testing.T, url string) string {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	r, err := (&http.Client{Transport: transport}).Get(url)
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusOK, r.StatusCode, url)
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), filepath.Base(url))
	require.NoError(t, os.WriteFile(file, body, 0o600))
	return file
}

func TestTheExportsAreValidToTheirFormatsOwnTools(t *testing.T) {
	needsPeers(t)
	url, _ := startService(t)
	for _, docs := range []struct {
		path   string
		events int
	}{{"/docs/", 4}, {"/hostile/docs/", 3}} {
		t.Run("AsyncAPI"+docs.path, func(t *testing.T) {
			out, err := node(t, "validate.js", download(t, url+docs.path+"asyncapi.json")).Output()
			require.NoError(t, err, "validate.js failed")
			var result struct {
				Parsed     bool
				Operations []string
				Errors     []string
			}
			require.NoError(t, json.Unmarshal(out, &result), "%s", out)
			require.Empty(t, result.Errors)
			require.True(t, result.Parsed)
			require.Len(t, result.Operations, docs.events)
		})
		t.Run("OpenAPI"+docs.path, func(t *testing.T) {
			// The rules of "minimal": the format itself, without advice on style.
			cmd := node(t, "node_modules/@redocly/cli/bin/cli.js", "lint", "--extends=minimal", "--format=json", download(t, url+docs.path+"openapi.json"))
			cmd.Env = append(os.Environ(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
			out, err := cmd.Output()
			var result struct {
				Totals   struct{ Errors int }
				Problems []struct{ RuleID, Severity, Message string }
			}
			require.NoError(t, json.Unmarshal(out, &result), "%s", out)
			for _, p := range result.Problems {
				require.NotEqual(t, "error", p.Severity, "%s: %s", p.RuleID, p.Message)
			}
			require.Zero(t, result.Totals.Errors)
			require.NoError(t, err, "redocly failed")
		})
	}
}
