package label_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/events"
	"github.com/evoke-rpc/evoke/tracker/internal/label"
)

func TestAnEntryIsCreatedOnce(t *testing.T) {
	var table label.Table[string, int]
	var mu sync.Mutex
	created := map[string]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				key := fmt.Sprint(i)
				v, ok := table.Get(key, func(k string) (string, int) {
					mu.Lock()
					defer mu.Unlock()
					created[k]++
					return k, i
				})
				if !ok || v != i {
					t.Errorf("the value of %s is %d, %v", key, v, ok)
				}
				if v, ok := table.Find(key); !ok || v != i {
					t.Errorf("%s is found as %d, %v", key, v, ok)
				}
			}
		})
	}
	all.Wait()
	require.Len(t, created, 1000)
	for key, n := range created {
		require.Equal(t, 1, n, key)
	}
	require.Len(t, table.All(), 1000)
}

func TestATableMayBeFull(t *testing.T) {
	table := label.Table[int, int]{Limit: 3}
	require.Empty(t, table.All())
	for i := range 10 {
		_, ok := table.Get(i, func(k int) (int, int) { return k, k })
		require.Equal(t, i < 3, ok)
	}
	_, ok := table.Find(2)
	require.True(t, ok)
	_, ok = table.Find(3)
	require.False(t, ok)
	require.Equal(t, map[int]int{0: 0, 1: 1, 2: 2}, table.All())
}

func TestLookingUpAllocatesNothing(t *testing.T) {
	type event struct {
		name    string
		version int
	}
	var table label.Table[event, int]
	for i := range 100 {
		table.Get(event{"a:b:c", i}, func(e event) (event, int) { return e, i })
	}
	table.All()
	require.Zero(t, testing.AllocsPerRun(100, func() { table.Find(event{"a:b:c", 7}) }))
}

func TestKindsAreFew(t *testing.T) {
	for _, test := range []struct {
		name string
		err  error
		want string
	}{
		{"a:b:c:response", nil, ""},
		{"a:b:c:redirect", nil, ""},
		{"a:b:c:response", errors.New("cache cold"), "noticed"},
		{"a:b:c:notFound", nil, "notFound"},
		{"a:b:c:not_found", nil, "notFound"},
		{"a:b:c:invented", nil, "error"},
		{"eventNotFound", nil, "eventNotFound"},
		{"", context.DeadlineExceeded, "timeout"},
		{"", context.Canceled, "canceled"},
		{"", errors.New("refused"), "unanswered"},
	} {
		require.Equal(t, test.want, label.Kind(events.Event{Name: test.name}, test.err), test.name)
	}
}
