package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheEventsHaveTheSizesThatTheyAreSaidToHave(t *testing.T) {
	require.InDelta(t, 350, len(eventMessage(smallLines).body), 20)
	require.InDelta(t, 4096, len(eventMessage(largeLines).body), 300)
	require.Len(t, newOrder(1, largeLines).Lines, 64)
}

func TestATemplateWritesWhatTheNumberWouldHaveMade(t *testing.T) {
	text := newTemplate(encode(newEvent(0, largeLines)))
	for _, n := range []int{0, 1, 42, numbers - 1} {
		require.Equal(t, encode(newEvent(n, largeLines)), string(text.write(n)))
	}
}

func TestATemplateCountsOnFromTheNumberThatItFound(t *testing.T) {
	text := newTemplate(encode([]Order{newOrder(0, smallLines), newOrder(1, smallLines)}))
	require.Equal(t, encode([]Order{newOrder(5, smallLines), newOrder(6, smallLines)}), string(text.write(5)))
}

func TestNoTwoCallsAreAlike(t *testing.T) {
	all := newContenders()
	defer stopAll(all)
	for _, c := range all {
		text := newTemplate(c.request(smallLines).body)
		one := string(text.write(1))
		require.NotEqual(t, one, string(text.write(2)), c.name)
		for _, id := range []string{"order-00000001", "user-00000001", "article-00000001"} {
			require.Contains(t, one, id, c.name)
		}
	}
}
