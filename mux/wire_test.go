package mux_test

import (
	"cmp"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/wiretest"
	"github.com/evoke-rpc/evoke/mux"
)

// A wireServer is one of those that the scripts name by "@".
type wireServer struct {
	mux     *mux.Mux
	decoder events.Decoder // as the mux itself reads
	url     string
}

func newWireServers(t *testing.T) map[string]wireServer {
	servers := map[string]wireServer{}
	for name, s := range map[string]struct {
		decoder events.Decoder
		options []mux.MuxOption
	}{
		"":        {},
		"strict":  {events.Decoder{Strict: true}, []mux.MuxOption{mux.WithStrictEnvelope()}},
		"shallow": {events.Decoder{MaxDepth: 4}, []mux.MuxOption{mux.WithMaxDepth(4)}},
		"small":   {options: []mux.MuxOption{mux.WithMaxBody(128)}},
		"cors":    {options: []mux.MuxOption{mux.WithCORS("https://shop.example.com")}},
		"status":  {options: []mux.MuxOption{mux.WithStatus(statusOf)}},
	} {
		m := newWireService(t, s.options...)
		router := http.NewServeMux()
		m.Mount(router, "/events")
		server := httptest.NewServer(router)
		t.Cleanup(server.Close)
		servers[name] = wireServer{m, s.decoder, server.URL}
	}
	return servers
}

func statusOf(kind events.Kind) int {
	switch kind {
	case events.KindNotFound, events.KindEventNotFound:
		return http.StatusNotFound
	case events.KindBadProtocol, events.KindBadRequest:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// forEachCase runs all scripts.
func forEachCase(t *testing.T, run func(*testing.T, wiretest.Case, wireServer)) {
	cases, err := wiretest.Glob("../testdata/wire/*.txt")
	require.NoError(t, err)
	servers := newWireServers(t)
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			server, ok := servers[c.Service]
			require.True(t, ok, "the script asks for a server %q that this test does not have", c.Service)
			run(t, c, server)
		})
	}
}

// checkAnswer checks the bytes of any answer with a body.
func checkAnswer(t *testing.T, answer []byte) {
	t.Helper()
	require.NoError(t, wiretest.CheckAnswer(answer), "%s", answer)
	require.NotContains(t, string(answer), plantedSecret, "internal text left the process")
}

func TestWireScriptsOverHTTP(t *testing.T) {
	h := &http.Client{
		Transport:     new(http.Transport),
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(h.CloseIdleConnections)
	forEachCase(t, func(t *testing.T, c wiretest.Case, server wireServer) {
		r, err := c.Request(t.Context(), server.url)
		require.NoError(t, err)
		answer, err := h.Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		body, err := c.CheckHTTP(answer)
		require.NoError(t, err)
		if len(body) > 0 {
			checkAnswer(t, body)
		}
	})
}

func TestWireScriptsInMemory(t *testing.T) {
	forEachCase(t, func(t *testing.T, c wiretest.Case, server wireServer) {
		if c.HTTP != nil {
			t.Skip("the case is about HTTP")
		}
		answer := serveBytes(t, server, c.Sent)
		require.NoError(t, c.Check(answer))
		checkAnswer(t, answer)
	})
}

// serveBytes does what a transport does.
func serveBytes(t *testing.T, server wireServer, sent []byte) []byte {
	request, err := server.decoder.Decode(sent)
	if err != nil {
		request.ID, request.FlowID = cmp.Or(request.ID, events.RandomID()), cmp.Or(request.FlowID, events.RandomID())
		return events.NewErrorEvent(request, err).Append(nil)
	}
	answer, err := server.mux.Serve(context.Background(), request)
	require.NoError(t, err)
	return answer.Append(nil)
}

func TestWireScriptsThroughTheClient(t *testing.T) {
	forEachCase(t, func(t *testing.T, c wiretest.Case, server wireServer) {
		if c.HTTP != nil {
			t.Skip("the case is about HTTP")
		}
		request, err := server.decoder.Decode(c.Sent)
		if err != nil {
			t.Skip("no client sends what is no event")
		}
		// Without a timeout of its own the client leaves metadata.timeoutMs alone.
		remote := client.New(server.url+"/events", client.WithTimeout(0))
		defer remote.CloseIdleConnections()
		answer, err := remote.Serve(t.Context(), request)
		require.NoError(t, err)
		require.NoError(t, c.Check(answer.Append(nil)))
		checkAnswer(t, answer.Append(nil))
	})
}
