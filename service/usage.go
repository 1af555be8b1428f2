package service

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker"
)

// usage is the tracker that counts the calls of the events in the catalogue.
type usage struct {
	tracker.NoOp
	service *Service
}

// Start finds the counter of the event. None, too, goes into the context, where End
// would otherwise find that of the batch that this is an item of.
func (u *usage) Start(ctx context.Context, request events.Event) context.Context {
	c := u.service.view().counters[eventKey{request.Name, request.Version}]
	if c != nil {
		c.inFlight.Add(1)
	}
	return context.WithValue(ctx, u, c)
}

// End counts the call.
func (u *usage) End(ctx context.Context, response events.Event, _ error) context.Context {
	if c, _ := ctx.Value(u).(*counter); c != nil {
		c.end(response, events.CallFrom(ctx))
	}
	return ctx
}

// kinds are those that are counted. Others a peer may have made up.
var kinds = [...]events.Kind{
	events.KindError, events.KindBadRequest, events.KindUnprocessable, events.KindUnauthorized, events.KindForbidden,
	events.KindUserDenied, events.KindResourceDenied, events.KindNotFound, events.KindGone, events.KindExpired,
	events.KindFailedDependency, events.KindEventNotFound, events.KindBadProtocol, None,
}

// A counter keeps account of one event, in 5 KB whatever is called and without locks:
// what is read while calls end may be some calls apart.
type counter struct {
	inFlight atomic.Int64
	latency  histogram
	errors   [len(kinds)]atomic.Uint64
	last     atomic.Pointer[Failure]
}

func (c *counter) end(response events.Event, call events.Call) {
	c.inFlight.Add(-1)
	c.latency.record(call.Elapsed)
	if response.Name == "" {
		c.fail(None, "", call)
	} else if e, ok := response.Err().(*events.Error); ok {
		c.fail(e.Kind, e.Code, call)
	}
}

func (c *counter) fail(kind events.Kind, code string, call events.Call) {
	i := index(kind)
	c.errors[i].Add(1)
	code = strings.ToValidUTF8(code[:min(len(code), maxCode)], "")
	c.last.Store(&Failure{Code: strings.Clone(code), Kind: kinds[i], At: call.Started.Add(call.Elapsed)})
}

// maxCode is the longest code of an error that is kept, in bytes.
const maxCode = 128

// index returns the place of kind, or that of error.
func index(kind events.Kind) int {
	for i, k := range kinds {
		if k == kind {
			return i
		}
	}
	return 0
}

func (c *counter) read() EventStats {
	counts, total := c.latency.read()
	e := EventStats{Calls: total, Errors: map[events.Kind]uint64{}, InFlight: c.inFlight.Load(), LastError: c.last.Load()}
	for i, k := range kinds {
		if n := c.errors[i].Load(); n > 0 {
			e.Errors[k] = n
		}
	}
	if total == 0 {
		return e
	}
	longest := c.latency.max.Load()
	quantile := func(percent uint64) float64 {
		return milliseconds(time.Duration(min(counts.quantile(percent, total), longest)))
	}
	e.LatencyMs = Latency{
		P50: quantile(50), P90: quantile(90), P99: quantile(99), Max: milliseconds(time.Duration(longest)),
		Mean: milliseconds(time.Duration(c.latency.sum.Load())) / float64(total),
	}
	return e
}
