package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"github.com/evoke-rpc/evoke/mux"
)

// A contender is one way to serve and to call the same event.
type contender struct {
	name    string
	peer    bool // another framework, neither Evoke nor a floor
	handler http.Handler
	// request is the first request with orders of this many lines.
	request func(lines int) message
	// answer reads the body that answers such a request.
	answer func(body []byte) (Receipt, error)
	// batch is a request with [batchSize] small orders and answers reads what
	// comes back; nil if the contender has no batches.
	batch   func() message
	answers func(body []byte) ([]Receipt, error)
	// dial makes the contender's own client; nil if it has none.
	dial func(transport http.RoundTripper) (client, error)
	// stop ends what the handler has running; nil if there is nothing.
	stop func()
}

// A message is a request in the form that a contender wants. The numbers in header
// and body are those of the first call, see [template].
type message struct {
	path   string
	header http.Header
	body   string
}

// A client places small orders.
type client struct {
	place func(ctx context.Context, in Order) (Receipt, error)
	stop  func() // nil if there is nothing to stop
}

// The names that goals and the chart refer to.
const (
	floorA          = "A: net/http and encoding/json"
	floorC          = "C: bytes in, bytes out"
	evokeDefault    = "Evoke"
	evokeUnchecked  = "Evoke, validation off"
	clientURL       = "http://bench.invalid"
	applicationJSON = "application/json"
)

// newContenders makes all of them, the floors first. They are stopped by
// [stopAll].
func newContenders() []*contender {
	return []*contender{
		newFloorA(), newFloorC(),
		newEvoke(evokeDefault), newEvoke(evokeUnchecked, mux.WithValidation(false)),
		newConnect(), newConnectPlain(), newTwirp(), newGorilla(), newHuma(), newGethereum(), newJRPC2(),
	}
}

func stopAll(contenders []*contender) {
	for _, c := range contenders {
		if c.stop != nil {
			c.stop()
		}
	}
}

// plainHeader is the header of a contender whose body is the payload alone: what is
// in the envelope otherwise is here.
func plainHeader() http.Header {
	return http.Header{
		"Content-Type": {applicationJSON},
		"Request-Id":   {eventID(0)},
		"Flow-Id":      {flowID(0)},
		"User-Id":      {newOrder(0, smallLines).User},
	}
}

// callerHeader says the same for a client, with ids that are new.
func callerHeader(in Order) http.Header {
	return http.Header{
		"Request-Id": {rand.Text()},
		"Flow-Id":    {rand.Text()},
		"User-Id":    {in.User},
	}
}

// readAs reads answers that are the JSON of T.
func readAs[T any](receipt func(T) (Receipt, error)) func([]byte) (Receipt, error) {
	return func(body []byte) (Receipt, error) {
		var answer T
		if err := json.Unmarshal(body, &answer); err != nil {
			return Receipt{}, fmt.Errorf("%w in %q", err, body)
		}
		return receipt(answer)
	}
}

// readAllAs reads answers that are a JSON array of T.
func readAllAs[T any](receipt func(T) (Receipt, error)) func([]byte) ([]Receipt, error) {
	return func(body []byte) ([]Receipt, error) {
		var answers []T
		if err := json.Unmarshal(body, &answers); err != nil {
			return nil, fmt.Errorf("%w in %q", err, body)
		}
		receipts := make([]Receipt, len(answers))
		for i, answer := range answers {
			var err error
			if receipts[i], err = receipt(answer); err != nil {
				return nil, err
			}
		}
		return receipts, nil
	}
}

// compare compares the answer to the n-th call with what is right.
func (c *contender) compare(n, lines int, body []byte) error {
	got, err := c.answer(body)
	if err != nil {
		return fmt.Errorf("%s, %d lines: %w", c.name, lines, err)
	}
	if want := place(newOrder(n, lines)); got != want {
		return fmt.Errorf("%s, %d lines: the answer is %+v, not %+v", c.name, lines, got, want)
	}
	return nil
}

// compareBatch does the same with a batch, the first of whose orders is the n-th.
func (c *contender) compareBatch(n int, body []byte) error {
	got, err := c.answers(body)
	if err != nil {
		return fmt.Errorf("%s, batch: %w", c.name, err)
	}
	var want []Receipt
	for i := range batchSize {
		want = append(want, place(newOrder(n+i, smallLines)))
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("%s, batch: the answer is %+v, not %+v", c.name, got, want)
	}
	return nil
}
