package service_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/catalog"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/mux"
	"github.com/evoke-rpc/evoke/service"
)

// stats returns what is known of an event, and whether it is in the list.
func stats(t *testing.T, m *mux.Mux, name string, version int) (service.EventStats, bool) {
	t.Helper()
	s, err := client.Call[service.Stats](t.Context(), m, service.StatsGet, 1, nil)
	require.NoError(t, err)
	for _, e := range s.Events {
		if e.Name == name && e.Version == version {
			return e, true
		}
	}
	return service.EventStats{}, false
}

func TestCallsAreCountedByTheirOutcome(t *testing.T) {
	for name, test := range map[string]struct {
		answer events.Event
		err    error
		errors map[events.Kind]uint64
		code   string
		kind   events.Kind
	}{
		"a success":  {},
		"a redirect": {err: &events.Redirect{URL: "u"}},
		"a success, with an error for the tracker": {answer: events.Event{Name: "a:b:c:response"}, err: errors.New("x")},
		"an error that is addressed":               {err: events.Errorf(events.KindNotFound, "NO_SUCH", "no"), errors: map[events.Kind]uint64{"notFound": 3}, code: "NO_SUCH", kind: "notFound"},
		"an unexpected error":                      {err: errors.New("x"), errors: map[events.Kind]uint64{"error": 3}, code: "UNHANDLED_ERROR", kind: "error"},
		"an event for an error":                    {answer: events.Event{Name: "a:b:c:gone", Payload: json.RawMessage(`{"code":"GONE_BY"}`)}, errors: map[events.Kind]uint64{"gone": 3}, code: "GONE_BY", kind: "gone"},
		"a kind that nobody knows":                 {answer: events.Event{Name: "a:b:c:odd", Payload: json.RawMessage(`{"code":"ODD"}`)}, errors: map[events.Kind]uint64{"error": 3}, code: "ODD", kind: "error"},
		"a code that is too long":                  {err: events.Errorf(events.KindGone, strings.Repeat("x", 127)+"é", "no"), errors: map[events.Kind]uint64{"gone": 3}, code: strings.Repeat("x", 127), kind: "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			noon := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
			m := mux.New(mux.WithClock(func() time.Time { return noon }))
			m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) { return test.answer, test.err }))
			service.Register(m, service.Info{})
			for range 3 {
				_, _ = client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil) // its outcome is counted
			}
			e, ok := stats(t, m, "a:b:c", 1)
			require.True(t, ok)
			want := service.EventStats{Name: "a:b:c", Version: 1, Calls: 3, Errors: test.errors}
			if test.errors == nil {
				want.Errors = map[events.Kind]uint64{}
			} else {
				want.LastError = &service.Failure{Code: test.code, Kind: test.kind, At: noon}
			}
			require.Equal(t, want, e)
		})
	}
}

func TestACallerWhoIsGoneIsCountedAsNone(t *testing.T) {
	m := mux.New()
	ctx, cancel := context.WithCancel(t.Context())
	mux.Handle(m, "a:b:c", 1, func(ctx context.Context, _ struct{}) (struct{}, error) { cancel(); return struct{}{}, ctx.Err() })
	service.Register(m, service.Info{})
	_, err := client.Call[struct{}](ctx, m, "a:b:c", 1, nil)
	require.ErrorIs(t, err, context.Canceled)
	e, _ := stats(t, m, "a:b:c", 1)
	require.Equal(t, map[events.Kind]uint64{service.None: 1}, e.Errors)
}

func TestCallsInFlightAreCounted(t *testing.T) {
	m := mux.New()
	started, release := make(chan struct{}), make(chan struct{})
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) {
		started <- struct{}{}
		<-release
		return struct{}{}, nil
	})
	service.Register(m, service.Info{})
	var callers sync.WaitGroup
	for range 3 {
		callers.Go(func() { _, _ = client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil) })
		<-started
	}
	e, _ := stats(t, m, "a:b:c", 1)
	require.EqualValues(t, 3, e.InFlight)
	require.Zero(t, e.Calls)
	close(release)
	callers.Wait()
	e, _ = stats(t, m, "a:b:c", 1)
	require.Zero(t, e.InFlight)
	require.EqualValues(t, 3, e.Calls)
}

