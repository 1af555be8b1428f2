package main

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryContenderAnswersTheSame(t *testing.T) {
	all := newContenders()
	defer stopAll(all)
	for _, c := range all {
		if c.answer == nil {
			require.Equal(t, floorC, c.name, "only the floor that decodes nothing has no answer to check")
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			for _, n := range []int{0, 1, numbers - 1} {
				requireRight(t, c, n, smallLines)
				requireRight(t, c, n, largeLines)
			}
		})
	}
}

func TestEveryBatchHasTheSameAnswers(t *testing.T) {
	all := newContenders()
	defer stopAll(all)
	for _, c := range all {
		if c.batch == nil {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			e := newExchange(c.handler, c.batch())
			for _, n := range []int{0, 7} {
				e.call(n)
				require.NoError(t, c.compareBatch(n, e.writer.body))
			}
		})
	}
}

func TestEveryClientReadsTheAnswer(t *testing.T) {
	all := newContenders()
	defer stopAll(all)
	for _, c := range all {
		if c.dial == nil {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			caller, err := newCaller(c)
			require.NoError(t, err)
			defer caller.stop()
			require.NoError(t, caller.check(12)) // ids of JSON-RPC have two digits then
		})
	}
}

func TestAWrongAnswerIsNotTimed(t *testing.T) {
	c := newFloorA()
	require.ErrorContains(t, c.compare(1, smallLines, []byte(`{"name":"shop:order:place:error","version":1,"payload":{}}`)), "shop:order:place:error")
	answerToAnother := newExchange(c.handler, c.request(smallLines))
	answerToAnother.call(2)
	require.ErrorContains(t, c.compare(1, smallLines, answerToAnother.writer.body), "order-00000002")
}

func requireRight(t *testing.T, c *contender, n, lines int) {
	t.Helper()
	e := newExchange(c.handler, c.request(lines))
	e.call(n)
	require.Equal(t, http.StatusOK, e.writer.status)
	require.NoError(t, c.compare(n, lines, e.writer.body))
}
