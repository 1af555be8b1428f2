package events

import (
	"crypto/tls"
	"net/textproto"
	"time"
)

// A Side tells which end of a call is looking at it.
type Side uint8

const (
	// Callee is the side of the handler.
	Callee Side = iota
	// Caller is the side of the client.
	Caller
)

func (s Side) String() string {
	if s == Caller {
		return "caller"
	}
	return "callee"
}

// A Call is what is known of a call apart from the event that answers it.
type Call struct {
	Side    Side
	Request Event
	// Registered reports whether the callee has a handler for the event. Metric
	// labels come from registered names only: others are the caller's invention.
	Registered bool
	// Deprecated reports whether the callee has declared this version deprecated;
	// known at the end on the caller's side.
	Deprecated bool
	// Origin is who calls, as metadata.origin says: a name that the callee was
	// configured to know, and otherwise "other". Empty on the caller's side.
	Origin string
	// Item is the event's number in a batch, the first being 1; 0 outside of one.
	Item int
	// Started is when the call began, by the clock of its mux or client.
	Started time.Time
	// Elapsed is how long it took; known at the end.
	Elapsed time.Duration
	// RequestBytes and ResponseBytes are sizes on the wire, 0 within the process.
	// The callee knows the size of the response at the end.
	RequestBytes, ResponseBytes int
	// Status is the transport's status code, as 200; known at the end, 0 within
	// the process.
	Status int
	// Peer is the other side of the connection.
	Peer Peer
}

// A Peer is the other side of a connection, whatever the transport.
type Peer struct {
	// Protocol names the transport, as "http".
	Protocol string
	// Addr is the network address of the other side.
	Addr string
	// TLS is the state of the connection, nil without TLS. Do not modify it.
	TLS *tls.ConnectionState
	// Headers are what the transport knows of the request or the connection, by
	// canonical name. Do not modify them.
	Headers map[string][]string
}

// Header returns the first value of the header name, whatever its case, or "".
func (p Peer) Header(name string) string { return textproto.MIMEHeader(p.Headers).Get(name) }