func TestTheItemsOfABatchAreCountedOneByOne(t *testing.T) {
	m := door()
	service.Register(m, service.Info{})
	for _, parallel := range []bool{false, true} {
		b := client.NewBatch("system:batch:run", 1)
		b.Parallel = parallel
		for _, guest := range []string{"Ada", "", "Bob"} {
			client.Queue[string](b, "door:guest:greet", 2, greeting{guest})
		}
		client.Queue[secret](b, "secret:hidden:do", 1, secret{"x"})
		client.Queue[secret](b, "no:such:event", 1, nil)
		require.NoError(t, b.Send(t.Context(), m))
	}
	e, _ := stats(t, m, "door:guest:greet", 2)
	require.EqualValues(t, 6, e.Calls)
	require.Equal(t, map[events.Kind]uint64{events.KindBadRequest: 2}, e.Errors)
	e, _ = stats(t, m, "system:batch:run", 1)
	require.EqualValues(t, 2, e.Calls, "what is hidden or unknown is not counted as its batch")
	require.Empty(t, e.Errors)
	require.Zero(t, e.InFlight)
}

func TestOnlyEventsOfTheCatalogueAreListed(t *testing.T) {
	m := door()
	s := service.Register(m, service.Info{}, audiences())
	for range 1000 {
		_, err := client.Call[struct{}](t.Context(), m, "made:up:"+events.RandomID(), 1, nil)
		require.ErrorIs(t, err, events.KindEventNotFound)
	}
	got, err := client.Call[service.Stats](as(t, "owner"), m, service.StatsGet, 1, nil)
	require.NoError(t, err)
	require.Len(t, got.Events, len(s.Catalog().Events))
	for i, e := range s.Catalog().Events {
		require.Equal(t, e.Name, got.Events[i].Name)
		require.Equal(t, e.Version, got.Events[i].Version)
		require.Equal(t, e.Deprecation != nil, got.Events[i].Deprecated)
	}
}

func TestTheTimeSinceTheStartIsThatOfTheClock(t *testing.T) {
	now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	m := mux.New()
	service.Register(m, service.Info{}, service.WithClock(func() time.Time { return now }))
	now = now.Add(90 * time.Second)
	s, err := client.Call[service.Stats](t.Context(), m, service.StatsGet, 1, nil)
	require.NoError(t, err)
	require.Equal(t, time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC), s.Since)
	require.EqualValues(t, 90_000, s.UptimeMs)
}

func TestCountsSurviveChangesOfOtherEvents(t *testing.T) {
	m := mux.New()
	service.Register(m, service.Info{})
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) {
		m.Remove("x:y:z", 1)
		mux.Handle(m, "x:y:z", 1, greet)
		return struct{}{}, nil
	})
	for range 3 {
		_, err := client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil)
		require.NoError(t, err)
	}
	e, _ := stats(t, m, "a:b:c", 1)
	require.EqualValues(t, 3, e.Calls)
	require.Zero(t, e.InFlight)
}

func TestAnEventThatIsRemovedIsForgotten(t *testing.T) {
	m := mux.New()
	service.Register(m, service.Info{})
	add := func() {
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { m.Remove("a:b:c", 1); return struct{}{}, nil })
	}
	add()
	_, err := client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil)
	require.NoError(t, err)
	_, ok := stats(t, m, "a:b:c", 1)
	require.False(t, ok)
	add()
	e, ok := stats(t, m, "a:b:c", 1)
	require.True(t, ok)
	require.Zero(t, e.Calls)
	require.Zero(t, e.InFlight, "the call that removed it does not count for its successor")
}

func TestNoCallIsLostWhereManyAreMadeAtOnce(t *testing.T) {
	m := mux.New()
	service.Register(m, service.Info{})
	mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { return struct{}{}, events.KindGone })
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 200 {
				_, _ = client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil)
			}
		})
	}
	callers.Go(func() {
		for range 50 {
			mux.Handle(m, "x:y:z", 1, greet)
			_, _ = client.Call[service.Stats](t.Context(), m, service.StatsGet, 1, nil)
			m.Remove("x:y:z", 1)
		}
	})
	callers.Wait()
	e, _ := stats(t, m, "a:b:c", 1)
	require.EqualValues(t, 1600, e.Calls)
	require.Equal(t, map[events.Kind]uint64{events.KindGone: 1600}, e.Errors)
	require.Zero(t, e.InFlight)
}

