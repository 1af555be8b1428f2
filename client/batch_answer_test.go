package client_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/evoke-rpc/evoke/batch"
	"github.com/evoke-rpc/evoke/client"
	"github.com/evoke-rpc/evoke/events"
)

func TestBatchRefusedAsAWholeFailsAllItsResults(t *testing.T) {
	network := &recorder{next: remote(newShop(batch.WithMaxItems(1)))}
	b := client.NewBatch("system:batch:run", 1)
	first := client.Queue[product](b, "catalog:product:get", 1, getProduct{ID: "p-1"})
	second := client.Queue[price](b, "catalog:price:get", 2, nil)
	err := b.Send(t.Context(), over(network))
	var e *events.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, events.CodeLimitExceeded, e.Code)
	_, got := first.Get()
	require.Equal(t, err, got)
	_, got = second.Get()
	require.Equal(t, err, got)
}

func TestBatchWithoutAnswerFailsAllItsResults(t *testing.T) {
	for name, c := range map[string]struct {
		network transport
		want    error
	}{
		"no connection": {refused, client.ErrNoConnection},
		"no event":      {answering(200, "<html>"), client.ErrInvalidResponse},
	} {
		t.Run(name, func(t *testing.T) {
			b := client.NewBatch("system:batch:run", 1)
			result := client.Queue[product](b, "catalog:product:get", 1, nil)
			err := b.Send(t.Context(), over(c.network))
			requireReason(t, c.want, err)
			_, got := result.Get()
			require.Equal(t, err, got)
		})
	}
}

func TestAnswersThatDoNotMatchTheBatchAreAnInvalidResponse(t *testing.T) {
	const one = `{"name":"catalog:product:get:response","payload":{"id":"p-1"}}`
	for name, payload := range map[string]string{
		"too few":          `[` + one + `]`,
		"none":             `[]`,
		"too many":         `[` + one + `,` + one + `,` + one + `]`,
		"no list":          `{"answers":[]}`,
		"events no list":   `{"events":{}}`,
		"text":             `"done"`,
		"number":           `2`,
		"null":             `null`,
		"no events in it":  `[1,2]`,
		"one that is none": `[` + one + `,{"version":1}]`,
	} {
		t.Run(name, func(t *testing.T) {
			b := client.NewBatch("system:batch:run", 1)
			first := client.Queue[product](b, "catalog:product:get", 1, nil)
			second := client.Queue[product](b, "catalog:product:get", 1, nil)
			err := b.Send(t.Context(), over(answering(200, `{"name":"system:batch:run:response","payload":`+payload+`}`)))
			e := requireReason(t, client.ErrInvalidResponse, err)
			require.Equal(t, "system:batch:run", e.Event)
			for _, r := range []*client.Result[product]{first, second} {
				_, got := r.Get()
				require.Equal(t, err, got, "a result of a batch that was not understood")
			}
		})
	}
}

func TestAnswersAreFoundWhateverSpaceStandsAroundThem(t *testing.T) {
	for _, payload := range []string{" \n[ %s ]\n", " { \"events\" : [ %s ] } "} {
		h := events.HandlerFunc(func(_ context.Context, request events.Event) (events.Event, error) {
			return events.Event{Name: request.Name + ":response", Payload: fmt.Appendf(nil, payload, success)}, nil
		})
		b := client.NewBatch("system:batch:run", 1)
		result := client.Queue[product](b, "catalog:product:get", 1, nil)
		require.NoError(t, b.Send(t.Context(), h))
		p, err := result.Get()
		require.NoError(t, err)
		require.Equal(t, "p-1", p.ID)
	}
}

func TestAnswersOfOlderPeersInABatchAreCompleted(t *testing.T) {
	b := client.NewBatch("system:batch:run", 1)
	bare := client.Queue[product](b, "catalog:product:get", 1, nil)
	failed := client.Queue[product](b, "catalog:product:get", 1, nil)
	payload := `[{"name":"catalog:product:get:response","payload":null},{"name":"catalog:product:get:not_found","payload":{"code":404}}]`
	require.NoError(t, b.Send(t.Context(), over(answering(200, `{"name":"system:batch:run:response","payload":`+payload+`}`))))
	p, err := bare.Get()
	require.NoError(t, err)
	require.Zero(t, p)
	_, err = failed.Get()
	require.ErrorIs(t, err, events.KindNotFound)
}
