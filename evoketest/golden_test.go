package evoketest_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/evoketest"
	"github.com/evoke-rpc/evoke/mux"
)

func stockMux() *mux.Mux {
	m := mux.New()
	stock(m)
	return m
}

// write writes a script and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "script.txt")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func TestGoldenAcceptsScriptsThatAreTrue(t *testing.T) {
	evoketest.Golden(t, stockMux(), "testdata/wire/*.txt")
}

func TestGoldenTakesAWholeRouter(t *testing.T) {
	router := http.NewServeMux()
	stockMux().Mount(router, "/api")
	evoketest.Golden(t, router, write(t, "POST /api\n--> {\"name\":\"a:b:c\",\"version\":1,\"payload\":{}}\n"+
		`<-- {"name":"eventNotFound","version":1,"id":"$id","flowId":"$id","payload":"$any","identity":{},"auth":{},"metadata":{}}`))
}

func TestGoldenSaysWhichCaseIsNotTrue(t *testing.T) {
	t.Setenv("EVOKE_UPDATE", "")
	const sent = `{"name":"stock:item:reserve","version":1,"id":"i","flowId":"f","payload":{"item":"cup","count":1}}`
	const answer = `{"name":"stock:item:reserve:response","version":1,"id":"i","flowId":"f","payload":{"item":"cup","left":9},"identity":{},"auth":{},"metadata":{}}`
	const hint = "\nto record the answer run the test with EVOKE_UPDATE=1"
	for name, test := range map[string]struct{ script, problem string }{
		"another answer": {"// A cup.\n--> " + sent + "\n<-- " + strings.Replace(answer, "9", "8", 1),
			":2: A cup.\nat /payload/left: got 9, want 8\ngot:  " + answer + "\nwant: " + strings.Replace(answer, "9", "8", 1) + hint},
		"no answer yet": {"--> " + sent, ":1: a case without a title\nthe case expects nothing: it has no <-- and no <==\ngot:  " + answer + hint},
		"another status": {"PUT /events\n--> " + sent + "\n<-- " + answer,
			":1: a case without a title\nstatus 405, want 200"},
		"another service": {"@ strict\n--> " + sent + "\n<-- " + answer, `:1: a case without a title` + "\n" + `the case is for a service "strict", but there is only one`},
		"no script":       {"--> 1\n<- 2", `:2: what is "<- 2"?`},
	} {
		t.Run(name, func(t *testing.T) {
			file := write(t, test.script)
			message := failure(func(tb evoketest.TB) { evoketest.Golden(tb, stockMux(), file) })
			require.True(t, strings.HasPrefix(message, file+test.problem), message)
			require.Equal(t, test.script, read(t, file), "the script was changed")
		})
	}
	message := failure(func(tb evoketest.TB) { evoketest.Golden(tb, stockMux(), "testdata/none/*.txt") })
	require.Equal(t, "no script matches testdata/none/*.txt", message)
}

func TestGoldenGoesOnAfterACaseThatIsNotTrue(t *testing.T) {
	t.Setenv("EVOKE_UPDATE", "")
	f := run(func(tb evoketest.TB) {
		evoketest.Golden(tb, stockMux(), write(t, "--> 1\n<-- 2\n\n--> 3\n<-- 4\n"))
	})
	require.Len(t, f.errors, 2)
}

func TestGoldenRefusesAnswersThatAreNoEvents(t *testing.T) {
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"hello":1}`))
	})
	t.Setenv("EVOKE_UPDATE", "1")
	file := write(t, "--> 1\n")
	message := failure(func(tb evoketest.TB) { evoketest.Golden(tb, page, file) })
	require.Contains(t, message, `:1: a case without a title`+"\n"+`the answer breaks a rule of the wire: the answer has the fields ["hello"]`)
	require.Equal(t, "--> 1\n", read(t, file))

	broken := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	require.Contains(t, failure(func(tb evoketest.TB) { evoketest.Golden(tb, broken, file) }), "EOF")
}

// orders answers what is never the same twice, beside what is.
func orders(m *mux.Mux) {
	type order struct {
		ID     string    `json:"id"`
		Lines  []string  `json:"lines"`
		Price  string    `json:"price"`
		Placed time.Time `json:"placed"`
		Since  time.Time `json:"since"`
		TookMs float64   `json:"tookMs"`
	}
	var began = time.Now()
	mux.Handle(m, "shop:order:place", 1, func(ctx context.Context, lines []string) (order, error) {
		return order{events.NewID(ctx), lines, "$5", time.Now(), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), float64(time.Since(began))}, nil
	})
}

func TestGoldenRecordsAndAcceptsWhatItRecorded(t *testing.T) {
	t.Setenv("EVOKE_UPDATE", "1")
	file := write(t, `// A comment alone.

