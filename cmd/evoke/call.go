package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

const (
	// catalogTimeout is how long a call waits for the catalogue at most.
	catalogTimeout = 5 * time.Second
	// maxRepeat bounds --repeat, whose results are kept until the summary.
	maxRepeat = 100_000
)

// A caller is what evoke call was asked for.
type caller struct {
	env        *env
	connection connection
	flowID     string
	repeat     int
	noValidate bool
	verbose    bool
}

func newCallCommand(e *env) *cobra.Command {
	c := &caller{env: e}
	cmd := &cobra.Command{
		Use:   "call URL NAME[@VERSION] [PAYLOAD | @FILE | -]",
		Short: "Send an event and print the answer",
		Long: `Send an event and print the answer: its payload on stdout; its name, flow and time on
stderr.

The payload is JSON, read from a file or from stdin; without one it is {}. If the
service tells its catalogue, the payload is validated before it is sent, and on a
terminal you are asked for required fields that are missing. Without a version the
newest one is called that is not deprecated, or 1 if the catalogue does not tell.

An answer that is an error event ends with exit code 1, a redirect with 0. A payload
that does not fit ends with 2: nothing was sent.`,
		Example: `  evoke call http://localhost:8080/events catalog:product:get '{"id": "p-1"}'
  evoke call http://localhost:8080/events orders:order:place@1 @order.json
  evoke call http://localhost:8080/events catalog:product:get --json '{"id": "p-1"}' | jq .response.payload
  EVOKE_TOKEN=... evoke call http://localhost:8080/events orders:order:list --repeat 5`,
		Args:              takes(2, 3),
		ValidArgsFunction: completeEvent(e, &c.connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.run(cmd.Context(), args[0], args[1], args[2:])
		},
	}
	c.connection.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&c.flowID, "flow-id", "", "send the event as a part of this flow")
	flags.IntVar(&c.repeat, "repeat", 1, "send the event so many times, one after the other")
	flags.BoolVar(&c.noValidate, "no-validate", false, "send the payload even if it does not fit")
	flags.BoolVarP(&c.verbose, "verbose", "v", false, "tell what is done")
	return cmd
}

func (c *caller) run(ctx context.Context, url, event string, payloadArgs []string) error {
	if c.repeat < 1 || c.repeat > maxRepeat {
		return fmt.Errorf("--repeat must be from 1 to %d, but is %d; evoke bench sends more", maxRepeat, c.repeat)
	}
	service, err := c.connection.open(c.env, url)
	if err != nil {
		return err
	}
	defer service.CloseIdleConnections()
	request, err := c.prepare(ctx, url, event, payloadArgs)
	if err != nil {
		return err
	}
	c.notef("sending %s version %d: %s", safe(request.Name), request.Version, safe(string(request.Payload)))
	if c.repeat > 1 {
		return c.callRepeatedly(ctx, service, request)
	}
	return c.callOnce(ctx, service, request)
}

// prepare makes the event that is to be sent, with the help of the catalogue.
func (c *caller) prepare(ctx context.Context, url, event string, payloadArgs []string) (events.Event, error) {
	name, version, err := parseEvent(event)
	if err != nil {
		return events.Event{}, err
	}
	arg := ""
	if len(payloadArgs) > 0 {
		arg = payloadArgs[0]
	}
	payload, err := readPayload(c.env, arg)
	if err != nil {
		return events.Event{}, err
	}
	var known catalog.Catalog
	if version == 0 || !c.noValidate {
		known = c.catalog(ctx, url)
	}
	if version == 0 {
		version = max(1, newest(known, name))
	}
	if described, ok := known.Find(name, version); ok {
		payload, err = c.fit(ctx, described, payload, arg == "-")
	}
	return events.Event{Name: name, Version: version, FlowID: c.flowID, Payload: payload}, err
}

// catalog returns what the service tells of itself. A call does not need it: what is
// wrong with the service, the call will show.
func (c *caller) catalog(ctx context.Context, url string) catalog.Catalog {
	ctx, cancel := context.WithTimeout(ctx, catalogTimeout)
	defer cancel()
	options, err := c.connection.options()
	if err != nil {
		return catalog.Catalog{}
	}
	known, err := readCatalog(ctx, url, options...)
	if err != nil {
		c.notef("not validated: %s", explainSafely(err))
		return catalog.Catalog{}
	}
	return known
}

// fit completes and validates the payload of an event that the catalogue describes.
func (c *caller) fit(ctx context.Context, described catalog.Event, payload json.RawMessage, stdinRead bool) (json.RawMessage, error) {
	if note := deprecationNote(described); note != "" {
		c.env.notef("%s", paint(c.env.colourErr, yellow, safe(eventKey(described)+" is "+note)))
	}
	if c.noValidate {
		return payload, nil
	}
	if c.env.terminal && !stdinRead {
		var err error
		if payload, err = c.env.askForMissing(ctx, described.InputSchema, payload); err != nil {
			return nil, err
		}
	}
	c.notef("validating by the catalogue")
	return payload, validate(described, payload)
}

// notef tells more than is needed.
func (c *caller) notef(format string, args ...any) {
	if c.verbose {
		c.env.notef(format, args...)
	}
}

// An answer is what became of one call.
type answer struct {
	event   events.Event
	elapsed time.Duration
}

func (c *caller) call(ctx context.Context, service *client.Client, request events.Event) (answer, error) {
	began := c.env.now()
	event, err := service.Serve(ctx, request)
	return answer{event, c.env.now().Sub(began)}, err
}

func (c *caller) callOnce(ctx context.Context, service *client.Client, request events.Event) error {
	a, err := c.call(ctx, service, request)
	if err != nil {
		return err
	}
	if err := c.print(a); err != nil {
		return err
	}
	return a.exit()
}

// exit is the exit code of an answer. That the time was up may be told by the
// service or noticed here, whoever is first.
func (a answer) exit() error {
	switch failed := a.failed(); {
	case failed == nil:
		return nil
	case failed.Code == events.CodeDeadlineExceeded:
		return &exitError{code: exitNoAnswer}
	}
	return &exitError{code: exitNo}
}

// failed returns the error that the answer is, or nil.
func (a answer) failed() *events.Error {
	failed := new(events.Error)
	if errors.As(a.event.Err(), &failed) {
		return failed
	}
	return nil
}

func (c *caller) print(a answer) error {
	e := c.env
	if e.json {
		return e.printJSON(struct {
			Response  events.Event `json:"response"`
			ElapsedMs float64      `json:"elapsedMs"`
		}{a.event, milliseconds(a.elapsed)})
	}
	as := green
	if a.failed() != nil {
		as = red
	}
	fmt.Fprintf(e.stderr, "%s  version %d  flow %s  %s\n", paint(e.colourErr, as, safe(a.event.Name)),
		a.event.Version, safe(a.event.FlowID), shortTime(a.elapsed))
	_, err := fmt.Fprintln(e.stdout, prettyJSON(a.event.Payload, e.colour))
	if hint := hintFrom(a.failed()); hint != "" {
		e.notef("%s", hint)
	}
	return err
}
