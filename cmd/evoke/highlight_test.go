package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestJSONIsIndentedAndColoured(t *testing.T) {
	raw := json.RawMessage(`{"name":"a \"b\": c","n":-1.5e3,"on":true,"none":null,"list":[1,"x"],"empty":{}}`)
	require.Equal(t, `{
  "name": "a \"b\": c",
  "n": -1.5e3,
  "on": true,
  "none": null,
  "list": [
    1,
    "x"
  ],
  "empty": {}
}`, prettyJSON(raw, false))

	marked := strings.NewReplacer("\x1b[34m", "<key>", "\x1b[32m", "<string>", "\x1b[36m", "<number>", "\x1b[33m", "<word>", "\x1b[2m", "<>",
		"\x1b[0m", "").Replace(prettyJSON(raw, true))
	require.Equal(t, `<>{
  <key>"name"<>: <string>"a \"b\": c"<>,
  <key>"n"<>: <number>-1.5e3<>,
  <key>"on"<>: <word>true<>,
  <key>"none"<>: <word>null<>,
  <key>"list"<>: [
    <number>1<>,
    <string>"x"<>
  ],
  <key>"empty"<>: {}
}`, marked)
}

func TestJSONThatWouldGrowToGigabytesIsLeftOnItsLine(t *testing.T) {
	const depth, times = 500, 1000
	deep := strings.Repeat("[", depth) + strings.Repeat("]", depth)
	raw := json.RawMessage("[" + strings.Repeat(deep+",", times) + deep + "]")
	require.Equal(t, string(raw), prettyJSON(raw, false))

	flat := json.RawMessage("[" + strings.Repeat(`"[[[[\"[[[[",`, times) + "1]")
	require.Equal(t, times+3, strings.Count(prettyJSON(flat, false), "\n")+1)
}

func TestTextForATerminalIsSafe(t *testing.T) {
	for text, want := range map[string]string{
		"plain, ünïcödé, 漢字, 👩‍👧": "plain, ünïcödé, 漢字, 👩‍👧",
		"\x1b]0;owned\a":         `\u001b]0;owned\u0007`,
		"line\nline\ttab\r":      `line\u000aline\u0009tab\u000d`,
		"\u009b2J":               `\u009b2J`,
		"\u202eevil\u2066\u200f": `\u202eevil\u2066\u200f`,
		"\u2028\u2029\x7f":       `\u2028\u2029\u007f`,
		"no UTF-8: \xff\x9b":     `no UTF-8: \xff\x9b`,
		"a replacement: \ufffd":  "a replacement: \ufffd",
	} {
		require.Equal(t, want, safe(text))
	}
	require.Equal(t, "line\nline\ttab"+`\u000d`, safeText("line\nline\ttab\r"))
}

var colours = regexp.MustCompile(`\x1b\[\d+m`)

func FuzzPrettyJSONIsTheSameJSONWithoutCommands(f *testing.F) {
	for _, seed := range []string{`{"a":[1,true,null,"x"]}`, `"\u001b"`, "\"\u202e\u009b\"", `{"":{"\\":"\""}}`, `no JSON`, "\x1b[2J", ``} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain := prettyJSON(json.RawMessage(text), false)
		coloured := prettyJSON(json.RawMessage(text), true)
		for _, r := range plain {
			require.False(t, r != '\n' && r != '\t' && commanding(r), "%q", plain)
		}
		var before, after any
		if json.Unmarshal([]byte(text), &before) != nil {
			return
		}
		require.Equal(t, plain, colours.ReplaceAllString(coloured, ""))
		if strings.ToValidUTF8(text, "") != text {
			return
		}
		require.NoError(t, json.Unmarshal([]byte(plain), &after))
		require.Equal(t, before, after)
	})
}
