package evoke_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
)

// stringConstants returns the values of the string constants in a file whose names
// begin with prefix.
func stringConstants(t *testing.T, file, prefix string) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && strings.HasPrefix(spec.Names[0].Name, prefix) {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				values = append(values, value)
			}
		}
		return true
	})
	require.NotEmpty(t, values)
	return values
}

func TestProtocolKinds(t *testing.T) {
	page := readProtocolPage(t)
	kinds := page.column(t, "Kind", "When", "The same event again")
	require.ElementsMatch(t, stringConstants(t, "events/kind.go", "Kind"), append(kinds, "eventNotFound", "badProtocol"),
		"the kinds of the page and of package events differ")
	server := startProtocolService(t)
	for _, kind := range kinds {
		answer, _ := postForEvent(t, server, envelope("page:kind:answer", "payload", `"`+kind+`"`))
		require.Equal(t, "page:kind:answer:"+kind, answer.Name)
	}
}

// What the table of codes says of a code is so in the page's examples, which are
// real.
func TestProtocolCodes(t *testing.T) {
	page := readProtocolPage(t)
	codes := page.column(t, "Code", "Answered as", "When", "Parameters")
	require.ElementsMatch(t, stringConstants(t, "events/kind.go", "Code"), codes, "the codes of the page and of package events differ")
	examples := map[string]events.Event{}
	for _, b := range page.blocks {
		if b.language == "" {
			for _, x := range exchanges(t, b) {
				collectErrors([]byte(x.back), examples)
			}
		}
	}
	for _, row := range page.rows(t, "Code", "Answered as", "When", "Parameters") {
		name := code(row[0])
		if name == events.CodeOverloaded {
			continue // services answer it by their own limits
		}
		example, ok := examples[name]
		require.True(t, ok, "PROTOCOL.md has no example of %s", name)
		require.Equal(t, code(row[1]), example.Name[strings.LastIndexByte(example.Name, ':')+1:], name)
		var payload struct{ Parameters map[string]any }
		require.NoError(t, json.Unmarshal(example.Payload, &payload))
		var parameters []string
		if row[3] != "none" {
			for p := range strings.SplitSeq(row[3], ", ") {
				parameters = append(parameters, code(p))
			}
		}
		require.ElementsMatch(t, parameters, slices.Collect(maps.Keys(payload.Parameters)), "the parameters of %s", name)
	}
}

// collectErrors finds the error events in an answer, those in a batch included.
func collectErrors(raw []byte, found map[string]events.Event) {
	event, err := events.Decode(raw)
	if err != nil {
		return
	}
	var payload struct{ Code string }
	if json.Unmarshal(event.Payload, &payload) == nil && payload.Code != "" {
		found[payload.Code] = event
	}
	var items []json.RawMessage
	if json.Unmarshal(event.Payload, &items) == nil {
		for _, item := range items {
			collectErrors(item, found)
		}
	}
}

func TestProtocolStatusCodes(t *testing.T) {
	server := startProtocolService(t, mux.WithReadTimeout(100*time.Millisecond))
	endless, end := io.Pipe()
	defer end.Close()
	event := envelope("page:payload:echo", "", "")
	requests := map[int][]*http.Request{
		405: {request(t, "GET", server, "", nil), request(t, "HEAD", server, "", nil), request(t, "PUT", server, "application/json", strings.NewReader(event)), request(t, "OPTIONS", server, "", nil)},
		408: {request(t, "POST", server, "application/json", endless)},
		413: {request(t, "POST", server, "application/json", strings.NewReader(strings.Repeat(" ", mux.DefaultMaxBody)+event))},
		415: {request(t, "POST", server, "", strings.NewReader(event)), request(t, "POST", server, "text/plain", strings.NewReader(event)), request(t, "POST", server, "application/json; charset=iso-8859-1", strings.NewReader(event))},
		200: {request(t, "POST", server, "application/json", strings.NewReader(event)), request(t, "POST", server, "application/json; charset=UTF-8", strings.NewReader("")), request(t, "POST", server, "application/json", strings.NewReader("{"))},
	}
	announced := request(t, "POST", server, "application/json", endless)
	announced.ContentLength = 10
	requests[408] = append(requests[408], announced)
	compressed := request(t, "POST", server, "application/json", strings.NewReader(event))
	compressed.Header.Set("Content-Encoding", "gzip")
	requests[415] = append(requests[415], compressed)

	statuses := []int{200}
	for _, status := range readProtocolPage(t).column(t, "Status", "When") {
		n, err := strconv.Atoi(status)
		require.NoError(t, err)
		statuses = append(statuses, n)
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(requests)), statuses, "the test does not know these status codes")
	for status, requests := range requests {
		for _, r := range requests {
			t.Run(strconv.Itoa(status)+" "+r.Method, func(t *testing.T) { checkStatus(t, r, status) })
		}
	}
}

