package schema

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The official JSON-Schema-Test-Suite (json-schema.org, MIT), required tests. How
// many pass, and which do not, is kept in a golden file. The test is white-box,
// since the suite needs documents at addresses, which Compile does not offer.
func TestOfficialSuitePassesAsRecorded(t *testing.T) {
	atLeast := map[string]float64{"draft4": 97, "draft6": 96, "draft7": 96}
	documents := remotes(t)
	var report strings.Builder
	for _, draft := range []string{"draft4", "draft6", "draft7"} {
		passed, total, failed := runSuite(t, draft, documents)
		rate := 100 * float64(passed) / float64(total)
		require.GreaterOrEqual(t, rate, atLeast[draft], "%s: fewer tests pass than promised:\n%s", draft, strings.Join(failed, "\n"))
		fmt.Fprintf(&report, "%s: %d of %d passed, %.1f %%\n", draft, passed, total, rate)
		for _, f := range failed {
			fmt.Fprintln(&report, "  "+f)
		}
	}
	golden := filepath.Join("testdata", "suite-results.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(report.String()), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, strings.Split(string(want), "\n"), strings.Split(report.String(), "\n"),
		"the results of the suite changed; if that is right, run the test with -update")
}

func runSuite(t *testing.T, draft string, documents map[string]json.RawMessage) (passed, total int, failed []string) {
	files, err := filepath.Glob(filepath.Join("testdata", "suite", draft, "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		for _, g := range readSuite(t, file) {
			s, err := compile(withDraft(t, g.Schema, draft), documents)
			for _, test := range g.Tests {
				total++
				name := fmt.Sprintf("%s: %s: %s", filepath.Base(file), g.Description, test.Description)
				switch {
				case err != nil:
					failed = append(failed, fmt.Sprintf("%s: %v", name, err))
				case (s.Validate(test.Data) == nil) != test.Valid:
					failed = append(failed, name)
				default:
					passed++
				}
			}
		}
	}
	return passed, total, failed
}

type suiteGroup struct {
	Description string          `json:"description"`
	Schema      json.RawMessage `json:"schema"`
	Tests       []suiteTest     `json:"tests"`
}

type suiteTest struct {
	Description string          `json:"description"`
	Data        json.RawMessage `json:"data"`
	Valid       bool            `json:"valid"`
}

func readSuite(t testing.TB, file string) (groups []suiteGroup) {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &groups), file)
	return groups
}

// withDraft names the draft in a schema that names none.
func withDraft(t testing.TB, raw json.RawMessage, draft string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil || object["$schema"] != nil {
		return raw
	}
	object["$schema"] = json.RawMessage(`"http://json-schema.org/draft-0` + strings.TrimPrefix(draft, "draft") + `/schema#"`)
	out, err := json.Marshal(object)
	require.NoError(t, err)
	return out
}

// remotes are the documents that the suite's references name.
func remotes(t *testing.T) map[string]json.RawMessage {
	documents := map[string]json.RawMessage{}
	root := os.DirFS(filepath.Join("testdata", "suite", "remotes"))
	require.NoError(t, fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, path)
		documents["http://localhost:1234/"+path] = text
		return err
	}))
	return documents
}
