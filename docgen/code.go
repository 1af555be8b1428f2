package docgen

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/evoke-rpc/evoke/catalog"
)

// A sample is code to copy.
type sample struct{ Language, Code string }

// samples shows how to send the event with its first example.
func samples(endpoint string, e catalog.Event) []sample {
	payload := json.RawMessage("{}")
	if len(e.Examples) > 0 {
		payload = e.Examples[0].Request
	}
	url := endpoint
	if strings.HasPrefix(url, "/") {
		url = "http://localhost:8080" + url
	}
	name := quote(e.Name)
	envelope := fmt.Sprintf(`{"name": %s, "version": %d, "payload": %s}`, name, e.Version, payload)
	return []sample{
		{"curl", "curl -s -H 'Content-Type: application/json' " + shell(url) + " \\\n  -d " + shell(envelope)},
		{"Go", fmt.Sprintf("c := client.New(%s)\nresult, err := client.Call[json.RawMessage](ctx, c, %s, %d,\n\tjson.RawMessage(%s))",
			strconv.Quote(url), strconv.Quote(e.Name), e.Version, goLiteral(string(payload)))},
		{"JavaScript", fmt.Sprintf("const answer = await fetch(%s, {\n  method: \"POST\",\n  headers: {\"Content-Type\": \"application/json\"},\n  body: JSON.stringify({name: %s, version: %d, payload: %s}),\n});\nconst event = await answer.json();",
			quote(url), name, e.Version, payload)},
		{"Python", fmt.Sprintf("import json, urllib.request\n\nbody = json.dumps({\"name\": %s, \"version\": %d, \"payload\": json.loads(%s)})\nrequest = urllib.request.Request(%s, body.encode(), {\"Content-Type\": \"application/json\"})\nevent = json.load(urllib.request.urlopen(request))",
			name, e.Version, python(string(payload)), quote(url))},
	}
}

// quote makes a string of JSON, which is one of JavaScript and Python too.
func quote(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(raw)
}

// shell quotes s for a POSIX shell.
func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func goLiteral(s string) string {
	if strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// python quotes s for Python. A string of JSON is one of Python as well, except
// that halves of surrogate pairs would stay apart.
func python(s string) string {
	if strings.ContainsAny(s, "'\\\n\r") {
		return quote(s)
	}
	return "'" + s + "'"
}
