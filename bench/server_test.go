package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTheServerServesEveryContenderUntilItsInputEnds(t *testing.T) {
	in, stop := io.Pipe()
	out, told := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- serve(in, told) }()
	var addresses map[string]string
	answers := json.NewDecoder(out)
	require.NoError(t, answers.Decode(&addresses))

	all := newContenders()
	defer stopAll(all)
	for _, c := range all {
		target, err := newTarget(c, addresses[c.name]) // checks the answers
		require.NoError(t, err)
		require.NoError(t, target.close())
	}
	_, err := io.WriteString(stop, "\n")
	require.NoError(t, err)
	var used time.Duration
	require.NoError(t, answers.Decode(&used))
	require.Positive(t, used)
	require.NoError(t, stop.Close())
	require.NoError(t, <-ended)
}

func TestAConnectionReadsAnswersOneByOne(t *testing.T) {
	for _, test := range []struct{ name, answer, body, err string }{
		{"a body", "HTTP/1.1 200 OK\r\nX: y\r\ncontent-length: 2\r\n\r\nabc", "ab", ""},
		{"no body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "", ""},
		{"another status", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "", "404 Not Found"},
		{"no length", "HTTP/1.1 200 OK\r\n\r\n", "", "no Content-Length"},
		{"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "", `"-1"`},
		{"a length beyond all answers", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "", `"99999999999"`},
		{"an end within the header", "HTTP/1.1 200 OK\r\nContent-", "", "EOF"},
		{"an end within the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "", "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &connection{Conn: silent{}, reader: bufio.NewReader(strings.NewReader(test.answer)), request: newTemplate("")}
			body, err := c.call(1)
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.body, string(body))
		})
	}
}

// silent is a connection to nobody.
type silent struct{ net.Conn }

func (silent) Write(p []byte) (int, error) { return len(p), nil }
