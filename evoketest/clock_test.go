package evoketest_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/evoketest"
)

func TestAClockMovesOnlyWhenItIsMoved(t *testing.T) {
	var clock evoketest.Clock
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, start, clock.Now())
	require.Equal(t, start, clock.Now())
	clock.Advance(time.Hour)
	require.Equal(t, start.Add(time.Hour), clock.Now())
	clock.Advance(-2 * time.Hour)
	require.Equal(t, start.Add(-time.Hour), clock.Now())
}

func TestClocksAndIDsAreSafeForConcurrentUse(t *testing.T) {
	const goroutines = 20
	var clock evoketest.Clock
	start := clock.Now()
	next := evoketest.IDs("id")
	var ids sync.Map
	var all sync.WaitGroup
	for range goroutines {
		all.Go(func() {
			clock.Advance(time.Second)
			clock.Now()
			_, twice := ids.LoadOrStore(next(), true)
			require.False(t, twice)
		})
	}
	all.Wait()
	require.Equal(t, start.Add(goroutines*time.Second), clock.Now())
	require.Equal(t, "id-21", next())
}

func TestIDsCountFromOneForEachSource(t *testing.T) {
	a, b := evoketest.IDs("a"), evoketest.IDs("b")
	require.Equal(t, []string{"a-1", "a-2", "b-1", "a-3"}, []string{a(), a(), b(), a()})
}
