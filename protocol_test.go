package evoke_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each block of code in PROTOCOL.md is an exchange that a real service answers as
// the page says, byte for byte but for white space and fresh ids.
func TestProtocolExamples(t *testing.T) {
	server := startProtocolService(t)
	page := readProtocolPage(t)
	checked := map[string]int{}
	for i := 0; i < len(page.blocks); i++ {
		b := page.blocks[i]
		checked[b.language]++
		t.Run("line "+strconv.Itoa(b.line), func(t *testing.T) {
			switch b.language {
			case "":
				for _, x := range exchanges(t, b) {
					requireSameEvent(t, x.sent, x.back, postEvent(t, server, x.sent))
				}
			case "http":
				i++
				checkHTTPExample(t, server, b, page.blocks[i])
			case "sh":
				i++
				checkCurlExample(t, server, b, page.blocks[i])
			default:
				t.Fatalf("nothing checks a block of language %q", b.language)
			}
		})
	}
	require.Equal(t, map[string]int{"": 19, "http": 2, "sh": 1}, checked, "some examples were not found; if they were removed on purpose, correct these numbers")
}

func postEvent(t *testing.T, server *httptest.Server, body string) string {
	t.Helper()
	return post(t, server.URL+"/events", http.Header{"Content-Type": {"application/json"}}, body)
}

func post(t *testing.T, url string, header http.Header, body string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header = header
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	data, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(data)
}

// checkHTTPExample sends a request as it stands on the page.
func checkHTTPExample(t *testing.T, server *httptest.Server, request, response codeBlock) {
	require.Equal(t, "http", response.language, "line %d: a request is followed by its response", request.line)
	head, body, _ := strings.Cut(request.text, "\n\n")
	body = strings.TrimSuffix(body, "\n")
	if body != "" {
		require.Contains(t, head, "\nContent-Length: "+strconv.Itoa(len(body)), "the request's Content-Length is wrong")
	}
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, strings.ReplaceAll(strings.TrimRight(head, "\n"), "\n", "\r\n")+"\r\n\r\n"+body)
	require.NoError(t, err)
	var raw bytes.Buffer
	answer, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conn, &raw)), nil)
	require.NoError(t, err)
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.Equal(t, withoutFresh(body, strings.TrimSpace(response.text)),
		withoutFresh(body, strings.TrimSpace(strings.ReplaceAll(raw.String(), "\r\n", "\n"))))
}

var (
	curl       = regexp.MustCompile(`^curl -s http://localhost:8080(\S*)((?: -H '[^']*')*) -d '([^']*)'$`)
	curlHeader = regexp.MustCompile(`-H '([^:']*): ([^']*)'`)
)

// checkCurlExample sends what the command would.
func checkCurlExample(t *testing.T, server *httptest.Server, command, output codeBlock) {
	require.Equal(t, "json", output.language, "line %d: a command is followed by its output", command.line)
	line := strings.Join(strings.Fields(strings.ReplaceAll(command.text, "\\\n", " ")), " ")
	parts := curl.FindStringSubmatch(line)
	require.NotNil(t, parts, "the test does not understand the command %s", line)
	header := http.Header{}
	for _, h := range curlHeader.FindAllStringSubmatch(parts[2], -1) {
		header.Add(h[1], h[2])
	}
	requireSameEvent(t, parts[3], output.text, post(t, server.URL+parts[1], header, parts[3]))
}

// requireSameEvent compares two bodies, of which the first one may hold white
// space, and different fresh ids.
func requireSameEvent(t *testing.T, sent, page, got string) {
	t.Helper()
	var compact bytes.Buffer
	require.NoError(t, json.Compact(&compact, []byte(page)), "the answer on the page is no JSON; the service answers %s", got)
	require.Equal(t, withoutFresh(sent, compact.String()), withoutFresh(sent, got), "the service answers %s", got)
}

var (
	freshID  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)
	dateLine = regexp.MustCompile(`(?m)^Date: .* GMT$`)
)

// withoutFresh replaces what differs from run to run: the ids that sent does not
// hold, and the date.
func withoutFresh(sent, text string) string {
	text = freshID.ReplaceAllStringFunc(text, func(id string) string {
		if strings.Contains(sent, id) {
			return id
		}
		return "(fresh)"
	})
	return dateLine.ReplaceAllString(text, "Date: (now)")
}
