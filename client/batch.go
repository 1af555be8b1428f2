package client

import (
	"context"
	"errors"
	"fmt"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/scan"
)

// A Batch collects calls of different types and sends them as one event:
//
//	b := client.NewBatch("system:batch:run", 1)
//	product := client.Queue[Product](b, "catalog:product:get", 1, GetProduct{ID: "p-1"})
//	price := client.Queue[Price](b, "catalog:price:get", 2, GetPrice{ID: "p-1"})
//	if err := b.Send(ctx, c); err != nil { ... } // no answer to the batch itself
//	p, err := product.Get()
//
// It is used by one goroutine and sent once.
type Batch struct {
	// Parallel lets the callee run the calls at the same time.
	Parallel bool

	name    string
	version int
	items   []item
	sent    bool
}

type item interface {
	request(context.Context, events.Handler) (events.Event, error)
	answer(events.Codec, events.Event)
	fail(error)
}

// NewBatch returns an empty batch that will be sent as the event name of the given
// version.
func NewBatch(name string, version int) *Batch { return &Batch{name: name, version: version} }

// Queue adds a call to b, as [Call] would make it. The call's timeout and headers
// are those of the batch.
func Queue[Out any](b *Batch, name string, version int, in any, options ...CallOption) *Result[Out] {
	r := &Result[Out]{name: name, version: version, in: in, err: errNotSent}
	for _, o := range options {
		o.applyCall(&r.settings)
	}
	b.items = append(b.items, r)
	return r
}

// A Result is the outcome of one call of a batch.
type Result[Out any] struct {
	name     string
	version  int
	in       any
	settings settings
	sent     events.Event
	out      Out
	err      error
}

var errNotSent = errors.New("client: the batch was not sent")

// Get returns what [Call] would have. Before the batch was sent it is an error.
func (r *Result[Out]) Get() (Out, error) { return r.out, r.err }

func (r *Result[Out]) request(ctx context.Context, h events.Handler) (events.Event, error) {
	var err error
	r.sent, err = newRequest(ctx, h, codecOf(h), r.name, r.version, r.in, r.settings)
	r.sent.FlowID = "" // that of the batch
	return r.sent, err
}

func (r *Result[Out]) answer(codec events.Codec, response events.Event) {
	r.err = decode(codec, r.sent, complete(r.sent, response), &r.out)
}

func (r *Result[Out]) fail(err error) { r.err = err }

// Send has h serve the batch and distributes the answers. Its error is for the
// batch as a whole, and then also that of each call; the errors of single calls
// are in their results. An empty batch is not sent.
func (b *Batch) Send(ctx context.Context, h events.Handler, options ...CallOption) error {
	if b.sent {
		return errors.New("client: the batch was sent before")
	}
	b.sent = true
	if len(b.items) == 0 {
		return nil
	}
	err := b.send(ctx, h, options)
	if err != nil {
		for _, item := range b.items {
			item.fail(err)
		}
	}
	return err
}

func (b *Batch) send(ctx context.Context, h events.Handler, options []CallOption) error {
	var s settings
	for _, o := range options {
		o.applyCall(&s)
	}
	request, err := newRequest(ctx, h, events.JSON{}, b.name, b.version, nil, s)
	if err != nil {
		return err
	}
	if request.Payload, err = b.payload(ctx, h); err != nil {
		return err
	}
	response, err := serve(ctx, h, request, s)
	if err == nil || response.Name != "" {
		response = complete(request, response)
		err = response.Err()
	}
	if err != nil {
		return err
	}
	answers, err := readAnswers(response.Payload)
	if err == nil && len(answers) != len(b.items) {
		err = fmt.Errorf("%d answers for %d events", len(answers), len(b.items))
	}
	if err != nil {
		return &Error{Event: b.name, Version: b.version, Reason: ErrInvalidResponse, Err: err}
	}
	for i, item := range b.items {
		item.answer(codecOf(h), answers[i])
	}
	return nil
}

func (b *Batch) payload(ctx context.Context, h events.Handler) ([]byte, error) {
	payload := []byte(`{"parallel":false,"events":[`)
	if b.Parallel {
		payload = []byte(`{"parallel":true,"events":[`)
	}
	for i, item := range b.items {
		e, err := item.request(ctx, h)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			payload = append(payload, ',')
		}
		payload = e.Append(payload)
	}
	return append(payload, `]}`...), nil
}

// readAnswers reads the answer of version 1, an array, or that of later ones,
// {"events": [...]}.
func readAnswers(payload []byte) ([]events.Event, error) {
	if scan.Kind(payload) == "object" {
		payload = scan.Lookup(payload, "events")
	}
	if scan.Kind(payload) != "array" {
		return nil, errors.New("it holds no list of events")
	}
	var answers []events.Event
	w := scan.Walk(payload, scan.Space(payload, 0), events.DefaultMaxDepth)
	for w.Next() {
		e, err := events.Decoder{Response: true}.Decode(w.Value())
		if err != nil {
			return nil, fmt.Errorf("answer %d: %w", len(answers)+1, noEvent(err))
		}
		answers = append(answers, e)
	}
	return answers, w.Err()
}
