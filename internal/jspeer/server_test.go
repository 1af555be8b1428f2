package jspeer_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

// startJavaScriptService serves events by the published server of the protocol
// until the test ends, and returns its URL.
func startJavaScriptService(t *testing.T) string {
	t.Helper()
	cmd := node(t, "server.js")
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, stdin.Close())
		require.NoError(t, cmd.Wait(), "server.js failed")
	})
	port, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err, "server.js did not tell its port")
	return "http://127.0.0.1:" + strings.TrimSpace(port) + "/events"
}

func TestTheClientCallsTheJavaScriptServer(t *testing.T) {
	url := startJavaScriptService(t)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	c := client.New(url, client.WithHTTPClient(&http.Client{Transport: transport}))

	t.Run("a success gives the output", func(t *testing.T) {
		out, err := client.Call[text](t.Context(), c, "peer:text:echo", 1, text{Text: "olá 日本語 😀"})
		require.NoError(t, err)
		require.Equal(t, text{Text: "olá 日本語 😀"}, out)
	})
	t.Run("the raw response is stamped with the ids of the request", func(t *testing.T) {
		request := events.Event{Name: "peer:text:echo", Version: 1, ID: "id-1", FlowID: "flow-1", Payload: []byte(`{}`)}
		response, err := c.Serve(t.Context(), request)
		require.NoError(t, err)
		require.Equal(t, "peer:text:echo:response", response.Name)
		require.Equal(t, "id-1", response.ID)
		require.Equal(t, "flow-1", response.FlowID)
	})
	for _, test := range []struct {
		name, event string
		version     int
		kind        events.Kind
		code        string
		parameter   string
		value       any
	}{
		{"an error keeps its kind, code and parameters", "peer:thing:get", 1, events.KindNotFound, "THING_NOT_FOUND", "id", "t-1"},
		{"a failing handler is an error without a message", "peer:thing:break", 1, events.KindError, events.CodeUnhandledError, "", nil},
		{"an event that is not there is told by the bare name", "peer:weather:get", 1, events.KindEventNotFound, events.CodeNoEventHandler, "event", "peer:weather:get"},
		{"a version that is not there too", "peer:text:echo", 9, events.KindEventNotFound, events.CodeNoEventHandler, "event", "peer:text:echo"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.Call[text](t.Context(), c, test.event, test.version, thing{ID: "t-1"})
			var e *events.Error
			require.ErrorAs(t, err, &e)
			require.ErrorIs(t, err, test.kind)
			require.Equal(t, test.code, e.Code)
			require.NotNil(t, e.Remote, "an error of another service is marked as remote")
			if test.parameter != "" {
				require.Equal(t, test.value, e.Parameters[test.parameter])
			}
		})
	}
}
