package mux_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/tracker"
)

const rounds = 200

// meanwhile repeats the loops concurrently while change runs for as many rounds,
// and returns their errors.
func meanwhile(loops []func() error, change func() error) error {
	var all sync.WaitGroup
	var over atomic.Bool
	errs := make([]error, len(loops)+1)
	for i, loop := range loops {
		all.Go(func() {
			for errs[i] == nil && !over.Load() {
				errs[i] = loop()
			}
		})
	}
	for n := 0; n < rounds && errs[len(loops)] == nil; n++ {
		errs[len(loops)] = change()
	}
	over.Store(true)
	all.Wait()
	return errors.Join(errs...)
}

func TestHandlersComeAndGoWhileServing(t *testing.T) {
	m := mux.New()
	h := returning(events.Event{}, nil)
	m.Add("comes:and:goes", 1, h)
	ask := func(name string, version int, outcomes ...string) func() error {
		return func() error {
			response, err := m.Serve(context.Background(), events.Event{Name: name, Version: version})
			if err == nil && !slices.Contains(outcomes, response.Name) {
				err = fmt.Errorf("%s version %d was answered by %s", name, version, response.Append(nil))
			}
			return err
		}
	}
	err := meanwhile([]func() error{
		ask("comes:and:goes", 1, "comes:and:goes:response"),
		ask("comes:and:goes", 2, "comes:and:goes:response", "eventNotFound"),
		ask("alone:in:name", 1, "alone:in:name:response", "eventNotFound"),
		func() error {
			if n := len(m.Catalog().Events); n < 1 || n > 3 {
				return fmt.Errorf("the catalogue has %d events", n)
			}
			return nil
		},
	}, func() error {
		m.Add("comes:and:goes", 2, h)
		m.Add("alone:in:name", 1, h)
		if err := ask("comes:and:goes", 2, "comes:and:goes:response")(); err != nil {
			return err
		}
		if !m.Remove("comes:and:goes", 2) || !m.Remove("alone:in:name", 1) {
			return errors.New("what was added was not there")
		}
		return ask("alone:in:name", 1, "eventNotFound")()
	})
	require.NoError(t, err)
}

func TestOnlyOneOfManyAddsAVersion(t *testing.T) {
	m := mux.New()
	var all sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for range 20 {
		all.Go(func() {
			defer func() {
				if recover() == nil {
					mu.Lock()
					added++
					mu.Unlock()
				}
			}()
			m.Add("a:b:c", 1, returning(events.Event{}, nil))
		})
	}
	all.Wait()
	require.Equal(t, 1, added)
	require.Len(t, m.Catalog().Events, 1)
}

func TestMiddlewareIsAddedWhileServing(t *testing.T) {
	m := mux.New()
	m.Add("a:b:c", 1, returning(events.Event{Payload: json.RawMessage(`0`)}, nil))
	last := 0
	counting := func(next events.Handler) events.Handler {
		return events.HandlerFunc(func(ctx context.Context, e events.Event) (events.Event, error) {
			response, err := next.Serve(ctx, e)
			if err == nil {
				var n int
				err = json.Unmarshal(response.Payload, &n)
				response.Payload = json.RawMessage(fmt.Sprint(n + 1))
			}
			return response, err
		})
	}
	err := meanwhile([]func() error{func() error {
		response, err := m.Serve(context.Background(), events.Event{Name: "a:b:c", Version: 1})
		if err == nil {
			err = response.Err()
		}
		var n int
		if err == nil {
			err = json.Unmarshal(response.Payload, &n)
		}
		if err == nil && n < last {
			err = fmt.Errorf("%d middlewares ran after %d had", n, last)
		}
		last = n
		return err
	}}, func() error { m.Use(counting); return nil })
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(rounds), string(answerTo(t, m, "a:b:c", `{}`).Payload))
}

func TestConcurrentCallsDoNotMix(t *testing.T) {
	mock := new(tracker.Mock)
	m := mux.New(mux.WithTracker(mock))
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, in int) (int, error) {
		return in, events.SetMetadata(ctx, "n", in)
	})
	const calls = 200
	responses := make([]events.Event, calls)
	var all sync.WaitGroup
	for n := range calls {
		all.Go(func() {
			responses[n], _ = m.Serve(context.Background(), events.Event{
				Name: "a:b:c", Version: 1, ID: fmt.Sprint("id-", n), Payload: json.RawMessage(fmt.Sprint(n)),
			})
		})
	}
	all.Wait()
	for n, response := range responses {
		require.Equal(t, "a:b:c:response", response.Name)
		require.Equal(t, fmt.Sprint("id-", n), response.ID)
		require.Equal(t, fmt.Sprint(n), string(response.Payload))
		require.Equal(t, fmt.Sprintf(`{"n":%d}`, n), string(response.Metadata))
	}
	require.Equal(t, calls, mock.StartCount)
	require.Equal(t, calls, mock.EndCount)
}
