package docgen_test

import (
	"encoding/json"
	"go/parser"
	"go/token"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/docgen"
)

var code = regexp.MustCompile(`(?s)<summary>(curl|Go|JavaScript|Python)</summary><div class="copyable"><pre tabindex="0"><code>(.*?)</code>`)

// samples reads the code to copy from an event's page.
func samples(t testing.TB, name string, payload string, options ...docgen.Option) map[string]string {
	t.Helper()
	e := catalog.Event{Name: name, Version: 3, Examples: []catalog.Example{{Request: json.RawMessage(payload), Response: json.RawMessage("1")}}}
	found := map[string]string{}
	h := docgen.Handler(list{e}, options...)
	seen := crawl(t, h, "/docs/")
	for _, text := range seen {
		for _, m := range code.FindAllStringSubmatch(text, -1) {
			found[m[1]] = html.UnescapeString(m[2])
		}
	}
	require.Len(t, found, 4)
	return found
}

var payloads = map[string]string{
	"quotes":    `{"a":"it's \"quoted\" '\\'' $HOME $(id) \u0060id\u0060 ` + "`id`" + `"}`,
	"lines":     "{\n  \"a\": \"x\\ny\",\n\t\"b\": [1, 2.5e3, true, null]\n}",
	"unicode":   `{"ü":"😀\ud83d\ude00\u2028` + "\u2028\u202e" + `"}`,
	"backslash": `"\\\\ \\n %s %d {}"`,
	"string":    `"'"`,
	"markup":    `"</script><!-- ' -->"`,
	"empty":     `{}`,
}

// run gives the output of a program, or skips where there is none of that name.
func run(t *testing.T, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skip("there is no " + program)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", program, out)
	return string(out)
}

func TestSamplesSendThePayload(t *testing.T) {
	for name, payload := range payloads {
		event := `odd "name" o'clock\`
		want, err := json.Marshal(event)
		require.NoError(t, err)
		envelope := `{"name":` + string(want) + `,"version":3,"payload":` + payload + `}`
		s := samples(t, event, payload, docgen.WithEndpoint("/it's/events"))
		file := func(t *testing.T, name, text string) string {
			path := filepath.Join(t.TempDir(), name)
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			return path
		}
		t.Run("curl "+name, func(t *testing.T) {
			run(t, "sh", "-n", file(t, "a.sh", s["curl"]))
			// A curl that prints what it is asked to send.
			out := run(t, "sh", file(t, "b.sh", `curl() { printf '%s' "$6"; test "$4" = "http://localhost:8080/it's/events" || exit 1; }`+"\n"+s["curl"]))
			require.JSONEq(t, envelope, out)
		})
		t.Run("Go "+name, func(t *testing.T) {
			_, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a\nfunc f() {\n"+s["Go"]+"\n}", 0)
			require.NoError(t, err, s["Go"])
		})
		t.Run("JavaScript "+name, func(t *testing.T) {
			const fetch = "globalThis.fetch = async (url, o) => { if (url !== \"http://localhost:8080/it's/events\") throw url; console.log(o.body); return {json() {}}; };\n"
			run(t, "node", "--check", file(t, "a.mjs", s["JavaScript"]))
			require.JSONEq(t, envelope, run(t, "node", file(t, "b.mjs", fetch+s["JavaScript"])))
		})
		t.Run("Python "+name, func(t *testing.T) {
			const open = "import io, sys, urllib.request\ndef o(r):\n  assert r.full_url == \"http://localhost:8080/it's/events\"\n  sys.stdout.write(r.data.decode())\n  return io.StringIO('{}')\nurllib.request.urlopen = o\n"
			require.JSONEq(t, envelope, run(t, "python3", file(t, "a.py", open+s["Python"])))
		})
	}
}

func TestSamplesGoWithoutAnExample(t *testing.T) {
	text := page(t, docgen.Handler(list{{Name: "a", Version: 1}}, docgen.WithEndpoint("https://api.example.org/e")), "/docs/a/1")
	require.Contains(t, html.UnescapeString(text), `'https://api.example.org/e' \`+"\n"+`  -d '{"name": "a", "version": 1, "payload": {}}'`)
}
