package wiretest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/internal/wiretest"
)

func TestParseReadsEachPartOfACase(t *testing.T) {
	cases, err := wiretest.Parse("dir/a.txt", `// For the reader.

// First,
// with two lines.
@ strict
PUT /events/x
> Content-Type: text/plain
> X-Other:
--> $(3*"ab\x00")c
--> d
< 415
<--

--> 1
<-- 1
`)
	require.NoError(t, err)
	require.Len(t, cases, 2)
	c := cases[0]
	require.Equal(t, "a.txt:5 First, with two lines.", c.Name())
	require.Equal(t, "strict", c.Service)
	require.Equal(t, "ab\x00ab\x00ab\x00c\nd", string(c.Sent))
	require.Equal(t, "PUT", c.HTTP.Method)
	require.Equal(t, "/events/x", c.HTTP.Path)
	require.Equal(t, http.Header{"Content-Type": {"text/plain"}, "X-Other": {""}}, c.HTTP.Header)
	require.Nil(t, cases[1].HTTP)
	require.Equal(t, 14, cases[1].Line)
}

func TestParseNamesTheLineThatIsWrong(t *testing.T) {
	for script, want := range map[string]string{
		"--> 1\n<- 1":               `f:2: what is "<- 1"?`,
		"--> 1\n  2\n<-- 1":         `f:2: what is "  2"?`,
		"--> 1":                     "f:2: the case expects nothing",
		"<-- 1":                     "f:2: the case sends nothing",
		"--> 1\n<-- 1\n<== 1":       "f:3: <-- and <== in one case",
		"--> 1\n<-- {":              "f:3: not JSON",
		"--> 1\n<-- {\"a\":\"$x\"}": `f:3: unknown placeholder "$x"`,
		"--> 1\n<-- [\"$x\"]":       `f:3: unknown placeholder "$x"`,
		"--> $(\"\\q\")\n<-- 1":     "f:1: invalid syntax",
		"> x\n--> 1\n<-- 1":         `f:1: "x" is no header`,
	} {
		_, err := wiretest.Parse("f", script)
		require.ErrorContains(t, err, want, script)
	}
	_, err := wiretest.Glob("nothing/*.txt")
	require.ErrorContains(t, err, "no script matches nothing/*.txt")
}

func TestCheckComparesAnAnswer(t *testing.T) {
	for _, test := range []struct{ want, answer, problem string }{
		{`<-- {"a":1,"b":[true,null]}`, ` {"b":[true,null],"a":1} `, ""},
		{`<-- {"a":"$any","b":"$text","c":"$id"}`, `{"a":null,"b":"x","c":"y"}`, ""},
		{`<-- ["$id:1","$id:2","$id:1"]`, `["x","y","x"]`, ""},
		{`<== {"a":1}`, `{"a":1}`, ""},
		{`<--`, ``, ""},
		{`<-- 1`, `1.0`, "at : got 1.0, want 1"},
		{`<-- {"a":1}`, `{"a":1,"b":2}`, "at /b: a member that is not expected"},
		{`<-- {"a":{"b":1}}`, `{"a":{}}`, "at /a/b: the member is missing"},
		{`<-- {"a":1}`, `[]`, `at : got [], want {"a":1}`},
		{`<-- [1,2]`, `[1]`, "at : got [1], want [1,2]"},
		{`<-- [1,2]`, `[1,"2"]`, `at /1: got "2", want 2`},
		{`<-- "$text"`, `""`, `at : got "", want "$text"`},
		{`<-- "$id"`, `5`, `at : got 5, want "$id"`},
		{`<-- ["$id:1","$id:1"]`, `["x","y"]`, `at /1: "y" for $id:1, but $id:1 was "x"`},
		{`<-- ["$id:1","$id:2"]`, `["x","x"]`, `at /1: "x" for $id:2, but $id:1 was "x"`},
		{`<-- {"a":1}`, `{"a":1,"a":1}`, `the member "a" is there twice`},
		{`<-- 1`, `1 2`, "more text"},
		{`<-- 1`, ``, "not JSON"},
		{`<== {"a":1}`, `{"a": 1}`, "the bytes differ"},
		{`<--`, `{}`, "the bytes differ"},
	} {
		cases, err := wiretest.Parse("f", "--> x\n"+test.want)
		require.NoError(t, err, test.want)
		err = cases[0].Check([]byte(test.answer))
		if test.problem == "" {
			require.NoError(t, err, test.want)
		} else {
			require.ErrorContains(t, err, test.problem, test.want)
		}
	}
}

