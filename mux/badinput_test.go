package mux_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

// refusal is the exact answer to what is no event.
func refusal(id, flowID, field, reason string) string {
	return fmt.Sprintf(`{"name":"badProtocol","version":1,"id":%q,"flowId":%q,"payload":{"code":"INVALID_COMMUNICATION_PROTOCOL",`+
		`"message":%s,"parameters":{"missingProperty":%q,"propertyName":%[4]q,"reason":%[5]s}},"identity":{},"auth":{},"metadata":{}}`,
		id, flowID, quoted("invalid event: "+reason), field, quoted(reason))
}

// httpRefusal is the exact answer to a request that HTTP alone refuses.
func httpRefusal(reason string) string {
	return strings.Replace(refusal("fresh", "fresh", "", reason), "invalid event: ", "", 1)
}

func quoted(s string) string { return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"` }

// newWatchedServer serves the service of the wire scripts, whose fresh ids are all
// "fresh".
func newWatchedServer(t *testing.T, options ...mux.MuxOption) (url string, watch *tracker.Mock) {
	watch = new(tracker.Mock)
	m := newWireService(t, append([]mux.MuxOption{mux.WithTracker(watch), mux.WithIDs(func() string { return "fresh" })}, options...)...)
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	return server.URL, watch
}

// methodsOf lists the calls that a tracker got.
func methodsOf(watch *tracker.Mock) (methods []string) {
	for _, c := range watch.Calls() {
		methods = append(methods, c.Method)
	}
	return methods
}

// post sends body and returns the whole answer. An io.Reader that net/http does
// not know is sent in chunks.
func post(t *testing.T, url string, body io.Reader) (*http.Response, string) {
	t.Helper()
	// Not DisableKeepAlives: to a request with Connection: close, net/http does not
	// wait for the caller to read the refusal of a large body.
	h := &http.Client{Timeout: 10 * time.Second, Transport: new(http.Transport)}
	defer h.CloseIdleConnections()
	answer, err := h.Post(url, "application/json", body)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	checkAnswer(t, text)
	return answer, string(text)
}

func TestEachBadBodyHasItsExactAnswer(t *testing.T) {
	const rest = `"id":"i","flowId":"f"`
	event := func(fields string) string { return `{` + rest + `,` + fields + `}` }
	const version = `"version" must be an integer from 1 to 2147483647, got `
	digits := strings.Repeat("7", 1_000_000)
	deep := strings.Repeat("[", 100_000)
	known := "if" // which of the two ids were read
	for _, test := range []struct{ name, body, ids, field, reason string }{
		{"an empty body", "", "", "", "the body is empty; an event is a JSON object"},
		{"white space", " \r\n\t", "", "", "the body is empty; an event is a JSON object"},
		{"not JSON", "hello", "", "", "not an event in JSON: expected a JSON value at byte 0"},
		{"truncated in an object", `{` + rest, known, "", "not an event in JSON: unexpected end of JSON at byte 22"},
		{"truncated in a string", `{"id":"i`, "", "", "not an event in JSON: unexpected end of JSON in a string at byte 8"},
		{"trailing bytes", event(`"name":"x","version":1,"payload":{}`) + "x", known, "", "more text after the event at byte 59"},
		{"two documents", `{}` + "\n" + `{}`, "", "", "more text after the event at byte 3"},
		{"an array", "[]", "", "", "an event is a JSON object, got an array"},
		{"a string", `"x"`, "", "", "an event is a JSON object, got a string"},
		{"a number", "1", "", "", "an event is a JSON object, got a number"},
		{"a boolean", "true", "", "", "an event is a JSON object, got a boolean"},
		{"null", "null", "", "", "an event is a JSON object, got null"},
		{"an empty object", "{}", "", "name", `"name" is missing`},

		{"name missing", event(`"version":1,"payload":{}`), known, "name", `"name" is missing`},
		{"name null", event(`"name":null,"version":1,"payload":{}`), known, "name", `"name" is missing`},
		{"name empty", event(`"name":"","version":1,"payload":{}`), known, "name", `"name" is empty; it must be the event's name`},
		{"name a number", event(`"name":1`), known, "name", `"name" must be a string, got a number`},
		{"name an array", event(`"name":["x"]`), known, "name", `"name" must be a string, got an array`},
		{"NUL in name", event(`"name":"a\u0000b"`), known, "name", `"name" has a control character at byte 1`},
		{"name too long", event(`"name":"` + strings.Repeat("x", 257) + `"`), known, "name", `"name" is longer than 256 bytes`},
		{"id a number", `{"id":1,"flowId":"f"}`, "f", "id", `"id" must be a string, got a number`},
		{"NUL in id", `{"id":"\u0000","flowId":"f"}`, "f", "id", `"id" has a control character at byte 0`},
		{"id too long", `{"flowId":"f","id":"` + strings.Repeat("x", 257) + `"}`, "f", "id", `"id" is longer than 256 bytes`},
		{"flowId an object", `{"id":"i","flowId":{}}`, "i", "flowId", `"flowId" must be a string, got an object`},
		{"flowId too long", `{"id":"i","flowId":"` + strings.Repeat("é", 129) + `"}`, "i", "flowId", `"flowId" is longer than 256 bytes`},
		{"payload missing", event(`"name":"x","version":1`), known, "payload", `"payload" is missing`},
		{"payload null", event(`"name":"x","version":1,"payload":null`), known, "payload", `"payload" is missing`},
		{"identity an array", event(`"identity":[]`), known, "identity", `"identity" must be an object, got an array`},
		{"auth a string", event(`"auth":"secret"`), known, "auth", `"auth" must be an object, got a string`},
		{"metadata a boolean", event(`"metadata":false`), known, "metadata", `"metadata" must be an object, got a boolean`},

		{"version missing", event(`"name":"x","payload":{}`), known, "version", `"version" is missing`},
		{"version null", event(`"name":"x","version":null,"payload":{}`), known, "version", `"version" is missing`},
		{"version 0", event(`"version":0`), known, "version", version + "0"},
		{"version -1", event(`"version":-1`), known, "version", version + "-1"},
		{"version 1.0", event(`"version":1.0`), known, "version", version + "1.0"},
		{"version 1.5", event(`"version":1.5`), known, "version", version + "1.5"},
		{"version 1e2", event(`"version":1e2`), known, "version", version + "1e2"},
		{`version "01"`, event(`"version":"01"`), known, "version", version + `"01"`},
		{`version "x"`, event(`"version":"x"`), known, "version", version + `"x"`},
		{`version ""`, event(`"version":""`), known, "version", version + `""`},
		{"version 2^31", event(`"version":2147483648`), known, "version", version + "2147483648"},
		{"version a boolean", event(`"version":true`), known, "version", version + "a boolean"},
		{"version of a million digits", event(`"version":` + digits), known, "version", version + "a longer one"},
		{"version of a million digits in quotes", event(`"version":"` + digits + `"`), known, "version", version + "a longer one"},

		{"name twice", event(`"name":"x","name":"x"`), known, "name", `"name" is there twice`},
		{"id twice", event(`"id":"j"`), known, "id", `"id" is there twice`},
		{"payload twice", event(`"payload":null,"payload":{}`), known, "payload", `"payload" is there twice`},
		{"invalid UTF-8 in name", event("\"name\":\"\xff\""), known, "", "not an event in JSON: invalid UTF-8 at byte 31"},
		{"invalid UTF-8 in payload", event("\"payload\":\"\xc3(\""), known, "", "not an event in JSON: invalid UTF-8 at byte 34"},
		{"invalid UTF-8 in an unknown field", event("\"x\":\"\xed\xa0\x80\""), known, "", "not an event in JSON: invalid UTF-8 at byte 28"},
		{"a lone surrogate in name", event(`"name":"\ud800"`), known, "name", `"name" has a lone surrogate, half of an escaped pair`},
		{"a lone surrogate in id", `{"id":"\udc00x","flowId":"f"}`, "f", "id", `"id" has a lone surrogate, half of an escaped pair`},
		{"100 000 deep", event(`"payload":` + deep), known, "", "not an event in JSON: nested too deeply at byte 544"},
		{"100 000 deep and closed", event(`"payload":` + deep + strings.Repeat("]", 100_000)), known, "", "not an event in JSON: nested too deeply at byte 544"},
		{"100 000 deep without an envelope", deep, "", "", "not an event in JSON: nested too deeply at byte 512"},
	} {
		t.Run(test.name, func(t *testing.T) {
			url, watch := newWatchedServer(t)
			answer, text := post(t, url, strings.NewReader(test.body))
			id, flowID := "fresh", "fresh"
			if strings.Contains(test.ids, "i") {
				id = "i"
			}
			if strings.Contains(test.ids, "f") {
				flowID = "f"
			}
			require.Equal(t, refusal(id, flowID, test.field, test.reason), text)
			require.Equal(t, http.StatusOK, answer.StatusCode)
			require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
			require.ErrorIs(t, watch.Calls()[0].Err, events.KindBadProtocol)
		})
	}
}

func TestPayloadsOfEachTypeAreServed(t *testing.T) {
	url, _ := newWatchedServer(t)
	for _, payload := range []string{`{}`, `[]`, `"x"`, `0`, `1e400`, `true`, `false`, `"\ud800"`, strings.Repeat("7", 1_000_000)} {
		_, text := post(t, url, strings.NewReader(`{"name":"test:raw:echo","version":1,"payload":`+payload+`}`))
		require.Equal(t, `{"name":"test:raw:echo:response","version":1,"id":"fresh","flowId":"fresh","payload":`+payload+
			`,"identity":{},"auth":{},"metadata":{}}`, text)
	}
}

func TestANumberOfAMillionDigitsIsRefusedByATypedHandlerInAFewBytes(t *testing.T) {
	url, watch := newWatchedServer(t)
	digits := strings.Repeat("7", 1_000_000)
	for _, path := range []string{"a", "b"} {
		_, text := post(t, url, strings.NewReader(`{"name":"test:sum:run","version":1,"payload":{"`+path+`":`+digits+`}}`))
		require.Equal(t, `{"name":"test:sum:run:badRequest","version":1,"id":"fresh","flowId":"fresh","payload":{"code":"INVALID_PAYLOAD",`+
			`"message":"the payload does not fit the event","parameters":{"violations":[{"path":"/`+path+`","keyword":"number","expected":"a number of at most 512 bytes, its exponent from -400 to 400","got":"one of 1000000 bytes"}]}},`+
			`"identity":{},"auth":{},"metadata":{}}`, text)
	}
	require.Equal(t, []string{"Start", "NoticeEventError", "End", "Start", "NoticeEventError", "End"}, methodsOf(watch))
}

func TestABodyOverTheLimitIsRefused(t *testing.T) {
	const tooLarge = "the body is larger than 1048576 bytes"
	valid := `{"name":"test:raw:echo","version":1,"payload":"` + strings.Repeat("x", 2<<20) + `"}`
	for name, body := range map[string]io.Reader{
		"2 MiB with Content-Length":    strings.NewReader(valid),
		"2 MiB in chunks":              io.MultiReader(strings.NewReader(valid)),
		"a byte over in chunks":        io.MultiReader(strings.NewReader(strings.Repeat(" ", 1<<20+1))),
		"a byte over, by its announce": strings.NewReader(strings.Repeat(" ", 1<<20+1)),
	} {
		t.Run(name, func(t *testing.T) {
			url, watch := newWatchedServer(t)
			answer, text := post(t, url, body)
			require.Equal(t, http.StatusRequestEntityTooLarge, answer.StatusCode)
			require.Equal(t, httpRefusal(tooLarge), text)
			require.Equal(t, []string{"NoticeError"}, methodsOf(watch))
		})
	}
	t.Run("the limit itself in chunks", func(t *testing.T) {
		url, _ := newWatchedServer(t)
		answer, text := post(t, url, io.MultiReader(strings.NewReader(strings.Repeat(" ", 1<<20))))
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Equal(t, refusal("fresh", "fresh", "", "the body is empty; an event is a JSON object"), text)
	})
}

func TestNothingInternalLeavesTheProcess(t *testing.T) {
	url, watch := newWatchedServer(t, mux.WithStatus(statusOf))
	for _, name := range []string{
		"test:secret:raise", "test:panic:raise", "test:error:raise", "test:kind:raise", "test:event:decode",
		"test:raw:misnamed", "test:raw:prefix", "test:raw:itself", "test:raw:cut", "test:raw:both",
	} {
		t.Run(name, func(t *testing.T) {
			before := len(watch.Calls())
			answer, _ := post(t, url, strings.NewReader(`{"name":"`+name+`","version":1,"payload":{"kind":"gone","code":"GONE"}}`)) // it searches the body
			require.NotContains(t, fmt.Sprint(answer.Header), plantedSecret)
			calls := watch.Calls()[before:]
			require.Len(t, calls, 3, "want Start, NoticeEventError and End")
			require.Equal(t, "NoticeEventError", calls[1].Method)
			require.Error(t, calls[1].Err)
		})
	}
}
