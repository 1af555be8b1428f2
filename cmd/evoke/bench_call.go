package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/internal/load"
	"github.com/evoke-rpc/evoke/tracker"
)

// dial makes the client of the load. It keeps a connection for each worker, as many
// connections would be opened and closed all the time otherwise.
func (b *bench) dial(rawURL string) (err error) {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: b.workers, ForceAttemptHTTP2: true}
	b.service, err = b.connection.open(b.env, rawURL,
		client.WithHTTPClient(&http.Client{Transport: transport}), client.WithTracker(&b.sizes))
	return err
}

// call makes one call; see load.Config.
func (b *bench) call(ctx context.Context, _, n int) error {
	answered, err := b.send(ctx)
	if n >= 0 && (err == nil || ctx.Err() == nil) {
		b.answered.Add(int64(answered))
	}
	return err
}

// send returns how many events were answered by a success.
func (b *bench) send(ctx context.Context) (answered int, err error) {
	t := &b.target
	if b.batch > 0 {
		return b.sendBatch(ctx)
	}
	response, err := b.service.Serve(ctx, events.Event{Name: t.name, Version: t.version, Payload: t.payload})
	if err == nil {
		err = response.Err()
	}
	if err != nil {
		return 0, err
	}
	return 1, nil
}

func (b *bench) sendBatch(ctx context.Context) (answered int, err error) {
	t := &b.target
	queue := client.NewBatch(t.batchName, t.batchVersion)
	queue.Parallel = b.parallel
	results := make([]*client.Result[struct{}], b.batch)
	for i := range results {
		results[i] = client.Queue[struct{}](queue, t.name, t.version, t.payload)
	}
	if err := queue.Send(ctx, b.service); err != nil {
		return 0, err
	}
	var failed load.Errors
	for _, r := range results {
		if _, err := r.Get(); err != nil {
			failed = append(failed, err)
		}
	}
	if failed != nil {
		return b.batch - len(failed), failed
	}
	return b.batch, nil
}

// firstCallError explains why there is nothing to measure, and gives the exit code
// that evoke call would.
func firstCallError(err error) error {
	if many, ok := err.(load.Errors); ok {
		err = many[0]
	}
	var failed *events.Error
	if !errors.As(err, &failed) {
		return err
	}
	code := exitNo
	if failed.Code == events.CodeDeadlineExceeded {
		code = exitNoAnswer
	}
	err = fmt.Errorf("the first call failed, so no other was made: %w", err)
	if hint := hintFrom(failed); hint != "" {
		err = fmt.Errorf("%w; %s", err, hint)
	}
	return &exitError{code, err}
}

// maxBenchLabel bounds the name of an error, which a stranger may have chosen.
const maxBenchLabel = 100

// benchLabel names an error: its kind and, after a space, its code, or what the system
// says of a connection.
func benchLabel(err error) string {
	var answer *events.Error
	var redirect *events.Redirect
	var call *client.Error
	switch {
	case errors.As(err, &call):
		return labelOfNoAnswer(call)
	case errors.As(err, &answer):
		return clip(strings.TrimSpace(string(answer.Kind)+" "+answer.Code), maxBenchLabel)
	case errors.As(err, &redirect):
		return "redirect"
	}
	return "error"
}

func labelOfNoAnswer(err *client.Error) string {
	var system syscall.Errno
	if errors.As(err.Err, &system) {
		return reason(err.Reason) + " " + system.Error()
	}
	if request := new(url.Error); errors.Is(err.Reason, client.ErrNoConnection) && errors.As(err.Err, &request) {
		return clip(reason(err.Reason)+" "+request.Err.Error(), maxBenchLabel)
	}
	return reason(err.Reason)
}

// answerSizes is a tracker that sums up the sizes of all answers.
type answerSizes struct {
	tracker.NoOp
	answers, bytes atomic.Int64
}

func (s *answerSizes) End(ctx context.Context, _ events.Event, _ error) context.Context {
	if size := events.CallFrom(ctx).ResponseBytes; size > 0 {
		s.answers.Add(1)
		s.bytes.Add(int64(size))
	}
	return ctx
}

// mean is the average size of an answer in bytes, 0 if there was none.
func (s *answerSizes) mean() int64 {
	if s.answers.Load() == 0 {
		return 0
	}
	return s.bytes.Load() / s.answers.Load()
}