func TestCheckAnswerFindsWhatNoAnswerMayBe(t *testing.T) {
	const good = `{"name":"a:gone","version":1,"id":"i","flowId":"f","payload":{"code":"A_1","message":"","parameters":{}},"identity":{},"auth":{},"metadata":{}}`
	require.NoError(t, wiretest.CheckAnswer([]byte(good)))
	for _, test := range []struct{ old, new, problem string }{
		{`"i"`, "\"\xff\"", "the answer is not UTF-8"},
		{good, `[]`, "not an object"},
		{good, `{"name":"x"}`, `the answer has the fields ["name"]`},
		{`"identity":{},"auth":{}`, `"auth":{},"identity":{}`, `"auth" "identity" "metadata"]`},
		{`"name":"a:gone"`, `"name":""`, `name is ""`},
		{`"id":"i"`, `"id":5`, "id is 5"},
		{`"auth":{}`, `"auth":{"a":1}`, `auth is {"a":1}`},
		{`"version":1`, `"version":0`, "version is 0"},
		{`"metadata":{}`, `"metadata":[]`, "metadata is []"},
		{`"payload":{"code":"A_1","message":"","parameters":{}}`, `"payload":null`, "payload is null"},
		{`"parameters":{}`, `"parameters":null`, `the payload's parameters is "null"`},
		{`,"parameters":{}`, ``, `the payload's parameters is ""`},
		{`"code":"A_1"`, `"code":"a"`, `the code is "a"`},
		{`"a:gone"`, `"a:redirect"`, "the payload's"},
		{`"name":"a:gone","version":1`, `"name":"gone","version":2`, "the bare name gone has version 2"},
		{`{"code":"A_1","message":"","parameters":{}}`, `5`, "the payload is not an object"},
	} {
		answer := strings.Replace(good, test.old, test.new, 1)
		require.NotEqual(t, good, answer, "the test replaces nothing: %s", test.old)
		require.ErrorContains(t, wiretest.CheckAnswer([]byte(answer)), test.problem, answer)
	}
}

func TestACaseIsSentAndCheckedOverHTTP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Seen", r.Method+" "+r.URL.Path+" "+r.Header.Get("Content-Type"))
		w.WriteHeader(http.StatusAccepted)
		w.Write([]byte("1"))
	}))
	defer server.Close()
	for script, problem := range map[string]string{
		"< 202\n< Seen: POST /events application/json\n--> x\n<-- 1":             "",
		"PUT /y\n> Content-Type:\n< 202\n< Seen: PUT /y\n< Other:\n--> x\n<-- 1": "",
		"< 202\n--> x\n<-- 2":            "got 1, want 2",
		"< 202\n< Seen:\n--> x\n<-- 1":   `Seen: "POST /events application/json", want ""`,
		"< 202\n< Other: y\n--> x\n<-- ": `Other: "", want "y"`,
		"--> x\n<-- 1":                   "status 202, want 200",
	} {
		cases, err := wiretest.Parse("f", script)
		require.NoError(t, err)
		r, err := cases[0].Request(t.Context(), server.URL)
		require.NoError(t, err)
		answer, err := server.Client().Do(r)
		require.NoError(t, err)
		_, err = cases[0].CheckHTTP(answer)
		answer.Body.Close()
		if problem == "" {
			require.NoError(t, err, script)
		} else {
			require.ErrorContains(t, err, problem, script)
		}
	}
}