func request(t *testing.T, method string, server *httptest.Server, contentType string, body io.Reader) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, server.URL+"/events", body)
	require.NoError(t, err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

func checkStatus(t *testing.T, r *http.Request, status int) {
	patient := http.Client{Timeout: 5 * time.Second}
	answer, err := patient.Do(r)
	require.NoError(t, err, "there was no answer")
	defer answer.Body.Close()
	require.Equal(t, status, answer.StatusCode)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	if status == http.StatusMethodNotAllowed {
		require.Equal(t, "POST", answer.Header.Get("Allow"))
	}
	if r.Method == http.MethodHead {
		require.Empty(t, body)
		return
	}
	event, err := events.Decoder{Strict: true}.Decode(body)
	require.NoError(t, err, "the answer is no event: %s", body)
	if status != http.StatusOK {
		requireBadProtocol(t, event, "")
	}
}

func TestProtocolOlderPeers(t *testing.T) {
	read := func(t *testing.T, response string) *events.Error {
		event, err := events.Decoder{Response: true}.Decode([]byte(response))
		require.NoError(t, err)
		var e *events.Error
		require.ErrorAs(t, event.Err(), &e)
		return e
	}
	for _, row := range readProtocolPage(t).rows(t, "Name of the response", "Read as") {
		e := read(t, envelope(code(row[0]), "", ""))
		require.Equal(t, code(row[1]), string(e.Kind), "the kind of %s", row[0])
		require.Equal(t, e.Kind.Known() && e.Kind != events.KindError, !e.Is(events.KindError), "an unknown kind is treated as error")
	}
	for name, test := range map[string]struct{ response, code string }{
		"a code that is a number":          {envelope("a:error", "payload", `{"code":404}`), "404"},
		"a payload without members":        {envelope("a:error", "payload", `{}`), ""},
		"a payload that is no object":      {envelope("a:error", "payload", `"no"`), ""},
		"the name alone":                   {`{"name":"a:error"}`, ""},
		"null in all but the name":         {`{"name":"a:error","version":null,"id":null,"flowId":null,"payload":null}`, ""},
		"an eventNotFound of some version": {envelope("eventNotFound", "version", "7"), ""},
		"a badProtocol of some version":    {envelope("badProtocol", "version", "7"), ""},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.code, read(t, test.response).Code) })
	}
}

func TestProtocolLimits(t *testing.T) {
	limits := map[string]int{
		"bytes of a name, id or flowId":                  events.MaxText,
		"depth of nesting, the envelope included":        events.DefaultMaxDepth,
		"bytes of a request's body":                      mux.DefaultMaxBody,
		"seconds for a request's body to arrive":         int(mux.DefaultReadTimeout / time.Second),
		"events in a batch":                              batch.DefaultMaxItems,
		"events of a batch that run at the same time":    batch.DefaultConcurrency,
		"bytes of a batch's answers":                     batch.DefaultMaxResponseBytes,
		"levels of batches, 1 being no batch in a batch": batch.DefaultDepth,
	}
	found := map[string]int{}
	for _, row := range readProtocolPage(t).rows(t, "Limit", "Default") {
		n, err := strconv.Atoi(row[1])
		require.NoError(t, err)
		found[row[0]] = n
	}
	require.Equal(t, limits, found)
}
