package flowtracker

import (
	"encoding/json"
	"net/http"
	"time"
)

// An Option configures a [Tracker].
type Option func(*config)

type config struct {
	flows, calls, bytes int
	payloads            bool
	redact              func(name string, payload json.RawMessage) json.RawMessage
	forwardTo           string
	client              *http.Client
	receive             bool
	title               string
	now                 func() time.Time
}

func defaults() config {
	return config{flows: 200, calls: 500, bytes: 32 << 20, title: "Flows", now: time.Now}
}

// WithLimit keeps at most that many flows, the ones that were active last. The
// default is 200.
func WithLimit(flows int) Option { return func(c *config) { c.flows = max(1, flows) } }

// WithCallsPerFlow keeps at most that many calls of a flow, the first ones; how
// many more there were is shown. The default is 500.
func WithCallsPerFlow(n int) Option { return func(c *config) { c.calls = max(1, n) } }

// WithMemory bounds what is kept, in bytes, about as it is in memory. The flows
// that were not active for longest go first. The default is 32 MiB.
func WithMemory(bytes int) Option { return func(c *config) { c.bytes = max(0, bytes) } }

// WithPayloads also keeps payloads, as redact returns them: name is that of the
// request or the response, and a nil result is not shown. Nil keeps them as they
// are, with all the secrets that they hold; see [Hide]. Payloads over 64 KiB are
// left out, and what redact returns is cut at 4 KiB.
//
// Redact runs within each call, in many goroutines, and must not change payload.
// If it panics, the payload is left out.
func WithPayloads(redact func(name string, payload json.RawMessage) json.RawMessage) Option {
	return func(c *config) { c.payloads, c.redact = true, redact }
}

// WithForward also sends each call that has ended to the Tracker that is served at
// url, as http://localhost:8080/flows/, which must have [WithReceive]. Client may
// be nil; another one can add what a proxy asks for.
//
// Calls wait in a queue of at most 4 MiB and are sent again while nobody answers.
// What does not fit in is lost, and the pages of both sides say how many calls
// were. See [Tracker.Close].
func WithForward(url string, client *http.Client) Option {
	return func(c *config) { c.forwardTo, c.client = url, client }
}

// WithReceive accepts the calls that other Trackers forward. Who can reach the page
// can then fill it, up to its bounds.
func WithReceive() Option { return func(c *config) { c.receive = true } }

// WithTitle is the title of the page. The default is "Flows".
func WithTitle(title string) Option { return func(c *config) { c.title = title } }

// WithClock sets the clock by which calls still run, and by which unreadable bodies
// came. It must be that of the muxes and clients, whose default is [time.Now] too.
func WithClock(now func() time.Time) Option { return func(c *config) { c.now = now } }