// A new case: nothing is known of its answer.
--> {"name":"shop:order:place","version":1,"id":"i-1","payload":["cup"]}

// An old one: what stands for other values is kept.
--> {"name":"shop:order:place","version":1,"id":"i-2","flowId":"$f","payload":["00000000-0000-4000-8000-000000000000","jug"]}
<-- {"name":"shop:order:place:response","version":1,"id":"i-2","flowId":"$$f","payload":{"id":"$id:order",
// (with a comment)
<--  "lines":["$any"],"tookMs":"$number"}}

// One that is true stays as it is.
--> {"name":"a:b:c","version":1,"id":"i-3","flowId":"f","payload":{}}
<-- {"name":"eventNotFound", "version":1,"id":"i-3","flowId":"f","payload":"$any","identity":{},"auth":{},"metadata":{}}

// Byte by byte.
--> {"name":"a:b:c","version":1,"id":"i-4","flowId":"f","payload":{}}
<== {}
`)
	m := mux.New()
	orders(m)
	f := run(func(tb evoketest.TB) { evoketest.Golden(tb, m, file) })
	require.Empty(t, f.errors)
	require.Equal(t, []string{file + " was rewritten"}, f.logs)
	recorded := read(t, file)
	require.Regexp(t, `"tookMs": \d`, recorded, "what Golden cannot know to change is recorded")
	recorded = replaceTook(recorded)
	require.Equal(t, `// A comment alone.

// A new case: nothing is known of its answer.
--> {"name":"shop:order:place","version":1,"id":"i-1","payload":["cup"]}
<-- {"name":"shop:order:place:response","version":1,"id":"i-1","flowId":"$id:1",
<--  "payload":{
<--    "id": "$id:2",
<--    "lines": [
<--      "cup"
<--    ],
<--    "price": "$$5",
<--    "placed": "$time",
<--    "since": "2020-01-01T00:00:00Z",
<--    "tookMs": "$number"
<--  },
<--  "identity":{},"auth":{},"metadata":{}}

// An old one: what stands for other values is kept.
--> {"name":"shop:order:place","version":1,"id":"i-2","flowId":"$f","payload":["00000000-0000-4000-8000-000000000000","jug"]}
<-- {"name":"shop:order:place:response","version":1,"id":"i-2","flowId":"$$f",
<--  "payload":{
<--    "id": "$id:order",
<--    "lines": [
<--      "$any",
<--      "jug"
<--    ],
<--    "price": "$$5",
<--    "placed": "$time",
<--    "since": "2020-01-01T00:00:00Z",
<--    "tookMs": "$number"
<--  },
<--  "identity":{},"auth":{},"metadata":{}}
// (with a comment)

// One that is true stays as it is.
--> {"name":"a:b:c","version":1,"id":"i-3","flowId":"f","payload":{}}
<-- {"name":"eventNotFound", "version":1,"id":"i-3","flowId":"f","payload":"$any","identity":{},"auth":{},"metadata":{}}

// Byte by byte.
--> {"name":"a:b:c","version":1,"id":"i-4","flowId":"f","payload":{}}
<== `+string(notFound(t))+`
`, recorded)

	t.Setenv("EVOKE_UPDATE", "")
	require.NoError(t, os.WriteFile(file, []byte(recorded), 0o600))
	evoketest.Golden(t, m, file)
}

// replaceTook writes $number for each time taken, as its author would.
func replaceTook(script string) string {
	lines := strings.Split(script, "\n")
	for i, line := range lines {
		if before, _, ok := strings.Cut(line, `"tookMs": `); ok {
			lines[i] = before + `"tookMs": "$number"`
		}
	}
	return strings.Join(lines, "\n")
}

func notFound(t *testing.T) []byte {
	t.Helper()
	answer, err := mux.New().Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1, ID: "i-4", FlowID: "f"})
	require.NoError(t, err)
	return answer.Append(nil)
}

func TestGoldenSaysWhenAScriptCannotBeWritten(t *testing.T) {
	t.Setenv("EVOKE_UPDATE", "1")
	file := write(t, "--> 1\n")
	m := stockMux()
	message := failure(func(tb evoketest.TB) {
		evoketest.Golden(tb, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			require.NoError(t, os.RemoveAll(filepath.Dir(file)))
			m.ServeHTTP(w, r)
		}), file)
	})
	require.Contains(t, message, "no such file or directory")
}

func TestGoldenWorksInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { evoketest.Golden(t, stockMux(), "testdata/wire/stock.txt") })
}