func TestQuantilesAreWithinFivePerCent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	between := func(from, to float64) float64 {
		return math.Exp(math.Log(from) + random.Float64()*(math.Log(to)-math.Log(from)))
	}
	for name, next := range map[string]func(i int) float64{ // nanoseconds
		"always the same":    func(int) float64 { return 1234567 },
		"nothing":            func(int) float64 { return 0 },
		"a few nanoseconds":  func(i int) float64 { return float64(i % 40) },
		"microseconds":       func(int) float64 { return 1e3 + random.Float64()*1e5 },
		"the usual":          func(int) float64 { return 3e6 * math.Exp(random.NormFloat64()) },
		"two kinds of calls": func(i int) float64 { return []float64{2e5, 9e8}[i%10/9] * (1 + random.Float64()/10) },
		"all magnitudes":     func(int) float64 { return between(1, 3.6e12) },
		"powers of two":      func(i int) float64 { return math.Pow(2, float64(i%41)) },
		"just below them":    func(i int) float64 { return math.Pow(2, float64(i%41)) - 1 },
		"just below a step":  func(i int) float64 { return 17*math.Pow(2, float64(10+i%28)) - 1 },
	} {
		for _, n := range []int{1, 2, 10, 99, 2000} {
			now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
			m := mux.New(mux.WithClock(func() time.Time { return now }))
			var took []float64
			m.Add("a:b:c", 1, events.HandlerFunc(func(context.Context, events.Event) (events.Event, error) {
				d := time.Duration(next(len(took)))
				took, now = append(took, float64(d)/1e6), now.Add(d)
				return events.Event{}, nil
			}))
			service.Register(m, service.Info{})
			sum := 0.0
			for range n {
				_, err := m.Serve(t.Context(), events.Event{Name: "a:b:c", Version: 1})
				require.NoError(t, err)
				sum += took[len(took)-1]
			}
			slices.Sort(took)
			exact := func(q float64) float64 { return took[int(math.Ceil(q*float64(n)))-1] }
			e, _ := stats(t, m, "a:b:c", 1)
			for _, q := range []struct{ exact, got float64 }{
				{exact(0.50), e.LatencyMs.P50}, {exact(0.90), e.LatencyMs.P90}, {exact(0.99), e.LatencyMs.P99},
			} {
				require.InDelta(t, q.exact, q.got, 0.05*q.exact, "%s, %d calls", name, n)
				require.LessOrEqual(t, q.got, e.LatencyMs.Max)
			}
			require.InDelta(t, took[n-1], e.LatencyMs.Max, 1e-9*took[n-1], name)
			require.InDelta(t, sum/float64(n), e.LatencyMs.Mean, 1e-9*sum+1e-12, name)
		}
	}
}

func TestTimesThatNobodyMeantAreCountedAllTheSame(t *testing.T) {
	for _, d := range []time.Duration{-time.Hour, 100 * time.Hour, math.MaxInt64} {
		now := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
		m := mux.New(mux.WithClock(func() time.Time { return now }))
		mux.Handle(m, "a:b:c", 1, func(context.Context, struct{}) (struct{}, error) { now = now.Add(d); return struct{}{}, nil })
		service.Register(m, service.Info{})
		_, err := client.Call[struct{}](t.Context(), m, "a:b:c", 1, nil)
		require.NoError(t, err)
		e, _ := stats(t, m, "a:b:c", 1)
		want := max(0, d).Seconds() * 1000
		require.EqualValues(t, 1, e.Calls)
		require.InDelta(t, want, e.LatencyMs.Max, want/1e9)
		require.InDelta(t, want, e.LatencyMs.P50, want/1e9, "alone in the last bucket it is the longest")
	}
}

func TestAnEventThatWasNeverCalledHasAnAnswerOfTheSameShape(t *testing.T) {
	m := mux.New()
	mux.Handle(m, "a:b:c", 1, greet, mux.WithDeprecation(catalog.Deprecation{}))
	service.Register(m, service.Info{})
	var answer struct{ Events []json.RawMessage }
	require.NoError(t, json.Unmarshal([]byte(send(t, t.Context(), m, service.StatsGet)), &answer))
	require.JSONEq(t, `{"name":"a:b:c","version":1,"calls":0,"errors":{},"inFlight":0,"lastError":null,"deprecated":true,
		"latencyMs":{"p50":0,"p90":0,"p99":0,"max":0,"mean":0}}`, string(answer.Events[0]))
}
