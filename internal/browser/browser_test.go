package browser_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentationInABrowser(t *testing.T) {
	needsPeers(t)
	path := chromium(t)
	url, posted := startService(t)
	cmd := node(t, "browser.js", url)
	cmd.Env = append(os.Environ(), "CHROMIUM="+path)
	out, err := cmd.Output()
	require.NoError(t, err, "browser.js failed")
	var seen map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(out, &seen), "browser.js printed %s", out)
	require.ElementsMatch(t, slices.Collect(maps.Keys(wants)), slices.Collect(maps.Keys(seen)), "the cases of browser.js and of this test differ")
	for name, want := range wants {
		t.Run(name, func(t *testing.T) { require.JSONEq(t, want, string(seen[name])) })
	}
	t.Run("the service received what the console sent", func(t *testing.T) {
		require.Contains(t, posted.all(), `"auth":{"token":"token-of-the-test"}`)
		require.Contains(t, posted.all(), `"flowId":"flow-of-the-test"`)
	})
}
